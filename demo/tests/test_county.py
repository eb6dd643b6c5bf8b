"""The demo county as a whole: complete, consistent, the same every time, believable."""

from collections import Counter
from datetime import date

import pytest
from django.db import transaction

from accounts.models import Area, AuditEvent, User
from demo.services import NotEmptyError, build_county
from households import identity
from households.models import AnnualIncome, Household, Member
from households.names import pinyin
from ledger.models import LedgerRow
from ledger.services import check_ledger, rebuild_ledger
from visits.models import IncomeEntry, Visit
from visits.services import settle_entries

WRITTEN = (Area, User, Household, Member, AnnualIncome, Visit, IncomeEntry)
# Differ from run to run: ciphertexts, salted hashes, and keys that the database gives.
UNEVEN = {"id_number", "password", "helper_id", "visitor_id", "reviewed_by_id"}
KEYS_GIVEN_HERE = (Area, Household, Member, Visit)
ACCOUNTS_OF = {Household: ("helper__username",), Visit: ("visitor__username", "reviewed_by__username")}


def content(model):
    names = [field.attname for field in model._meta.concrete_fields if field.attname not in UNEVEN]
    names = [name for name in names if name != "id" or model in KEYS_GIVEN_HERE]
    return list(model.objects.order_by("pk").values_list(*names, *ACCOUNTS_OF.get(model, ())))


def built(**arguments):
    """Contents of all tables of a county that is built and taken back."""
    with transaction.atomic():
        build_county(code="130630", name="涞源县", **arguments)
        rows = {model: content(model) for model in WRITTEN}
        transaction.set_rollback(True)
    return rows


def test_same_seed_same_county(db):
    first = built(households=80, seed=7)
    assert first == built(households=80, seed=7)
    assert first[IncomeEntry] != built(households=80, seed=8)[IncomeEntry]


def test_more_households_do_not_change_the_others(db):
    def heads(households):
        with transaction.atomic():
            build_county(code="130630", name="涞源县", households=households)
            found = dict(Household.objects.values_list("number", "head_name"))
            transaction.set_rollback(True)
        return found

    few, many = heads(80), heads(200)
    assert few.items() <= many.items()


def test_counts_are_what_is_there(small_county):
    assert small_county == {
        "townships": 12,
        "villages": 60,
        "households": Household.objects.count(),
        "members": Member.objects.count(),
        "visits": Visit.objects.count(),
        "entries": IncomeEntry.objects.count(),
    }
    assert small_county["households"] == 80
    assert Area.objects.filter(level="village", name__startswith="演示·").count() == 60
    assert Area.objects.filter(level="village").values("name").distinct().count() == 60
    assert all(code[9] == "9" for code in Area.objects.filter(level="village").values_list("pk", flat=True))
    assert AuditEvent.objects.get().detail["households"] == 80


def test_households_live_in_few_natural_villages(db):
    build_county(code="130630", name="涞源县", households=400)
    hamlets = {}
    for village, hamlet in Household.objects.values_list("village", "hamlet"):
        hamlets.setdefault(village, set()).add(hamlet)
    assert "" not in set().union(*hamlets.values())
    assert all(len(names) <= 6 for names in hamlets.values())
    # With some seven households a village now and then one natural village has none of them.
    assert sum(len(names) >= 3 for names in hamlets.values()) > 45


def test_first_history_rows(small_county):
    for model in (Household, Member, AnnualIncome):
        assert model.history.count() == model.objects.count()
        assert set(model.history.values_list("history_type", flat=True)) == {"+"}
    member = Member.objects.first()
    assert member.history.get().id_number == member.id_number
    assert not Visit.history.exists()
    assert not IncomeEntry.history.exists()


def test_rows_can_be_added_behind_it(small_county, make_household, make_user):
    """The sequences of the database go on where the given keys end."""
    village = Area.objects.filter(level="village").first()
    household = make_household(village, number="新1")
    visitor = make_user("village", village)
    Visit.objects.create(household=household, month=date(2022, 6, 1), visited_on=date(2022, 6, 9), visitor=visitor)
    assert Household.objects.count() == 81


@pytest.mark.parametrize("what", ["area", "account"])
def test_only_into_an_empty_database(db, what):
    if what == "area":
        Area.objects.create(code="130630", name="涞源县", level="county")
    else:
        User.objects.create_user(username="someone", password=None)
    before = [model.objects.count() for model in WRITTEN]
    with pytest.raises(NotEmptyError):
        build_county(code="130630", name="涞源县", households=80)
    assert [model.objects.count() for model in WRITTEN] == before


def test_an_interrupted_build_leaves_nothing(db):
    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_county(code="130630", name="涞源县", households=80, progress=stop)
    assert not any(model.objects.exists() for model in WRITTEN)


def test_settling_and_checking_change_nothing(small_county):
    assert settle_entries() == 0
    rebuild_ledger(year=2022)
    assert check_ledger(year=2022) == []


