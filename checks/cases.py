"""What a rule is told of one household in one month, and reading it for many at once."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from django.db.models import DateField, F, Value

from checks.filling import Filling
from checks.quantities import amounts, home_words, quantities
from checks.watch import Bound
from households.models import Household, Member
from ledger.prospect import WITHOUT_LABOUR, Prospect
from visits.models import IncomeEntry, Visit
from visits.months import add_months
from visits.sheets import FIRST_MONTH_OF_ACCOUNT, Sheet, prior_year


class Doubt(NamedTuple):
    """What a rule found: a ``checks.watch.Watch`` but for the rule's own code and severity."""

    text: str
    field: str = ""
    member_key: int = 0
    conditions: tuple[Bound, ...] = ()
    values: Mapping = {}


@dataclass
class Case:
    """One household in one month on a business day.

    ``prospect`` is ``None`` where nobody lives there on the last window day. ``phone_households`` are the
    households with the same phone, this one included; ``elsewhere`` the members who stand in another
    household too on the last day of the month. ``filling`` is ``None`` where nobody asks how the visits
    were filled in.
    """

    sheet: Sheet
    prospect: Prospect | None
    day: date
    phone_households: int = 1
    elsewhere: frozenset = frozenset()
    filling: Filling | None = None
    home: tuple = field(default_factory=home_words)

    @property
    def household(self):
        return self.sheet.household

    @property
    def month(self):
        return self.sheet.month

    @cached_property
    def month_end(self):
        return add_months(self.month, 1) - timedelta(days=1)

    # Who lives there.

    @cached_property
    def persons(self):
        """Members on the last day of the month."""
        return self.sheet.present_on(self.month_end)

    def age(self, member):
        """Full years at the end of the month; ``None`` without a birth date."""
        return member.age_on(self.month_end)

    # What is known of the money.

    @cached_property
    def ground(self):
        return self.prospect.ground

    def items_of(self, *classes):
        """Codes of the items of these classes that count in the policy year."""
        return [code for code in self.ground.items if self.ground.kind(code)[0] in classes]

    def keys(self, item):
        """Every key under which the item may be typed: for each member of the month, and as already told."""
        members = self._present_keys if item[0] == "W" else ()
        return sorted({f"{item}/0", *self._told_keys[item], *(f"{item}/{pk}" for pk in members)})

    def place(self, item):
        """The row of the form where a doubt about an item stands: where it was told last, else where it is asked."""
        if told := [told.key for told in self.sheet.entries if told.item_id == item]:
            return f"entries.{told[-1]}"
        earners = [member.pk for member in self.sheet.present if member.labour not in WITHOUT_LABOUR]
        return f"entries.{item}/{earners[0] if item[0] == 'W' and earners else 0}"

    @cached_property
    def _present_keys(self):
        return [member.pk for member in self.sheet.present]

    @cached_property
    def _told_keys(self):
        keys = defaultdict(set)
        for told in self.sheet.entries:
            keys[told.item_id].add(told.key)
        return keys

    @cached_property
    def reported(self):
        """Key -> fen that departments and the county's files count for this month."""
        return {told.key: told.amount for told in self.sheet.reported if told.is_counted}

    @cached_property
    def locked(self):
        return self.sheet.locked_items

    @cached_property
    def earlier(self):
        """Counting entries of the months before."""
        return [told for told in self.sheet.entries if told.is_counted and told.month < self.month]

    @cached_property
    def account_start(self):
        """The month in which the year of account began."""
        return date(prior_year(self.month), FIRST_MONTH_OF_ACCOUNT, 1)

    @cached_property
    def year_ago(self):
        """The first of the twelve months that end with this one."""
        return add_months(self.month, -11)

    def earned(self, item, since):
        """Fen of an item from the month ``since`` on, without this month."""
        return self._sums_by_month[item].total(since)

    @cached_property
    def _sums_by_month(self):
        sums = defaultdict(_Months)
        for told in self.earlier:
            sums[told.item_id][told.month] += told.amount
        return sums

    def months_of(self, key):
        """Amounts above zero of a key in the twelve months before, in fen."""
        return self._months_by_key.get(key, [])

    @cached_property
    def _months_by_key(self):
        first, months = add_months(self.month, -12), defaultdict(list)
        for told in self.earlier:
            if told.month >= first and told.amount > 0:
                months[told.key].append(told.amount)
        return dict(months)

    def collected_since(self, since):
        """How many months from ``since`` to this one are collected, this one included."""
        by_visit = {month for month, state in self.sheet.states.items() if state in Visit.COLLECTED_STATES}
        by_others = {told.month for told in self.earlier if told.source != IncomeEntry.Source.VISIT}
        return sum(since <= month < self.month for month in by_visit | by_others) + 1

    # From what is known to what remains to be typed.

    def doubts(self, text, *bounds, field="", member=None, **values):
        """One ``Doubt`` in a list, or none where what is known already rules it out.

        Amounts of an item that a better source has told are known: what is typed beside them does not count.
        They go into the limits, so that the conditions name only what a person can still type.
        """
        conditions = []
        for bound in bounds:
            known = {name: fen for name in bound.of if (fen := self._known(name)) is not None}
            values |= {name.removeprefix("-"): fen for name, fen in known.items()}
            sum_known = sum(-fen if name[0] == "-" else fen for name, fen in known.items())
            open_names = tuple(name for name in bound.of if name not in known)
            rest = Bound(open_names, _less(bound.at_least, sum_known), _less(bound.at_most, sum_known))
            if open_names:
                conditions.append(rest)
            elif not rest.holds(0):
                return []
        return [Doubt(text, field, member.pk if member else 0, tuple(conditions), values)]

    def _known(self, name):
        """The value of a quantity that is settled already, ``None`` where it is for the person to type."""
        name = name.removeprefix("-")
        is_mark, name = name.startswith("filled/"), name.removeprefix("filled/")
        item = name.partition("/")[0]
        if item not in self.locked:
            return None
        if is_mark:
            return int(name in self.reported)
        return sum(fen for key, fen in self.reported.items() if name in (key, item) and key.partition("/")[0] == item)

    @cached_property
    def quantities(self):
        """The quantities of the visit as it is stored; of none, only the estimate."""
        content = self.sheet.content
        return quantities(content, self.assessment(content), self.home)

    def assessment(self, content):
        """The live estimate with a content's amounts, ``None`` without persons.

        The official one where what is typed moves it, else the tracking one.
        """
        if self.prospect is None:
            return None
        official, tracking = self.prospect.with_amounts(amounts(content) if content else {})
        return official if self.prospect.is_in_window else tracking

    @property
    def live_facts(self):
        """The facts that the live estimate starts from."""
        return self.prospect.official if self.prospect.is_in_window else self.prospect.tracking


