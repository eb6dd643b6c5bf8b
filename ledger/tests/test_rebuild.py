"""The stored ledger against the oracle, and how a rebuild behaves."""

import json
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, Department
from households.models import AnnualIncome, Household
from ledger.models import LedgerRow, PolicyYear, VillageLedger
from ledger.services import check_ledger, rebuild_ledger
from ledger.tests.oracle import expected
from sumyuan.fields import MoneyField, to_fen
from visits.models import IncomeEntry, IncomeItem, Visit
from visits.months import add_months
from visits.services import settle_entries

pytestmark = pytest.mark.django_db

FIRST_MONTH = date(2021, 10, 1)


@pytest.fixture
def policy(db):
    return PolicyYear.objects.in_force().get(year=2022)


@pytest.fixture
def record(people):
    """``record(household, month, "W01", 1200)``: one entry; of a visit in ``state`` unless another source is given."""

    def record(household, month, item, amount, *, source="visit", member=None, state="submitted"):
        visit = None
        if source == "visit":
            visit, _ = Visit.objects.get_or_create(
                household=household,
                month=month,
                defaults={"visited_on": month, "visitor": people["cadre"], "state": state},
            )
        return IncomeEntry.objects.create(
            household=household,
            month=month,
            item_id=item,
            amount=Decimal(amount),
            source=source,
            visit=visit,
            member=member,
            member_key=member.pk if member else 0,
            department=Department.objects.get(name="民政局") if source == "feed" else None,
        )

    return record


def random_household(rng, make_household, make_member, record, village):
    """A household with everything that can happen to one: comings and goings, losses, gaps, three sources."""
    labours = ["ordinary", "skilled", "weak", "lost", "none", ""]
    household = make_household(
        village,
        labour=rng.choice(labours),
        monitor_kind=rng.choice(["none", "none", "unstable"]),
        left_on=rng.choice([None] * 9 + [date(2022, 6, 30), date(2022, 7, 1)]),
    )
    for _ in range(rng.randint(0, 11)):
        joined = rng.choice([None, None, date(2022, 6, 30), date(2022, 7, 1), date(2022, 2, 3)])
        left = rng.choice([None, None, None, date(2022, 6, 30), date(2022, 7, 1), date(2022, 8, 31)])
        make_member(
            household,
            labour=rng.choice(labours),
            born=rng.choice([date(1980, 5, 5), date(2022, 6, 30), date(2022, 7, 1)]),
            joined_on=joined,
            left_on=left if left is None or joined is None or left >= joined else joined,
        )
    if rng.random() < 0.8:
        AnnualIncome.objects.create(
            household=household,
            year=2021,
            wage=Decimal(rng.randint(0, 5_000_000)) / 100,
            business_cost=Decimal(rng.randint(0, 6_000_000)) / 100,
            persons=rng.randint(1, 12),
        )
    codes = list(IncomeItem.objects.values_list("code", flat=True))
    members = list(household.members.all())
    months = [add_months(FIRST_MONTH, offset) for offset in range(-2, 12)]
    for month in rng.sample(months, rng.randint(0, len(months))):
        state = rng.choice(["submitted", "submitted", "approved", "draft", "returned"])
        for code in rng.sample(codes, rng.randint(0, 5)):
            for source in rng.sample(["visit", "import", "feed"], rng.randint(1, 3)):
                amount = rng.choice([0, rng.randint(1, 300), rng.randint(0, 500_000)])
                member = rng.choice([None, rng.choice(members)])
                record(household, month, code, Decimal(amount) / 100, source=source, member=member, state=state)
    return household


def as_printed(row, name):
    value = getattr(row, name)
    return to_fen(value) if value is not None and isinstance(row._meta.get_field(name), MoneyField) else value


@pytest.mark.parametrize("seed", range(6))
def test_rows_agree_with_the_formula_in_exact_fractions(seed, make_household, make_member, record, village, policy):
    rng = Random(seed)
    policy.uncounted_items.set(rng.sample(["T03", "T12", "W09", "B03"], rng.randint(0, 2)))
    IncomeItem.objects.filter(code__in=["P03", "C02"]).update(rhythm="quarterly")
    households = [random_household(rng, make_household, make_member, record, village) for _ in range(25)]
    settle_entries()
    rebuild_ledger(year=2022)
    rows = {row.household_id: row for row in LedgerRow.objects.all()}
    compared = 0
    for household in households:
        wanted = expected(household, policy)
        assert (household.pk in rows) == (wanted is not None), household.number
        if wanted:
            row = rows[household.pk]
            assert {name: as_printed(row, name) for name in wanted} == wanted, household.number
            compared += 1
    assert compared > 10
    assert check_ledger(year=2022) == []


