"""What an explanation is made of: plain values that the templates read. Amounts are fen."""

from datetime import date
from typing import NamedTuple

from households.models import AnnualIncome, Household, Member
from ledger.calc import Assessment, Facts, Terms
from ledger.formulas import Formula
from ledger.judgement import FlagLine, Threshold, WarningRule
from ledger.models import LedgerRow, PolicyYear
from visits.models import IncomeEntry, IncomeItem, Visit


class EntryLine(NamedTuple):
    """One stored amount; ``why`` says in words why it counts or not."""

    entry: IncomeEntry
    amount: int
    source: str
    is_counted: bool
    why: str


class ItemLine(NamedTuple):
    """One item over the months: the counting sum of each month (``None``: nothing recorded), and its entries."""

    item: IncomeItem
    months: list[int | None]
    total: int
    entries: list[EntryLine]
    is_excluded: bool
    last_year: int | None


class ClassBlock(NamedTuple):
    """One class of income or cost: its sum, its items, the year by the official formula, last year."""

    key: str
    label: str
    total: int
    months: list[int | None]
    items: list[ItemLine]
    estimate: Formula | None = None
    last_year: int | None = None
    same_period: Formula | None = None
    # Collected less the same period of last year.
    difference: int | None = None


class MonthLine(NamedTuple):
    """One month of the window and what made it collected, or why it is missing."""

    month: date
    is_collected: bool
    how: str
    visit: Visit | None


class PersonLine(NamedTuple):
    """One person on the register of the household, counted or not, and why."""

    member: Member
    is_counted: bool
    why: str


class RhythmGroup(NamedTuple):
    """Items of one rhythm in the itemised estimate, each with its sign."""

    label: str
    rule: str
    items: list[tuple[str, int]]
    total: int


class Tracking(NamedTuple):
    """The official formula over the months that end with the last collected one."""

    months: list[date]
    persons: int
    blocks: list[ClassBlock]
    net: Formula
    estimate: Formula
    per_capita: Formula | None
    share: Formula | None

    @property
    def last_month(self):
        return self.months[-1]


class Steps(NamedTuple):
    """Every printed figure as a formula with the household's numbers put in."""

    net: Formula
    estimate: Formula
    per_capita: Formula
    share: Formula | None
    last_net: Formula | None
    last_per_capita: Formula | None
    change: Formula | None
    change_rate: Formula | None
    itemised: Formula | None
    itemised_per_capita: Formula | None
    reference: Formula | None


class Difference(NamedTuple):
    """A stored column that a recomputation would change."""

    label: str
    stored: str
    now: str


class Recomputed(NamedTuple):
    """The household as it is now, under the policy version that the row names."""

    facts: Facts
    terms: Terms
    result: Assessment
    steps: Steps
    flags: list[FlagLine]
    warning_rules: list[WarningRule]
    disagreements: list[str]
    rhythms: list[RhythmGroup]
    tracking: Tracking | None


class Explanation(NamedTuple):
    """Everything that the page of one household and year shows. ``now`` is ``None`` where it has no persons or left."""

    household: Household
    policy: PolicyYear
    row: LedgerRow | None
    months: list[MonthLine]
    blocks: list[ClassBlock]
    others: list[ClassBlock]
    persons: list[PersonLine]
    last_year: AnnualIncome | None
    thresholds: list[Threshold]
    excluded_items: list[IncomeItem]
    now: Recomputed | None
    differences: list[Difference]
