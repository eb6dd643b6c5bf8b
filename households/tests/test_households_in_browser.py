"""The list and file of households in Chromium: filters, back, search, phone, no script, accessibility."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from households.names import pinyin

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
COUNT = "#households [role=status]"


@pytest.fixture
def open_page(live_server, new_context, client, people):
    """``open_page("cadre", "/households/", PHONE)``: the page as that account sees it."""

    def open_page(who, address, size=DESK, **options):
        client.force_login(people[who])
        context = new_context(viewport=size, base_url=live_server.url, **options)
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda said: page.problems.append(said.text) if said.type == "error" else None)
        assert page.goto(address).status == 200
        return page

    return open_page


@pytest.fixture
def two(earning, make_household, village, rebuild):
    """A household of 12000 a year and one without any income."""
    one = earning(village, 1000, head="赵一", head_pinyin=pinyin("赵一"))
    make_household(village, head="钱二", head_pinyin=pinyin("钱二"))
    rebuild()
    return one


def test_a_filter_swaps_the_table_and_back_brings_the_whole_page(open_page, two):
    page = open_page("cadre", "/households/")
    page.select_option("#id_flag", "below_monitoring_line")
    page.wait_for_url("**/households/?flag=below_monitoring_line")
    page.get_by_text("2 户中的 1 户").wait_for()
    assert page.locator("tbody tr").count() == 1
    page.go_back()
    page.get_by_text("共 2 户").wait_for()
    assert page.locator("h1").count() == 1
    assert page.locator("tbody tr").count() == 2
    assert page.problems == []


def test_a_row_is_one_link(open_page, two):
    page = open_page("cadre", "/households/")
    page.locator("tbody tr", has_text="赵一").locator("td").nth(3).click()
    page.wait_for_url(f"**{two.get_absolute_url()}")


def test_a_search_by_keyboard_leaves_nothing_in_the_address(open_page, two):
    page = open_page("cadre", "/households/")
    page.focus("#id_q")
    page.keyboard.type("zy")
    page.keyboard.press("Enter")
    page.wait_for_url("**/households/search/")
    assert "2 户中的 1 户" in page.locator(COUNT).inner_text()
    assert page.locator("tbody tr").inner_text().startswith("赵一")


def test_the_way_past_the_navigation_comes_first(open_page, two):
    page = open_page("cadre", "/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"


def test_everything_essential_works_without_script(open_page, two):
    page = open_page("cadre", "/households/", PHONE, java_script_enabled=False)
    page.select_option("#id_flag", "below_monitoring_line")
    page.get_by_role("button", name="按条件查看").click()
    assert "2 户中的 1 户" in page.locator(COUNT).inner_text()
    page.fill("#id_q", "赵一")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="赵一").click()
    assert page.locator("h1").inner_text().startswith("赵一")
    page.locator("summary", has_text="村级干部").first.click()
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/accounts/login/")


@pytest.mark.parametrize("size", [PHONE, {"width": 320, "height": 640}], ids=["phone", "narrow"])
def test_no_page_is_wider_than_the_phone(open_page, two, size):
    page = open_page("cadre", "/", size)
    for address in ("/", "/households/", two.get_absolute_url(), f"/visits/{two.number}/2022-06/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"], address


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing(open_page, two, size):
    # The checker is a script that the pages' own policy would refuse.
    page = open_page("cadre", "/", size, bypass_csp=True)
    addresses = ["/", "/households/", "/households/?flag=none&kind=ordinary", two.get_absolute_url()]
    for address in [*addresses, f"/visits/{two.number}/2022-06/", "/accounts/password/", "/accounts/logout/"]:
        page.goto(address)
        violations = Axe().run(page).response["violations"]
        assert [(found["id"], found["nodes"][0]["html"]) for found in violations] == [], address