class _Months(Counter):
    """Month -> fen."""

    def total(self, since):
        return sum(fen for month, fen in self.items() if month >= since)


def _less(limit, known):
    return None if limit is None else limit - known


def read_cases(sheets, prospects, *, day):
    """The ``Case`` of each sheet with its prospect, both in one order. One query, however many sheets."""
    cases = [Case(sheet, prospect, day) for sheet, prospect in zip(sheets, prospects, strict=True)]
    phones, people = _same_elsewhere(cases, day)
    for case in cases:
        case.phone_households = phones.get(case.household.phone, 1)
        case.elsewhere = frozenset(
            member.pk
            for member in case.persons
            if any(_lives_elsewhere(stay, member, case.month_end) for stay in people[member.id_key])
        )
    return cases


class Stay(NamedTuple):
    """A person's time in a household."""

    household_id: int
    joined_on: date | None
    left_on: date | None


def _same_elsewhere(cases, day):
    """(phone -> how many households on the register have it, person's key -> every ``Stay``) of these cases."""
    phones = {case.household.phone for case in cases} - {""}
    keys = {member.id_key for case in cases for member in case.persons}
    columns = ("same", "household_id", "joined_on", "left_on")
    nothing = Value(None, output_field=DateField())
    by_phone = Household.objects.present_on(day).filter(phone__in=phones).order_by()
    by_phone = by_phone.annotate(same=F("phone"), household_id=F("pk"), joined_on=nothing)
    by_person = Member.objects.filter(id_key__in=keys).order_by().annotate(same=F("id_key"))
    counts, people = Counter(), defaultdict(list)
    for same, *stay in by_phone.values_list(*columns).union(by_person.values_list(*columns), all=True):
        if same in phones:
            counts[same] += 1
        else:
            people[same].append(Stay(*stay))
    return counts, people


def _lives_elsewhere(stay, member, day):
    """Whether a person's stay is in another household on a day."""
    return (
        stay.household_id != member.household_id
        and (stay.joined_on is None or stay.joined_on <= day)
        and (stay.left_on is None or stay.left_on > day)
    )
