"""What the ledger would say of a household with a month as it is being typed.

Everything but the typed amounts is gathered once from the household's sheet; the calculation is that of
``ledger.calc``. A phone without signal does the same sum on what ``as_json`` gives it (static/js/visit/estimate.js),
and a test holds the two together.
"""

from datetime import timedelta
from typing import NamedTuple

from django.db.models import Exists, OuterRef

from households.choices import Labour, MonitorKind
from ledger.calc import Facts, LastYear, Sums, Terms, assess
from ledger.inputs import CLAIMS_ITEM, COSTS, INCOME, SELF_PAID_ITEM
from ledger.models import PolicyYear
from sumyuan.fields import to_fen
from visits.models import IncomeEntry, IncomeItem, Rhythm, Visit
from visits.months import add_months, quarter_number

WITHOUT_LABOUR = (Labour.LOST, Labour.NONE)
CLASSES = (*INCOME, *COSTS)


class Ground(NamedTuple):
    """A policy year as a prospect needs it: read once, used for every household."""

    policy: PolicyYear
    terms: Terms
    # Item code -> item, every one; those that count in that year have ``is_counted``.
    items: dict

    @classmethod
    def for_month(cls, month):
        """The ground of the policy year whose window holds the month, else of the last one that began before it.

        ``None`` where no policy year is in force.
        """
        policies = list(PolicyYear.objects.in_force().order_by("window_start"))
        if not policies:
            return None
        begun = [policy for policy in policies if policy.window_start <= month]
        return cls.of((begun or policies[:1])[-1])

    @classmethod
    def of(cls, policy):
        excluded = PolicyYear.uncounted_items.through.objects.filter(policyyear=policy, incomeitem=OuterRef("pk"))
        items = IncomeItem.objects.annotate(is_counted=~Exists(excluded)).order_by("code")
        return cls(policy, policy.terms(), {item.pk: item for item in items})

    def kind(self, code):
        """(class, rhythm) of an item that counts, else a pair of ``None``."""
        item = self.items.get(code)
        return (item.income_class, item.rhythm) if item is not None and item.is_counted else (None, None)

    def reach(self, month):
        """(first, last) month whose entries a prospect for ``month`` looks at."""
        first = min(self.policy.window_start, add_months(month, 1 - self.policy.window_months))
        return first, max(self.policy.last_month, month)


class Prospect(NamedTuple):
    """The facts of a household as if the month were reported with nothing typed.

    ``is_in_window``: what is typed moves the official figures, else the tracking ones only.
    ``official`` are the facts of the policy window, ``tracking`` those of the window that ends with the
    last collected month, this one included. ``locked`` items are told by a better source already.
    """

    ground: Ground
    is_in_window: bool
    is_in_tracking: bool
    official: Facts
    tracking: Facts
    tracking_month: object
    locked: frozenset

    def with_amounts(self, amounts):
        """(official, tracking) ``Assessment`` with ``amounts`` (item code -> fen) reported for the month."""
        terms = self.ground.terms
        typed = {code: fen for code, fen in amounts.items() if code not in self.locked}
        official = _add(self.official, typed, self.ground) if self.is_in_window else self.official
        tracking = _add(self.tracking, typed, self.ground) if self.is_in_tracking else self.tracking
        return assess(official, terms), assess(tracking, terms)

    def as_json(self):
        """What the phone computes with: integers (fen, hundredths of a percent), item codes and booleans."""
        return {
            "terms": self.ground.terms._asdict(),
            "items": {code: self.ground.kind(code) for code, item in self.ground.items.items() if item.is_counted},
            "locked": sorted(self.locked),
            "isInWindow": self.is_in_window,
            "isInTracking": self.is_in_tracking,
            "official": _facts_json(self.official),
            "tracking": _facts_json(self.tracking),
        }


def prospect(sheet, ground):
    """The ``Prospect`` of a sheet, or ``None`` where nobody lives in the household on the last window day.

    The sheet's entries and states reach over ``ground.reach(month)``.
    """
    policy, month = ground.policy, sheet.month
    persons = sheet.present_on(policy.last_day)
    if not persons:
        return None
    locked = frozenset(sheet.locked_items)
    counted = [told for told in sheet.entries if told.is_counted and not _is_own(told, month)]
    collected = _collected(sheet, counted) | {month}
    last = max(collected)
    official = _facts(sheet, ground, counted, collected, policy.last_month, persons)
    tracked = sheet.present_on(add_months(last, 1) - timedelta(days=1)) or persons
    tracking = _facts(sheet, ground, counted, collected, last, tracked)
    return Prospect(
        ground,
        policy.window_start <= month <= policy.last_month,
        add_months(last, 1 - policy.window_months) <= month <= last,
        official,
        tracking,
        last,
        locked,
    )


def _is_own(told, month):
    return told.source == IncomeEntry.Source.VISIT and told.month == month


def _collected(sheet, counted):
    by_visit = {month for month, state in sheet.states.items() if state in Visit.COLLECTED_STATES}
    return by_visit | {told.month for told in counted if told.source != IncomeEntry.Source.VISIT}


def _facts(sheet, ground, counted, collected, last_month, persons):
    policy = ground.policy
    first_month = add_months(last_month, 1 - policy.window_months)
    months = {month for month in collected if first_month <= month <= last_month}
    income = sheet.last_year if sheet.last_year and sheet.last_year.year == policy.year - 1 else None
    facts = Facts(
        sums=Sums(),
        monthly_net=0,
        quarterly_net=0,
        months_collected=len(months),
        quarters_collected=len({quarter_number(month) for month in months}),
        claims=0,
        self_paid=0,
        persons=len(persons),
        without_labour=sum(member.labour in WITHOUT_LABOUR for member in persons),
        labour_unknown=sum(not member.labour for member in persons),
        is_monitored=sheet.household.monitor_kind != MonitorKind.NONE,
        guarantee_open=False,
        last_year=income and LastYear(to_fen(income.net()), income.persons),
        tracking=None,
        tracking_persons=0,
    )
    amounts = {}
    for told in counted:
        if first_month <= told.month <= last_month:
            amounts[told.item_id] = amounts.get(told.item_id, 0) + told.amount
    return _add(facts, amounts, ground)


def _add(facts, amounts, ground):
    """The facts with further amounts (item code -> fen)."""
    sums = facts.sums._asdict()
    net = {Rhythm.MONTHLY: facts.monthly_net, Rhythm.QUARTERLY: facts.quarterly_net}
    for code, fen in amounts.items():
        income_class, rhythm = ground.kind(code)
        if income_class in CLASSES:
            sums[income_class] += fen
            if rhythm in net:
                net[rhythm] += -fen if income_class in COSTS else fen
    counts = {code: fen for code, fen in amounts.items() if ground.kind(code)[0]}
    return facts._replace(
        sums=Sums(**sums),
        monthly_net=net[Rhythm.MONTHLY],
        quarterly_net=net[Rhythm.QUARTERLY],
        claims=facts.claims + counts.get(CLAIMS_ITEM, 0),
        self_paid=facts.self_paid + counts.get(SELF_PAID_ITEM, 0),
    )


def _facts_json(facts):
    return {
        **{name: value for name, value in facts._asdict().items() if name not in ("tracking", "tracking_persons")},
        "sums": facts.sums._asdict(),
        "last_year": facts.last_year and facts.last_year._asdict(),
    }
