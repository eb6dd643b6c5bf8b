"""The day's list: who waits and why, in which order, and what is new since the last visit."""

from datetime import date, datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from accounts.models import Department
from households.models import Household
from households.names import pinyin
from ledger.models import LedgerRow
from measures.models import ActionLog, Measure, SupportAction
from visits.models import IncomeEntry, Visit, VisitDraft
from visits.months import months_from

pytestmark = pytest.mark.django_db

WINDOW = months_from(date(2021, 10, 1), 9)
MAY, JUNE, JULY = date(2022, 5, 1), date(2022, 6, 1), date(2022, 7, 1)
SHOWS = ("", "returned", "overdue", "due", "done", "all")


@pytest.fixture
def settle(make_household, village, people):
    """``settle("赵一", {JUNE: "returned"}, missing=(MAY,))``: a household visited every month of the window."""

    def settle(head, states=None, *, missing=(), place=None, **fields):
        household = make_household(place or village, head=head, head_pinyin=pinyin(head), **fields)
        for month in WINDOW:
            if month not in missing:
                visit(household, month, (states or {}).get(month, "approved"))
        if JULY in (states or {}):
            visit(household, JULY, states[JULY])
        return household

    def visit(household, month, state):
        Visit.objects.create(
            household=household,
            month=month,
            visited_on=month.replace(day=9),
            visitor=people["cadre"],
            state=state,
            review_comment="工资请再核" if state == "returned" else "",
        )

    return settle


@pytest.fixture
def four(settle):
    """One household of each kind; the one that came back waits for July too."""
    return {
        "returned": settle("钱二", {JUNE: "returned"}, hamlet="上街"),
        "overdue": settle("孙三", missing=(MAY,), hamlet="下街"),
        "due": settle("赵一", hamlet="上街"),
        "done": settle("李四", {JULY: "submitted"}, hamlet="下街"),
    }


@pytest.fixture
def listed(client, people):
    """``listed("cadre", show="due")``: the context of the list."""

    def get(who="cadre", **query):
        client.force_login(people[who])
        response = client.get("/visits/", query)
        assert response.status_code == 200
        return response.context

    return get


def homes(context):
    return {home.household.head_name: home for group in context["groups"] for home in group.homes}


def grouped(context):
    return [(group.heading, [home.household.head_name for home in group.homes]) for group in context["groups"]]


def test_each_household_is_of_its_kinds(four, listed):
    found = homes(listed(show="all"))
    assert {name: home.kinds for name, home in found.items()} == {
        "钱二": ["returned", "due"],
        "孙三": ["overdue", "due"],
        "赵一": ["due"],
        "李四": ["done"],
    }


def test_tabs_count(four, listed):
    assert listed()["counts"] == {"": 3, "returned": 1, "overdue": 1, "due": 3, "done": 1, "all": 4}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [("退回，先改", ["钱二"]), ("上街", ["赵一"]), ("下街", ["孙三"])]),
        ({"by": "name"}, [("退回，先改", ["钱二"]), ("有缺月", ["孙三"]), ("本月未报", ["赵一"])]),
        ({"show": "due", "by": "name"}, [("", ["钱二", "孙三", "赵一"])]),
        ({"show": "all"}, [("上街", ["钱二", "赵一"]), ("下街", ["李四", "孙三"])]),
        ({"show": "done"}, [("下街", ["李四"])]),
        ({"show": "returned"}, [("上街", ["钱二"])]),
        # In May nobody was asked about June; the one without May has it due.
        ({"month": "2022-05"}, [("下街", ["孙三"])]),
    ],
)
def test_order_and_headings(four, listed, query, expected):
    assert grouped(listed(**query)) == expected


def test_a_row_opens_the_month_that_waits_first(four, listed, client):
    found = homes(listed())
    assert (found["钱二"].target, found["钱二"].others) == (JUNE, [("未报", [JULY])])
    assert (found["孙三"].target, found["孙三"].others) == (JULY, [("缺", [MAY])])
    content = client.get("/visits/").content.decode()
    for household, month in (
        (four["returned"], "2022-06"),
        (four["returned"], "2022-07"),
        (four["overdue"], "2022-05"),
    ):
        assert f'href="/visits/{household.number}/{month}/"' in content
    assert "工资请再核" in content


def test_what_is_done_but_for_an_earlier_month_opens_that_month(settle, listed):
    settle("周五", {JULY: "approved"}, missing=(MAY,))
    home = homes(listed())["周五"]
    assert (home.kinds, home.target) == (["overdue", "done"], MAY)


