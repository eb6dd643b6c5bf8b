"""Running the checks over stored visits and keeping what they found. Plan 二(一), 三(四)."""

from collections import Counter, defaultdict
from datetime import date
from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import F, Max, Q

from checks.cases import read_cases
from checks.filling import RoundShares, read_filling
from checks.models import CheckedVisit, Finding
from checks.rules import ALL_GROUPS, RULES, watches
from checks.watch import evidence, fired
from households.models import Household
from ledger.models import PolicyYear
from ledger.prospect import Ground, prospect
from sumyuan.bulk import stored, upsert_rows
from visits.models import IncomeEntry, Visit
from visits.months import add_months
from visits.sheets import load_sheets

KEY = ("household", "month", "code", "field", "member_key")
# What a run decides, and what it must not touch of a row that stands: who explained it, and how.
DECIDED = ("severity", "text", "values", "state", "found_on", "seen_on")
KEPT = ("member", "note", "explained_by", "explained_at")
FIELDS = (*KEY, *DECIDED, *KEPT)
State = Finding.State
# A reviewer waits for no more than this many to be checked.
MOST_AT_ONCE = 300
# Households whose sheets are held at one time.
CHUNK = 500


class Found(NamedTuple):
    """What one household's month gave: a watch that fired and what fired it."""

    household_id: int
    month: date
    watch: object
    values: dict

    @property
    def key(self):
        return self.household_id, self.month, *self.watch.key


@transaction.atomic
def refresh_findings(*, sheets, prospects, day, groups=ALL_GROUPS, shares=None):
    """Check the stored visits of ``sheets`` (all of one month) and write what was found.

    ``prospects`` are those of the sheets, in their order. A new doubt opens; one that stands keeps its
    state while its values are the same, and opens again when they change; what was explained of an
    earlier month stays explained where the values are the same still; what no longer fires is fixed. A
    sheet without a visit is checked as the register and other sources have it. ``groups`` are letters of
    codes; findings of other groups are left alone. ``shares``: see ``checks.filling.RoundShares``.

    A fixed number of queries, however many sheets. Returns ``households``, ``findings`` (that stand now),
    ``open`` and ``by_code``.
    """
    cases = read_cases(sheets, prospects, day=day)
    if "F" in groups:
        filling = read_filling(sheets, RoundShares() if shares is None else shares)
        for case in cases:
            case.filling = filling.get(case.household.pk)
    found = {}
    for case in cases:
        for watch in fired(watches(case, groups), case.quantities):
            each = Found(case.household.pk, case.month, watch, evidence(watch, case.quantities))
            # Two doubts in one place are one finding: the rule says the graver first.
            found.setdefault(each.key, each)
    states = _write(found.values(), {(case.household.pk, case.month) for case in cases}, groups, day)
    return {
        "households": len(cases),
        "findings": len(found),
        "open": states[State.OPEN],
        "by_code": dict(Counter(each.watch.code for each in found.values())),
    }


@transaction.atomic
def check_reported(*, visits, day, most=MOST_AT_ONCE):
    """Check those of ``visits`` (a queryset) that were reported since they were last checked.

    At most ``most`` at once, the latest first; returns how many remain. Whoever reviews sees the doubts of
    what came in a moment ago without anybody waiting for them while reporting.
    """
    unchecked = visits.exclude(checked__version=F("version")).order_by("-submitted_at", "pk")
    rows = list(unchecked.values_list("pk", "household_id", "month", "version")[: most + 1])
    if not rows:
        return 0
    remain = unchecked.count() - most if len(rows) > most else 0
    by_month = defaultdict(list)
    for _, household_id, month, _ in rows[:most]:
        by_month[month].append(household_id)
    shares = RoundShares()
    for month, ids in by_month.items():
        _check_month(Household.objects.filter(pk__in=ids), month, Ground.for_month(month), day, shares)
    upsert_rows(
        CheckedVisit,
        ("visit", "version"),
        [(pk, version) for pk, _, _, version in rows[:most]],
        unique=("visit",),
        update=("version",),
    )
    return remain


def _write(found, checked, groups, day):
    """Bring the findings of the checked (household, month) pairs to what was found; counts by state of what stands."""
    standing, explained = _standing(checked, groups)
    states, rows = Counter(), []
    for each in found:
        before = standing.pop(each.key, None)
        row = _row(each, before, explained.get((each.household_id, *each.watch.key)), day)
        states[row["state"]] += 1
        if before is None or any(row[name] != before[name] for name in DECIDED):
            rows.append(row)
    rows += [{**before, "state": State.FIXED} for before in standing.values() if before["state"] != State.FIXED]
    if rows:
        values = [tuple(stored(_plain(row[name])) for name in FIELDS) for row in rows]
        upsert_rows(Finding, FIELDS, values, unique=KEY, update=DECIDED)
    return states


def _plain(value):
    """A choice as its text: what is stored is compared by type."""
    return str(value) if isinstance(value, str) else value