def test_one_household_gives_the_same_row_as_the_county(make_household, make_member, record, village):
    rng = Random(99)
    households = [random_household(rng, make_household, make_member, record, village) for _ in range(8)]
    settle_entries()
    rebuild_ledger(year=2022)
    together = list(LedgerRow.objects.order_by("household").values().exclude(pk=None))
    LedgerRow.objects.all().delete()
    for household in households:
        rebuild_ledger(year=2022, household_ids=[household.pk])
    alone = list(LedgerRow.objects.order_by("household").values())
    for row in (*together, *alone):
        del row["id"], row["computed_at"]
    assert alone == together


def test_sources_count_in_their_order(household, record):
    month = date(2022, 3, 1)
    record(household, month, "T01", 300)
    record(household, month, "T01", 320, source="import")
    feed = record(household, month, "T01", 350, source="feed", member=household.members.get())
    settle_entries()
    rebuild_ledger(year=2022)
    assert LedgerRow.objects.get().transfer == 350
    feed.delete()
    settle_entries()
    rebuild_ledger(year=2022)
    assert LedgerRow.objects.get().transfer == 320


def test_income_after_the_window_counts_in_the_tracking_estimate_only(make_household, village, record):
    household = make_household(village, persons=3, labour="weak")
    for offset in range(12):
        wage = 1825 if offset < 9 else 2000
        record(household, add_months(FIRST_MONTH, offset), "W01", wage)
    rebuild_ledger(year=2022)
    row = LedgerRow.objects.get()
    assert (row.estimate, row.per_capita) == (Decimal("21900.00"), Decimal("7300.00"))
    assert (row.tracking_month, row.tracking_estimate) == (date(2022, 9, 1), Decimal("22600.00"))
    assert row.tracking_per_capita == Decimal("7533.33")


def test_a_guarantee_that_the_last_visit_finds_open_is_a_red_warning(household, record, people):
    for offset in range(9):
        record(household, add_months(FIRST_MONTH, offset), "W01", 5000)
    household.is_dangerous_house = True
    household.save()
    rebuild_ledger(year=2022)
    assert LedgerRow.objects.get().warning == 3
    Visit.objects.filter(month=date(2022, 6, 1)).update(is_housing_safe=True)
    rebuild_ledger(year=2022)
    assert LedgerRow.objects.get().warning == 0
    Visit.objects.filter(month=date(2022, 6, 1)).update(is_medical_safe=False, state="draft")
    Visit.objects.filter(month=date(2022, 5, 1)).update(is_housing_safe=True)
    rebuild_ledger(year=2022)
    assert LedgerRow.objects.get().warning == 0
    Visit.objects.filter(month=date(2022, 6, 1)).update(state="approved")
    rebuild_ledger(year=2022)
    assert LedgerRow.objects.get().warning == 3


def test_what_people_wrote_stays(household, record):
    record(household, FIRST_MONTH, "W01", 100)
    rebuild_ledger(year=2022)
    LedgerRow.objects.update(cause="户主摔伤", risk_points="停工", remarks="已核", missing_reason="外出")
    record(household, FIRST_MONTH, "W02", 700)
    rebuild_ledger(year=2022)
    row = LedgerRow.objects.get()
    assert row.wage == 800
    assert (row.cause, row.risk_points, row.remarks, row.missing_reason) == ("户主摔伤", "停工", "已核", "外出")


def test_an_area_is_rebuilt_and_the_next_village_is_not_touched(household, make_household, next_village, record):
    bystander = make_household(next_village)
    rebuild_ledger(year=2022)
    before = LedgerRow.objects.filter(household=bystander).values().get()
    for one in (household, bystander):
        record(one, FIRST_MONTH, "W01", 900)
    result = rebuild_ledger(year=2022, area=household.village_id)
    assert (result["households"], result["written"]) == (1, 1)
    assert LedgerRow.objects.get(household=household).wage == 900
    assert LedgerRow.objects.filter(household=bystander).values().get() == before
    assert [difference.household for difference in check_ledger(year=2022, area="130630")][:1] == [bystander.number]
    assert check_ledger(year=2022, area=household.village_id) == []


