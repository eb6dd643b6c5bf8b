"""Reading the ledger of an area for the appendix: a fixed number of queries, however many households."""

from collections import Counter, defaultdict, namedtuple
from datetime import date
from typing import NamedTuple

from django.db.models import BigIntegerField, Count, Sum
from django.db.models.functions import Cast

from accounts.models import Department
from households import identity
from households.choices import HEAD, Kind, MonitorKind
from households.models import Member
from ledger.digest import FIELDS, canonical_columns
from ledger.models import RiskPoint
from measures.models import ActionLog, LineDepartment, Measure, SupportAction
from visits.models import Visit

CHUNK = 2000
# What a line of the appendix needs besides the digest's own fields.
HOUSEHOLD_COLUMNS = {
    "household_id": "household_id",
    "head_name": "household__head_name",
    "kind": "household__kind",
    "monitor_kind": "household__monitor_kind",
    "risk_eliminated": "household__risk_eliminated",
    "identified_on": "household__identified_on",
    "helper_name": "household__helper_name",
    "helper_account": "household__helper__name",
}

# One household as the appendix prints it: figures in fen and hundredths of a percent.
Line = namedtuple("Line", (*FIELDS, *HOUSEHOLD_COLUMNS))


class Action(NamedTuple):
    """One measure of one household that was not stopped. ``gain`` in fen, ``None`` where not estimated."""

    measure: str
    state: str
    department: int
    due_on: date
    gain: int | None


class Risks(NamedTuple):
    """How many risk points of a household are open, how many are gone, and when the last one went."""

    open: int
    eliminated: int
    last_on: date | None


class Catalogue(NamedTuple):
    """Names behind the ids of actions: measure code -> (line, name), department id -> name, and who is responsible."""

    measures: dict
    departments: dict
    responsible: dict


class Beside(NamedTuple):
    """What stands beside the ledger rows, by household id. ``heads`` holds masked ID numbers."""

    heads: dict
    actions: dict
    risks: dict
    visits: dict
    paid: dict
    catalogue: Catalogue


def read_lines(rows):
    """The lines of a ``LedgerRow`` queryset by village and household number, read as they are used."""
    columns = [*canonical_columns(), *HOUSEHOLD_COLUMNS.values()]
    ordered = rows.order_by("village_id", "household__number")
    return map(Line._make, ordered.values_list(*columns).iterator(chunk_size=CHUNK))


def read_beside(rows, policy, *, with_ids, with_counts):
    """What the lines of these rows need from other tables.

    Without ``with_ids`` no ID number is read, let alone decrypted. ``with_counts`` adds the
    visits and the money paid out, which only the summary shows.
    """
    households = rows.order_by().values("household_id")
    return Beside(
        heads=_masked_ids(households) if with_ids else {},
        actions=_actions(households, policy.year),
        risks=_risks(households, policy.year),
        visits=_visits(households, policy) if with_counts else {},
        paid=_paid(households, policy.year) if with_counts else {},
        catalogue=_catalogue(),
    )


def type_label(line):
    """户类型 of a line, in the words of ``Household.type_label``."""
    if line.monitor_kind == MonitorKind.NONE:
        return Kind(line.kind).label
    return f"{MonitorKind(line.monitor_kind).label}（{'已消除' if line.risk_eliminated else '未消除'}）"


def _masked_ids(households):
    heads = Member.objects.filter(household__in=households, relation=HEAD, left_on=None)
    pairs = heads.order_by().values_list("household_id", "id_number").iterator(chunk_size=CHUNK)
    return {household_id: identity.mask(number) for household_id, number in pairs}


def _actions(households, year):
    """Household id -> its actions, in the order of lines and catalogue."""
    found = defaultdict(list)
    actions = SupportAction.objects.filter(household__in=households, year=year).live()
    columns = (
        "household_id",
        "measure_id",
        "state",
        "department_id",
        "due_on",
        Cast("expected_gain", BigIntegerField()),
    )
    ordered = actions.order_by("measure__line_id", "measure__order", "measure_id")
    for household_id, *action in ordered.values_list(*columns).iterator(chunk_size=CHUNK):
        found[household_id].append(Action._make(action))
    return found


def _risks(households, year):
    points = RiskPoint.objects.filter(household__in=households, year=year).order_by()
    open_points, eliminated, last_on = Counter(), Counter(), {}
    columns = ("household_id", "state", "eliminated_on")
    for household_id, state, day in points.values_list(*columns).iterator(chunk_size=CHUNK):
        if state != RiskPoint.State.ELIMINATED:
            open_points[household_id] += 1
            continue
        eliminated[household_id] += 1
        if day is not None:
            last_on[household_id] = max(day, last_on.get(household_id, day))
    return {
        household_id: Risks(open_points[household_id], eliminated[household_id], last_on.get(household_id))
        for household_id in open_points.keys() | eliminated.keys()
    }


def _visits(households, policy):
    """Household id -> months of the window with a submitted or approved visit."""
    visits = Visit.objects.filter(
        household__in=households,
        month__range=(policy.window_start, policy.last_month),
        state__in=Visit.COLLECTED_STATES,
    )
    return dict(visits.order_by().values_list("household_id").annotate(Count("pk")))


def _paid(households, year):
    """Household id -> fen by measure line, as the departments' logs tell."""
    logs = ActionLog.objects.filter(action__household__in=households, action__year=year).exclude(amount=None)
    sums = logs.order_by().values_list("action__household_id", "action__measure__line_id")
    paid = defaultdict(Counter)
    for household_id, line, amount in sums.annotate(paid=Sum(Cast("amount", BigIntegerField()))):
        paid[household_id][line] += amount
    return paid


def _catalogue():
    responsible = defaultdict(list)
    parts = LineDepartment.objects.filter(part=LineDepartment.Part.RESPONSIBLE).order_by("line_id", "order")
    for line, department in parts.values_list("line_id", "department__name"):
        responsible[line].append(department)
    return Catalogue(
        measures={code: (line, name) for code, line, name in Measure.objects.values_list("code", "line_id", "name")},
        departments=dict(Department.objects.values_list("pk", "name")),
        responsible=responsible,
    )
