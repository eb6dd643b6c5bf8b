"""The list of what departments reported and visits say otherwise."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from households import identity
from visits.models import IncomeEntry, Visit
from visits.services import settle_entries

pytestmark = pytest.mark.django_db

APRIL, MAY = date(2022, 4, 1), date(2022, 5, 1)
PAGE = "/visits/differences/"


@pytest.fixture
def enter(people):
    """``enter(household, "feed", 350, member=…)``: what the civil affairs department, or a visit, says of May's T01."""

    def enter(household, source, amount, *, member=None, month=MAY, item="T01", who="civil", state="approved", **more):
        if source == "visit":
            more["visit"], _ = Visit.objects.get_or_create(
                household=household,
                month=month,
                defaults={"visited_on": month, "visitor": people["cadre"], "state": state},
            )
        else:
            more["department"] = people[who].department
        entry = IncomeEntry.objects.create(
            household=household,
            month=month,
            item_id=item,
            amount=amount,
            source=source,
            member=member,
            member_key=member.pk if member else 0,
            **more,
        )
        settle_entries()
        return entry

    return enter


@pytest.fixture
def head(household):
    return household.members.get()


def found():
    """(amount, said, whether the household's line, difference, note) of each, in the order of their keys."""
    return [
        (entry.amount, entry.said, entry.is_of_household, entry.difference, entry.note)
        for entry in IncomeEntry.objects.at_odds().order_by("pk")
    ]


def test_the_line_of_the_same_member(enter, household, head):
    enter(household, "feed", 350, member=head)
    assert found() == []
    said = enter(household, "visit", 300, member=head)
    # What the visit says of the household as a whole is another line.
    enter(household, "visit", 9)
    assert found() == [(Decimal(350), Decimal(300), False, Decimal(50), "")]
    said.amount = 350
    said.save()
    assert found() == []


def test_the_household_s_line_answers_all_of_its_persons_together(enter, household, head, make_member):
    enter(household, "feed", "200.50", member=head)
    line = enter(household, "visit", "200.50")
    assert found() == []
    enter(household, "feed", 100, member=make_member(household))
    assert found() == [
        (Decimal("200.50"), Decimal("200.50"), True, Decimal(100), ""),
        (Decimal(100), Decimal("200.50"), True, Decimal(100), ""),
    ]
    line.amount = "300.50"
    line.save()
    assert found() == []
    # A person of whom the visit speaks by name is left out of the sum.
    enter(household, "visit", 200, member=head)
    assert found() == [
        (Decimal("200.50"), Decimal(200), False, Decimal("0.50"), ""),
        (Decimal(100), Decimal("300.50"), True, Decimal("-200.50"), ""),
    ]


def test_a_feed_s_own_household_line(enter, household, head):
    line = enter(household, "feed", 350)
    enter(household, "visit", 300)
    assert found() == [(Decimal(350), Decimal(300), True, Decimal(50), "")]
    # Superseded by the member's feed it is no longer what the department says.
    enter(household, "feed", 300, member=head)
    line.refresh_from_db()
    assert not line.is_counted
    assert found() == []


def test_a_dispute_shows_even_where_the_amounts_agree(enter, household, head):
    enter(household, "feed", 350, member=head)
    enter(household, "visit", 350, member=head, dispute="只发到四月")
    assert found() == [(Decimal(350), Decimal(350), False, Decimal(0), "只发到四月")]


@pytest.mark.parametrize(
    ("state", "listed"), [("draft", False), ("returned", False), ("submitted", True), ("approved", True)]
)
def test_only_visits_that_were_sent_in(enter, household, head, state, listed):
    enter(household, "feed", 350, member=head)
    enter(household, "visit", 300, member=head, state=state)
    assert bool(found()) == listed


def test_another_month_item_and_household_say_nothing(enter, household, head, make_household, village):
    enter(household, "feed", 350, member=head)
    enter(household, "visit", 300, month=APRIL)
    enter(household, "visit", 300, item="T08")
    enter(make_household(village), "visit", 300)
    assert found() == []


