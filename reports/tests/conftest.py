"""A small county with incomes, measures and risk points, and reading its workbook back."""

from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.utils import timezone

from accounts.models import Department
from households.models import AnnualIncome
from ledger.models import LedgerRow, RiskPoint
from ledger.services import rebuild_ledger
from measures.models import LineDepartment, Measure, MeasureLine, SupportAction
from reports.services import export_ledger
from visits.models import IncomeEntry
from visits.months import months_from

DAY = date(2022, 7, 10)
MONTHS = months_from(date(2021, 10, 1), 9)


@pytest.fixture
def earn(db):
    """``earn(household, "W01", "100.00", months=9)``: imported entries of one item from October 2021 on."""

    def enter(household, item, amount, months=9):
        for month in MONTHS[:months]:
            IncomeEntry.objects.create(
                household=household, month=month, item_id=item, amount=Decimal(amount), source="import"
            )

    return enter


@pytest.fixture
def measure(db):
    """One measure of the lines 2 and 4 each, under codes of this test."""
    found = {}
    for line, code, name, department in (
        (2, "test_post", "村保洁岗", "人社局"),
        (4, "test_allowance", "按户核低保", "民政局"),
    ):
        lead = Department.objects.get(name=department)
        MeasureLine.objects.get_or_create(number=line, defaults={"name": f"线{line}"})
        LineDepartment.objects.get_or_create(line_id=line, department=lead, defaults={"part": "lead", "order": 90})
        found[line] = Measure.objects.create(
            code=code, line_id=line, department=lead, name=name, nature="development", clause="二(三)", order=200
        )
    return found


@pytest.fixture
def support(measure):
    """``support(household, 2, "done", gain="300.00")``: an action of that line."""

    def act(household, line, state="suggested", gain=None, due=date(2022, 9, 15)):
        return SupportAction.objects.create(
            household=household,
            year=2022,
            measure=measure[line],
            department=measure[line].department,
            state=state,
            reason="理由",
            due_on=due,
            expected_gain=gain and Decimal(gain),
            proposed_at=timezone.now(),
        )

    return act


@pytest.fixture
def last_year(db):
    """``last_year(household, wage="9000", persons=1)``: the income of 2021."""

    def enter(household, persons=1, **classes):
        AnnualIncome.objects.create(
            household=household, year=2021, persons=persons, **{name: Decimal(value) for name, value in classes.items()}
        )

    return enter


@pytest.fixture
def risk(db):
    """``risk(household, "income_falling", eliminated_on=None)``."""

    def raise_risk(household, kind, eliminated_on=None):
        return RiskPoint.objects.create(
            household=household,
            year=2022,
            kind=kind,
            state="eliminated" if eliminated_on else "open",
            raised_on=date(2022, 7, 1),
            eliminated_on=eliminated_on,
        )

    return raise_risk


@pytest.fixture
def small_county(make_household, village, next_village, far_village, earn, last_year, support, risk):
    """Six households of three villages and two townships; returns them by a short name."""
    homes = {
        "rich": make_household(village, persons=3, head="赵富"),
        "fallen": make_household(
            village, persons=2, head="钱落", labour="none", monitor_kind="unstable", kind="lifted"
        ),
        "partial": make_household(village, head="孙缺"),
        "broke": make_household(village, head="李亏", labour="weak"),
        "next": make_household(next_village, persons=2, head="周邻"),
        "far": make_household(far_village, persons=4, head="吴远", monitor_kind="marginal", kind="ordinary"),
    }
    earn(homes["rich"], "W01", "5000.01")
    last_year(homes["rich"], wage="36000", persons=3)
    earn(homes["fallen"], "T01", "1000")
    earn(homes["fallen"], "P01", "66.67")
    last_year(homes["fallen"], transfer="13000", persons=2)
    earn(homes["partial"], "W01", "1500", months=6)
    last_year(homes["partial"], wage="100", business_cost="600", persons=1)
    earn(homes["broke"], "C01", "0.01")
    earn(homes["next"], "B01", "900.33")
    last_year(homes["next"], business="20000", persons=3)
    earn(homes["far"], "W01", "2000")
    earn(homes["far"], "C02", "100.10")
    support(homes["fallen"], 2, "done", gain="3000")
    support(homes["fallen"], 4, "suggested", gain="1200.50")
    support(homes["broke"], 4, "done", due=date(2022, 8, 1))
    support(homes["next"], 2, "confirmed")
    support(homes["next"], 4, "stopped", gain="99")
    risk(homes["fallen"], "income_falling")
    risk(homes["fallen"], "high_transfer_share", eliminated_on=date(2022, 7, 5))
    risk(homes["broke"], "below_monitoring_line", eliminated_on=date(2022, 7, 8))
    rebuild_ledger(year=2022)
    LedgerRow.objects.filter(household=homes["fallen"]).update(
        cause="主劳力患病", risk_points="工资停发", remarks="已走访"
    )
    return homes


@pytest.fixture
def export(tmp_path):
    """``export("130630")``: the workbook read back by openpyxl, with what the service said and its file."""

    def make(area, **options):
        path = tmp_path / "ledger.xlsx"
        result = export_ledger(year=2022, area=area, output=path, day=DAY, **options)
        book = openpyxl.load_workbook(path)
        book.said, book.file = result, path
        return book

    return make
