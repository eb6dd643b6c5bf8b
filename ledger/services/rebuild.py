"""Writing the derived half of the ledger rows."""

from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from accounts.services import record_event
from households.models import Household
from ledger.calc import FLAGS
from ledger.models import LedgerRow, PolicyYear, VillageLedger
from ledger.services.rows import DERIVED, FIELDS, KEY, compute_rows, stored_rows
from sumyuan.bulk import insert_rows, stored, upsert_rows

WRITTEN_BY_PEOPLE = ("cause", "risk_points", "remarks", "missing_reason")
POSITION = {name: index for index, name in enumerate(FIELDS)}
# Advisory locks of PostgreSQL are numbers; this one and the year name the ledger of that year.
LEDGER_LOCK = 7_300


class Rebuilt(NamedTuple):
    """What a rebuild found and changed.

    ``counts`` is what ``rebuild_ledger`` returns, ``moved`` the households whose flags, or whether they are
    provisional, are not what they were, ``risen`` the (household, flag) pairs of complete rows that hold now
    and did not before.
    """

    counts: dict
    moved: set
    risen: set


@transaction.atomic
def rebuild_ledger(*, year, area=None, household_ids=None, progress=None):
    """Recompute the ledger rows of an area code, of some households, or of all, and write those that changed.

    One transaction: an interrupted rebuild leaves the old rows. What people wrote stays. Returns
    counts over all rows in scope: ``households``, ``incomplete`` (months missing), ``flagged``, ``flags``
    by name (provisional rows included), ``written``, ``removed``, and the numbers of households
    ``without_persons``, which get no row. ``progress(done, total, message)`` is told how far it is.
    Raises ``PolicyYear.DoesNotExist``. Plan 二(二).
    """
    policy = PolicyYear.objects.in_force().get(year=year)
    return rebuild_rows(policy, area=area, household_ids=household_ids, progress=progress).counts


@transaction.atomic(savepoint=False)
def rebuild_rows(policy, *, area=None, household_ids=None, progress=None):
    """``rebuild_ledger`` of a policy year that is at hand; returns what was ``Rebuilt``."""
    year = policy.year
    household_ids = household_ids if household_ids is None else sorted(set(household_ids))
    _lock(year, household_ids)
    computed = compute_rows(policy, area=area, household_ids=household_ids, progress=progress)
    before = stored_rows(year, area=area, household_ids=household_ids)
    changed = [row for household_id, row in computed.rows.items() if before.get(household_id) != row]
    if progress:
        progress(len(computed.rows), len(computed.rows), "正在写入")
    now = stored(timezone.now())
    upsert_rows(
        LedgerRow,
        (*FIELDS, "computed_at"),
        [(*row, now) for row in changed],
        unique=KEY,
        update=(*DERIVED, "computed_at"),
    )
    # The ledger of a village is opened with its first row; a row that stays there opens nothing.
    place = POSITION["village"]
    stays = {(household_id, row[place]) for household_id, row in before.items()}
    _open_village_ledgers(year, {row[place] for row in changed if (row[0], row[place]) not in stays})
    removed = _remove(year, before.keys() - computed.rows.keys())
    counts = {
        "year": year,
        "area": area,
        **_counts(computed.rows.values()),
        "written": len(changed),
        "removed": removed,
        "without_persons": _numbers(computed.without_persons),
    }
    return Rebuilt(counts, *_moves(before, changed))


def _moves(before, changed):
    """(households whose flags moved, (household, flag) pairs that rose). A provisional row has no flags yet."""
    moved, risen = set(), set()
    for row in changed:
        old = before.get(row[0])
        if old is None or _standing(old) != _standing(row):
            moved.add(row[0])
            risen |= {(row[0], name) for name in _held(row) - _held(old)}
    return moved, risen


def _standing(row):
    """What risk points depend on; whether missing months are explained, they ask for themselves."""
    return row[POSITION["months_missing"]] > 0, *(row[POSITION[name]] for name in FLAGS)


def _held(row):
    if row is None or row[POSITION["months_missing"]]:
        return set()
    return {name for name in FLAGS if row[POSITION[name]]}


def _numbers(household_ids):
    """户编号 of these households, in their order."""
    if not household_ids:
        return []
    return list(Household.objects.filter(pk__in=household_ids).values_list("number", flat=True))


def _lock(year, household_ids):
    """Let one writer at a time have a row, whoever else computes.

    A rebuild of an area works alone; refreshes of single households run side by side, but never
    two of the same household, or one would overwrite the other with what it read before. The
    lock leaves room for new rows that refer to the household: a rebuild of an area writes such
    while a refresh that holds the household waits for it. On SQLite the transaction itself is alone.
    """
    if connection.vendor != "postgresql":
        return
    alone = household_ids is None
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock{'' if alone else '_shared'}(%s, %s)", (LEDGER_LOCK, year))
        if not alone:
            rows = "SELECT 1 FROM households_household WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
            cursor.execute(rows, (list(household_ids),))


def _open_village_ledgers(year, villages):
    if not villages:
        return
    known = set(VillageLedger.objects.filter(year=year, village__in=villages).values_list("village_id", flat=True))
    insert_rows(
        VillageLedger,
        ("village", "year", "state", "comment", "digest"),
        [(village, year, VillageLedger.State.OPEN.value, "", "") for village in sorted(villages - known)],
    )


def _remove(year, household_ids):
    """Delete rows of households that should have none, keeping what people wrote in the audit trail."""
    if not household_ids:
        return 0
    rows = LedgerRow.objects.filter(year=year, household__in=household_ids)
    for row in rows.exclude(**dict.fromkeys(WRITTEN_BY_PEOPLE, "")).select_related("household"):
        record_event(
            user=None,
            action="台账行移除",
            subject=row.household.number,
            detail={"year": year, **{name: getattr(row, name) for name in WRITTEN_BY_PEOPLE}},
        )
    return rows.delete()[0]


def _counts(rows):
    flag_positions = [POSITION[name] for name in FLAGS]
    missing = POSITION["months_missing"]
    flags = [0] * len(FLAGS)
    households = incomplete = flagged = 0
    for row in rows:
        held = [row[position] for position in flag_positions]
        households += 1
        incomplete += row[missing] > 0
        flagged += any(held)
        flags = [total + one for total, one in zip(flags, held, strict=True)]
    return {
        "households": households,
        "incomplete": incomplete,
        "flagged": flagged,
        "flags": dict(zip(FLAGS, flags, strict=True)),
    }
