"""Proposing measures for flagged households. Plan 二(三)."""

from collections import Counter

from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from accounts.services import record_event
from ledger.models import LedgerRow, PolicyYear
from measures.facts import flagged_rows, read_facts
from measures.models import Measure, SupportAction
from measures.rules import propose
from sumyuan.bulk import stored, upsert_rows

FIELDS = ("household", "year", "measure", "department", "state", "reason", "due_on", "proposed_at")
KEY = ("household", "year", "measure")
LINE_NUMBERS = range(1, 7)
# Advisory locks of PostgreSQL are numbers; this one and the year name the proposals of that year.
PROPOSAL_LOCK = 7_302
PROGRESS_EVERY = 500


@transaction.atomic
def assign_measures(*, year, area=None, today, user=None, progress=None):
    """Propose the measures that suit each flagged household of an area code, or of the county.

    Flagged households only, provisional ones (months missing) included; those that have left by
    ``today`` and those without a flag get no proposal. A measure that the household already has in
    that year, stopped ones included, is never proposed again, so that a second run adds nothing. Each
    proposal is due on the policy year's report date and names the measure's department and the reason.

    Returns what this run added: ``households``, ``actions``, ``by_line``, ``by_department``; beside it
    ``flagged`` (households looked at) and ``standing`` (the same four counts over all proposals and
    actions of those households that are not stopped). Raises ``PolicyYear.DoesNotExist``. Plan 二(三).
    """
    policy = PolicyYear.objects.in_force().get(year=year)
    _lock(year)
    rows = LedgerRow.objects.filter(year=year)
    flagged = flagged_rows(rows.within(area) if area else rows, today)
    catalogue = {
        measure.code: measure for measure in Measure.objects.filter(is_active=True).select_related("department")
    }
    facts = read_facts(flagged, policy, today)
    existing = _existing(flagged, year)
    now = timezone.now()
    state, due_on, proposed_at = SupportAction.State.SUGGESTED.value, stored(policy.report_due_on), stored(now)
    new = []
    for position, (household_id, household) in enumerate(facts.items()):
        if progress and position % PROGRESS_EVERY == 0:
            progress(position, len(facts), "逐户对照措施条件")
        for code, reason in propose(household, catalogue):
            if (household_id, code) not in existing:
                department_id = catalogue[code].department_id
                new.append((household_id, year, code, department_id, state, reason, due_on, proposed_at))
    _write(new, now, user)
    result = {
        **_added(new, catalogue),
        "flagged": len(facts),
        "standing": _standing(flagged, year),
    }
    if new:
        record_event(
            user=user,
            action="提出帮扶措施",
            subject=f"{year} 年度 {area or '全部区划'}",
            detail={"households": result["households"], "actions": result["actions"]},
        )
    if progress:
        progress(len(facts), len(facts))
    return result


def in_words(result):
    """One sentence on what ``assign_measures`` returned."""
    if not result["flagged"]:
        return "没有有标记的户。台账没有算过的，先计算台账。"
    standing = result["standing"]
    added = f"新提出 {result['households']:,} 户 {result['actions']:,} 项" if result["actions"] else "没有新提出的"
    return (
        f"{added}；有标记 {result['flagged']:,} 户，现有措施 {standing['households']:,} 户 {standing['actions']:,} 项。"
    )


def _lock(year):
    """One assignment of a year at a time; on SQLite the transaction itself is alone."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", (PROPOSAL_LOCK, year))


def _existing(flagged, year):
    """(household id, measure code) of the year's actions, stopped ones included."""
    actions = SupportAction.objects.filter(year=year, household__in=flagged.order_by().values("household_id"))
    return set(actions.order_by().values_list("household_id", "measure_id").iterator(chunk_size=10_000))


def _write(rows, now, user):
    """Insert new proposals with their history.

    Somebody may add the same measure by hand meanwhile: then theirs stays as it is (the year is
    written over itself) and no history is added.
    """
    if not rows:
        return
    upsert_rows(SupportAction, FIELDS, rows, unique=KEY, update=("year",))
    history = SupportAction.history.model
    columns = ", ".join(connection.ops.quote_name(field.column) for field in SupportAction._meta.concrete_fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {history._meta.db_table} ({columns}, history_date, history_type, history_user_id)"
            f" SELECT {columns}, proposed_at, '+', %s FROM {SupportAction._meta.db_table} WHERE proposed_at = %s",
            (user.pk if user else None, now if connection.vendor == "postgresql" else stored(now)),
        )


def _added(rows, catalogue):
    measures = [catalogue[row[FIELDS.index("measure")]] for row in rows]
    return _counts(
        len({row[FIELDS.index("household")] for row in rows}),
        Counter(measure.line_id for measure in measures),
        Counter(measure.department.name for measure in measures),
    )


def _standing(flagged, year):
    households = flagged.order_by().values("household_id")
    actions = SupportAction.objects.live().filter(year=year, household__in=households).order_by()
    return _counts(
        actions.aggregate(count=Count("household", distinct=True))["count"],
        dict(actions.values_list("measure__line").annotate(Count("pk"))),
        dict(actions.values_list("department__name").annotate(Count("pk"))),
    )


def _counts(households, by_line, by_department):
    return {
        "households": households,
        "actions": sum(by_line.values()),
        "by_line": {str(number): by_line.get(number, 0) for number in LINE_NUMBERS},
        # The department with the most first.
        "by_department": dict(sorted(by_department.items(), key=lambda pair: (-pair[1], pair[0]))),
    }
