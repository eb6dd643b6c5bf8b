"""Deliveries in any order and any number of times: one visit, with the content that was accepted last."""

from datetime import date
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from visits.content import GUARANTEES, JUDGEMENTS, LISTS, TEXTS
from visits.models import IncomeEntry, Visit, VisitVersion
from visits.services import StaleVisit, TokenReused, record_visit
from visits.tests.conftest import JULY

DAY = date(2022, 7, 10)
ITEMS = ("W01", "P01", "C01")


def content_of(amounts, needs, safe):
    """A canonical content: ``amounts`` is {item: fen}, the rest as an ordinary visit has it."""
    return {
        "visited_on": "2022-07-08",
        "way": "home",
        **dict.fromkeys(GUARANTEES, safe),
        **dict.fromkeys(LISTS, ""),
        **dict.fromkeys(JUDGEMENTS, False),
        **dict.fromkeys(TEXTS, ""),
        "needs": needs,
        "entries": {f"{item}/0": {"amount": fen, "basis": "", "dispute": ""} for item, fen in amounts.items()},
        "changes": {},
        "work": {},
    }


contents = st.builds(
    content_of,
    st.dictionaries(st.sampled_from(ITEMS), st.integers(0, 500_000), max_size=3),
    st.sampled_from(["", "想学养蜂", "要贷款"]),
    st.sampled_from([None, True, False]),
)


@st.composite
def deliveries(draw):
    """What phones wrote, and the order in which it arrives: each record once at least, some again and again.

    A record is (number, content, base version). Two records never share a number; the base of a record is
    any version that its phone can have seen, or one that there never was.
    """
    records = draw(st.lists(st.tuples(contents, st.integers(0, 4)), min_size=1, max_size=4))
    numbered = [(UUID(int=number), *record) for number, record in enumerate(records, 1)]
    arrivals = draw(st.permutations(range(len(numbered))))
    repeats = draw(st.lists(st.integers(0, len(numbered) - 1), max_size=5))
    places = [draw(st.integers(0, len(arrivals))) for _ in repeats]
    order = list(arrivals)
    for repeat, place in zip(repeats, places, strict=True):
        order.insert(place, repeat)
    return [numbered[index] for index in order]


@pytest.fixture
def deliver(household, people):
    members = list(household.members.all())

    # As in a request: what is refused leaves nothing behind.
    @transaction.atomic
    def send(number, content, base):
        return record_visit(
            household=household,
            members=members,
            month=JULY,
            user=people["cadre"],
            content=content,
            client_uuid=number,
            base_version=base,
            day=DAY,
        )

    return send


def start_over():
    VisitVersion.objects.all().delete()
    IncomeEntry.objects.all().delete()
    Visit.objects.all().delete()


def stored():
    visit = Visit.objects.get()
    return visit.versions.get(version=visit.version).content


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(arriving=deliveries())
def test_any_order_and_any_repetition_gives_one_visit_with_what_was_accepted_last(deliver, arriving):
    start_over()
    accepted, last = {}, None
    for number, content, base in arriving:
        before = stored() if Visit.objects.exists() else None
        try:
            recorded = deliver(number, content, base)
        except StaleVisit:
            # Somebody has to choose: what stands stays as it is.
            assert stored() == before
            assert number not in accepted
            continue
        assert recorded.is_replay == (number in accepted)
        if recorded.is_replay:
            assert recorded.version == accepted[number]
            assert stored() == before
        else:
            accepted[number] = recorded.version
            last = stored()
            assert before is not None or last == content
    assert Visit.objects.count() == 1
    visit = Visit.objects.get()
    assert visit.version == len(accepted)
    assert sorted(accepted.values()) == list(range(1, len(accepted) + 1))
    assert stored() == last
    entries = {(entry.item_id, int(entry.amount * 100)) for entry in visit.entries.all()}
    assert entries == {(key.split("/")[0], line["amount"]) for key, line in last["entries"].items()}


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(one=contents, other=contents)
def test_a_number_stands_for_one_content(deliver, one, other):
    start_over()
    number = UUID(int=1)
    deliver(number, one, 0)
    if one == other:
        assert deliver(number, other, 0).is_replay
    else:
        with pytest.raises(TokenReused):
            deliver(number, other, 1)
    assert stored() == one


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(versions=st.lists(contents, min_size=1, max_size=5), again=st.data())
def test_a_phone_that_goes_on_from_what_it_saw_always_has_its_way(deliver, versions, again):
    start_over()
    for base, content in enumerate(versions):
        deliver(UUID(int=base + 1), content, base)
        # An earlier delivery that was on its way for long arrives once more: too late to change anything.
        late = again.draw(st.integers(0, base))
        assert deliver(UUID(int=late + 1), versions[late], late).is_replay
        assert stored() == content
    assert Visit.objects.get().version == len(versions)
