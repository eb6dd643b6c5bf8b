"""What the tests of visits share: a household with a past, and its form filled and sent."""

from datetime import date
from uuid import uuid4

import pytest
from django.test import Client

from households.models import AnnualIncome
from visits.models import IncomeEntry, Visit
from visits.months import months_from
from visits.tests.phones import Phone, Server

WINDOW = months_from(date(2021, 10, 1), 9)
JUNE, JULY = date(2022, 6, 1), date(2022, 7, 1)


@pytest.fixture
def worker(household):
    """The head of the household, who earns the wages."""
    return household.members.get()


@pytest.fixture
def past(household, worker, people):
    """Nine approved visits: 1,500 of wages of the head and 100 of rent each month; last year by item."""
    AnnualIncome.objects.create(
        household=household, year=2021, wage=12000, property=1200, persons=1, items={"W01": 1_200_000}
    )
    for month in WINDOW:
        visit = Visit.objects.create(
            household=household,
            month=month,
            visited_on=month,
            visitor=people["cadre"],
            visitors="刘建军、张晓燕",
            state="approved",
            reviewed_by=people["township"],
        )
        told = {"household": household, "month": month, "source": "visit", "visit": visit}
        IncomeEntry.objects.create(**told, item_id="W01", member=worker, member_key=worker.pk, amount=1500)
        IncomeEntry.objects.create(**told, item_id="P01", amount=100)
    return household


@pytest.fixture
def filled(worker):
    """``filled(remarks="")``: the fields of a usual visit in July with a number of its own."""

    def fill(**fields):
        usual = {
            "client_uuid": str(uuid4()),
            "base_version": "0",
            "visited_on": "2022-07-08",
            "way": "home",
            "visitors": "刘建军",
            "is_housing_safe": "yes",
            "is_schooling_safe": "yes",
            "is_medical_safe": "yes",
            "is_water_safe": "yes",
            "has_risk": "no",
            "has_income_risk": "no",
            f"amount-W01-{worker.pk}": "1600",
            "amount-P01-0": "100",
        }
        return {name: value for name, value in (usual | fields).items() if value is not None}

    return fill


@pytest.fixture
def send(client, people, household):
    """``send(fields, who="cadre", month="2022-07", script=False)``: the answer to a posted form."""

    def post(fields, *, who="cadre", month="2022-07", script=False, number=None):
        client.force_login(people[who])
        headers = {"accept": "application/json"} if script else {}
        return client.post(f"/visits/{number or household.number}/{month}/", fields, headers=headers)

    return post


@pytest.fixture
def server(own_connections, tmp_path):
    """The site in a process of its own, with the test's database. ``server.stop()``, ``server.start()``."""
    running = Server(tmp_path)
    yield running
    running.stop()


@pytest.fixture
def make_phone(browser_type_launch_args, playwright, server, tmp_path):
    """``make_phone()``: another phone, switched on."""
    phones = []

    def make():
        phone = Phone(playwright, browser_type_launch_args, tmp_path / f"phone{len(phones)}", server.url)
        phones.append(phone)
        phone.start()
        return phone

    yield make
    for phone in phones:
        phone.remove()


@pytest.fixture
def session_of(people):
    """``session_of("cadre")``: the key of a session of that person, as the sign-in form gives it."""

    def session(who):
        client = Client()
        client.force_login(people[who])
        return client.cookies["sessionid"].value

    return session


@pytest.fixture
def phone(server, make_phone, session_of):
    """The cadre's phone, signed in."""
    server.start()
    phone = make_phone()
    phone.sign_in(session_of("cadre"))
    phone.settle()
    return phone


@pytest.fixture
def form_address(past, household):
    """The form of July of the household of ``past``."""
    return f"/visits/{household.number}/2022-07/"


@pytest.fixture
def amount(worker):
    """Where the head's wages are typed."""
    return f"#amount-W01-{worker.pk}"
