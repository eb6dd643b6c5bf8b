"""How visits were filled in, read for many at once. It ranks visits for a call-back and nothing else.

No places, no clocks of the phone: what the visits themselves say, and when they arrived.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from datetime import timedelta
from typing import NamedTuple

from django.db.models import BigIntegerField, Count, F, Q
from django.db.models.functions import Cast
from django.utils import timezone

from sumyuan.fields import to_fen
from visits.models import IncomeEntry, Visit, VisitVersion
from visits.months import add_months

# F02: the quickest usual visit takes some 30 seconds. A phone sends a morning's visits in one go when the signal
# comes back, so only those count that were typed in less, or of which nobody knows how long.
HASTY_SECONDS = 15
BURST = timedelta(minutes=5)
# F04: transfers are alike by nature (pensions, allowances), so they say nothing.
TELLING_ITEMS = frozenset("WBPC")
TWIN_AMOUNTS = 3
ROUND_FEN = 10_000


class Filling(NamedTuple):
    """What is known of how one visit was filled in. Shares are (round amounts, all amounts)."""

    # Other hasty visits of the same account within the same few minutes.
    hasty_neighbours: int = 0
    # Visits of the month that the account sent on the same day as this one, and in all; that day is the month's last.
    sent_that_day: int = 0
    sent_in_all: int = 0
    is_last_day: bool = False
    own_round: tuple[int, int] = (0, 0)
    village_round: tuple[int, int] = (0, 0)
    county_round: tuple[int, int] = (0, 0)
    # Other households of the village with the same set of amounts in the month.
    twins: int = 0
    # Amounts by item at the version that a reviewer last decided on, in fen; None: changed by nobody since.
    reviewed: dict | None = None


class RoundShares(dict):
    """Month -> (round amounts, all amounts) of the county's visits, each month read once."""

    def __missing__(self, month):
        amounts = IncomeEntry.objects.filter(month=month, source=IncomeEntry.Source.VISIT, amount__gt=0)
        # Money compares in yuan; the remainder is one of fen.
        rests = amounts.annotate(fen=Cast("amount", BigIntegerField())).annotate(rest=F("fen") % ROUND_FEN)
        counts = rests.aggregate(all=Count("pk"), round=Count("pk", filter=Q(rest=0)))
        self[month] = counts["round"], counts["all"]
        return self[month]


def read_filling(sheets, shares):
    """Household id -> ``Filling`` of the visits of ``sheets``, which are all of one month.

    Four queries however many sheets, and one for the county's share where ``shares`` (``RoundShares``)
    does not hold it yet.
    """
    sheets = [sheet for sheet in sheets if sheet.visit]
    if not sheets:
        return {}
    month = sheets[0].month
    arrivals = _Arrivals(month, {sheet.visit.visitor_id for sheet in sheets})
    villages = _Villages(month, {sheet.household.village_id for sheet in sheets})
    reviewed = _reviewed([sheet.visit.pk for sheet in sheets])
    return {
        sheet.household.pk: Filling(
            **arrivals.of(sheet.visit),
            own_round=_round(told.amount for told in sheet.own),
            village_round=villages.round[sheet.household.village_id],
            county_round=shares[month],
            twins=villages.twins(sheet.household),
            reviewed=reviewed.get(sheet.visit.pk),
        )
        for sheet in sheets
    }


def _round(fens):
    fens = [fen for fen in fens if fen > 0]
    return sum(fen % ROUND_FEN == 0 for fen in fens), len(fens)


class _Arrivals:
    """When the visits of a month came, by account."""

    def __init__(self, month, visitors):
        self.last_day = add_months(month, 1) - timedelta(days=1)
        self.days, self.hasty = defaultdict(Counter), defaultdict(list)
        visits = Visit.objects.filter(month=month, visitor__in=visitors, submitted_at__isnull=False)
        sent = visits.order_by("submitted_at").values_list("visitor", "submitted_at", "fill_seconds")
        for visitor, at, seconds in sent:
            self.days[visitor][timezone.localdate(at)] += 1
            if _is_hasty(seconds):
                self.hasty[visitor].append(at)

    def of(self, visit):
        """The fields of ``Filling`` on when a visit came."""
        at = visit.submitted_at
        if at is None:
            return {}
        days, hasty, day = self.days[visit.visitor_id], self.hasty[visit.visitor_id], timezone.localdate(at)
        near = bisect_right(hasty, at + BURST) - bisect_left(hasty, at - BURST)
        return {
            "hasty_neighbours": near - 1 if _is_hasty(visit.fill_seconds) else 0,
            "sent_that_day": days[day],
            "sent_in_all": days.total(),
            "is_last_day": day == self.last_day,
        }


def _is_hasty(seconds):
    return seconds is None or seconds < HASTY_SECONDS


class _Villages:
    """The amounts of a month's visits, by village."""

    def __init__(self, month, villages):
        self.round = defaultdict(lambda: (0, 0))
        self.sets, self.amounts = Counter(), defaultdict(list)
        entries = IncomeEntry.objects.filter(
            month=month, source=IncomeEntry.Source.VISIT, household__village__in=villages, amount__gt=0
        )
        for village, household, item, amount in entries.values_list(
            "household__village_id", "household_id", "item_id", "amount"
        ):
            fen = to_fen(amount)
            found, of_all = self.round[village]
            self.round[village] = found + (fen % ROUND_FEN == 0), of_all + 1
            if item[0] in TELLING_ITEMS:
                self.amounts[village, household].append((item, fen))
        for village, household in self.amounts:
            if own := self._set(village, household):
                self.sets[own] += 1

    def _set(self, village, household):
        """The set of amounts of one household, ``None`` where it is too small to tell anything."""
        own = self.amounts.get((village, household), [])
        return (village, *sorted(own)) if len(own) >= TWIN_AMOUNTS else None

    def twins(self, household):
        own = self._set(household.village_id, household.pk)
        return self.sets[own] - 1 if own else 0


def _reviewed(visits):
    """Visit id -> amounts by item at the version last decided on, of visits that were changed after it."""
    current = VisitVersion.objects.filter(
        visit__in=visits, version=F("visit__version"), compared_with__isnull=False
    ).exclude(compared_with=F("version"))
    decided = dict(current.values_list("visit_id", "compared_with"))
    versions = VisitVersion.objects.filter(visit__in=decided)
    found = {}
    for visit, version, content in versions.values_list("visit_id", "version", "content"):
        if version == decided[visit]:
            sums = Counter()
            for key, line in content["entries"].items():
                sums[key.partition("/")[0]] += line["amount"]
            found[visit] = dict(sums)
    return found
