"""The day's list: which households of a month wait for a visit, which are done, and what changed meanwhile.

A fixed number of queries, however many households. Ledger and measures stand to the right of this app: of
measures only the reverse relation is asked, whose missing months are excused is for the caller to say.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Sum

from households.choices import MonitorKind
from households.models import Household
from households.names import pinyin
from visits.models import IncomeEntry, Visit, VisitDraft
from visits.months import add_months, month_number, months_from
from visits.services import month_problem

RETURNED, OVERDUE, DUE, DONE = "returned", "overdue", "due", "done"
# What waits, the most urgent first.
WAITING = (RETURNED, OVERDUE, DUE)
KINDS = (*WAITING, DONE)
# What the list can show: what waits (the default), one kind, or everything.
WAITS, ALL = "", "all"
SHOWS = (WAITS, *KINDS, ALL)
HAMLET, NAME = "hamlet", "name"
GROUP_WORDS = {RETURNED: "退回，先改", OVERDUE: "有缺月", DUE: "本月未报"}
ELSEWHERE = "其他"
# States of a measure that whoever goes there should know of, and the words for it.
MEASURE_WORDS = {"confirmed": "措施已确认", "done": "措施已完成"}


class Place(NamedTuple):
    """A natural village as the list groups by it, and its position among them."""

    position: int
    label: str


@dataclass
class Home:
    """One household in the list of one month.

    ``visits`` by month, as far as the list looks back; ``missing`` are earlier months that were not
    collected, ``returned`` those whose visit came back, this month's among them. ``changes`` are sentences.
    """

    household: Household
    month: date
    persons: int = 0
    visits: dict = field(default_factory=dict)
    missing: list = field(default_factory=list)
    returned: list = field(default_factory=list)
    drafted_at: datetime | None = None
    changes: list = field(default_factory=list)
    place: Place | None = None
    # Position by the head's name in pinyin.
    order: int = 0

    @property
    def is_done(self):
        visit = self.visits.get(self.month)
        return visit is not None and visit.is_collected

    @property
    def kinds(self):
        """Every kind that the household is of, the most urgent first."""
        is_due = not self.is_done and self.month not in self.returned
        holds = {RETURNED: self.returned, OVERDUE: self.missing, DUE: is_due, DONE: self.is_done}
        return [kind for kind in KINDS if holds[kind]]

    @property
    def target(self):
        """The month that the row opens: the returned one, else this one while it waits, else the first missing."""
        if self.returned:
            return self.returned[0]
        return self.missing[0] if self.is_done and self.missing else self.month

    @property
    def visit(self):
        """The visit of the month that the row opens, or ``None``."""
        return self.visits.get(self.target)

    @property
    def others(self):
        """(words, months) of what else waits, each month with its own link."""
        months = {
            "退回": [month for month in self.returned if month != self.target],
            "缺": [month for month in self.missing if month != self.target],
            "未报": [self.month] if DUE in self.kinds and self.target != self.month else [],
        }
        return [(words, of_words) for words, of_words in months.items() if of_words]

    def is_shown(self, show):
        return show == ALL or not set(self.kinds).isdisjoint(WAITING if show == WAITS else (show,))

    @property
    def since(self):
        """The day since which something may be news: of the last visit before this month, else a month ago."""
        days = [visit.visited_on for month, visit in self.visits.items() if month < self.month and visit.is_collected]
        return max(days, default=add_months(self.month, -1))


def read_homes(households, *, month, day, first_month, excused=frozenset(), excused_until=None):
    """The ``Home`` of each household that has the month, by name.

    ``households`` are in the user's scope, with their members and village read; ``day`` is the business
    day. Months are looked at from ``first_month`` on. The months up to ``excused_until`` of the households
    whose ids are in ``excused`` have a recorded reason for missing.
    """
    homes = {each.pk: Home(each, month) for each in households if not _refuses(each, month, day)}
    month_end = add_months(month, 1) - timedelta(days=1)
    visits = Visit.objects.filter(household__in=list(homes), month__gte=first_month, month__lte=month)
    for visit in visits.only("household_id", "month", "state", "visited_on", "review_comment"):
        homes[visit.household_id].visits[visit.month] = visit
    told = _told_otherwise(list(homes), first_month, month)
    earlier = months_from(first_month, month_number(month) - month_number(first_month))
    counted_on = min(day, month_end)
    for pk, home in homes.items():
        home.persons = sum(member.is_present_on(counted_on) for member in home.household.members.all())
        home.returned = sorted(of for of, visit in home.visits.items() if visit.state == Visit.State.RETURNED)
        collected = {of for of, visit in home.visits.items() if visit.is_collected} | told[pk] | set(home.returned)
        home.missing = [
            of
            for of in earlier
            if of not in collected
            and not (pk in excused and of <= excused_until)
            and not _refuses(home.household, of, day)
        ]
    by_name = sorted(homes.values(), key=_by_name)
    _number(by_name)
    return by_name


def _refuses(household, month, day):
    return month_problem(household, household.members.all(), month, day)


def _by_name(home):
    household = home.household
    return household.head_pinyin or pinyin(household.head_name), household.number


def _told_otherwise(ids, first_month, month):
    """Household id -> months that an import or a department made collected, where no visit did."""
    told = defaultdict(set)
    entries = IncomeEntry.objects.filter(household__in=ids).between(first_month, add_months(month, -1)).collecting()
    for pk, of_month in entries.order_by().values_list("household_id", "month").distinct():
        told[pk].add(of_month)
    return told


def _number(homes):
    """Give each home its place and its position by name. ``homes`` come by name."""
    villages = {home.household.village_id for home in homes}
    with_hamlets = {home.household.village_id for home in homes if home.household.hamlet}
    labels = {}
    for order, home in enumerate(homes):
        home.order = order
        household = home.household
        hamlet = household.hamlet or (ELSEWHERE if household.village_id in with_hamlets else "")
        parts = [household.village.name] if len(villages) > 1 or not hamlet else []
        key = (household.village_id, not household.hamlet, pinyin(household.hamlet))
        labels[key] = " ".join([*parts, hamlet]).strip()
        home.place = Place(key, "")
    positions = {key: position for position, key in enumerate(sorted(labels))}
    for home in homes:
        key = home.place.position
        home.place = Place(positions[key], labels[key])


class Group(NamedTuple):
    """Homes under one heading ("" for none). ``is_place``: the heading says where they live."""

    heading: str
    is_place: bool
    homes: list


def arrange(homes, *, show, by):
    """The ``Group`` s of those that the choice shows. static/js/visit/list.js arranges in the same way.

    Where everything that waits is shown, the returned ones come first under a heading of their own; the
    others stand by natural village, or by name under what they wait for.
    """
    groups = defaultdict(list)
    for home in homes:
        if home.is_shown(show):
            groups[_group(home, show, by)].append(home)
    return [
        Group(key[2], key[3], sorted(groups[key], key=lambda home: _order(home, show)))
        for key in sorted(groups, key=lambda key: key[:2])
    ]


def _group(home, show, by):
    """(position, position, heading, whether it is a place) of the group that a home stands in."""
    kind = home.kinds[0]
    if show == WAITS and kind == RETURNED:
        return 0, 0, GROUP_WORDS[RETURNED], False
    if by == HAMLET:
        return 1, home.place.position, home.place.label, True
    return (1, KINDS.index(kind), GROUP_WORDS[kind], False) if show == WAITS else (1, 0, "", False)


def _order(home, show):
    return (KINDS.index(home.kinds[0]) if show == WAITS else 0), home.order


def counts(homes):
    """Kind -> number of homes; also ``WAITS`` and ``ALL``."""
    return {show: sum(home.is_shown(show) for home in homes) for show in SHOWS}


def add_news(homes, *, month, user):
    """Give each home the user's draft of the month and what changed since the last visit, in words."""
    by_id = {home.household.pk: home for home in homes}
    for draft in VisitDraft.objects.filter(household__in=list(by_id), month=month, author=user.pk).defer("fields"):
        by_id[draft.household_id].drafted_at = draft.saved_at
    for home in homes:
        home.changes += _members(home)
        household = home.household
        if household.monitor_kind != MonitorKind.NONE and (household.identified_on or date.min) >= home.since:
            home.changes.append(f"新纳入监测：{household.get_monitor_kind_display()}")
    _add_payments(by_id, month)
    _add_measures(by_id, month)


