"""Comparing the stored ledger with a recomputation."""

from typing import NamedTuple

from households.models import Household
from ledger.models import LedgerRow, PolicyYear
from ledger.services.rows import DERIVED, FIELDS, compute_rows, stored_rows
from sumyuan.fields import MoneyField, to_yuan


class Difference(NamedTuple):
    """One column of one row that is not what a recomputation gives. ``field`` "" is the whole row."""

    household: str
    field: str
    stored: str
    computed: str

    def __str__(self):
        return f"{self.household} {self.field or '台账行'}：存 {self.stored}，重算 {self.computed}"


def check_ledger(*, year, area=None):
    """Differences between the stored derived columns of an area's rows and a recomputation; empty where all agree.

    Raises ``PolicyYear.DoesNotExist``.
    """
    policy = PolicyYear.objects.in_force().get(year=year)
    computed = compute_rows(policy, area=area).rows
    stored = stored_rows(year, area=area)
    differing = [pk for pk in computed.keys() | stored.keys() if computed.get(pk) != stored.get(pk)]
    numbers = dict(Household.objects.filter(pk__in=differing).values_list("pk", "number"))
    found = []
    for pk in sorted(differing, key=numbers.get):
        found += _differences(numbers[pk], stored.get(pk), computed.get(pk))
    return found


def _differences(number, stored, computed):
    if stored is None or computed is None:
        return [Difference(number, "", "有" if stored else "无", "有" if computed else "无")]
    return [
        Difference(number, _label(name), _shown(name, was), _shown(name, now))
        for name, was, now in zip(FIELDS, stored, computed, strict=True)
        if was != now and name in DERIVED
    ]


def _label(name):
    return str(LedgerRow._meta.get_field(name).verbose_name)


def _shown(name, value):
    if value is None:
        return "无"
    if isinstance(LedgerRow._meta.get_field(name), MoneyField):
        return f"{to_yuan(value):,.2f}"
    return str(value)