def test_a_month_that_a_department_or_a_file_told_is_not_missing(settle, listed):
    household = settle("吴六", missing=(MAY, JUNE))
    entry = {"household": household, "item_id": "T01", "amount": 100}
    IncomeEntry.objects.create(**entry, month=MAY, source="import")
    IncomeEntry.objects.create(**entry, month=JUNE, source="import", is_counted=False)
    assert homes(listed())["吴六"].missing == [JUNE]


def test_months_before_a_household_or_with_a_reason_are_not_missing(settle, make_household, village, listed, client):
    young = make_household(village, head="新户")
    young.members.update(joined_on=date(2022, 5, 20))
    excused = settle("有由", missing=(MAY,))
    call_command("rebuild_ledger", year=2022)
    LedgerRow.objects.filter(household=excused).update(missing_reason="五月全家在外")
    found = homes(listed())
    assert found["新户"].missing == [MAY, JUNE]
    assert found["有由"].missing == []
    assert "新户" not in homes(listed(month="2022-04", show="all"))


def test_a_household_that_left_is_in_the_months_before(settle, listed):
    settle("迁出", left_on=date(2022, 6, 20))
    assert "迁出" not in homes(listed(show="all"))
    assert "迁出" in homes(listed(show="all", month="2022-06"))


def test_two_villages_are_told_apart_and_those_without_a_natural_village_stand_last(
    settle, village, next_village, make_user, client
):
    settle("甲", hamlet="上街")
    settle("乙")
    settle("丙", place=next_village)
    client.force_login(make_user("village", village, next_village))
    context = client.get("/visits/", {"show": "due"}).context
    assert grouped(context) == [("柳沟村 上街", ["甲"]), ("柳沟村 其他", ["乙"]), ("石坡村", ["丙"])]


def test_members_who_came_and_went_since_the_last_visit(settle, make_member, listed):
    household = settle("郑七")
    make_member(household, name="新人", relation="之儿媳", joined_on=date(2022, 6, 9))
    make_member(household, name="早来", relation="之子", joined_on=date(2022, 6, 8))
    make_member(household, name="老人", relation="之母", left_on=date(2022, 7, 2), left_reason="死亡")
    home = homes(listed())["郑七"]
    assert home.changes == ["新增新人（之儿媳）", "减少老人（死亡）"]
    assert home.persons == 3


def test_payments_that_began_stopped_or_changed(settle, listed):
    civil = Department.objects.get(name="民政局")

    def pay(household, item, june, july):
        for month, amount in ((JUNE, june), (JULY, july)):
            if amount is not None:
                IncomeEntry.objects.create(
                    household=household, month=month, item_id=item, amount=amount, source="feed", department=civil
                )

    pay(settle("停了"), "T01", 350, None)
    pay(settle("新领"), "T01", None, "350.50")
    pay(settle("照旧"), "T01", 350, 350)
    # Nobody's old-age pension of July is there yet: it has not stopped.
    pay(settle("未到"), "T03", 120, None)
    found = homes(listed())
    assert found["停了"].changes == ["低保金 350 → 0 元"]
    assert found["新领"].changes == ["低保金 0 → 350.50 元"]
    assert found["照旧"].changes == found["未到"].changes == []


