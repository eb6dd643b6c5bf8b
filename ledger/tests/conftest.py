"""Households with income, for the tests of what the ledger's pages show."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Department
from households.models import AnnualIncome
from ledger.models import PolicyYear
from measures.models import Measure, SupportAction
from visits.models import IncomeEntry, Visit
from visits.months import months_from

WINDOW = months_from(date(2021, 10, 1), 9)


@pytest.fixture
def policy_2022(db):
    return PolicyYear.objects.in_force().get(year=2022)


@pytest.fixture
def visit_month(people):
    """``visit_month(household, month)``: a submitted visit, or one in another state."""

    def visit(household, month, state="submitted", **fields):
        return Visit.objects.get_or_create(
            household=household,
            month=month,
            defaults={"visited_on": month, "visitor": people["cadre"], "state": state, **fields},
        )[0]

    return visit


@pytest.fixture
def earn(visit_month):
    """``earn(household, month, "W01", 1200)``: an entry of the month's visit, or of an import or feed."""

    def earn(household, month, item, amount, *, source="visit", member=None, **fields):
        return IncomeEntry.objects.create(
            household=household,
            month=month,
            item_id=item,
            amount=Decimal(str(amount)),
            source=source,
            member=member,
            member_key=member.pk if member else 0,
            visit=visit_month(household, month) if source == "visit" else None,
            department=Department.objects.get(name="民政局") if source == "feed" else None,
            **fields,
        )

    return earn


@pytest.fixture
def example_a(make_household, make_member, village, earn, visit_month):
    """Worked example A: three persons, one who works; nine months all there, last year 11800 a person."""
    household = make_household(village, head="示例甲")
    make_member(household, name="甲妻", relation="配偶", labour="none")
    make_member(household, name="甲儿", labour="none")
    for month in WINDOW:
        visit_month(household, month)
        earn(household, month, "W01", 2000)
        earn(household, month, "P02", 100)
        earn(household, month, "T01", 600)
    earn(household, WINDOW[0], "B01", 6000)
    earn(household, WINDOW[6], "C01", 2100)
    AnnualIncome.objects.create(household=household, year=2021, wage=35400, persons=3, items={"W01": 3540000})
    return household


@pytest.fixture
def make_action(db):
    """``make_action(household, department)``: a suggested measure of 2022."""

    def make(household, department, **fields):
        fields = {"measure": Measure.objects.filter(is_active=True).first(), "reason": "收入下降", **fields}
        return SupportAction.objects.create(
            household=household,
            year=2022,
            department=department,
            due_on=date(2022, 9, 15),
            proposed_at=timezone.now(),
            **fields,
        )

    return make
