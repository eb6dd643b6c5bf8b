"""Reviewing visits: approving many, returning one with comments. Never one's own. Plan 二(一)."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from simple_history.utils import bulk_update_with_history

from visits.models import FieldComment, Visit, VisitVersion
from visits.services.record import lock_households
from visits.services.settle import settle_entries

State = Visit.State


class ReviewRefused(Exception):
    """The review cannot be done; the reason is for the reviewer (Chinese)."""


def own_visits(user):
    """Condition: the user reported the visit, or made any version of it.

    Whoever wrote any part of what is under review is not its reviewer, whatever the role.
    """
    return Q(visitor=user) | Q(Exists(VisitVersion.objects.filter(visit=OuterRef("pk"), made_by=user)))


@transaction.atomic
def approve_visits(*, visits, reviewer):
    """Approve those of ``visits`` (a queryset in the reviewer's scope) that wait and are not the reviewer's own.

    ``visits`` may be narrowed by version: who approves has seen that version. Returns those that were
    approved; the others had changed meanwhile, no longer waited, or were own. Income already counts
    since submission, so nothing is computed anew.
    """
    waiting = visits.filter(state=State.SUBMITTED).exclude(own_visits(reviewer))
    rows = list(waiting.select_for_update(of=("self",)))
    now = timezone.now()
    for visit in rows:
        visit.state = State.APPROVED
        visit.reviewed_by, visit.reviewed_at, visit.review_comment = reviewer, now, ""
    fields = ["state", "reviewed_by", "reviewed_at", "review_comment"]
    if rows:
        bulk_update_with_history(rows, Visit, fields, default_user=reviewer, batch_size=500)
    return rows


@transaction.atomic
def return_visit(*, visit, reviewer, version, comment, comments):
    """Return one submitted visit: ``comment`` on the whole, ``comments`` by field key (``visits.content``).

    Its entries no longer count and its month is no longer collected; the ledger is for the caller to
    refresh in the same transaction. Raises ``ReviewRefused`` where it is no longer waiting, is another
    version than the reviewer saw, is the reviewer's own, or nothing is said.
    """
    comments = {field: text.strip() for field, text in comments.items() if text.strip()}
    if not comment.strip() and not comments:
        raise ReviewRefused("写上要改什么再退回：可以写在某一项旁边，也可以写总的意见。")
    lock_households([visit.household_id])
    visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    if Visit.objects.filter(own_visits(reviewer), pk=visit.pk).exists():
        raise ReviewRefused("这是您自己填的走访，请别的同志审核。")
    if visit.state != State.SUBMITTED or visit.version != version:
        raise ReviewRefused("这条走访刚刚有了变化，请看过新的内容再审。")
    now = timezone.now()
    visit.state = State.RETURNED
    visit.reviewed_by, visit.reviewed_at, visit.review_comment = reviewer, now, comment.strip()
    visit._history_user = reviewer
    visit.save()
    said = {"visit": visit, "version": version, "by": reviewer, "at": now}
    FieldComment.objects.bulk_create(FieldComment(field=field, text=text, **said) for field, text in comments.items())
    settle_entries(households=[visit.household_id], months=[visit.month])
    return visit
