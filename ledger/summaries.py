"""Ledger rows summed up: one line an area, and the totals at the foot. A fixed number of queries at any size."""

from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import BigIntegerField, Count, Exists, OuterRef, Q, Sum
from django.db.models.functions import Cast

from accounts.models import Area
from households.models import Household
from ledger.calc import FLAGS, Sums, Warning, divide_half_up, transfer_share
from ledger.models import VillageLedger

ANY_FLAG = Q(*[(flag, True) for flag in FLAGS], _connector=Q.OR)
COUNTS = {
    "households": Count("pk"),
    "incomplete": Count("pk", filter=Q(months_missing__gt=0)),
    "flagged": Count("pk", filter=ANY_FLAG),
    **{flag: Count("pk", filter=Q(**{flag: True})) for flag in FLAGS},
    "red": Count("pk", filter=Q(warning=Warning.RED)),
    "orange": Count("pk", filter=Q(warning=Warning.ORANGE)),
    "yellow": Count("pk", filter=Q(warning=Warning.YELLOW)),
    "disagreeing": Count("pk", filter=Q(estimates_disagree=True)),
}
PERSONS = ("persons", "workers", "weak_workers", "last_persons")
AMOUNTS = (*Sums._fields, "net", "estimate", "last_net")
# Amounts are added as whole fen.
SUMS = {name: Sum(Cast(name, BigIntegerField())) for name in (*PERSONS, *AMOUNTS)}
NAMES = (*COUNTS, "unmatched", *SUMS)


@dataclass(frozen=True)
class Totals:
    """Counts and sums over some ledger rows by name. Fen, persons, households.

    A printed average is the sum of its column over the sum of persons; ``None`` where nobody is.
    """

    values: dict

    def __getattr__(self, name):
        if name in NAMES:
            return self.values[name]
        raise AttributeError(name)

    @property
    def per_capita(self):
        return divide_half_up(self.estimate, self.persons) if self.persons else None

    @property
    def last_per_capita(self):
        return divide_half_up(self.last_net, self.last_persons) if self.last_persons else None

    @property
    def transfer_share(self):
        return transfer_share(Sums(*(self.values[name] for name in Sums._fields)))

    @property
    def flags(self):
        """(name of the flag, households), in the plan's order."""
        return [(flag, self.values[flag]) for flag in FLAGS]


class AreaLine(NamedTuple):
    """One area of a summary: its totals and how far its villages' ledgers are."""

    area: Area
    totals: Totals
    states: list


def live_actions():
    """Measures of the row's household and year that were not stopped, for a subquery."""
    actions = Household._meta.get_field("support_actions").related_model.objects
    return actions.live().filter(household=OuterRef("household_id"), year=OuterRef("year"))


def without_measure():
    """Condition: flagged, and no measure was even suggested."""
    return ANY_FLAG & ~Exists(live_actions())


def totals(rows):
    """Totals of a queryset of ledger rows, in one query."""
    return _as_totals(rows.order_by().aggregate(**_aggregates()))


def area_lines(rows, areas, *, year, ledgers):
    """One line an area of ``areas`` (not overlapping), in their order.

    ``rows`` and ``ledgers`` are what the user may see of the year's rows and of village ledgers.
    """
    grouped = rows.order_by().values("village_id").annotate(**_aggregates())
    by_village = {figures["village_id"]: _as_totals(figures) for figures in grouped}
    states = {ledger.village_id: ledger_state(ledger) for ledger in ledgers.filter(year=year)}
    return [
        AreaLine(
            area,
            add_up(figures for code, figures in by_village.items() if code.startswith(area.code)),
            [state for code, state in states.items() if code.startswith(area.code)],
        )
        for area in areas
    ]


def add_up(parts):
    """Totals over several totals."""
    sums = dict.fromkeys(NAMES, 0)
    for part in parts:
        for name in NAMES:
            sums[name] += part.values[name]
    return Totals(sums)


def _aggregates():
    """The aggregates under names that no column of the row has."""
    aggregates = {**COUNTS, "unmatched": Count("pk", filter=without_measure()), **SUMS}
    return {f"total_{name}": aggregate for name, aggregate in aggregates.items()}


def _as_totals(figures):
    # PostgreSQL adds whole numbers up into decimals, and nothing into null.
    return Totals({name: int(figures[f"total_{name}"] or 0) for name in NAMES})


class LedgerState(NamedTuple):
    """How far a village's ledger is: a shape and a word."""

    key: str
    shape: str
    words: str


OPEN = LedgerState("open", "○", "未报")
RETURNED = LedgerState("returned", "↩", "退回")
STATES = {
    VillageLedger.State.SUBMITTED: LedgerState("submitted", "◐", "村已报"),
    VillageLedger.State.REVIEWED: LedgerState("reviewed", "●", "乡镇已审"),
    VillageLedger.State.ACCEPTED: LedgerState("accepted", "●", "县已验收"),
}
ORDER = (OPEN, RETURNED, *STATES.values())


def ledger_state(ledger):
    """The state of one village ledger; an open one with a comment was sent back."""
    return STATES.get(ledger.state) or (RETURNED if ledger.comment else OPEN)


def state_counts(states, villages):
    """(state, villages) of the states that occur among so many villages; a village without a record is open."""
    states = [*states, *[OPEN] * (villages - len(states))]
    return [(state, states.count(state)) for state in ORDER if state in states]
