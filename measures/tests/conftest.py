"""Households with income and a ledger row, for the tests of measures."""

from decimal import Decimal

import pytest

from ledger.models import PolicyYear
from ledger.services import rebuild_ledger
from visits.models import IncomeEntry


@pytest.fixture
def policy(db):
    return PolicyYear.objects.in_force().get(year=2022)


@pytest.fixture
def earn(policy):
    """``earn(household, W01=1000)``: that many yuan of each item in each month of the window, by import."""

    def earn(household, months=None, **items):
        IncomeEntry.objects.bulk_create(
            IncomeEntry(household=household, month=month, item_id=item, amount=Decimal(amount), source="import")
            for month in policy.months[:months]
            for item, amount in items.items()
        )
        return household

    return earn


@pytest.fixture
def rebuild(policy):
    """Recompute the whole ledger of 2022."""
    return lambda: rebuild_ledger(year=policy.year)
