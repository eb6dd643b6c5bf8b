"""The collection form on paper: blank with what is known, filled as reported, one household or many."""

import re
from datetime import date

import pytest

from accounts.models import Department
from households.models import Household, Member
from households.names import pinyin
from visits.models import IncomeEntry, IncomeItem, MemberChange, Visit, WorkAway
from visits.views import printing

JUNE, JULY = date(2022, 6, 1), date(2022, 7, 1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def reported(past):
    """A department's payment of July."""
    return IncomeEntry.objects.create(
        household=past,
        month=JULY,
        item_id="T01",
        amount=350,
        source="feed",
        department=Department.objects.get(name="民政局"),
    )


@pytest.fixture
def visit(past, worker, people):
    """July as the cadre reported it."""
    visit = Visit.objects.create(
        household=past,
        month=JULY,
        visited_on=date(2022, 7, 8),
        visitor=people["cadre"],
        visitors="刘建军、张晓燕",
        way="phone",
        state="submitted",
        is_housing_safe=True,
        is_water_safe=False,
        guarantee_note="水管冻裂",
        policies="allowance,loan",
        need_kinds="work",
        needs="想在附近找零工",
        has_risk=True,
        risk_kinds="illness",
        suggested_measures="申请临时救助",
    )
    told = {"household": past, "month": JULY, "source": "visit", "visit": visit}
    IncomeEntry.objects.create(
        **told, item_id="W01", member=worker, member_key=worker.pk, amount="1688.50", basis="工资条"
    )
    MemberChange.objects.create(visit=visit, kind="joined", note="王小宝，7 月出生")
    WorkAway.objects.create(visit=visit, member=worker, place="保定市徐水区", started_on=date(2022, 3, 1))
    return visit


@pytest.fixture
def paper(client, people, household):
    """``paper("cadre", "2022-07", blank=1)``: the answer with the form on paper."""

    def get(who="cadre", month="2022-07", number=None, **query):
        client.force_login(people[who])
        return client.get(f"/visits/{number or household.number}/{month}/print/", query)

    return get


@pytest.fixture
def stack(client, people):
    """``stack("cadre", show="due")``: the answer with the forms of the list."""

    def get(who="cadre", **query):
        client.force_login(people[who])
        return client.get("/visits/print/", query)

    return get


def lines(response):
    """Item code -> lines of the first form."""
    found = {}
    form = response.context["forms"][0]
    for block in (*form.earned, *form.spent):
        for line in block.lines:
            found.setdefault(line.item.pk, []).append(line)
    return found


@pytest.mark.parametrize(
    ("who", "status"),
    [
        *((who, 200) for who in ("cadre", "township")),
        *((who, 404) for who in ("next_cadre", "other_township", "helper", "nobody")),
        *((who, 403) for who in ("county", "auditor", "civil", "system")),
    ],
)
def test_who_may_print(paper, past, who, status):
    assert paper(who).status_code == status


def test_a_helper_prints_the_paired_household(paper, past, people):
    Household.objects.update(helper=people["helper"])
    assert paper("helper").status_code == 200


@pytest.mark.parametrize("month", ["2022-08", "2022-7", "july"])
def test_a_month_to_come_or_no_month_is_not_found(paper, past, month):
    assert paper(month=month).status_code == 404


def test_a_month_before_the_household_is_not_found(paper, past):
    Member.objects.update(joined_on=JULY)
    assert paper(month="2022-06").status_code == 404
    assert paper(month="2022-07").status_code == 200


def test_blank_has_all_that_is_known_and_no_amount_of_the_month(paper, reported, worker):
    response = paper()
    found = lines(response)
    [wage] = found["W01"]
    assert (wage.member, wage.last_month, wage.last_year, wage.now) == (worker, 150_000, 100_000, None)
    [rent] = found["P01"]
    assert (rent.last_month, rent.last_year, rent.now) == (10_000, None, None)
    [allowance] = found["T01"]
    assert [(told.amount, told.origin) for told in allowance.reported] == [(35_000, "民政局")]
    assert allowance.now is None
    content = response.content.decode()
    for words in ("1,500.00", "350.00 <small>民政局</small>", "130630********", "☑"):
        assert (words in content) == (words != "☑"), words
    assert worker.id_number not in content


def test_every_item_has_a_line(paper, past):
    response = paper()
    assert lines(response).keys() == set(IncomeItem.objects.values_list("pk", flat=True))


def test_filled_says_what_was_reported(paper, visit, worker):
    response = paper()
    [wage] = lines(response)["W01"]
    assert (wage.now, wage.basis) == (168_850, "工资条")
    content = response.content.decode()
    ticked = set(re.findall(r"☑([^<]+)", content))
    assert ticked == {"电话", "是", "否", "低保", "小额信贷", "就业", "有", "因病"}
    for words in (
        "2022年7月8日",
        "水管冻裂",
        "想在附近找零工",
        "王小宝，7 月出生",
        "保定市徐水区",
        "2022.3.1",
        "申请临时救助",
    ):
        assert words in content, words
    assert "刘建军、张晓燕" in content


def test_a_visit_can_be_printed_blank_too(paper, visit):
    response = paper(blank=1)
    assert lines(response)["W01"][0].now is None
    assert "☑" not in response.content.decode()
    assert "水管冻裂" not in response.content.decode()


def test_a_draft_is_printed_to_be_filled(paper, visit):
    Visit.objects.filter(pk=visit.pk).update(state="draft")
    assert "☑" not in paper().content.decode()


def test_work_away_of_last_month_is_there_to_go_over(paper, past, worker):
    previous = Visit.objects.get(month=JUNE)
    WorkAway.objects.create(visit=previous, member=worker, place="北京市大兴区", employer="某厂")
    Visit.objects.filter(pk=previous.pk).update(policies="allowance")
    content = paper().content.decode()
    assert "北京市大兴区" in content
    assert "上月：低保" in content
    WorkAway.objects.update(ended_on=date(2022, 6, 30))
    assert "北京市大兴区" not in paper().content.decode()


def test_what_was_written_is_text_and_never_markup(paper, visit):
    Visit.objects.update(needs="<script>alert(1)</script>")
    assert "<script>alert" not in paper().content.decode()


@pytest.fixture
def three(make_household, village, next_village, people):
    """Two due in the cadre's village, one of them with a visit in July; one in the next village."""
    homes = [make_household(village, head=name, head_pinyin=pinyin(name)) for name in ("赵一", "钱二")]
    Visit.objects.create(
        household=homes[1], month=JULY, visited_on=JULY, visitor=people["cadre"], state="submitted", needs="想养蜂"
    )
    return [*homes, make_household(next_village, head="邻居")]


def heads(response):
    return [form.household.head_name for form in response.context["forms"]]


def test_many_follow_the_list_and_are_blank(three, stack):
    assert heads(stack(show="due")) == ["赵一"]
    assert heads(stack(show="done")) == ["钱二"]
    response = stack(show="all", by="name")
    assert heads(response) == ["钱二", "赵一"]
    assert "想养蜂" not in response.content.decode()


def test_a_township_prints_its_villages_or_one_of_them(three, stack, next_village):
    assert set(heads(stack("township", show="all"))) == {"赵一", "钱二", "邻居"}
    assert heads(stack("township", show="all", village=next_village.code)) == ["邻居"]
    assert heads(stack("cadre", show="all", village=next_village.code)) == []
    assert heads(stack("other_township", show="all")) == []


def test_more_than_one_stack_says_so(three, stack, monkeypatch):
    monkeypatch.setattr(printing, "MOST", 1)
    response = stack(show="all", by="name")
    assert heads(response) == ["钱二"]
    assert "共 2 户，一次最多打印 1 户" in response.content.decode()
    assert "一次最多" not in stack(show="due").content.decode()


@pytest.mark.parametrize("query", [{"show": "some"}, {"month": "2022-08"}])
def test_an_address_that_means_nothing_is_not_found(three, stack, query):
    assert stack(**query).status_code == 404


@pytest.mark.parametrize("size", [3, 12])
def test_queries_do_not_grow(make_household, village, people, client, django_assert_max_num_queries, size):
    for number in range(size):
        household = make_household(village, persons=3, head=f"户{number}")
        for month in (JUNE, JULY):
            visit = Visit.objects.create(
                household=household,
                month=month,
                visited_on=month,
                visitor=people["cadre"],
                state="returned" if month == JULY else "approved",
            )
            member = household.members.first()
            WorkAway.objects.create(visit=visit, member=member, place="保定市")
            entry = {"household": household, "month": month, "source": "visit", "visit": visit}
            IncomeEntry.objects.create(**entry, item_id="W01", member=member, member_key=member.pk, amount=1000)
    client.force_login(people["cadre"])
    with django_assert_max_num_queries(15):
        response = client.get("/visits/print/", {"show": "all"})
    assert len(heads(response)) == size


@pytest.mark.browser
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("persons", [1, 5])
def test_an_ordinary_household_takes_two_pages(
    visit, three, make_member, live_server, new_context, client, people, tmp_path, persons
):
    for number in range(persons - 1):
        make_member(visit.household, name=f"成员{number}", work_place="保定市徐水区")
    client.force_login(people["cadre"])
    context = new_context(base_url=live_server.url)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    for address, households in (
        (f"/visits/{visit.household.number}/2022-07/print/", 1),
        (f"/visits/{visit.household.number}/2022-07/print/?blank=1", 1),
        ("/visits/print/?show=all", 3),
    ):
        page.goto(address)
        assert page.locator("#print").is_visible()
        pdf = page.pdf(prefer_css_page_size=True)
        # The sheets' own objects stand uncompressed in Chromium's files.
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) == 2 * households, address
