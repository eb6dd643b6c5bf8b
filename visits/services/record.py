"""Recording a visit: exactly once however often it is delivered, and never over somebody else's unseen change."""

from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.utils import timezone
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from sumyuan.fields import to_yuan
from visits.content import SCALARS, Clash, Rows, body_hash, merge, split_key, taken_up
from visits.models import IncomeEntry, MemberChange, Visit, VisitDraft, VisitVersion, WorkAway
from visits.months import add_months
from visits.services.settle import items_told_better

State = Visit.State
# The history has room for the beginning of a reason; the whole stands with the version.
LOGGED = 100
MARKED = ["amount", "basis", "dispute", "is_counted"]


class MonthRefused(Exception):
    """The month cannot hold a visit of this household; the reason is for the person (Chinese)."""


class TokenReused(Exception):
    """The delivery's number was used before, for something else or by somebody else."""


class NeedsReason(Exception):
    """The visit is approved: it changes by a correction with a reason only."""


class StaleVisit(Exception):
    """Somebody else changed the same fields meanwhile. ``clashes`` says which, ``visit`` is as it stands now.

    ``merged`` is the delivered content with everything taken over that does not clash.
    """

    def __init__(self, visit, merged, clashes: list[Clash]):
        super().__init__(f"{len(clashes)} fields clash")
        self.visit = visit
        self.merged = merged
        self.clashes = clashes


@dataclass(frozen=True)
class Recorded:
    """What became of a delivery. ``is_replay``: it had been recorded before, nothing was written."""

    visit: Visit
    version: int
    is_replay: bool


def month_problem(household, members, month, day):
    """Why this household cannot have a visit in ``month`` on the business day ``day``, in words; "" where it can.

    ``members`` are all who ever were members. A household exists from its first member's joining or birth,
    without end for those who were always there.
    """
    if month > day:
        return f"{month.year} 年 {month.month} 月还没有到，到了再填。"
    if household.left_on is not None and month >= household.left_on:
        return f"这户已于 {household.left_on.year} 年 {household.left_on.month} 月销户，之后的月份不用填。"
    begun = _begun_on(members)
    if begun is not None and add_months(month, 1) <= begun:
        return f"这户从 {begun.year} 年 {begun.month} 月起才在册，之前的月份不用填。"
    return ""


def _begun_on(members):
    """The first day of the household, or ``None`` where nothing says so."""
    days = [(member.joined_on, member.birth_date) for member in members]
    firsts = [max(filter(None, pair), default=None) for pair in days]
    return min(firsts) if firsts and None not in firsts else None


@transaction.atomic(savepoint=False)
def record_visit(
    *,
    household,
    members,
    month,
    user,
    content,
    client_uuid,
    base_version,
    day,
    filling=(None, None),
    reason="",
    replaces=(),
):
    """Write one delivered content as the household's visit of the month and return what was ``Recorded``.

    ``members`` are all who ever were members of the household, ``content`` is canonical (``visits.content``)
    and validated; ``base_version`` is the version that the form showed (0: none), ``filling`` the seconds and
    the number of copied values. ``reason`` makes it a correction. ``replaces`` are numbers of the user's own
    earlier deliveries of which nobody knows whether they arrived: where they did, this one goes on from what
    they changed, so that nobody has to choose between two things that they wrote themselves. The ledger is for
    the caller to refresh in the same transaction.

    The same ``client_uuid`` with the same content again is a replay. Fields that somebody else changed
    since ``base_version`` are kept where this delivery left them alone. Raises ``MonthRefused``,
    ``TokenReused``, ``NeedsReason`` and ``StaleVisit``, and then nothing is written.
    """
    lock_households([household.pk], client_uuid=client_uuid)
    digest = body_hash(content, number=household.number, month=month, reason=reason)
    for visit_id, version, *sent in (
        VisitVersion.objects.filter(client_uuid=client_uuid)
        .order_by()
        .values_list("visit_id", "version", "body_hash", "made_by_id")
    ):
        if sent != [digest, user.pk]:
            raise TokenReused
        return Recorded(Visit.objects.get(pk=visit_id), version, is_replay=True)
    if problem := month_problem(household, members, month, day):
        raise MonthRefused(problem)
    # A reviewer locks the visit alone: what is being approved is not overwritten as if it still waited.
    # Without an order: the model's own would join the household for nothing.
    visit = Visit.objects.select_for_update().filter(household=household, month=month).order_by().first()
    now = timezone.now()
    if visit is None:
        visit = Visit(household=household, month=month, visitor=user, version=0)
        rows, compared_with = Rows(None, {}, {}, {}), None
    else:
        if visit.state == State.APPROVED and not reason:
            raise NeedsReason
        rows = Rows.of(visit)
        stored = rows.content()
        arrived = _arrived(visit, user, replaces, base_version)
        content = _upon(visit, stored, content, base_version, arrived)
        compared_with = _decided(visit, _keep_version(visit, stored, now))
    _fill(visit, content, user=user, client_uuid=client_uuid, filling=filling, now=now)
    _save_visit(visit, user, reason[:LOGGED])
    _write_entries(visit, rows.entries, content["entries"], user, reason[:LOGGED])
    _write_lines(visit, MemberChange, rows.changes, content["changes"], _change)
    _write_lines(visit, WorkAway, rows.work, content["work"], _work)
    VisitVersion.objects.create(
        visit=visit,
        version=visit.version,
        client_uuid=client_uuid,
        body_hash=digest,
        content=content,
        made_by=user,
        made_at=now,
        compared_with=compared_with,
        reason=reason,
    )
    delete_draft(household=household, month=month, user=user)
    return Recorded(visit, visit.version, is_replay=False)


