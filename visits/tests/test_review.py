"""Approving and returning visits: what is decided, by whom never, and that nothing unseen is approved."""

from datetime import date
from threading import Event, Thread
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from visits.models import FieldComment, IncomeEntry, Visit, VisitVersion
from visits.services import NeedsReason, ReviewRefused, approve_visits, record_visit, return_visit
from visits.tests.contents import content

pytestmark = pytest.mark.django_db

JUNE, DAY = date(2022, 6, 1), date(2022, 7, 10)
State = Visit.State


@pytest.fixture
def record(people):
    """``record(household, {"W01/0": 1500}, who="cadre")``: that recorded as its next version for June."""

    def record(household, entries=None, *, who="cadre", reason="", **fields):
        visit = Visit.objects.filter(household=household, month=JUNE).first()
        return record_visit(
            household=household,
            members=household.members.all(),
            month=JUNE,
            user=people[who],
            content=content(entries, **fields),
            client_uuid=uuid4(),
            base_version=visit.version if visit else 0,
            day=DAY,
            reason=reason,
        ).visit

    return record


@pytest.fixture
def give_back(people):
    """``give_back(visit, comment="…")``: the township returns the visit as it stands in the database."""

    def give_back(visit, *, who="township", version=None, comment="请再核", comments=None):
        return return_visit(
            visit=visit,
            reviewer=people[who],
            version=version or Visit.objects.get(pk=visit.pk).version,
            comment=comment,
            comments=comments or {},
        )

    return give_back


def states():
    return dict(Visit.objects.values_list("household__head_name", "state"))


def test_those_that_wait_are_approved_and_nothing_else_changes(record, give_back, make_household, village, people):
    waiting, returned, bystander = (make_household(village, head=head) for head in ("等审", "退回", "旁人"))
    visit = record(waiting, {"W01/0": 1500})
    give_back(record(returned))
    record(bystander)
    asked = Visit.objects.exclude(household=bystander)
    assert approve_visits(visits=asked, reviewer=people["township"]) == [visit]
    assert states() == {"等审": "approved", "退回": "returned", "旁人": "submitted"}
    visit.refresh_from_db()
    assert (visit.reviewed_by, visit.version) == (people["township"], 1)
    assert visit.reviewed_at is not None
    assert visit.history.latest().state == "approved"
    assert visit.history.latest().history_user == people["township"]
    assert approve_visits(visits=asked, reviewer=people["township"]) == []


def test_many_cost_as_many_queries_as_few(record, make_household, village, people):
    bystander = record(make_household(village, head="旁人"))

    def queries(households):
        visits = [record(make_household(village)) for _ in range(households)]
        asked = Visit.objects.filter(pk__in=[visit.pk for visit in visits])
        with CaptureQueriesContext(connection) as captured:
            assert len(approve_visits(visits=asked, reviewer=people["township"])) == households
        return len(captured)

    # SQLite takes some 28 rows of history in one statement.
    assert queries(2) == queries(25)
    bystander.refresh_from_db()
    assert bystander.state == "submitted"


def test_another_version_than_was_shown_is_not_approved(record, household, people):
    shown = record(household, {"W01/0": 1500})
    asked = Visit.objects.filter(pk=shown.pk, version=1)
    record(household, {"W01/0": 9500})
    assert approve_visits(visits=asked, reviewer=people["township"]) == []
    assert Visit.objects.get().state == "submitted"


def test_nobody_reviews_what_they_reported_whatever_the_role(record, give_back, household, people, township):
    visit = record(household)
    maker = people["cadre"]
    # The cadre has moved to the township since.
    maker.role = "township"
    maker.areas.set([township])
    maker.save()
    assert approve_visits(visits=Visit.objects.all(), reviewer=maker) == []
    with pytest.raises(ReviewRefused, match="自己填的"):
        give_back(visit, who="cadre")
    assert Visit.objects.get().state == "submitted"
    assert approve_visits(visits=Visit.objects.all(), reviewer=people["township"]) == [visit]


