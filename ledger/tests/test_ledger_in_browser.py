"""The ledger in Chromium: on a phone and on a desk, with script and without."""

import pytest
from django.urls import reverse

from ledger.services import rebuild_ledger

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}


@pytest.fixture
def open_page(live_server, new_context, client, people):
    """``open_page("cadre", "/ledger/2022/", PHONE)``: the page as that account sees it."""

    def open_page(who, address, size=DESK, **options):
        client.force_login(people[who])
        context = new_context(viewport=size, base_url=live_server.url, **options)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        page = context.new_page()
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda said: page.problems.append(said.text) if said.type == "error" else None)
        assert page.goto(address).status == 200
        return page

    return open_page


@pytest.fixture
def village_address(example_a, make_household):
    make_household(example_a.village, head="无收入户")
    rebuild_ledger(year=2022)
    return reverse("ledger_area", args=[2022, example_a.village_id])


@pytest.fixture
def household_address(example_a):
    rebuild_ledger(year=2022)
    return reverse("ledger_household", args=[2022, example_a.number])


def test_from_a_number_of_the_ledger_down_to_the_entry(open_page, village_address):
    page = open_page("cadre", village_address)
    page.get_by_role("link", name="12,533.33").click()
    assert page.url.endswith("#per_capita")
    assert page.locator("#per_capita .formula").inner_text() == "28,200.00×12÷（9×3） ＝ 12,533.33 元"
    assert not page.locator("#item-W01").is_visible()
    page.locator("#net").get_by_role("link", name="工资性收入").click()
    page.locator("#wage").get_by_role("link", name="务工工资").click()
    assert page.locator("#item-W01 tbody tr").count() == 9
    assert page.locator("#item-W01 tbody tr").first.is_visible()
    assert page.problems == []


def test_a_filter_swaps_the_table_and_stands_in_the_address(open_page, village_address):
    page = open_page("cadre", village_address)
    assert page.locator("tbody tr").count() == 2
    page.select_option("#id_flag", "below_monitoring_line")
    page.wait_for_url("**flag=below_monitoring_line**")
    assert page.locator(".list-count").inner_text().startswith("2 户中的 1 户")
    assert page.locator("tbody tr").count() == 1
    page.reload()
    assert page.locator("tbody tr").count() == 1
    page.go_back()
    page.wait_for_function("document.querySelectorAll('tbody tr').length === 2")
    assert page.locator("header.top").count() == 1
    assert page.problems == []


def test_without_script_filters_and_details_work(open_page, village_address, household_address):
    page = open_page("cadre", village_address, PHONE, java_script_enabled=False)
    page.select_option("#id_flag", "below_monitoring_line")
    page.get_by_role("button", name="筛选").click()
    assert "1 户" in page.locator(".list-count").inner_text()
    page.goto(household_address)
    page.locator("#wage > summary").click()
    page.locator("#item-W01 > summary").click()
    assert page.locator("#item-W01 tbody tr").first.is_visible()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_no_ledger_page_scrolls_sideways(open_page, village_address, household_address, size):
    for address in (reverse("ledger_year", args=[2022]), village_address, household_address):
        page = open_page("county", address, size)
        assert page.evaluate("document.querySelector('main').scrollWidth <= window.innerWidth"), address


def test_head_and_first_columns_stay(open_page, village_address):
    page = open_page("county", village_address, {"width": 800, "height": 600})
    name = page.locator("tbody th").first
    before = name.bounding_box()["x"]
    page.locator(".table-frame").evaluate("frame => frame.scrollTo(400, 0)")
    assert name.bounding_box()["x"] == before


def test_on_the_phone_a_household_is_a_card_with_three_facts(open_page, village_address):
    page = open_page("cadre", village_address, PHONE)
    card = page.locator("tbody tr").first
    facts = card.inner_text()
    for fact in ("示例甲", "12,533.33", "6.21", "低于平均"):
        assert fact in facts
    assert "37,600.00" not in facts