def test_an_unchanged_row_is_not_written_again(household):
    assert rebuild_ledger(year=2022)["written"] == 1
    computed_at = LedgerRow.objects.get().computed_at
    assert rebuild_ledger(year=2022)["written"] == 0
    assert LedgerRow.objects.get().computed_at == computed_at


def test_a_household_without_persons_gets_no_row_and_is_named(household):
    household.members.update(left_on=date(2022, 1, 1))
    result = rebuild_ledger(year=2022)
    assert result["without_persons"] == [household.number]
    assert not LedgerRow.objects.exists()


def test_the_row_of_a_household_that_left_goes_and_its_words_stay_in_the_trail(household):
    rebuild_ledger(year=2022)
    LedgerRow.objects.update(cause="户主摔伤")
    Household.objects.update(left_on=date(2022, 6, 1))
    assert rebuild_ledger(year=2022)["removed"] == 1
    event = AuditEvent.objects.get()
    assert event.subject == household.number
    assert event.detail["cause"] == "户主摔伤"


def test_an_interrupted_rebuild_leaves_the_old_rows(household, record, monkeypatch):
    rebuild_ledger(year=2022)
    before = list(LedgerRow.objects.values())
    record(household, FIRST_MONTH, "W01", 900)

    def fail(*arguments):
        raise RuntimeError("the power went")

    monkeypatch.setattr("ledger.services.rebuild._open_village_ledgers", fail)
    with pytest.raises(RuntimeError):
        rebuild_ledger(year=2022)
    assert list(LedgerRow.objects.values()) == before


def test_tampering_with_a_row_or_an_entry_is_found(household, record):
    entry = record(household, FIRST_MONTH, "W01", 900)
    rebuild_ledger(year=2022)
    LedgerRow.objects.update(per_capita=Decimal("99999.99"))
    (difference,) = check_ledger(year=2022)
    assert (difference.field, difference.stored, difference.computed) == ("预估人均纯收入", "99,999.99", "1,200.00")
    rebuild_ledger(year=2022)
    assert check_ledger(year=2022) == []
    IncomeEntry.objects.filter(pk=entry.pk).update(amount=Decimal("901"))
    assert {difference.field for difference in check_ledger(year=2022)} >= {"工资性收入", "预估人均纯收入"}
    LedgerRow.objects.all().delete()
    assert [str(difference) for difference in check_ledger(year=2022)] == [f"{household.number} 台账行：存 无，重算 有"]


def test_each_village_gets_its_ledger_once(household, make_household, village, next_village):
    make_household(village)
    make_household(next_village)
    rebuild_ledger(year=2022)
    rebuild_ledger(year=2022)
    ledgers = VillageLedger.objects.order_by("village").values_list("village", "state")
    assert list(ledgers) == [(village.pk, "open"), (next_village.pk, "open")]


def count_queries(year=2022):
    with CaptureQueriesContext(connection) as queries:
        rebuild_ledger(year=year)
    return len(queries)


@pytest.mark.usefixtures("rows_go_in_one_way")
def test_queries_do_not_grow_with_households(make_household, village, record):
    make_household(village)
    rebuild_ledger(year=2022)
    for _ in range(2):
        record(make_household(village), FIRST_MONTH, "W01", 10)
    few = count_queries()
    for _ in range(30):
        record(make_household(village), FIRST_MONTH, "W01", 10)
    assert count_queries() == few


def test_commands_report_in_json_and_by_exit_code(household, record, capsys):
    record(household, FIRST_MONTH, "W01", 900)
    call_command("rebuild_ledger", year=2022, json=True)
    line = capsys.readouterr().out.strip().splitlines()[-1]
    assert '"households": 1, "incomplete": 1, "flagged": 1' in line
    assert '"below_monitoring_line": 1' in line
    call_command("check_ledger", year=2022)
    LedgerRow.objects.update(wage=Decimal(1))
    with pytest.raises(SystemExit) as stopped:
        call_command("check_ledger", year=2022, json=True)
    assert stopped.value.code == 1
    assert household.number in capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize("name", ["rebuild_ledger", "check_ledger", "assign_measures"])
@pytest.mark.parametrize("wrong", [{"year": 1999}, {"year": 2022, "area": "999999"}], ids=["year", "area"])
def test_a_refused_command_says_so_in_json_too(name, wrong, capsys, household):
    with pytest.raises(CommandError) as refused:
        call_command(name, json=True, **wrong)
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"error": str(refused.value)}