def test_measures_and_monitoring_that_are_new(settle, people, listed):
    household = settle("王八", monitor_kind="unstable", identified_on=date(2022, 7, 1))
    settle("早定", monitor_kind="unstable", identified_on=date(2022, 6, 1))
    measure = Measure.objects.order_by("pk").first()
    action = SupportAction.objects.create(
        household=household,
        year=2022,
        measure=measure,
        department=people["civil"].department,
        reason="低于监测",
        due_on=date(2022, 9, 15),
        proposed_at=datetime(2022, 6, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
    )
    for on, state in ((date(2022, 6, 8), "suggested"), (date(2022, 6, 8), "confirmed"), (date(2022, 7, 1), "done")):
        ActionLog.objects.create(action=action, on=on, state=state, by=people["civil"])
    found = homes(listed())
    assert found["王八"].changes == ["新纳入监测：脱贫不稳定户", f"措施已完成：{measure.name}"]
    assert found["早定"].changes == []


def test_only_ones_own_draft_is_told(settle, people, listed):
    for head, who in (("我写", "cadre"), ("他写", "next_cadre")):
        moment = datetime(2022, 7, 9, 18, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
        VisitDraft.objects.create(household=settle(head), month=JULY, author=people[who], fields={}, saved_at=moment)
    found = homes(listed())
    assert found["我写"].drafted_at is not None
    assert found["他写"].drafted_at is None


def test_scope(four, listed, people, client, next_village, settle):
    settle("邻村", place=next_village)
    Household.objects.filter(pk=four["due"].pk).update(helper=people["helper"])
    assert set(homes(listed("helper", show="all"))) == {"赵一"}
    assert "邻村" not in homes(listed("cadre", show="all"))
    assert homes(listed("nobody", show="all")) == {}
    assert "还没有归您走访的户" in client.get("/visits/").content.decode()


@pytest.mark.parametrize(
    "query", [{"show": "some"}, {"by": "age"}, {"month": "2022-08"}, {"month": "2021-09"}, {"month": "july"}]
)
def test_an_address_that_means_nothing_is_not_found(client, people, four, query):
    client.force_login(people["cadre"])
    assert client.get("/visits/", query).status_code == 404


def test_phone_and_names_are_there_and_no_id_number(four, client, people):
    Household.objects.update(phone="13800000001")
    client.force_login(people["cadre"])
    content = client.get("/visits/").content.decode()
    assert content.count('href="tel:13800000001"') == 4
    assert "130630197001010" not in content.replace("130630101901", "")
    # Households that are not shown stand in the page for the script, out of sight.
    assert content.index('id="rest" hidden') < content.index("李四")


@pytest.mark.parametrize("size", [20, 60])
def test_queries_do_not_grow(settle, client, people, make_member, django_assert_max_num_queries, size):
    for number in range(size):
        household = settle(f"户{number}", {JUNE: "returned"} if number % 5 == 0 else None, missing=(MAY,))
        make_member(household, joined_on=date(2022, 7, 1))
    call_command("rebuild_ledger", year=2022)
    client.force_login(people["cadre"])
    with django_assert_max_num_queries(12):
        response = client.get("/visits/", {"show": "all"})
    assert response.context["counts"]["all"] == size


@pytest.fixture
def phone(live_server, new_context, client, people):
    """The list as the cadre's phone has it."""
    client.force_login(people["cadre"])
    context = new_context(viewport={"width": 390, "height": 844}, base_url=live_server.url)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    return page


def shown(page):
    """[(heading, names)] as they stand on the page."""
    return [
        (
            group.locator("h2").inner_text().rpartition(" ")[0].rpartition(" ")[0],
            group.locator(".home-name").all_inner_texts(),
        )
        for group in page.locator("#homes .group").all()
    ]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_without_a_network_the_list_is_arranged_as_the_server_does(four, listed, phone):
    expected = {
        (show, by): [(heading or "名单", names) for heading, names in grouped(listed(show=show, by=by))]
        for show, by in product(SHOWS, ("hamlet", "name"))
    }
    phone.goto("/visits/")
    phone.context.set_offline(True)
    for (show, by), groups in expected.items():
        phone.click(f'.switch a[data-by="{by}"]')
        phone.click(f'.tabs a[data-show="{show}"]')
        assert shown(phone) == groups, (show, by)
        assert phone.locator(".tabs a[aria-current]").get_attribute("data-show") == show
    phone.go_back()
    assert phone.locator(".tabs a[aria-current]").get_attribute("data-show") == SHOWS[-1]
    assert phone.problems == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_looking_for_a_name_stays_on_the_page(four, phone):
    phone.goto("/visits/", wait_until="networkidle")
    asked = []
    phone.on("request", lambda request: asked.append(request.url))
    for text, names in (("ls", ["李四"]), ("赵", ["赵一"]), ("qian", ["钱二"]), ("没有", [])):
        phone.fill("#quick", text)
        assert phone.locator("#homes .home-name").all_inner_texts() == names
    assert phone.locator("#none").is_visible()
    assert asked == []
    assert phone.url.endswith("/visits/")
    phone.fill("#quick", "")
    assert phone.locator("#homes .home").count() == 3


@pytest.mark.browser
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_one_tap_opens_a_household_and_rows_take_marks(four, phone):
    phone.goto("/visits/?show=due")
    number = four["due"].number
    # At one go: the page marks its rows itself as soon as it knows what waits on the phone.
    marked = phone.evaluate(
        """number => {
            window.sumyuan.dayList.mark(number, "2022-07", "待上传");
            return document.querySelector(`.home[data-number="${number}"] .mark-road`).textContent;
        }""",
        number,
    )
    assert marked == "待上传"
    row = phone.locator(f'.home[data-number="{number}"]')
    assert row.bounding_box()["height"] >= 56
    row.click(position={"x": 20, "y": 50})
    phone.wait_for_url(f"**/visits/{number}/2022-07/")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_without_script_the_tabs_are_links(four, new_context, live_server, client, people):
    client.force_login(people["cadre"])
    context = new_context(base_url=live_server.url, java_script_enabled=False)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.goto("/visits/")
    page.click('.tabs a[data-show="done"]')
    assert page.url.endswith("?show=done")
    assert page.locator(".home:visible .home-name").all_inner_texts() == ["李四"]
    assert not page.locator("#quick").is_visible()
