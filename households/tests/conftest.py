"""Households with visits, incomes and a ledger, for the tests of the pages."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.services import rebuild_ledger
from measures.models import Measure, SupportAction
from visits.models import IncomeEntry, Visit
from visits.months import months_from

WINDOW = months_from(date(2021, 10, 1), 9)


@pytest.fixture
def make_visit(people):
    """``make_visit(household, month, wage=1000)``: a submitted visit of a month, with what was earned."""

    def make(household, month, *, wage=None, state="submitted", **fields):
        visit = Visit.objects.create(
            household=household, month=month, visited_on=month, visitor=people["cadre"], state=state, **fields
        )
        if wage is not None:
            make_entry(household, month, "W01", wage, visit=visit)
        return visit

    return make


def make_entry(household, month, item, amount, *, source="visit", **fields):
    return IncomeEntry.objects.create(
        household=household, month=month, item_id=item, amount=Decimal(amount), source=source, **fields
    )


@pytest.fixture
def earning(make_household, make_visit):
    """``earning(village, 1000)``: a household of one with nine months of visits at that wage each."""

    def make(village, wage=1000, **fields):
        household = make_household(village, **fields)
        for month in WINDOW:
            make_visit(household, month, wage=wage)
        return household

    return make


@pytest.fixture
def rebuild(db):
    """Compute the ledger of 2022 as it now is."""
    return lambda: rebuild_ledger(year=2022)


@pytest.fixture
def make_action(db):
    """``make_action(household, department)``: a suggested measure of that department."""

    def make(household, department, **fields):
        measure = Measure.objects.filter(department=department).first()
        fields = {
            "year": 2022,
            "reason": "有劳动能力，可以务工",
            "due_on": date(2022, 9, 15),
            "proposed_at": "2022-07-10T08:00:00+08:00",
            **fields,
        }
        return SupportAction.objects.create(household=household, measure=measure, department=department, **fields)

    return make


@pytest.fixture
def sign_in(client, people):
    """``sign_in("cadre")``: the client of that person."""

    def sign_in(who):
        client.force_login(people[who])
        return client

    return sign_in
