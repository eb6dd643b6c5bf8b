"""The same people and places in every test."""

import os
from datetime import date
from itertools import count

import pytest
from django.core.cache import cache
from django.db import connection, connections

from accounts.models import Area, Department, User
from households import identity
from households.models import Household, Member

DAY = date(2022, 7, 10)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup):
    """The database of the session, its first rows kept for every connection.

    Playwright keeps an event loop in the tests' own thread, and under a loop Django opens a connection
    of its own. A serialised rollback restores what its connection holds: without this, nothing.
    """
    wrapper = connections["default"]
    if hasattr(wrapper, "_test_serialized_contents"):
        type(wrapper)._test_serialized_contents = wrapper._test_serialized_contents


@pytest.fixture(autouse=True)
def business_day(settings):
    """The plan was issued on 7 July 2022; every test runs three days later unless it says otherwise."""
    settings.TODAY = DAY
    return DAY


@pytest.fixture(autouse=True)
def surroundings(settings, tmp_path):
    """Files in a folder of the test's own, jobs at once after commit, no rate limit left from another test.

    In a test without ``transaction=True`` a commit is ``django_capture_on_commit_callbacks(execute=True)``.
    """
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.JOBS_EAGER = True
    # The real one is slow on purpose.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def own_connections(transactional_db, tmp_path, monkeypatch):
    """For tests with threads: each gets a real connection of its own, as in a deployment.

    SQLite's database in memory cannot be locked by two; it moves to a file for the test. Use it with
    ``@pytest.mark.django_db(transaction=True, serialized_rollback=True)``.
    """
    if not (connection.vendor == "sqlite" and connection.is_in_memory_db()):
        yield
        return
    file = tmp_path / "test.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])
    in_memory, connection.connection = connection.connection, None
    monkeypatch.setitem(connection.settings_dict, "NAME", str(file))
    yield
    connection.close()
    connection.connection = in_memory


@pytest.fixture
def rows_go_in_one_way(monkeypatch):
    """For counting queries at two sizes: a handful of rows goes in as thousands do, by a staging table."""
    monkeypatch.setattr("sumyuan.bulk.FEW", 0)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Debian's Chromium, or the one that ``CHROMIUM`` names."""
    # Playwright keeps an event loop in the tests' own thread; the tests use the database there all the same.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    return {
        **browser_type_launch_args,
        "executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        "args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    }


@pytest.fixture
def county(db):
    return Area.objects.create(code="130630", name="涞源县", level="county")


@pytest.fixture
def township(county):
    return Area.objects.create(code="130630101", name="银坊镇", level="township", parent=county)


@pytest.fixture
def other_township(county):
    return Area.objects.create(code="130630102", name="走马驿镇", level="township", parent=county)


@pytest.fixture
def village(township):
    return Area.objects.create(code="130630101901", name="柳沟村", level="village", parent=township)


@pytest.fixture
def next_village(township):
    return Area.objects.create(code="130630101902", name="石坡村", level="village", parent=township)


@pytest.fixture
def far_village(other_township):
    return Area.objects.create(code="130630102901", name="河滩村", level="village", parent=other_township)


@pytest.fixture
def make_user(db):
    """``make_user("township", township)``: an account of that role with those areas."""
    numbers = count(1)

    def make(role, *areas, department=None, **fields):
        fields = {"username": f"{role}{next(numbers)}", "name": User.Role(role).label, **fields}
        user = User.objects.create_user(role=role, department=department, password="correct horse battery", **fields)
        user.areas.set(areas)
        return user

    return make


@pytest.fixture
def people(make_user, county, township, other_township, village, next_village):
    """One account of each kind, by a short name; ``nobody`` has a role and no area."""
    civil, labour = Department.objects.get(name="民政局"), Department.objects.get(name="人社局")
    return {
        "cadre": make_user("village", village),
        "next_cadre": make_user("village", next_village),
        "helper": make_user("helper"),
        "township": make_user("township", township),
        "other_township": make_user("township", other_township),
        "county": make_user("county", county),
        "civil": make_user("department", department=civil),
        "labour": make_user("department", department=labour),
        "auditor": make_user("auditor", county),
        "system": make_user("system"),
        "nobody": make_user("village"),
    }


def resident_id(serial, born=date(1970, 1, 1), region="130630"):
    """A valid made-up resident ID number; ``serial`` 0–999."""
    first_17 = f"{region}{born:%Y%m%d}{serial:03d}"
    return first_17 + identity.check_character(first_17)


@pytest.fixture
def make_member(db):
    """``make_member(household, relation="之子", labour="none")``; a valid ID number is made up."""
    serials = count(1)

    def make(household, *, name="王二", relation="之子", born=date(1970, 1, 1), id_number=None, **fields):
        id_number = id_number or resident_id(next(serials), born)
        fields = {"labour": "ordinary", "sex": identity.sex(id_number), "birth_date": born, **fields}
        return Member.objects.create(
            household=household,
            name=name,
            relation=relation,
            id_number=id_number,
            id_key=Member.key_of(id_number),
            **fields,
        )

    return make


@pytest.fixture
def make_household(make_member):
    """``make_household(village, persons=3)``: a household with its head and further members."""
    numbers = count(1)

    def make(village, *, persons=1, head="李一", labour="ordinary", **fields):
        fields = {"number": f"{village.code}{next(numbers):05d}", **fields}
        household = Household.objects.create(village=village, head_name=head, **fields)
        make_member(household, name=head, relation="户主", labour=labour)
        for _ in range(persons - 1):
            make_member(household, labour=labour)
        return household

    return make


@pytest.fixture
def household(make_household, village):
    return make_household(village)
