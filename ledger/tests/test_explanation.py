"""The page on which every number of a row opens, and what stands behind it."""

import re
from datetime import date
from random import Random

import pytest
from django.urls import reverse

from households.models import AnnualIncome
from ledger.calc import FLAGS
from ledger.explanation import explain
from ledger.models import LedgerRow, PolicyYear
from ledger.services import rebuild_ledger
from ledger.tests.conftest import WINDOW
from ledger.tests.test_formulas import holds
from ledger.tests.test_rebuild import random_household
from visits.months import add_months
from visits.services import settle_entries

pytestmark = pytest.mark.django_db

CLASSES = ("wage", "business", "property", "transfer", "business_cost")


@pytest.fixture
def explained(people, policy_2022):
    """``explained(household)``: what the page shows to the county, after a rebuild unless said."""

    def explained(household, *, rebuild=True, user=None):
        settle_entries(households=[household.pk])
        if rebuild:
            rebuild_ledger(year=2022, household_ids=[household.pk])
        row = LedgerRow.objects.filter(household=household, year=2022).first()
        return explain(household=household, policy=policy_2022, row=row, user=user or people["county"])

    return explained


def block(explanation, key):
    return next(each for each in [*explanation.blocks, *explanation.others] if each.key == key)


def entries(explanation, key):
    return [line for item in block(explanation, key).items for line in item.entries]


# The numbers


def test_example_a_step_by_step(example_a, explained):
    steps = explained(example_a).now.steps
    assert str(steps.net) == "18,000.00＋6,000.00＋900.00＋5,400.00－2,100.00 ＝ 28,200.00"
    assert str(steps.estimate) == "（18,000.00＋6,000.00＋900.00＋5,400.00－2,100.00）×12÷9 ＝ 37,600.00"
    assert str(steps.per_capita) == "28,200.00×12÷（9×3） ＝ 12,533.33"
    assert str(steps.share) == "5,400.00÷（18,000.00＋6,000.00＋900.00＋5,400.00）×100 ＝ 17.82"
    assert str(steps.last_per_capita) == "35,400.00÷3 ＝ 11,800.00"
    assert str(steps.change) == "12,533.33－11,800.00 ＝ 733.33"
    assert steps.reference is None


def test_sums_open_to_items_months_and_entries(example_a, explained):
    explanation = explained(example_a)
    wage = block(explanation, "wage")
    assert (wage.total, wage.estimate.result) == (1_800_000, "24,000.00")
    assert wage.months == [200_000] * 9
    assert (wage.last_year, wage.same_period.result, wage.difference) == (3_540_000, "26,550.00", -855_000)
    (item,) = wage.items
    assert (item.item.name, item.total, item.last_year, len(item.entries)) == ("务工工资", 1_800_000, 3_540_000, 9)
    business = block(explanation, "business")
    assert business.months == [600_000, *[None] * 8]


def test_sums_on_the_page_are_the_sums_of_the_calculation(
    explained, people, make_household, make_member, village, earn, visit_month
):
    """Random households with comings and goings, gaps, three sources, drafts: entries add up to each class sum."""
    rng = Random(2022)

    def record(household, month, item, amount, *, source="visit", member=None, state="submitted"):
        if source == "visit":
            visit_month(household, month, state)
        return earn(household, month, item, amount, source=source, member=member)

    for _ in range(25):
        household = random_household(rng, make_household, make_member, record, village)
        explanation = explained(household)
        now = explanation.now
        if now is None:
            continue
        for key in CLASSES:
            of_page = block(explanation, key)
            assert of_page.total == getattr(now.facts.sums, key)
            counted = [line.amount for line in entries(explanation, key) if line.is_counted]
            assert sum(counted) == of_page.total
            assert sum(filter(None, of_page.months)) == of_page.total
        rhythms = {group.label: group.total for group in now.rhythms}
        assert rhythms.get("按月", 0) == now.facts.monthly_net
        assert sum(rhythms.values()) == now.result.net
        assert sum(month.is_collected for month in explanation.months) == now.facts.months_collected
        assert sum(person.is_counted for person in explanation.persons) == now.facts.persons
        if now.tracking:
            tracked = {each.key: each.total for each in now.tracking.blocks}
            assert tracked == now.facts.tracking._asdict()
        assert all(holds(step) for step in now.steps if step)
        assert explanation.differences == []


