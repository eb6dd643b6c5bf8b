"""The derived half of a ledger row: as a recomputation gives it, and as it is stored."""

from datetime import date
from typing import NamedTuple

from django.db import connection
from django.db.models import BooleanField

from ledger.calc import FLAGS, assess
from ledger.inputs import Scope, read_inputs
from ledger.models import LedgerRow

# Columns in the order of a computed row. Everything a rebuild writes, but for ``computed_at``.
KEY = ("household", "year")
DERIVED = (
    "village",
    "policy",
    "persons",
    "workers",
    "weak_workers",
    "without_labour",
    "labour_unknown",
    "is_monitored",
    "guarantee_open",
    "collected_mask",
    "months_missing",
    "wage",
    "business",
    "property",
    "transfer",
    "business_cost",
    "claims",
    "self_paid",
    "last_net",
    "last_persons",
    "net",
    "estimate",
    "per_capita",
    "transfer_share",
    "last_per_capita",
    "change",
    "change_rate",
    "itemised_estimate",
    "itemised_per_capita",
    "estimates_disagree",
    "reference_per_capita",
    "tracking_month",
    "tracking_estimate",
    "tracking_per_capita",
    "tracking_share",
    *FLAGS,
    "warning",
)
FIELDS = KEY + DERIVED
TOLD_EVERY = 500


class Computed(NamedTuple):
    """A recomputation: household id -> stored values in the order of ``FIELDS``, and who has no persons."""

    rows: dict
    without_persons: list


def compute_rows(policy, *, area=None, household_ids=None, progress=None):
    """What the ledger rows of an area (or of these households) should hold now.

    ``progress(done, total, message)`` is told how many households are computed.
    """
    terms = policy.terms()
    inputs, empty = read_inputs(policy, Scope.of(area=area, household_ids=household_ids))
    rows = {}
    for done, each in enumerate(inputs):
        if progress and done % TOLD_EVERY == 0:
            progress(done, len(inputs), "正在计算")
        rows[each.household_id] = _row(each, policy, assess(each.facts, terms))
    return Computed(rows, empty)


def _row(inputs, policy, result):
    facts = inputs.facts
    last_net, last_persons = facts.last_year or (None, None)
    return (
        inputs.household_id,
        policy.year,
        inputs.village_id,
        policy.pk,
        facts.persons,
        inputs.workers,
        inputs.weak_workers,
        facts.without_labour,
        facts.labour_unknown,
        int(facts.is_monitored),
        int(facts.guarantee_open),
        inputs.collected_mask,
        result.months_missing,
        *facts.sums,
        facts.claims,
        facts.self_paid,
        last_net,
        last_persons,
        result.net,
        result.estimate,
        result.per_capita,
        result.transfer_share,
        result.last_per_capita,
        result.change,
        result.change_rate,
        result.itemised_estimate,
        result.itemised_per_capita,
        int(result.estimates_disagree),
        result.reference_per_capita,
        inputs.tracking_month and inputs.tracking_month.isoformat(),
        result.tracking_estimate,
        result.tracking_per_capita,
        result.tracking_share,
        int(result.income_falling),
        int(result.below_monitoring_line),
        int(result.below_average_line),
        int(result.high_transfer_share),
        int(result.no_labour_low_income),
        int(result.warning),
    )


def stored_rows(year, *, area=None, household_ids=None):
    """Household id -> stored values in the order of ``FIELDS``; rows of households that should have none included.

    An area's rows are those of households that live there now.
    """
    columns = ", ".join(f"r.{LedgerRow._meta.get_field(name).column}" for name in FIELDS)
    scope = Scope.of(area=area, household_ids=household_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM ledger_ledgerrow r JOIN households_household h ON h.id = r.household_id"
            f" WHERE r.year = %s AND {scope.condition}",
            (year, *scope.parameters),
        )
        return {row[0]: _as_computed(row) for row in cursor.fetchall()}


_BOOLEANS = [index for index, name in enumerate(FIELDS) if isinstance(LedgerRow._meta.get_field(name), BooleanField)]
_TRACKING_MONTH = FIELDS.index("tracking_month")


def _as_computed(row):
    values = list(row)
    for index in _BOOLEANS:
        values[index] = int(values[index])
    month = values[_TRACKING_MONTH]
    if isinstance(month, date):
        values[_TRACKING_MONTH] = month.isoformat()
    return tuple(values)
