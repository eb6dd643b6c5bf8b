"""The audit trail: a chain of events in which each carries the hash of the one before."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from accounts.models import AuditEvent, AuditHead

READ_AHEAD = 2_000


@dataclass(frozen=True)
class BrokenLink:
    """The first place where the trail is not what was written: ``position`` counts from 1."""

    position: int
    event_id: int | None
    reason: str

    def __str__(self):
        event = f"（编号 {self.event_id}）" if self.event_id else ""
        return f"第 {self.position} 条{event}：{self.reason}"


def record_event(*, user, action, subject="", detail=None):
    """Append one event to the trail and return it.

    ``action`` is a short verb in Chinese, ``subject`` names what it was done to (a title, a
    household number), ``detail`` is plain JSON; none of them holds ID, phone or bank numbers.
    Call it inside the transaction of the deed, last, so that both stand or fall together and
    the head of the chain is locked for a moment only.
    """
    with transaction.atomic():
        head = AuditHead.objects.select_for_update().get(pk=1)
        event = AuditEvent(
            at=timezone.now(),
            user=user if user is not None and user.is_authenticated else None,
            action=action,
            subject=subject,
            detail=_plain(detail or {}),
            previous_hash=head.hash,
        )
        event.hash = _hash(event)
        event.save(force_insert=True)
        head.count += 1
        head.hash = event.hash
        head.save(update_fields=["count", "hash"])
    return event


def verify_chain():
    """``None`` where the trail is whole, else its first ``BrokenLink``.

    Shows a changed row, a row taken out or put in, and an end cut off. Events may be added
    meanwhile: the head is read before and after the walk, and nothing is locked.
    """
    before = AuditHead.objects.filter(pk=1).first()
    if before is None:
        return BrokenLink(1, None, "链头不见了")
    position, last = 0, ""
    for event in AuditEvent.objects.order_by("pk").iterator(chunk_size=READ_AHEAD):
        position += 1
        if event.previous_hash != last:
            return BrokenLink(position, event.pk, "与前一条接不上：中间的记录被删除、插入或改动过")
        if event.hash != _hash(event):
            return BrokenLink(position, event.pk, "内容与摘要不符：这条记录被改动过")
        last = event.hash
        if position == before.count and last != before.hash:
            return BrokenLink(position, event.pk, "与链头的摘要不符：记录被整段改写过")
    if position < before.count:
        return BrokenLink(position + 1, None, f"末尾缺 {before.count - position} 条记录")
    after = AuditHead.objects.get(pk=1)
    if position > after.count:
        return BrokenLink(after.count + 1, None, f"末尾多出 {position - after.count} 条记录")
    return None


def _plain(detail):
    """The detail as both engines give it back: keys as text, fractions as text, days as ISO text."""
    return json.loads(json.dumps(detail, cls=DjangoJSONEncoder), parse_float=str)


def _hash(event):
    """SHA-256 over the canonical JSON of everything that the event says."""
    said = {
        "previous": event.previous_hash,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "user": event.user_id,
        "action": event.action,
        "subject": event.subject,
        "detail": event.detail,
    }
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