# Sources, months, persons


def test_three_sources_one_counts_and_the_others_say_why(household, earn, explained):
    earn(household, WINDOW[0], "T01", 300)
    earn(household, WINDOW[0], "T01", 320, source="import")
    earn(household, WINDOW[0], "T01", 350, source="feed")
    explanation = explained(household)
    assert block(explanation, "transfer").total == 35_000
    told = {line.source: (line.is_counted, line.why) for line in entries(explanation, "transfer")}
    assert told == {
        "民政局": (True, "计入"),
        "导入": (False, "以民政局的数为准"),
        "走访": (False, "以民政局的数为准"),
    }


def test_drafts_and_returned_visits_neither_count_nor_collect(household, earn, visit_month, explained):
    visit_month(household, WINDOW[0], "draft")
    earn(household, WINDOW[0], "W01", 1000)
    visit_month(household, WINDOW[1], "returned")
    earn(household, WINDOW[1], "W01", 1000)
    earn(household, WINDOW[2], "W01", 1000)
    explanation = explained(household)
    assert block(explanation, "wage").total == 100_000
    assert [line.why for line in entries(explanation, "wage")] == [
        "走访还是草稿，不计",
        "走访被退回，改好再报才计",
        "计入",
    ]
    draft, returned, submitted, missing = explanation.months[:4]
    assert (draft.is_collected, draft.how) == (False, "走访还是草稿")
    assert (returned.is_collected, returned.how) == (False, "走访被退回")
    assert (submitted.is_collected, submitted.how) == (True, "入户走访 12-01（已报）")
    assert (missing.is_collected, missing.how) == (False, "没有走访，也没有导入或部门数据")


def test_a_feed_collects_a_month_without_a_visit(household, earn, explained):
    earn(household, WINDOW[0], "T01", 350, source="feed")
    month = explained(household).months[0]
    assert (month.is_collected, month.how, month.visit) == (True, "民政局", None)


def test_who_is_counted_and_who_is_not(household, make_member, earn, explained):
    earn(household, WINDOW[0], "W01", 100)
    make_member(household, name="婴儿", born=date(2022, 7, 1))
    make_member(household, name="儿媳", joined_on=date(2022, 7, 1))
    make_member(household, name="女儿", left_on=date(2022, 6, 30), left_reason="出嫁")
    make_member(household, name="儿子", left_on=date(2022, 7, 1))
    told = {each.member.name: (each.is_counted, each.why) for each in explained(household).persons}
    assert told == {
        "李一": (True, "6 月 30 日在册"),
        "婴儿": (False, "2022-07-01 出生，在统计期之后"),
        "儿媳": (False, "2022-07-01 加入，在统计期之后"),
        "女儿": (False, "2022-06-30 已离开（出嫁）"),
        "儿子": (True, "6 月 30 日在册，2022-07-01 才离开"),
    }


def test_an_item_that_the_year_leaves_out_is_shown_and_not_added(example_a, policy_2022, explained):
    policy_2022.uncounted_items.set(["T01"])
    explanation = explained(example_a)
    transfer = block(explanation, "transfer")
    assert transfer.total == 0
    assert {line.why for line in entries(explanation, "transfer")} == {"本年度口径不计入这一项"}
    assert [item.name for item in explanation.excluded_items] == ["低保金"]


# The other estimates


@pytest.fixture
def example_j(make_household, make_member, village, earn, visit_month):
    household = make_household(village, head="示例癸", monitor_kind="unstable", persons=2)
    for month in WINDOW:
        visit_month(household, month)
        earn(household, month, "W01", 1000)
    earn(household, WINDOW[0], "B01", 6000)
    earn(household, WINDOW[1], "T11", 3000)
    earn(household, WINDOW[2], "C01", 1500)
    earn(household, WINDOW[3], "X01", 2000)
    earn(household, WINDOW[4], "R01", 5000)
    return household


