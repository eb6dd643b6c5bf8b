"""The audit trail: what it keeps, and what tampering it shows."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from accounts.models import AuditEvent, AuditHead
from accounts.services import _hash, record_event, verify_chain


@pytest.fixture
def trail(people):
    """Five events in a row."""
    for number in range(1, 6):
        record_event(user=people["county"], action="导出台账", subject=f"第 {number} 村", detail={"行数": number})
    return list(AuditEvent.objects.order_by("pk"))


def test_an_untouched_trail_is_whole(trail):
    assert verify_chain() is None
    assert AuditHead.objects.get().count == 5
    assert [later.previous_hash for later in trail[1:]] == [earlier.hash for earlier in trail[:-1]]


def test_an_empty_trail_is_whole(db):
    assert verify_chain() is None


def test_what_was_recorded_reads_back_the_same_on_any_engine(people):
    detail = {
        "金额": Decimal("12.50"),
        "日期": date(2022, 7, 7),
        "占比": 0.1,
        2022: [1, None, True],
        "注": "“引号”\n\\",
    }
    record_event(user=people["county"], action="改参数", detail=detail)
    assert verify_chain() is None
    assert AuditEvent.objects.get().detail == {
        "金额": "12.50",
        "日期": "2022-07-07",
        "占比": "0.1",
        "2022": [1, None, True],
        "注": "“引号”\n\\",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"action": "查看"},
        {"subject": "别的村"},
        {"detail": {"行数": 1}},
        {"user": None},
        {"at": "2022-01-01T00:00:00Z"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_row_shows(trail, change):
    AuditEvent.objects.filter(pk=trail[2].pk).update(**change)
    broken = verify_chain()
    assert (broken.position, broken.event_id) == (3, trail[2].pk)
    assert "被改动过" in broken.reason


def test_a_removed_row_shows(trail):
    AuditEvent.objects.filter(pk=trail[1].pk).delete()
    broken = verify_chain()
    assert (broken.position, broken.event_id) == (2, trail[2].pk)


def test_a_cut_end_shows(trail):
    AuditEvent.objects.filter(pk__gt=trail[2].pk).delete()
    broken = verify_chain()
    assert (broken.position, broken.event_id) == (4, None)
    assert "末尾缺 2 条" in str(broken)


def test_a_row_put_at_the_end_by_hand_shows(trail):
    forged = AuditEvent(at=trail[0].at, action="导出台账", previous_hash=trail[-1].hash)
    forged.hash = _hash(forged)
    forged.save()
    assert "多出 1 条" in verify_chain().reason


def test_a_trail_rewritten_from_the_middle_shows(trail):
    last = trail[1].hash
    for event in trail[2:]:
        event.action, event.previous_hash = "查看", last
        event.hash = last = _hash(event)
        event.save()
    assert "链头" in verify_chain().reason


def test_an_event_falls_with_its_deed(people):
    def act():
        with transaction.atomic():
            record_event(user=people["county"], action="导出台账")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()
    assert not AuditEvent.objects.exists()
    assert AuditHead.objects.get().count == 0
    assert verify_chain() is None


def test_the_command_says_whole_or_names_the_first_broken_link(trail, capsys):
    call_command("verify_audit", "--json")
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {
        "ok": True,
        "events": 5,
        "head": trail[-1].hash,
        "broken": None,
    }
    AuditEvent.objects.filter(pk=trail[3].pk).update(subject="别的村")
    with pytest.raises(CommandError, match="第 4 条") as refused:
        call_command("verify_audit", "--json")
    assert refused.value.returncode == 1
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (said["ok"], said["broken"]["position"], said["broken"]["event"]) == (False, 4, trail[3].pk)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_events_of_many_at_once_form_one_chain(own_connections, people):
    def act(number):
        try:
            for step in range(5):
                record_event(user=people["county"], action="并发", subject=f"{number}-{step}")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(8)))
    assert AuditEvent.objects.count() == 40
    assert verify_chain() is None