def test_nobody_reviews_what_they_wrote_a_part_of(record, give_back, household, people):
    household.helper = people["helper"]
    household.save()
    record(household, {"W01/0": 1500}, who="helper")
    visit = record(household, {"W01/0": 1500}, needs="学养蜂", who="cadre")
    assert visit.visitor == people["cadre"]
    for who in ("helper", "cadre"):
        assert approve_visits(visits=Visit.objects.all(), reviewer=people[who]) == []
        with pytest.raises(ReviewRefused, match="自己填的"):
            give_back(visit, who=who)
    assert approve_visits(visits=Visit.objects.all(), reviewer=people["township"]) == [visit]


def test_a_returned_visit_neither_counts_nor_is_it_collected(record, give_back, make_household, village):
    household, bystander = make_household(village), make_household(village)
    record(bystander, {"W01/0": 900})
    visit = record(household, {"W01/0": 1500, "P01/0": 100})
    assert IncomeEntry.objects.counting().filter(household=household).count() == 2
    returned = give_back(visit, comment=" 请再核 ", comments={"entries.W01/0": "工资条上是多少？", "needs": "  "})
    assert (returned.state, returned.review_comment) == (State.RETURNED, "请再核")
    assert not IncomeEntry.objects.counting().filter(household=household).exists()
    assert IncomeEntry.objects.counting().filter(household=bystander).count() == 1
    comment = FieldComment.objects.get()
    assert (comment.field, comment.text, comment.version) == ("entries.W01/0", "工资条上是多少？", 1)


def test_reported_again_it_counts_and_names_what_it_is_compared_with(record, give_back, household):
    give_back(record(household, {"W01/0": 1500}), comments={"entries.W01/0": "请再核"})
    visit = record(household, {"W01/0": 1400})
    assert (visit.state, visit.reviewed_by, visit.review_comment) == (State.SUBMITTED, None, "")
    assert IncomeEntry.objects.counting().get().amount == 1400
    assert VisitVersion.objects.get(version=2).compared_with == 1
    # Changed once more before anybody looked: it is still compared with what the reviewer knows.
    record(household, {"W01/0": 1450})
    assert VisitVersion.objects.get(version=3).compared_with == 1


def test_a_correction_is_reviewed_against_what_was_approved(record, household, people):
    record(household, {"W01/0": 1500})
    approve_visits(visits=Visit.objects.all(), reviewer=people["township"])
    with pytest.raises(NeedsReason), transaction.atomic():
        record(household, {"W01/0": 1400})
    record(household, {"W01/0": 1400}, reason="工资条晚到")
    version = VisitVersion.objects.get(version=2)
    assert (version.compared_with, version.reason) == (1, "工资条晚到")
    assert Visit.objects.get().state == "submitted"


@pytest.mark.parametrize("kind", ["stale", "approved", "silent"])
def test_what_cannot_be_returned_stays_as_it_is(record, give_back, household, people, kind):
    visit = record(household, {"W01/0": 1500})
    said = {}
    if kind == "stale":
        record(household, {"W01/0": 1600})
        said = {"version": 1}
    elif kind == "approved":
        approve_visits(visits=Visit.objects.all(), reviewer=people["township"])
    else:
        said = {"comment": " ", "comments": {"needs": ""}}
    before = Visit.objects.values().get()
    with pytest.raises(ReviewRefused):
        give_back(visit, **said)
    assert Visit.objects.values().get() == before
    assert IncomeEntry.objects.counting().count() == 1
    assert not FieldComment.objects.exists()
    # With everything as it should be, the same visit can be returned.
    if kind != "approved":
        assert give_back(visit).state == State.RETURNED


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_approval_under_way_is_not_overwritten_by_a_new_version(record, household, people):
    """Recording waits for the approval, and then finds a visit that changes by correction only."""
    record(household, {"W01/0": 1500})
    begun, outcome = Event(), []

    def record_again():
        begun.set()
        try:
            outcome.append(record(household, {"W01/0": 9500}))
        except NeedsReason:
            outcome.append("needs a reason")
        finally:
            connection.close()

    thread = Thread(target=record_again)
    with transaction.atomic():
        approve_visits(visits=Visit.objects.all(), reviewer=people["township"])
        thread.start()
        begun.wait(timeout=10)
        thread.join(timeout=1)
    thread.join(timeout=10)
    assert outcome == ["needs a reason"]
    assert Visit.objects.get().state == "approved"
    assert IncomeEntry.objects.get().amount == 1500