def test_example_j_itemised_and_reference(example_j, explained):
    now = explained(example_j).now
    assert str(now.steps.itemised) == "9,000.00×12÷9＋7,500.00 ＝ 19,500.00"
    assert now.steps.itemised_per_capita.result == "9,750.00"
    assert now.steps.reference.result == "9,500.00"
    assert [(group.label, group.total) for group in now.rhythms] == [
        ("按月", 900_000),
        ("按季节", 450_000),
        ("一次性", 300_000),
    ]


def test_claims_and_rigid_costs_stand_apart(example_j, explained):
    explanation = explained(example_j)
    assert [(each.key, each.total) for each in explanation.others] == [("claim", 200_000), ("rigid_cost", 500_000)]
    assert {line.why for line in entries(explanation, "claim")} == {"不进纯收入"}


def test_example_c_tracking_window(make_household, village, earn, explained):
    household = make_household(village, persons=3, labour="weak")
    for month in WINDOW:
        earn(household, month, "W01", 1825)
    for ahead in (1, 2, 3):
        earn(household, add_months(WINDOW[-1], ahead), "W01", 2000)
    now = explained(household).now
    assert now.steps.per_capita.result == "7,300.00"
    assert (now.tracking.months[0], now.tracking.last_month) == (date(2022, 1, 1), date(2022, 9, 1))
    assert (now.tracking.net.result, now.tracking.estimate.result) == ("16,950.00", "22,600.00")
    assert now.tracking.per_capita.result == "7,533.33"
    assert [each.total for each in now.tracking.blocks] == [1_695_000, 0, 0, 0, 0]


def test_two_estimates_on_two_sides_of_a_line_are_told_in_a_sentence(household, earn, visit_month, explained):
    for month in WINDOW:
        visit_month(household, month)
    earn(household, WINDOW[0], "T11", 6000)
    (sentence,) = explained(household).now.disagreements
    assert "按方案算 8,000.00，逐项算 6,000.00" in sentence
    assert "监测标准 7,300.00" in sentence


# The row against now


def test_a_stale_row_says_what_it_holds_and_what_would_be(example_a, earn, explained):
    explained(example_a)
    earn(example_a, WINDOW[5], "B02", 900)
    stale = explained(example_a, rebuild=False)
    told = {each.label: (each.stored, each.now) for each in stale.differences}
    assert told["生产经营性收入"] == ("6,000.00", "6,900.00")
    assert told["预估人均纯收入"] == ("12,533.33", "12,933.33")
    assert told["低于全国脱贫人口平均"] == ("是", "否")
    assert told["预警等级"] == ("黄", "无")
    assert explained(example_a).differences == []


def test_a_household_that_moved_is_a_difference_too(example_a, next_village, explained):
    explained(example_a)
    example_a.village = next_village
    example_a.save(update_fields=["village"])
    (difference,) = explained(example_a, rebuild=False).differences
    assert (difference.label, difference.stored, difference.now) == ("村", "柳沟村", "石坡村")


def test_the_page_says_it_too(client, people, example_a, earn, explained):
    explained(example_a)
    earn(example_a, WINDOW[5], "B02", 900)
    client.force_login(people["cadre"])
    page = client.get(reverse("ledger_household", args=[2022, example_a.number])).content.decode()
    assert "台账行 预估人均纯收入 12,533.33，现在重算为 12,933.33" in page


# The page


@pytest.fixture
def page(client, people, explained):
    """``page(household, who)``: the text of the page as that account gets it."""

    def page(household, who="cadre"):
        client.force_login(people[who])
        response = client.get(reverse("ledger_household", args=[2022, household.number]))
        assert response.status_code == 200
        return response.content.decode()

    return page


def test_every_number_of_the_row_has_its_place(page, example_a, explained):
    explained(example_a)
    text = page(example_a)
    for figure in ("37,600.00", "12,533.33", "11,800.00", "28,200.00", "17.82", "733.33", "6.21"):
        assert figure in text
    places = re.findall(r'id="([^"]+)"', text)
    assert len(places) == len(set(places))
    wanted = {
        *("net", "estimate", "per_capita", "transfer_share", "last_per_capita", "change", "change_rate"),
        *("persons", "workers", "months", "warning", "policy", *CLASSES, *FLAGS),
        *("itemised_estimate", "itemised_per_capita", "reference_per_capita", "tracking_estimate"),
    }
    assert wanted <= set(places)
    # Each link within the page leads somewhere.
    assert set(re.findall(r'href="#([^"]+)"', text)) - {"content"} <= set(places)


