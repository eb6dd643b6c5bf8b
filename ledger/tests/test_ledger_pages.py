"""The ledger down the areas: who sees which, what the counts open, how it sorts and filters."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Area
from households.models import AnnualIncome, Household
from ledger.calc import FLAGS
from ledger.models import LedgerRow, PolicyYear, VillageLedger
from ledger.services import rebuild_ledger
from ledger.tests.conftest import WINDOW
from ledger.views import COLUMNS

pytestmark = pytest.mark.django_db


@pytest.fixture
def get(client, people):
    """``get("cadre", "130630101901", flag="any")``: the response of an area's page, or of the year's without a code."""

    def get(who, code=None, *, year=2022, htmx=False, **query):
        client.force_login(people[who])
        address = reverse("ledger_area", args=[year, code]) if code else reverse("ledger_year", args=[year])
        return client.get(address, query, headers={"HX-Request": "true"} if htmx else {})

    return get


@pytest.fixture
def earning(make_household, earn, visit_month):
    """``earning(village, 16425, last=7300)``: a household with that much wages over the window, nine months visited."""

    def earning(village, wage, *, months=9, last=None, persons=1, **fields):
        household = make_household(village, persons=persons, **fields)
        for month in WINDOW[:months]:
            visit_month(household, month)
        earn(household, WINDOW[0], "W01", wage)
        if last is not None:
            AnnualIncome.objects.create(household=household, year=2021, wage=last, persons=1)
        return household

    return earning


@pytest.fixture
def small_county(earning, earn, village, next_village, far_village):
    """Five households in three villages, with different flags, a gap, and one without any."""
    households = {
        "poor": earning(village, 3000, last=5000, head="贫"),
        "rich": earning(village, 30000, last=20000, head="富"),
        "gap": earning(village, 9000, months=6, last=9000, head="缺"),
        "next": earning(next_village, 7000, last=20000, head="邻"),
        "far": earning(far_village, 6000, head="远", labour="none"),
    }
    earn(households["next"], WINDOW[1], "T01", 1000)
    rebuild_ledger(year=2022)
    return households


def shown(response):
    return [row.household.head_name for row, _ in response.context["lines"]]


# Scope


@pytest.mark.parametrize(
    ("who", "heads"),
    [
        ("cadre", {"贫", "富", "缺"}),
        ("next_cadre", {"邻"}),
        ("helper", {"远"}),
        ("township", {"贫", "富", "缺", "邻"}),
        ("other_township", {"远"}),
        ("county", {"贫", "富", "缺", "邻", "远"}),
        ("auditor", {"贫", "富", "缺", "邻", "远"}),
    ],
)
def test_the_year_opens_on_what_is_mine(get, small_county, people, who, heads):
    Household.objects.filter(head_name="远").update(helper=people["helper"])
    assert set(shown(get(who, show="households"))) == heads


@pytest.mark.parametrize(
    ("who", "of_county", "of_township", "of_village", "of_far_village"),
    [
        ("cadre", 404, 404, 200, 404),
        ("next_cadre", 404, 404, 404, 404),
        ("helper", 404, 404, 404, 404),
        ("township", 404, 200, 200, 404),
        ("other_township", 404, 404, 404, 200),
        ("county", 200, 200, 200, 200),
        ("auditor", 200, 200, 200, 200),
        ("civil", 403, 403, 403, 403),
        ("system", 403, 403, 403, 403),
        ("nobody", 404, 404, 404, 404),
    ],
)
def test_areas_out_of_scope_are_not_found(get, small_county, who, of_county, of_township, of_village, of_far_village):
    codes = ("130630", "130630101", "130630101901", "130630102901")
    assert [get(who, code).status_code for code in codes] == [
        of_county,
        of_township,
        of_village,
        of_far_village,
    ]


def test_a_year_without_lines_and_an_area_that_is_not_there(get, small_county):
    assert get("county", year=2019).status_code == 404
    assert get("county", "130630", year=2019).status_code == 404
    assert get("county", "139999").status_code == 404
    assert get("county", "130630101901x").status_code == 404


def test_the_ledger_without_a_year_is_that_of_the_business_day(client, people):
    client.force_login(people["county"])
    assert client.get(reverse("ledger_index")).url == reverse("ledger_year", args=[2022])


def test_a_cadre_of_two_villages_sees_both_side_by_side(get, small_county, people, next_village):
    people["cadre"].areas.add(next_village)
    response = get("cadre")
    assert [line.area.name for line, _ in response.context["lines"]] == ["柳沟村", "石坡村"]
    assert response.context["totals"].households == 4
    text = response.content.decode()
    assert "我的区划 2022 年度台账" in text
    assert "按村" not in text
    assert "按村汇总" in get("cadre", show="households").content.decode()


def test_an_area_inside_another_own_one_is_not_counted_twice(get, small_county, people, village):
    people["township"].areas.add(village)
    assert get("township").context["totals"].households == 4


# Counts


def test_the_county_by_township(get, small_county):
    response = get("county", "130630")
    figures = {line.area.name: line.totals for line, _ in response.context["lines"]}
    near, far = figures["银坊镇"], figures["走马驿镇"]
    assert (near.households, near.persons, near.incomplete, near.flagged) == (4, 4, 1, 3)
    assert dict(near.flags) == {
        "income_falling": 2,
        "below_monitoring_line": 1,
        "below_average_line": 3,
        "high_transfer_share": 0,
        "no_labour_low_income": 0,
    }
    assert (near.red, near.orange, near.yellow, near.unmatched) == (1, 1, 1, 3)
    assert (far.households, far.no_labour_low_income, far.orange) == (1, 1, 1)
    # (3000 + 30000 + 9000 + 8000) × 12 ÷ 9 ÷ 4
    assert near.per_capita == 1_666_667
    total = response.context["totals"]
    assert (total.households, total.flagged, total.per_capita) == (5, 4, 1_493_333)


def counts_of(response):
    """(address, number) of each count that opens on the page."""
    return re.findall(r'<a class="opens" href="([^"]+\?[^"]+)">([\d,]+)</a>', response.content.decode())


@pytest.mark.parametrize(("who", "code"), [("county", "130630"), ("township", "130630101"), ("cadre", "130630101901")])
def test_each_count_opens_exactly_those_households(get, client, small_county, who, code):
    counts = counts_of(get(who, code))
    assert counts
    for address, number in counts:
        response = client.get(address.replace("&amp;", "&"))
        assert response.context["totals"].households == int(number), address
        assert len(response.context["lines"]) == int(number)


def test_a_flag_opens_the_households_of_the_whole_area(get, small_county):
    response = get("county", "130630", flag="below_monitoring_line")
    assert shown(response) == ["贫"]
    assert "<b>5</b> 户中的 <b>1</b> 户" in response.content.decode()


@pytest.mark.parametrize(
    ("query", "heads"),
    [
        ({"flag": "any"}, {"贫", "缺", "邻", "远"}),
        ({"flag": "income_falling"}, {"贫", "邻"}),
        ({"flag": "no_labour_low_income"}, {"远"}),
        ({"warning": "3"}, {"贫"}),
        ({"warning": "0"}, {"富"}),
        ({"missing": "yes"}, {"缺"}),
        ({"missing": "no"}, {"贫", "富", "邻", "远"}),
        ({"measure": "none"}, {"贫", "缺", "邻", "远"}),
        ({"disagree": "yes"}, {"缺"}),
        ({"flag": "below_average_line", "missing": "no"}, {"贫", "邻", "远"}),
    ],
)
def test_filters(get, small_county, query, heads):
    assert set(shown(get("county", "130630", **query))) == heads


def test_a_household_with_a_live_measure_is_no_longer_without(get, small_county, people, make_action):
    make_action(small_county["poor"], people["civil"].department)
    make_action(small_county["gap"], people["civil"].department, state="stopped")
    response = get("county", "130630", measure="none")
    assert set(shown(response)) == {"缺", "邻", "远"}
    assert get("county", "130630").context["totals"].unmatched == 3
    rows = {row.household.head_name: measures for row, measures in get("cadre").context["lines"]}
    assert len(rows["贫"]) == 1
    assert rows["缺"] == []


def test_a_filter_value_that_does_not_exist_is_said_and_not_guessed(get, small_county):
    response = get("county", "130630", flag="wealth")
    assert response.status_code == 200
    assert "选择一个有效的选项" in response.content.decode()


# The household table


def test_the_totals_at_the_foot_are_of_all_that_is_chosen(get, small_county):
    totals = get("cadre").context["totals"]
    assert (totals.net, totals.estimate, totals.persons) == (4_200_000, 5_600_000, 3)
    assert totals.per_capita == 1_866_667
    assert totals.last_per_capita == 1_133_333


@pytest.mark.parametrize("key", [key for key, _, _ in COLUMNS])
@pytest.mark.parametrize("sign", ["", "-"])
def test_every_number_sorts_and_what_is_missing_comes_last(get, small_county, key, sign):
    rows = [row for row, _ in get("county", "130630", show="households", sort=sign + key).context["lines"]]
    values = [getattr(row, key) for row in rows]
    there = [value for value in values if value is not None]
    assert there == sorted(there, reverse=bool(sign))
    assert values[: len(there)] == there


def test_a_sort_that_does_not_exist_falls_back(get, small_county):
    assert shown(get("cadre", sort="password")) == shown(get("cadre"))


def test_a_head_sorts_up_then_down(get, small_county):
    text = get("cadre", sort="per_capita", flag="any").content.decode()
    assert 'aria-sort="ascending"><a href="?sort=-per_capita&amp;flag=any">' in text


def test_per_capita_opens_the_explanation(get, small_county):
    household = small_county["poor"]
    address = reverse("ledger_household", args=[2022, household.number])
    text = get("cadre").content.decode()
    assert f'<a class="opens" href="{address}#per_capita">4,000.00</a>' in text
    places = get("cadre").client.get(address).content.decode()
    for anchor in set(re.findall(f'href="{address}#([a-z_]+)"', text)):
        assert f'id="{anchor}"' in places, anchor


def test_pages_of_fifty_or_a_hundred(get, village, make_household):
    for _ in range(60):
        make_household(village)
    rebuild_ledger(year=2022)
    assert len(get("cadre").context["lines"]) == 60
    first = get("county", "130630", show="households")
    assert len(first.context["lines"]) == 50
    assert first.context["totals"].households == 60
    assert len(get("county", "130630", show="households", page=2).context["lines"]) == 10
    assert len(get("county", "130630", show="households", size=100).context["lines"]) == 60


def test_htmx_gets_the_table_alone(get, small_county):
    part = get("cadre", htmx=True, flag="any").content.decode()
    assert "<html" not in part
    assert "户中的" in part
    whole = get("cadre", flag="any")
    assert "<html" in whole.content.decode()
    assert "HX-Request" in whole.headers["Vary"]


def test_the_village_state_stands_in_words(get, small_county, village):
    ledger = VillageLedger.objects.get(village=village, year=2022)
    assert "未报" in get("cadre").content.decode()
    ledger.comment = "缺月没有说明"
    ledger.save()
    assert "退回" in get("cadre").content.decode()
    ledger.state = VillageLedger.State.SUBMITTED
    ledger.save()
    assert "村已报" in get("cadre").content.decode()
    states = {line.area.name: [(s.words, n) for s, n in states] for line, states in get("county").context["lines"]}
    assert states["银坊镇"] == [("未报", 1), ("村已报", 1)]


# Before any rebuild


def test_before_the_first_rebuild_the_county_can_begin(get, household):
    text = get("county").content.decode()
    assert "还没有计算" in text
    assert "计算台账</button>" in text
    assert "manage.py" not in text
    assert reverse("ledger_rebuild", args=[2022, "130630"]) in text


@pytest.mark.parametrize("who", ["cadre", "township", "auditor"])
def test_before_the_first_rebuild_others_ask_the_county(get, household, who):
    text = get(who).content.decode()
    assert "请县乡村振兴局计算" in text
    assert "rebuild" not in text


def test_a_village_without_households_says_so(get, small_county, township):
    empty = Area.objects.create(code="130630101903", name="空山村", level="village", parent=township)
    text = get("township", empty.code).content.decode()
    assert "空山村还没有户" in text
    assert "还没有计算" not in text


def test_nothing_to_see_says_what_to_do(get, people):
    assert "先导入区划和人员名册" in get("county").content.decode()
    assert "还没有分到区划" in get("nobody").content.decode()
    assert "还没有和您结对的户" in get("helper").content.decode()


def test_another_year_is_not_this_one(get, small_county):
    assert PolicyYear.objects.in_force().filter(year=2023).exists()
    assert "2023 年度台账还没有计算" in get("county", year=2023).content.decode()


# Speed


@pytest.mark.parametrize(
    ("who", "code", "query"),
    [
        ("county", "130630", {}),
        ("county", "130630", {"flag": "any"}),
        ("township", "130630101", {}),
        ("cadre", "130630101901", {}),
        ("helper", None, {}),
    ],
)
def test_twelve_queries_at_any_size(
    get, small_county, people, village, make_household, make_action, django_assert_max_num_queries, who, code, query
):
    Household.objects.update(helper=people["helper"])
    # Signs in, so that what is counted is the page.
    signed_in = get(who, code, **query).client
    address = reverse("ledger_area", args=[2022, code]) if code else reverse("ledger_year", args=[2022])
    with django_assert_max_num_queries(12) as few:
        signed_in.get(address, query)
    for _ in range(70):
        make_action(make_household(village, helper=people["helper"]), people["civil"].department)
    rebuild_ledger(year=2022)
    with django_assert_max_num_queries(len(few)):
        assert signed_in.get(address, query).context["in_ledger"] >= 73


def test_nothing_leaks_between_flags_and_totals(get, small_county):
    """The sums of the page are those of the rows that it stands for."""
    rows = LedgerRow.objects.filter(year=2022)
    totals = get("county").context["totals"]
    for flag in FLAGS:
        assert getattr(totals, flag) == rows.filter(**{flag: True}).count()
    assert Decimal(totals.estimate) / 100 == sum(row.estimate for row in rows)