def _members(home):
    words = []
    for member in home.household.members.all():
        begun = max(filter(None, (member.joined_on, member.birth_date)), default=None)
        if begun is not None and home.since <= begun:
            words.append(f"新增{member.name}（{member.relation}）")
        if member.left_on is not None and home.since <= member.left_on:
            words.append(f"减少{member.name}（{member.left_reason or '原因没有写'}）")
    return words


def _add_payments(by_id, month):
    """Payments of departments that began, stopped or changed since the month before.

    An item of which nobody here has anything this month has not been reported yet: that is no stop.
    """
    before = add_months(month, -1)
    entries = IncomeEntry.objects.filter(household__in=list(by_id), source=IncomeEntry.Source.FEED)
    paid = defaultdict(dict)
    for pk, item, of_month, amount in (
        entries.counting()
        .between(before, month)
        .order_by("item_id")
        .values_list("household_id", "item__name", "month")
        .annotate(Sum("amount"))
    ):
        paid[pk, item][of_month] = amount
    reported = {item for (_, item), amounts in paid.items() if month in amounts}
    for (pk, item), amounts in paid.items():
        old, new = amounts.get(before, 0), amounts.get(month, 0)
        if item in reported and old != new:
            by_id[pk].changes.append(f"{item} {_yuan(old)} → {_yuan(new)} 元")


def _yuan(amount):
    """Whole yuan without decimals: the list is read in passing."""
    return f"{amount:,.0f}" if amount == int(amount) else f"{amount:,.2f}"


def _add_measures(by_id, month):
    steps = Household.objects.filter(
        pk__in=list(by_id),
        support_actions__logs__state__in=list(MEASURE_WORDS),
        support_actions__logs__on__gte=min((home.since for home in by_id.values()), default=month),
    )
    fields = ("pk", "support_actions__logs__on", "support_actions__logs__state", "support_actions__measure__name")
    for pk, on, state, name in steps.order_by("support_actions__logs__pk").values_list(*fields):
        if on >= by_id[pk].since:
            by_id[pk].changes.append(f"{MEASURE_WORDS[state]}：{name}")