def test_the_page_shows_no_id_number_and_no_phone(page, example_a, explained):
    explained(example_a)
    text = page(example_a)
    for member in example_a.members.all():
        assert member.id_number not in text


def test_example_values_are_marked(page, example_a, explained):
    explained(example_a)
    text = page(example_a)
    assert re.search(r"60\.00 %<b class=\"tag\">待确认</b>", text)
    assert not re.search(r"7,300\.00 元/人·年<b", text)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("cadre", 200),
        ("township", 200),
        ("county", 200),
        ("auditor", 200),
        ("helper", 200),
        ("next_cadre", 404),
        ("other_township", 404),
        # In sight for its action, but not this page.
        ("civil", 403),
        ("labour", 404),
        ("system", 404),
        ("nobody", 404),
    ],
)
def test_scope(client, people, example_a, explained, make_action, who, status):
    example_a.helper = people["helper"]
    example_a.save(update_fields=["helper"])
    # The department sees the household, but only for its action.
    make_action(example_a, people["civil"].department)
    explained(example_a)
    client.force_login(people[who])
    assert client.get(reverse("ledger_household", args=[2022, example_a.number])).status_code == status


def test_signed_out_goes_to_sign_in_and_unknown_is_not_found(client, people, example_a, explained):
    explained(example_a)
    address = reverse("ledger_household", args=[2022, example_a.number])
    assert client.get(address).status_code == 302
    client.force_login(people["county"])
    assert client.get(reverse("ledger_household", args=[2019, example_a.number])).status_code == 404
    assert client.get(reverse("ledger_household", args=[2022, "1"])).status_code == 404


def test_a_household_without_a_row_is_worked_out_all_the_same(page, example_a):
    text = page(example_a)
    assert "2022 年度台账还没有这一户的行" in text
    assert "12,533.33" in text


def test_a_household_that_left_says_so(page, example_a, explained):
    explained(example_a)
    example_a.left_on = date(2022, 6, 1)
    example_a.save(update_fields=["left_on"])
    text = page(example_a)
    assert "2022年6月1日已销户" in text
    assert "12,533.33" in text


def test_a_household_without_persons_says_so(page, household, explained):
    household.members.update(left_on=date(2022, 1, 1))
    assert "没有在册人口" in page(household)


def test_a_newer_version_of_the_lines_is_named(page, example_a, explained, policy_2022):
    explained(example_a)
    PolicyYear.objects.filter(pk=policy_2022.pk).update(is_in_force=False)
    policy_2022.pk, policy_2022.version, policy_2022.average_line = None, 2, 13000
    policy_2022.is_in_force = True
    policy_2022._state.adding = True
    policy_2022.save()
    text = page(example_a)
    assert "台账行用的是第 1 版参数；现在有效的是第 2 版" in text
    assert "12,533.33 ＜ 12,550.00" in text


def test_queries_do_not_grow_with_the_household(
    client, people, example_a, make_member, earn, explained, django_assert_max_num_queries
):
    explained(example_a)
    client.force_login(people["cadre"])
    address = reverse("ledger_household", args=[2022, example_a.number])
    with django_assert_max_num_queries(20) as few:
        client.get(address)
    for number in range(6):
        member = make_member(example_a, name=f"成员{number}")
        for month in WINDOW:
            earn(example_a, month, "W02", 100, member=member)
            earn(example_a, month, "T03", 80, source="feed", member=member)
    explained(example_a)
    with django_assert_max_num_queries(len(few)):
        client.get(address)


def test_last_year_by_item_is_shown_even_where_this_year_has_none(household, earn, explained):
    earn(household, WINDOW[0], "W01", 100)
    AnnualIncome.objects.create(household=household, year=2021, wage=500, persons=1, items={"W03": 50000})
    wage = block(explained(household), "wage")
    assert [(line.item.name, line.total, line.last_year) for line in wage.items] == [
        ("务工工资", 10_000, None),
        ("帮扶车间工资", 0, 50_000),
    ]