def _standing(checked, groups):
    """Findings by key of what is checked now, and the last explained ones by key without month of what was before."""
    households, months = {pk for pk, _ in checked}, {month for _, month in checked}
    letters = Q()
    for letter in groups:
        letters |= Q(code__startswith=letter)
    # Locked, so that an explanation that is being written is not taken for an open finding.
    rows = (
        Finding.objects.select_for_update()
        .filter(letters, Q(month__in=months) | Q(state=State.EXPLAINED), household__in=households)
        .order_by("month")
    )
    standing, explained = {}, {}
    for row in rows.values(*FIELDS):
        if (row["household"], row["month"]) in checked:
            standing[tuple(row[name] for name in KEY)] = row
        elif row["state"] == State.EXPLAINED:
            explained[row["household"], row["code"], row["field"], row["member_key"]] = row
    return standing, explained


def _row(each, before, explained, day):
    """The finding as it should stand, ``before`` being how it stands and ``explained`` an earlier month's."""
    watch = each.watch
    row = {
        **dict(zip(KEY, each.key, strict=True)),
        "member": watch.member_key or None,
        "severity": str(watch.severity),
        "text": watch.text,
        "values": each.values,
        "seen_on": day,
    }
    if before is None:
        if explained is not None and explained["month"] < each.month and explained["values"] == each.values:
            kept = ("state", "found_on", "note", "explained_by", "explained_at")
            return {**row, **{name: explained[name] for name in kept}}
        return {**row, "state": State.OPEN, "found_on": day, "note": "", "explained_by": None, "explained_at": None}
    row |= {name: before[name] for name in ("state", "found_on", "note", "explained_by", "explained_at")}
    if before["state"] == State.FIXED:
        row |= {"state": State.OPEN, "found_on": day}
    elif before["state"] == State.EXPLAINED and before["values"] != each.values:
        row |= {"state": State.OPEN}
    return row


def run_checks(*, year, area=None, day, progress=None):
    """Check each household's last reported month of a policy year, in an area code or everywhere.

    A household without one is checked as it stands in the last month that is due. Each batch of
    households is one transaction: a county takes minutes, and nobody should wait for it to save a visit.
    ``progress(done, total, message)`` is told how far it is. Returns ``year``, ``area``, ``households``,
    ``findings``, ``open`` and ``by_code`` (every code of ``RULES``). Raises ``PolicyYear.DoesNotExist``.
    """
    ground = Ground.for_month(PolicyYear.objects.in_force().get(year=year).window_start)
    households = Household.objects.present_on(day).order_by("village_id", "pk")
    households = list((households.within(area) if area else households).values_list("pk", flat=True))
    months = _last_months(ground.policy, area, day)
    due = _month_due(ground.policy, day)
    result = {"year": year, "area": area, "households": 0, "findings": 0, "open": 0, "by_code": Counter()}
    shares, done = RoundShares(), 0
    for part in _parts(households):
        by_month = defaultdict(list)
        for household in Household.objects.filter(pk__in=part).order_by("village_id", "pk"):
            by_month[months.get(household.pk, due)].append(household)
        for month, of_month in by_month.items():
            counts = _check_month(of_month, month, ground, day, shares)
            for name in ("households", "findings", "open"):
                result[name] += counts[name]
            result["by_code"].update(counts["by_code"])
        done += len(part)
        if progress:
            progress(done, len(households), "正在核对")
    return {**result, "by_code": {code: result["by_code"][code] for code in sorted(RULES)}}


def _parts(values):
    return [values[start : start + CHUNK] for start in range(0, len(values), CHUNK)]


def _check_month(households, month, ground, day, shares):
    first_month, last_month = ground.reach(month)
    # Nobody's drafts are read: a draft is its author's.
    sheets = load_sheets(households, month=month, user=AnonymousUser(), first_month=first_month, last_month=last_month)
    prospects = [prospect(sheet, ground) for sheet in sheets]
    return refresh_findings(sheets=sheets, prospects=prospects, day=day, shares=shares)


def _month_due(policy, day):
    """The month of ``day``, within the policy's year of account."""
    last = add_months(policy.window_start, policy.annual_months - 1)
    return min(max(day.replace(day=1), policy.window_start), last)


def _last_months(policy, area, day):
    """Household id -> its last reported month within the policy's year of account."""
    last = _month_due(policy, day)
    months = {}
    for rows in (Visit.objects.collected(), IncomeEntry.objects.collecting()):
        rows = rows.filter(month__gte=policy.window_start, month__lte=last)
        rows = rows.within(area) if area else rows
        for household, month in rows.order_by().values_list("household").annotate(Max("month")):
            months[household] = max(months.get(household, month), month)
    return months


def in_words(result):
    """One sentence on what ``run_checks`` returned."""
    if not result["findings"]:
        return f"核对了 {result['households']:,} 户，没有疑点。"
    return f"核对了 {result['households']:,} 户，疑点 {result['findings']:,} 条，待核 {result['open']:,} 条。"
