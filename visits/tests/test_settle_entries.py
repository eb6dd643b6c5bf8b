from datetime import date

import pytest

from visits.models import IncomeEntry, Visit
from visits.services import settle_entries

pytestmark = pytest.mark.django_db

MAY, JUNE = date(2022, 5, 1), date(2022, 6, 1)


@pytest.fixture
def enter(people):
    """``enter(household, "feed", …)``: an entry whose mark is wrong on purpose where ``counted`` says so."""

    def enter(household, source, *, item="T01", month=MAY, member=None, state="submitted", counted=True):
        extra = {}
        if source == "visit":
            extra["visit"], _ = Visit.objects.get_or_create(
                household=household,
                month=month,
                defaults={"visited_on": month, "visitor": people["cadre"], "state": state},
            )
        if source == "feed":
            extra["department"] = people["civil"].department
        return IncomeEntry.objects.create(
            household=household,
            month=month,
            item_id=item,
            amount=100,
            source=source,
            member=member,
            member_key=member.pk if member else 0,
            is_counted=counted,
            **extra,
        )

    return enter


def counted():
    return {(entry.source, entry.item_id, entry.member_key) for entry in IncomeEntry.objects.counting()}


def test_feed_before_import_before_visit(enter, household):
    visit, sheet, feed = (enter(household, source) for source in ("visit", "import", "feed"))
    assert settle_entries() == 2
    assert counted() == {("feed", "T01", 0)}
    feed.delete()
    assert settle_entries() == 1
    assert counted() == {("import", "T01", 0)}
    sheet.delete()
    assert settle_entries() == 1
    assert IncomeEntry.objects.counting().get() == visit
    assert settle_entries() == 0


def test_a_member_s_feed_supersedes_the_household_s_line(enter, household):
    member = household.members.get()
    enter(household, "import")
    enter(household, "visit")
    enter(household, "feed", member=member)
    enter(household, "import", item="T02")
    settle_entries()
    assert counted() == {("feed", "T01", member.pk), ("import", "T02", 0)}


def test_a_member_s_feed_supersedes_the_household_s_line_of_a_feed(enter, household, make_member):
    """A department that named nobody before and names the persons now has not paid twice."""
    first, second = household.members.get(), make_member(household)
    line = enter(household, "feed")
    settle_entries()
    assert counted() == {("feed", "T01", 0)}
    for member in (first, second):
        enter(household, "feed", member=member)
    assert settle_entries() == 1
    assert counted() == {("feed", "T01", first.pk), ("feed", "T01", second.pk)}
    IncomeEntry.objects.exclude(pk=line.pk).delete()
    assert settle_entries() == 1
    assert counted() == {("feed", "T01", 0)}


def test_all_lines_of_the_winning_source_count(enter, household, make_member):
    first, second = household.members.get(), make_member(household)
    enter(household, "import", member=first)
    enter(household, "import", member=second)
    enter(household, "visit", member=first)
    settle_entries()
    assert counted() == {("import", "T01", first.pk), ("import", "T01", second.pk)}


@pytest.mark.parametrize("state", ["draft", "returned"])
def test_drafts_and_returned_visits_never_count(enter, household, state):
    enter(household, "visit", state=state)
    assert settle_entries() == 1
    assert counted() == set()
    Visit.objects.update(state="approved")
    assert settle_entries() == 1
    assert counted() == {("visit", "T01", 0)}


def test_only_what_is_asked_for_is_looked_at(enter, household, make_household, far_village):
    far = make_household(far_village)
    for place in (household, far):
        for month in (MAY, JUNE):
            enter(place, "import", month=month, counted=False)
    assert settle_entries(households=[household.pk], months=[MAY]) == 1
    assert settle_entries(households=[]) == 0
    assert settle_entries(area="130630102") == 2
    assert settle_entries() == 1


def test_two_queries_whatever_the_size(enter, make_household, village, django_assert_num_queries):
    households = [make_household(village) for _ in range(30)]
    for household in households:
        enter(household, "import")
        enter(household, "visit")
    # Two statements within a savepoint.
    with django_assert_num_queries(4):
        assert settle_entries(households=[household.pk for household in households], months=[MAY]) == 30