def lock_households(pks, *, client_uuid=None):
    """Let one change at a time work on these households, their entries and their ledger rows included.

    With ``client_uuid`` also one delivery at a time of that number, for whichever household: the second
    one finds what the first has written. SQLite's immediate transactions do all that by themselves.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        if client_uuid is not None:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [client_uuid.int >> 64 & (2**63 - 1)])
        # Rows that merely refer to a household, as a rebuild of the whole ledger writes them, need not wait.
        rows = "SELECT 1 FROM households_household WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
        cursor.execute(rows, [sorted(pks)])


def _arrived(visit, user, replaces, base_version):
    """Versions after ``base_version`` that the replaced deliveries made, in their order."""
    if not replaces:
        return []
    versions = VisitVersion.objects.filter(visit=visit, made_by=user, client_uuid__in=replaces)
    return sorted(versions.filter(version__gt=base_version).order_by().values_list("version", flat=True))


def _upon(visit, stored, content, base_version, arrived):
    """The content to write: as delivered where nobody wrote meanwhile, else merged.

    What the versions ``arrived`` changed was known to the person too, and nothing else of them.
    """
    if base_version == visit.version:
        return content
    wanted = {base_version, *arrived, *(version - 1 for version in arrived)}
    contents = dict(VisitVersion.objects.filter(visit=visit, version__in=wanted).values_list("version", "content"))
    steps = [(contents.get(version - 1), contents[version]) for version in arrived]
    merged, clashes = merge(taken_up(contents.get(base_version), steps), content, stored)
    if clashes:
        raise StaleVisit(visit, merged, clashes)
    return merged


def _keep_version(visit, stored, now):
    """The version that is about to be replaced; of a visit that came by another way than the form, kept now."""
    return VisitVersion.objects.get_or_create(
        visit=visit,
        version=visit.version,
        defaults={"content": stored, "made_by_id": visit.visitor_id, "made_at": visit.submitted_at or now},
    )[0]


def _decided(visit, version):
    """The number of the version that a reviewer last decided on, of a visit whose current one is ``version``."""
    return version.version if visit.state in (State.RETURNED, State.APPROVED) else version.compared_with


def _fill(visit, content, *, user, client_uuid, filling, now):
    for name in SCALARS:
        setattr(visit, name, content[name])
    visit.visited_on = date.fromisoformat(content["visited_on"])
    visit.visitor = user
    visit.state = State.SUBMITTED
    visit.client_uuid = client_uuid
    visit.version += 1
    visit.fill_seconds, visit.copied_values = filling
    visit.submitted_at = now
    # Whoever reviews it next decides anew; the last decision stays in the history and in the comments.
    visit.reviewed_by = visit.reviewed_at = None
    visit.review_comment = ""


def _save_visit(visit, user, reason):
    visit._change_reason = reason or None
    visit._history_user = user
    visit.save()


def _write_entries(visit, stored, told, user, reason):
    """Make the visit's entries those of ``told``, with history, each marked as ``settle_entries`` would mark it.

    A visit's entries change no mark but their own, so the county's rule need not go over the month again.
    """
    better = items_told_better(visit.household_id, visit.month)
    created, updated = [], []
    for key, line in told.items():
        item_id, member_key = split_key(key)
        entry = stored.get(key) or IncomeEntry(
            household_id=visit.household_id,
            month=visit.month,
            item_id=item_id,
            member_id=member_key or None,
            member_key=member_key,
            source=IncomeEntry.Source.VISIT,
            visit=visit,
        )
        values = {
            "amount": to_yuan(line["amount"]),
            "basis": line["basis"],
            "dispute": line["dispute"],
            "is_counted": visit.is_collected and item_id not in better,
        }
        if key not in stored:
            created.append(entry)
        elif any(getattr(entry, name) != value for name, value in values.items()):
            updated.append(entry)
        for name, value in values.items():
            setattr(entry, name, value)
    for key in stored.keys() - told.keys():
        stored[key]._change_reason = reason or None
        stored[key]._history_user = user
        stored[key].delete()
    log = {"default_user": user, "default_change_reason": reason or None}
    if created:
        bulk_create_with_history(created, IncomeEntry, **log)
    if updated:
        bulk_update_with_history(updated, IncomeEntry, MARKED, **log)


def _write_lines(visit, model, stored, told, values):
    """Make the visit's rows of ``model`` those of ``told``; old values stay in the versions."""
    keep = {key for key, line in told.items() if key in stored and _says(stored[key], values(line))}
    gone = [row.pk for key, row in stored.items() if key not in keep]
    if gone:
        model.objects.filter(pk__in=gone).delete()
    rows = []
    for key, line in told.items():
        if key not in keep:
            row = model(visit=visit, member_id=int(key) or None, **values(line))
            if model is MemberChange:
                row.member_key = int(key)
            rows.append(row)
    if rows:
        model.objects.bulk_create(rows)


def _says(row, values):
    return all(getattr(row, name) == value for name, value in values.items())


def _change(line):
    return {"kind": line["kind"], "labour": line["labour"], "note": line["note"]}


def _work(line):
    return {
        **{name: line[name] for name in ("place", "employer", "industry", "channel")},
        **{name: line[name] and date.fromisoformat(line[name]) for name in ("started_on", "ended_on")},
    }


def save_draft(*, household, month, user, fields):
    """Keep what the user has typed, as typed. ``fields``: name on the form -> list of values."""
    VisitDraft.objects.update_or_create(
        household=household, month=month, author=user, defaults={"fields": fields, "saved_at": timezone.now()}
    )


def delete_draft(*, household, month, user):
    VisitDraft.objects.filter(household=household, month=month, author=user).delete()
