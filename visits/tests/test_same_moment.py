"""Two things at once on one household, on PostgreSQL: one waits for the other, and what is stored agrees."""

from datetime import date
from threading import Event, Thread
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from households.tests.workbooks import write_xlsx
from ledger.models import LedgerRow
from ledger.services import check_ledger, rebuild_ledger, refresh_ledger
from visits.models import IncomeEntry, Visit
from visits.services import TokenReused, record_visit, settle_entries
from visits.tasks import run_import
from visits.tests.conftest import JULY
from visits.tests.contents import content

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

JUNE, DAY = date(2022, 6, 1), date(2022, 7, 10)


@pytest.fixture
def record(people):
    """``record(household, {"W01/0": 1500})``: recorded for June as the cadre, the ledger not refreshed yet."""

    def record(household, entries, *, client_uuid=None, base_version=0):
        return record_visit(
            household=household,
            members=household.members.all(),
            month=JUNE,
            user=people["cadre"],
            content=content(entries),
            client_uuid=client_uuid or uuid4(),
            base_version=base_version,
            day=DAY,
        )

    return record


class Meanwhile:
    """``work`` in a thread with a connection of its own; ``outcome`` is what it returned or raised."""

    def __init__(self, work):
        self.work, self.begun, self.outcome = work, Event(), None
        self.thread = Thread(target=self._run)

    def _run(self):
        self.begun.set()
        try:
            self.outcome = self.work()
        except Exception as error:
            self.outcome = error
        finally:
            connection.close()

    def start(self, head_start=1):
        """Let it run until it has to wait, or for a second."""
        self.thread.start()
        self.begun.wait(timeout=10)
        self.thread.join(timeout=head_start)

    def end(self):
        self.thread.join(timeout=20)
        assert not self.thread.is_alive()
        return self.outcome


def assert_agrees():
    assert settle_entries() == 0
    assert check_ledger(year=2022) == []


def test_one_number_for_two_households_at_the_same_moment_is_one_visit(record, make_household, village):
    first, second = make_household(village), make_household(village)
    number = uuid4()
    other = Meanwhile(lambda: record(second, {"P01/0": 100}, client_uuid=number))
    with transaction.atomic():
        record(first, {"P01/0": 100}, client_uuid=number)
        other.start()
        assert other.thread.is_alive(), "the second delivery of the number waits for the first"
    assert isinstance(other.end(), TokenReused)
    assert [visit.household for visit in Visit.objects.all()] == [first]


def test_a_rebuild_of_the_area_and_a_visit_do_not_stop_each_other(record, household, village):
    """Each holds what the other asks for next, where a row is new."""
    refresh_ledger(household_ids=[household.pk], day=DAY)
    LedgerRow.objects.all().delete()
    rebuild = Meanwhile(lambda: rebuild_ledger(year=2022, area=village.code))
    with transaction.atomic():
        record(household, {"W01/0": 1500})
        rebuild.start()
        refresh_ledger(household_ids=[household.pk], day=DAY)
    assert rebuild.end()["households"] == 1
    assert LedgerRow.objects.get(year=2022).wage == 1500
    assert_agrees()


@pytest.mark.parametrize("moves", [False, True], ids=["stays", "moves"])
def test_a_list_that_comes_while_a_visit_is_recorded_settles_after_it(
    record, household, make_household, make_member, village, people, tmp_path, moves
):
    """A payment that moves away with its person leaves the visit's own amount to count."""
    member = household.members.get()
    row = {"证件号码": member.id_number, "月份": "2022-06", "金额": 350}

    def send(amount=350):
        file = write_xlsx(tmp_path / "feed.xlsx", [row | {"金额": amount}])
        return run_import("feed", file, day=DAY, item="T01", department="民政局").has_errors()

    if moves:
        assert not send()
        member.left_on = date(2022, 6, 10)
        member.save()
        there = make_household(village)
        make_member(there, name=member.name, id_number=member.id_number, joined_on=date(2022, 6, 10))
        make_member(household, name="王三")
    feed = Meanwhile(send)
    with transaction.atomic():
        record(household, {"T01/0": 300})
        feed.start()
        assert feed.thread.is_alive(), "the list waits for the visit"
        refresh_ledger(household_ids=[household.pk], day=DAY)
    assert feed.end() is False
    assert IncomeEntry.objects.get(source="visit").is_counted is moves
    assert IncomeEntry.objects.get(source="feed").household == (there if moves else household)
    assert_agrees()


def test_a_visit_that_is_delivered_while_a_list_is_written_waits_and_counts_by_its_rank(
    record, household, people, tmp_path
):
    row = {"证件号码": household.members.get().id_number, "月份": "2022-06", "金额": 350}
    file = write_xlsx(tmp_path / "feed.xlsx", [row])
    visit = Meanwhile(lambda: record(household, {"T01/0": 300}))
    with transaction.atomic():
        run_import("feed", file, day=DAY, item="T01", department="民政局")
        visit.start()
        assert visit.thread.is_alive()
    assert visit.end().version == 1
    refresh_ledger(household_ids=[household.pk], day=DAY)
    assert not IncomeEntry.objects.get(source="visit").is_counted
    assert_agrees()


@pytest.mark.parametrize("field", ["remarks", "needs"])
def test_two_phones_at_the_same_moment_join_or_are_asked(past, filled, people, field):
    """One writes ``remarks``, the other ``field``: another one joins, the same one is for somebody to choose."""
    client = Client()
    client.force_login(people["cadre"])
    address, cookie = f"/visits/{past.number}/2022-07/", client.cookies["sessionid"].value
    client.post(address, filled())

    def deliver(fields):
        phone = Client(headers={"accept": "application/json"})
        phone.cookies["sessionid"] = cookie
        try:
            return phone.post(address, fields).json()["status"]
        finally:
            connections.close_all()

    phones = [
        Meanwhile(lambda: deliver(filled(base_version="1", remarks="甲"))),
        Meanwhile(lambda: deliver(filled(base_version="1", **{field: "乙"}))),
    ]
    for phone in phones:
        phone.start(head_start=0)
    answers = sorted(phone.end() for phone in phones)
    visit = Visit.objects.get(month=JULY)
    if field == "remarks":
        assert answers == ["saved", "stale"]
        assert (visit.version, visit.remarks in "甲乙") == (2, True)
    else:
        assert answers == ["saved", "saved"]
        assert (visit.version, visit.remarks, visit.needs) == (3, "甲", "乙")
    assert_agrees()


def test_a_correction_that_crosses_a_return_finds_the_returned_visit(record, household, people, client):
    """Whatever comes first, the entries count as the visit then stands."""
    record(household, {"W01/0": 1500})
    refresh_ledger(household_ids=[household.pk], day=DAY)
    client.force_login(people["township"])
    address = f"/visits/{household.number}/2022-06/review/"
    decision = {"decision": "return", "version": "1", "comment": "请再核"}
    cookie = client.cookies["sessionid"].value

    def give_back():
        phone = Client()
        phone.cookies["sessionid"] = cookie
        return phone.post(address, decision).status_code

    review = Meanwhile(give_back)
    with transaction.atomic():
        record(household, {"W01/0": 1800}, base_version=1)
        review.start()
        assert review.thread.is_alive(), "the return waits for what is being recorded"
        refresh_ledger(household_ids=[household.pk], day=DAY)
    assert review.end() == 409, "it is another version than the reviewer saw"
    assert Visit.objects.get().state == "submitted"
    assert_agrees()
