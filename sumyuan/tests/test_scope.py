"""``visible_to`` of every model, for every kind of account, on the same small county."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.models import Area, AuditEvent, Department, User
from accounts.services import record_event
from checks.models import Finding
from households.models import AnnualIncome, Household, Member
from jobs.models import Job
from ledger.models import LedgerRow, RiskPoint, VillageLedger
from ledger.services import rebuild_ledger
from measures.models import ActionLog, Measure, SupportAction
from visits.models import FeedRight, IncomeEntry, Visit

pytestmark = pytest.mark.django_db

MONTH = date(2022, 5, 1)


@pytest.fixture
def small_county(people, make_household, village, next_village, far_village):
    """Three households: "near" in the cadre's village, "next" in the next, "far" in the other township.

    "near" is paired with the helper and has an action of the civil affairs department; "far"
    has one of the labour department. Each has a visit, an entry of each source, last year's
    income, a ledger row, a risk point and a finding.
    """
    civil, labour = people["civil"].department, people["labour"].department
    households = {
        "near": make_household(village, helper=people["helper"]),
        "next": make_household(next_village),
        "far": make_household(far_village),
    }
    measure = Measure.objects.filter(is_active=True)[0]
    for name, household in households.items():
        visit = Visit.objects.create(
            household=household, month=MONTH, visited_on=MONTH, visitor=people["cadre"], state="submitted"
        )
        common = {"household": household, "month": MONTH, "item_id": "W01", "amount": 100}
        IncomeEntry.objects.create(**common, source="visit", visit=visit, is_counted=False)
        IncomeEntry.objects.create(**common, source="feed", department=civil if name == "near" else labour)
        AnnualIncome.objects.create(household=household, year=2021, persons=1)
        RiskPoint.objects.create(household=household, year=2022, kind="income_falling", raised_on=MONTH)
        Finding.objects.create(
            household=household, month=MONTH, code="H04", severity="look", text="电话", found_on=MONTH, seen_on=MONTH
        )
        if name != "next":
            action = SupportAction.objects.create(
                household=household,
                year=2022,
                measure=measure,
                department=civil if name == "near" else labour,
                reason="收入下降",
                due_on=date(2022, 9, 15),
                proposed_at=timezone.now(),
            )
            ActionLog.objects.create(action=action, on=MONTH, state="suggested", by=people["cadre"])
    rebuild_ledger(year=2022)
    return households


# Which of the three households each account sees, and through them what hangs on them.
HOUSEHOLDS = {
    "cadre": {"near"},
    "next_cadre": {"next"},
    "helper": {"near"},
    "township": {"near", "next"},
    "other_township": {"far"},
    "county": {"near", "next", "far"},
    "civil": {"near"},
    "labour": {"far"},
    "auditor": {"near", "next", "far"},
    "system": set(),
    "nobody": set(),
}
DEPARTMENTS = {"civil", "labour"}
PARTS = [Visit, AnnualIncome, LedgerRow, RiskPoint, Finding]


def names(small_county, queryset, path="household"):
    by_pk = {household.pk: name for name, household in small_county.items()}
    return {by_pk[pk] for pk in queryset.values_list(path, flat=True)}


@pytest.mark.parametrize("who", HOUSEHOLDS)
def test_households_and_members(who, small_county, people):
    user = people[who]
    assert names(small_county, Household.objects.visible_to(user), "pk") == HOUSEHOLDS[who]
    assert names(small_county, Member.objects.visible_to(user)) == HOUSEHOLDS[who]


@pytest.mark.parametrize("model", PARTS, ids=lambda model: model.__name__)
@pytest.mark.parametrize("who", HOUSEHOLDS)
def test_what_hangs_on_a_household(who, model, small_county, people):
    expected = set() if who in DEPARTMENTS else HOUSEHOLDS[who]
    assert names(small_county, model.objects.visible_to(people[who])) == expected


@pytest.mark.parametrize("who", HOUSEHOLDS)
def test_entries_actions_and_logs(who, small_county, people):
    user = people[who]
    entries = IncomeEntry.objects.visible_to(user)
    if who in DEPARTMENTS:
        # A department sees what it reported itself, for whichever household.
        assert set(entries.values_list("department", "source")) == {(user.department_id, "feed")}
    else:
        assert names(small_county, entries) == HOUSEHOLDS[who]
    actions = HOUSEHOLDS[who] - {"next"}
    assert names(small_county, SupportAction.objects.visible_to(user)) == actions
    assert names(small_county, ActionLog.objects.visible_to(user), "action__household") == actions


@pytest.mark.parametrize(
    ("who", "villages"),
    [
        ("cadre", {"130630101901"}),
        ("helper", set()),
        ("township", {"130630101901", "130630101902"}),
        ("county", {"130630101901", "130630101902", "130630102901"}),
        ("civil", set()),
        ("auditor", {"130630101901", "130630101902", "130630102901"}),
        ("system", set()),
        ("nobody", set()),
    ],
)
def test_village_ledgers(who, villages, small_county, people):
    seen = VillageLedger.objects.visible_to(people[who]).values_list("village", flat=True)
    assert set(seen) == villages


@pytest.mark.parametrize(
    ("who", "count"),
    [("cadre", 1), ("helper", 0), ("township", 3), ("county", 6), ("civil", 0), ("system", 6), ("nobody", 0)],
)
def test_areas(who, count, small_county, people):
    assert Area.objects.visible_to(people[who]).count() == count


def test_accounts_trail_and_jobs(small_county, people):
    record_event(user=people["county"], action="导出台账", subject="130630")
    Job.objects.create(kind="export", title="导出", owner=people["county"])
    everyone = set(User.objects.values_list("pk", flat=True))
    own_villages = {people[who].pk for who in ("cadre", "next_cadre", "township")}
    assert set(User.objects.visible_to(people["system"]).values_list("pk", flat=True)) == everyone
    assert set(User.objects.visible_to(people["township"]).values_list("pk", flat=True)) == own_villages
    assert set(User.objects.visible_to(people["civil"]).values_list("pk", flat=True)) == {people["civil"].pk}
    for who in HOUSEHOLDS:
        assert AuditEvent.objects.visible_to(people[who]).exists() == (who in ("auditor", "system")), who
        assert Job.objects.visible_to(people[who]).exists() == (who in ("county", "system")), who
        assert Department.objects.visible_to(people[who]).count() == Department.objects.count(), who
        rights = FeedRight.objects.visible_to(people[who])
        own = FeedRight.objects.filter(department=people[who].department_id)
        assert set(rights) == set(own if who in DEPARTMENTS else FeedRight.objects.all()), who


ALL = [Area, User, Job, Household, Member, Visit, IncomeEntry, FeedRight, LedgerRow, VillageLedger, RiskPoint]
ALL += [SupportAction, Finding]


@pytest.mark.parametrize("model", ALL, ids=lambda model: model.__name__)
def test_a_closed_account_and_a_stranger_see_nothing(model, small_county, people):
    closed = people["county"]
    closed.is_active = False
    closed.save()
    assert not model.objects.visible_to(closed).exists()
    assert not model.objects.visible_to(AnonymousUser()).exists()


def test_scope_narrows_and_never_widens(small_county, people):
    narrowed = Household.objects.filter(pk=small_county["far"].pk)
    assert not narrowed.visible_to(people["cadre"]).exists()


def test_two_villages_are_both_seen_once(small_county, make_user, village, next_village):
    user = make_user("village", village, next_village)
    assert names(small_county, Household.objects.visible_to(user), "pk") == {"near", "next"}
    assert Household.objects.visible_to(user).count() == 2


def test_a_code_that_merely_begins_alike_is_another_area(small_county, make_user, county, make_household):
    """A township 130630101 and a county 13063010 must not be taken for one another; codes end a range exactly."""
    edge = Area.objects.create(code="130630109", name="末乡", level="township", parent=county)
    village = Area.objects.create(code="130630109901", name="末村", level="village", parent=edge)
    household = make_household(village)
    assert list(Household.objects.visible_to(make_user("township", edge))) == [household]
