"""The visit on a phone: from the day's list to a saved usual visit, and what the page says while typing."""

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from accounts.models import User
from demo.services import build_county
from households.models import Household
from ledger.models import LedgerRow
from ledger.services import rebuild_ledger
from sumyuan.fields import to_fen
from visits.models import Visit

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

PASSWORD = "correct horse battery"
PHONE = {"width": 390, "height": 844}
JULY = date(2022, 7, 1)
# Names of what a thumb would miss. A box to tick is as large as its label.
SMALL_TARGETS = """() =>
    [...document.querySelectorAll(["button", "summary", "input", "select"].map((tag) => `#visit-form ${tag}`))]
        .filter((each) => each.offsetParent && !each.classList.contains("visually-hidden"))
        .filter((each) => each.getBoundingClientRect().height < 44 && !each.closest(".confirm"))
        .map((each) => each.name || each.textContent)"""


@pytest.fixture
def demo_county(settings):
    settings.DEBUG = True
    build_county(code="130630", name="涞源县", households=120)
    rebuild_ledger(year=2022)
    for user in User.objects.filter(username__in=("cadre", "township")):
        user.set_password(PASSWORD)
        user.save()
    settings.DEBUG = False


@pytest.fixture
def phone(demo_county, browser, live_server):
    """A cadre's signed-in phone; what the page's scripts complain of is an error."""
    context = browser.new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, locale="zh-CN", base_url=live_server.url
    )
    page = context.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto("/accounts/login/")
    page.fill("[name=login]", "cadre")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/")
    yield page
    context.close()
    assert complaints == []


def visited(number):
    return Visit.objects.filter(household__number=number, month=JULY).first()


def usual_rows(page):
    return page.locator("button.same-as-last:visible")


@pytest.fixture
def usual_household(demo_county):
    """The household of the cadre's village whose last month had the middle number of amounts to ask for."""
    cadre = User.objects.get(username="cadre")
    households = Household.objects.visible_to(cadre).filter(left_on=None)
    asked = sorted(
        (household.income_entries.filter(month=date(2022, 6, 1), source="visit").count(), household.number)
        for household in households
    )
    return asked[len(asked) // 2][1]


def test_a_usual_visit_takes_at_most_twelve_taps(phone, usual_household):
    """List, household, guarantees, last month's amounts one by one, judgement, report: taps counted, none typed."""
    phone.goto("/visits/")
    taps = 0

    def tap(place):
        nonlocal taps
        place.tap()
        taps += 1

    tap(phone.locator(f"[data-number='{usual_household}'] a").first)
    phone.wait_for_selector("#visit-form")
    tap(phone.locator("[data-all=yes]"))
    for row in range(usual_rows(phone).count()):
        tap(usual_rows(phone).nth(row))
    tap(phone.locator("[data-all=no]"))
    tap(phone.locator(".visit-actions .btn-primary"))
    phone.wait_for_url("**/visits/**")
    phone.wait_for_selector("text=7 月走访已上报")
    assert taps <= 12, taps
    visit = visited(usual_household)
    assert (visit.state, visit.is_water_safe, visit.has_risk) == ("submitted", True, False)
    assert visit.copied_values == visit.entries.count() > 0


def test_the_estimate_while_typing_is_the_ledgers_after_saving(phone, usual_household):
    phone.goto(f"/visits/{usual_household}/2022-07/")
    for row in range(usual_rows(phone).count()):
        usual_rows(phone).nth(row).tap()
    phone.wait_for_timeout(300)
    told = phone.locator("#outlook b").inner_text()
    phone.locator(".visit-actions .btn-primary").tap()
    phone.wait_for_selector("text=7 月走访已上报")
    row = LedgerRow.objects.get(household__number=usual_household, year=2022)
    assert told == f"{row.tracking_per_capita:,.2f} 元"
    assert to_fen(row.tracking_per_capita) != 0


def test_sums_and_doubts_follow_the_fingers(phone, usual_household):
    phone.goto(f"/visits/{usual_household}/2022-07/")
    section = phone.locator(".income[data-class=wage]")
    section.locator("summary").tap()
    first, second = section.locator("input[name^=amount]").nth(0), section.locator("input[name^=amount]").nth(1)
    first.fill("１，２００.5")
    second.fill("300")
    expect(phone.locator("[data-sum=wage]")).to_have_text("1,500.50")
    first.fill("31000")
    phone.wait_for_selector("text=一个月工资超过 30,000 元，请核对。")
    first.fill("")
    second.fill("abc")
    expect(phone.locator("[data-sum=wage]")).to_have_text("–")
    assert phone.locator("text=一个月工资超过").count() == 0


def test_the_form_has_large_targets_and_passes_axe(phone, usual_household):
    phone.goto(f"/visits/{usual_household}/2022-07/")
    phone.evaluate("document.querySelectorAll('#visit-form details').forEach((fold) => { fold.open = true; })")
    small = phone.evaluate(SMALL_TARGETS)
    assert small == []
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    found = Axe().run(phone).response["violations"]
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []


def test_without_script_the_same_visit_goes_through(demo_county, browser, live_server, usual_household):
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="zh-CN", base_url=live_server.url)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("[name=login]", "cadre")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.goto(f"/visits/{usual_household}/2022-07/")
    name = usual_rows(page).first.get_attribute("value")
    usual_rows(page).first.click()
    field = page.locator(f"[name='{name}']")
    assert field.input_value() == field.get_attribute("data-last")
    page.fill("[name=remarks]", "没有脚本也行")
    page.locator(f"[name='{name}']").fill("一千")
    page.locator(".visit-actions .btn-primary").click()
    assert page.locator("text=“一千”不是数字").is_visible()
    assert page.input_value("[name=remarks]") == "没有脚本也行"
    page.locator(f"[name='{name}']").fill("1000")
    page.locator(".visit-actions .btn-primary").click()
    assert page.locator("text=7 月走访已上报").is_visible()
    assert visited(usual_household).remarks == "没有脚本也行"
    context.close()
