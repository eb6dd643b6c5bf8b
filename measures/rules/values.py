"""What the rules know of one household. Fen, persons, months, hundredths of a percent.

A rule sees no names, no certificate numbers and no addresses: what is not here cannot get into
a reason.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from households.choices import Cause, Labour

ABLE = frozenset({Labour.SKILLED.value, Labour.ORDINARY.value})
WITHOUT = frozenset({Labour.LOST.value, Labour.NONE.value})
# The most severe grades of disability; a smaller grade is more severe.
SEVERE_GRADES = frozenset({1, 2})
ADULT, OLD, POST_END, LOAN_START, LOAN_END = 16, 60, 70, 18, 65

# The stages of schooling that the plan's measures tell apart.
VOCATIONAL, OTHER_SCHOOL, PRESCHOOL = "vocational", "school", "preschool"

INCOME_CLASSES = ("wage", "business", "property", "transfer")
WAGE_ITEMS = ("W01", "W03", "W09")
# Branches of production: the item of income that each shows in.
PLANTING, LIVESTOCK, ORCHARD = "B01", "B02", "B03"
BRANCHES = (PLANTING, LIVESTOCK, ORCHARD)


class Person(NamedTuple):
    """One member on the day of the assignment."""

    # Full years; None: no birth date recorded.
    age: int | None = None
    labour: str = Labour.NONE.value
    is_chronic: bool = False
    is_seriously_ill: bool = False
    is_disabled: bool = False
    # Of the disability card, 1 (most severe) to 4; None: no card recorded.
    disability_grade: int | None = None
    # VOCATIONAL, OTHER_SCHOOL, PRESCHOOL or "".
    stage: str = ""
    is_working: bool = False
    works_outside: bool = False
    work_months: int = 0
    has_public_post: bool = False
    has_low_income_allowance: bool = False
    has_destitute_support: bool = False
    # None: not recorded.
    has_medical_insurance: bool | None = None

    @property
    def is_student(self):
        return self.stage in (VOCATIONAL, OTHER_SCHOOL)

    @property
    def is_able(self):
        return self.labour in ABLE

    @property
    def is_weak(self):
        return self.labour == Labour.WEAK

    @property
    def is_employable(self):
        """Can be sent to work: able, out of school, of working age (an unknown age does not stand in the way)."""
        return self.is_able and not self.is_student and (self.age is None or ADULT <= self.age < OLD)

    @property
    def is_old(self):
        return self.age is not None and self.age >= OLD

    @property
    def is_severely_disabled(self):
        return self.disability_grade in SEVERE_GRADES

    @property
    def is_supported(self):
        """Lives in part on low-income allowance or destitute support."""
        return self.has_low_income_allowance or self.has_destitute_support

    def fits_public_post(self):
        return not self.is_student and (self.age is None or ADULT <= self.age < POST_END)

    def fits_loan(self):
        return not self.is_student and (self.age is None or LOAN_START <= self.age <= LOAN_END)


class Lines(NamedTuple):
    """The lines of the policy year that reasons quote, fen per person and year."""

    monitoring: int
    average: int
    low_income: int
    # Hundredths of a percent.
    large_fall: int


class Earned(NamedTuple):
    """Income and production cost by class over some months, in fen."""

    wage: int = 0
    business: int = 0
    property: int = 0
    transfer: int = 0
    business_cost: int = 0


NOTHING = Earned()


@dataclass(frozen=True)
class HouseholdFacts:
    """Everything about one household that decides which measures suit it."""

    lines: Lines
    persons: tuple[Person, ...] = ()
    # Names of the flags that hold, in the plan's order, from the ledger row.
    flags: tuple[str, ...] = ()
    warning: int = 0
    months_missing: int = 0
    window_months: int = 9
    year_months: int = 12
    # Printed figures of the ledger row.
    per_capita: int = 0
    transfer_share: int | None = None
    # Persons and net income as the ledger row counts them.
    counted_persons: int = 1
    net: int = 0
    # Collected in the window, and the whole past year; None: no last year.
    window: Earned = NOTHING
    last_year: Earned | None = None
    # Item code -> fen: collected in the window, and of the past year where its items are known.
    items: dict[str, int] = field(default_factory=dict)
    last_items: dict[str, int] = field(default_factory=dict)
    is_lifted: bool = True
    monitor_kind: str = "none"
    is_risk_eliminated: bool = False
    causes: tuple[str, ...] = ()
    is_housing_safe: bool = True
    is_water_safe: bool = True
    is_schooling_safe: bool = True
    is_medical_safe: bool = True
    has_helper: bool = False
    # The paired helper's account was closed.
    is_helper_gone: bool = False

    # Who lives here.

    def count(self, test):
        """How many members pass a test."""
        return sum(1 for person in self.persons if test(person))

    @cached_property
    def able(self):
        return self.count(lambda person: person.is_able)

    @cached_property
    def weak(self):
        return self.count(lambda person: person.is_weak)

    @cached_property
    def employable(self):
        return self.count(lambda person: person.is_employable)

    @cached_property
    def has_labour(self):
        """Somebody is able or partly able."""
        return any(person.is_able or person.is_weak for person in self.persons)

    @cached_property
    def has_no_labour(self):
        """Every member is without labour capacity; one blank, and nobody knows."""
        return bool(self.persons) and all(person.labour in WITHOUT for person in self.persons)

    @cached_property
    def labour_unknown(self):
        return self.count(lambda person: person.labour == "")

    @cached_property
    def working(self):
        """Employable members at work: those recorded, and at least one where a wage comes in."""
        recorded = self.count(lambda person: person.is_employable and person.is_working)
        paid = 1 if any(self.items.get(code) for code in WAGE_ITEMS) else 0
        return min(self.employable, max(recorded, paid))

    @cached_property
    def idle(self):
        return self.employable - self.working

    @cached_property
    def has_public_post(self):
        return any(person.has_public_post for person in self.persons) or bool(self.items.get("W02"))

    # What it earns.

    def flagged(self, *names):
        """Whether any of these flags holds."""
        return any(name in self.flags for name in names)

    @cached_property
    def is_low_income(self):
        """Below the policy year's low-income line per person."""
        return self.per_capita < self.lines.low_income

    @cached_property
    def is_below_monitoring_line(self):
        return self.per_capita < self.lines.monitoring

    def same_period(self, name):
        """Last year's class ``name`` × window months ÷ year months, whole fen; ``None`` without a last year."""
        if self.last_year is None:
            return None
        return getattr(self.last_year, name) * self.window_months // self.year_months

    def fall(self, name):
        """How much less a class brought than in the same period of last year, in fen; 0 if not less."""
        before = self.same_period(name)
        return 0 if before is None else max(0, before - getattr(self.window, name))

    def fell(self, name):
        """Whether a class fell so that it needs an answer.

        By a large fall (the policy year's 降幅较大) against the same period of last year, or, where income as a
        whole is falling, more than every other class.
        """
        return name in self._fallen

    @cached_property
    def _fallen(self):
        falls = {name: fall for name in INCOME_CLASSES if (fall := self.fall(name))}
        fallen = {name for name, fall in falls.items() if self._is_large(fall, self.same_period(name))}
        if falls and self.flagged("income_falling"):
            fallen.add(max(falls, key=falls.get))
        return fallen

    def _is_large(self, change, before):
        return change * 10_000 >= self.lines.large_fall * before

    @cached_property
    def earned_rise(self):
        """How much more own work brought (wage, business less cost) than in the same period; 0 if not a large rise."""
        before = [self.same_period(name) for name in ("wage", "business", "business_cost")]
        if None in before:
            return 0
        earlier = before[0] + before[1] - before[2]
        rise = self.window.wage + self.window.business - self.window.business_cost - earlier
        return rise if rise > 0 and earlier > 0 and self._is_large(rise, earlier) else 0

    @cached_property
    def has_production(self):
        """Produces for itself now, or did last year."""
        return bool(self.window.business or (self.last_year and self.last_year.business))

    @cached_property
    def branch(self):
        """The branch of production that brings the most (window and last year together); planting if none does."""
        brought = {code: self.items.get(code, 0) + self.last_items.get(code, 0) for code in BRANCHES}
        return max(BRANCHES, key=brought.get)

    @cached_property
    def rigid_cost(self):
        """Medical, schooling, housing and other large unavoidable costs of the window, in fen."""
        return sum(self.items.get(code, 0) for code in ("R01", "R02", "R03", "R09"))

    def received(self, *codes):
        """Fen of these items in the window."""
        return sum(self.items.get(code, 0) for code in codes)

    @cached_property
    def after_rigid_cost(self):
        """Per person and year in fen, rounded down: estimate + claims − unavoidable costs, these as collected, once."""
        own = self.net * self.year_months + (self.received("X01") - self.rigid_cost) * self.window_months
        return own // (self.window_months * self.counted_persons)

    @cached_property
    def is_at_risk(self):
        """Monitored, and the risk is not eliminated."""
        return self.monitor_kind != "none" and not self.is_risk_eliminated

    def has_cause(self, *causes):
        return any(Cause(cause).value in self.causes for cause in causes)