def test_people_are_valid_and_made_up(small_county):
    members = list(Member.objects.select_related("household"))
    numbers = [member.id_number for member in members]
    assert {identity.problem(number, date(2022, 7, 10)) for number in numbers} == {""}
    assert len({number[:18] for number in numbers}) == len(numbers)
    # 130699 was never given out, nor were phones that start with 154.
    assert {number[:6] for number in numbers} == {"130699"}
    phones = [phone for phone in Household.objects.values_list("phone", flat=True) if phone]
    assert len(set(phones)) == len(phones)
    assert all(phone.startswith("154") and len(phone) == 11 for phone in phones)
    for member in members:
        number = member.id_number
        assert (member.birth_date, member.sex) == (identity.birth_date(number), identity.sex(number))
        assert (member.disability_kind, member.disability_grade) == identity.disability(number)
        assert ("disabled" in member.health) == (len(number) == 20)
        assert member.id_key == Member.key_of(number)
        assert member.pinyin == pinyin(member.name)
    heads = {member.household_id: member.name for member in members if member.is_head}
    assert heads == dict(Household.objects.values_list("pk", "head_name"))


def test_people_fit_their_age(small_county):
    for member in Member.objects.all():
        age = (date(2022, 6, 30) - member.birth_date).days // 365.2425
        studies = bool(member.student_status)
        assert studies != bool(member.schooling)
        if age < 16 or studies:
            assert member.labour == "none"
            assert member.work_months is None
        if member.public_post:
            assert 16 <= age < 70
            assert member.work_months is None
        if member.work_months is not None:
            assert member.labour in ("ordinary", "skilled")
            assert bool(member.work_place)
        assert not (member.has_low_income_allowance and member.has_destitute_support)
        assert not (member.has_resident_medical and member.has_employee_medical)


class TestBelievable:
    """Shares of a county of a thousand households lie where those of a real one may."""

    @pytest.fixture
    def ledger(self, db):
        build_county(code="130630", name="涞源县", households=1_000)
        return rebuild_ledger(year=2022)

    def test_shares(self, ledger):
        households = ledger["households"]
        bands = {
            "income_falling": (0.13, 0.26),
            "below_monitoring_line": (0.02, 0.05),
            "below_average_line": (0.14, 0.22),
            "high_transfer_share": (0.07, 0.13),
            "no_labour_low_income": (0.03, 0.07),
        }
        for flag, (low, high) in bands.items():
            assert low <= ledger["flags"][flag] / households <= high, flag
        assert 0.02 <= ledger["incomplete"] / households <= 0.06
        rows = LedgerRow.objects.filter(year=2022)
        assert 0.01 <= rows.filter(change_rate__lte=-2_000).count() / households <= 0.06
        assert 0.94 <= rows.filter(last_net__isnull=False).count() / households <= 0.99
        assert 2.8 <= Member.objects.count() / households <= 3.2
        assert 50 <= IncomeEntry.objects.count() / households <= 60

    def test_monitored_households(self, ledger):
        monitored = Household.objects.exclude(monitor_kind="none")
        assert 0.04 <= monitored.count() / 1_000 <= 0.09
        assert set(monitored.values_list("monitor_kind", flat=True)) == {"unstable", "marginal", "sudden"}
        assert not monitored.filter(monitor_kind="unstable").exclude(kind="lifted").exists()
        assert not monitored.filter(monitor_kind="marginal").exclude(kind="ordinary").exists()
        assert not monitored.filter(cause_1="").exists()
        assert not Household.objects.filter(monitor_kind="none", kind="ordinary").exists()
        assert not monitored.filter(identified_on=None).exists()
        eliminated = LedgerRow.objects.filter(household__risk_eliminated=True)
        assert eliminated.exists()
        for row in eliminated.select_related("household"):
            assert row.without_labour < row.persons
        for household in monitored.filter(cause_1="disability"):
            assert household.members.filter(health__contains="disabled").exists()

    def test_sources_and_states(self, ledger):
        sources = Counter(IncomeEntry.objects.values_list("source", "is_counted"))
        assert sources["visit", True] > 10 * sources["feed", True] > 0
        assert sources["visit", False] > 0
        assert sources["import", True] > 0
        feeds = set(IncomeEntry.objects.filter(source="feed").values_list("item", "department__name"))
        assert feeds == {("T01", "民政局"), ("T02", "民政局"), ("T06", "残联"), ("W02", "人社局")}
        assert set(Visit.objects.values_list("state", flat=True)) == set(Visit.State.values)
        assert Household.objects.exclude(left_on=None).exists()
        assert Member.objects.exclude(left_on=None).exists()
        assert Member.objects.exclude(joined_on=None).exists()
        assert not Visit.objects.filter(visited_on__gt=date(2022, 6, 30)).exists()

    def test_seasons(self, ledger):
        def sums(item):
            entries = IncomeEntry.objects.counting().filter(item=item)
            total = Counter()
            for month, amount in entries.values_list("month", "amount"):
                total[month.month] += amount
            return total

        away = sums("W01")
        assert away[2] < away[11] / 2
        crops = sums("B01")
        assert crops[10] + crops[11] > sum(crops.values()) * 8 / 10
        assert set(sums("T07")) == {5}
        posts = sums("W02")
        assert max(posts.values()) * 10 < min(posts.values()) * 11