@pytest.fixture
def county_wide(enter, household, make_household, next_village, far_village, people):
    """Three households at odds with the civil affairs department, the last also with the labour department."""
    household.helper = people["helper"]
    household.save()
    homes = {
        "near": household,
        "next": make_household(next_village, head="赵二"),
        "far": make_household(far_village, head="钱三"),
    }
    for name, said in (("near", 340), ("next", 300), ("far", 100)):
        member = homes[name].members.get()
        enter(homes[name], "feed", 350, member=member)
        enter(homes[name], "visit", said, dispute=f"{name}说的" if name == "near" else "")
    far = homes["far"].members.get()
    enter(homes["far"], "feed", 500, member=far, item="W02", who="labour", month=APRIL)
    enter(homes["far"], "visit", 480, member=far, item="W02", month=APRIL)
    return homes


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("cadre", ["near"]),
        ("next_cadre", ["next"]),
        ("helper", ["near"]),
        ("township", ["next", "near"]),
        ("other_township", ["far", "far"]),
        ("county", ["far", "next", "far", "near"]),
        ("auditor", ["far", "next", "far", "near"]),
        ("civil", ["far", "next", "near"]),
        ("labour", ["far"]),
        ("nobody", []),
    ],
)
def test_everybody_sees_their_own_the_largest_first(client, people, county_wide, who, expected):
    client.force_login(people[who])
    rows = client.get(PAGE).context["rows"]
    names = {home.pk: name for name, home in county_wide.items()}
    assert [names[entry.household_id] for entry in rows] == expected


def test_a_department_is_told_of_the_person_and_of_no_household(client, people, county_wide):
    client.force_login(people["civil"])
    content = client.get(PAGE).content.decode()
    member = county_wide["near"].members.get()
    for words in (member.name, identity.mask(member.id_number), "柳沟村", "2022年5月", "低保金", "350.00", "340.00"):
        assert words in content
    assert "near说的" in content
    for home in county_wide.values():
        assert home.number not in content
    # What the other department reported and the visit said to it.
    for secret in ("500.00", "480.00", "公益岗位工资", member.id_number):
        assert secret not in content
    assert f'href="{reverse("import_index")}" aria-current="page">报送' in content


def test_others_are_led_to_the_month_of_the_household(client, people, county_wide):
    client.force_login(people["cadre"])
    content = client.get(PAGE).content.decode()
    address = reverse("visit", args=[county_wide["near"].number, "2022-05"])
    assert f'href="{address}"' in content
    assert "+10.00" in content
    assert client.get(address).status_code == 200


def test_filters_stand_in_the_address(client, people, county_wide):
    client.force_login(people["county"])
    page = client.get(PAGE)
    assert (page.context["total"], page.context["page"].paginator.count) == (4, 4)
    assert [value for value, _ in page.context["form"].fields["month"].choices] == ["", "2022-05", "2022-04"]
    assert [value for value, _ in page.context["form"].fields["item"].choices] == ["", "T01", "W02"]
    page = client.get(PAGE, {"month": "2022-04"})
    assert [entry.item_id for entry in page.context["rows"]] == ["W02"]
    assert "4 笔中的 <b>1</b> 笔" in page.content.decode()
    page = client.get(PAGE, {"month": "2022-05", "item": "T01"})
    assert page.context["page"].paginator.count == len(page.context["page"]) == 3
    # An address kept from before stays good when nothing differs any more.
    page = client.get(PAGE, {"month": "2021-12", "item": "T02"})
    assert page.status_code == 200
    assert "这个条件下没有不一致的" in page.content.decode()


@pytest.mark.parametrize("query", [{"month": "2022-13"}, {"month": "五月"}, {"item": "T99"}, {"item": "'"}])
def test_what_is_no_choice_is_not_found(client, people, county_wide, query):
    client.force_login(people["county"])
    assert client.get(PAGE, query).status_code == 404


def test_a_page_at_a_time_in_as_many_queries_for_many_as_for_few(client, people, enter, make_household, village):
    def look():
        with CaptureQueriesContext(connection) as captured:
            page = client.get(PAGE).context["page"]
        return len(captured), page

    client.force_login(people["county"])
    few, many = [make_household(village) for _ in range(3)], [make_household(village) for _ in range(60)]
    counted = []
    for homes in (few, many):
        visits = Visit.objects.bulk_create(
            Visit(household=home, month=MAY, visited_on=MAY, visitor=people["cadre"], state="approved")
            for home in homes
        )
        common = {"month": MAY, "item_id": "T01"}
        IncomeEntry.objects.bulk_create(
            IncomeEntry(**common, household=visit.household, amount=300, source="visit", visit=visit, is_counted=False)
            for visit in visits
        )
        department = people["civil"].department
        IncomeEntry.objects.bulk_create(
            IncomeEntry(**common, household=home, amount=350, source="feed", department=department) for home in homes
        )
        queries, page = look()
        counted.append(queries)
    assert counted[0] == counted[1] <= 12
    assert (len(page), page.paginator.count) == (50, 63)
    assert len(client.get(PAGE, {"page": 2}).context["page"]) == 13
