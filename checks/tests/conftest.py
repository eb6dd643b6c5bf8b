"""A case built in memory: June of one household."""

from datetime import date

import pytest

from checks.cases import Case
from checks.tests.builders import JUNE, person
from households.models import AnnualIncome, Household
from ledger.prospect import Ground, prospect
from visits.models import Visit
from visits.months import add_months
from visits.sheets import Sheet

DAY = date(2022, 7, 10)


@pytest.fixture
def ground(db):
    return Ground.for_month(JUNE)


@pytest.fixture
def make_case(ground):
    """``make_case(members=[…], entries=[…], last_year={"B01": 3000})``: June of a household, nine months collected."""

    def make(
        members=None, entries=(), last_year=None, household=None, months=9, visited_on=date(2022, 6, 20), **fields
    ):
        home = Household(pk=1, number="1", **{"phone": "13900000000", **(household or {})})
        members = [person()] if members is None else members
        sheet = Sheet(home, JUNE, members=members, entries=list(entries))
        sheet.states = {add_months(JUNE, -back): "submitted" for back in range(months)}
        sheet.visit = Visit(pk=1, household=home, month=JUNE, visited_on=visited_on, state="submitted")
        if last_year is not None:
            items = {item: yuan * 100 for item, yuan in last_year.items()}
            sheet.last_year = AnnualIncome(household=home, year=2021, persons=1, items=items)
        return Case(sheet, prospect(sheet, ground), DAY, **fields)

    return make
