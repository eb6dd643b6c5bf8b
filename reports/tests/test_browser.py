"""The whole way as people walk it, in Chromium: from a file that comes in to the workbook that goes out."""

from datetime import date

import openpyxl
import pytest
import xlsxwriter
from axe_playwright_python.sync_playwright import Axe

from accounts.models import Area, User
from conftest import resident_id
from demo.services import build_county
from households.models import Household
from ledger.models import LedgerRow
from ledger.services import rebuild_ledger
from measures.services import assign_measures

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

PASSWORD = "correct horse battery"
SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1440, "height": 900}}
ROLES = ("cadre", "helper", "township", "county", "civil", "auditor", "admin")
VILLAGE = "130630100901"
EXAMPLE_A = f"{VILLAGE}00001"
EVERYONE = ("/", "/households/", "/measures/", "/measures/catalogue/", "/jobs/")
LEDGER = ("/ledger/2022/", f"/ledger/2022/{VILLAGE}/", f"/ledger/2022/household/{EXAMPLE_A}/")
PAGES = {
    "cadre": (
        *(*EVERYONE, *LEDGER, f"/households/{EXAMPLE_A}/", f"/visits/{EXAMPLE_A}/2022-05/", "/reports/"),
        *("/visits/", "/visits/?show=all&by=name", f"/visits/{EXAMPLE_A}/2022-05/print/", "/visits/print/"),
        *(f"/visits/{EXAMPLE_A}/2022-07/", f"/visits/{EXAMPLE_A}/2022-05/?correct=1", "/visits/outbox/"),
        "/visits/differences/",
    ),
    "helper": (*EVERYONE, "/visits/"),
    "township": (
        *EVERYONE,
        *LEDGER,
        *("/ledger/2022/130630100/", "/reports/", "/visits/review/", "/visits/review/?tick=usual"),
        f"/visits/{EXAMPLE_A}/2022-06/",
    ),
    "county": (
        *(*EVERYONE, *LEDGER, "/ledger/2022/130630/", "/ledger/2022/130630/?flag=any", "/reports/", "/imports/"),
        *("/visits/review/", "/visits/differences/", "/imports/feed/"),
    ),
    "civil": (*EVERYONE, "/imports/", "/imports/feed/", "/visits/differences/"),
    "auditor": (*EVERYONE, *LEDGER, "/reports/"),
    "admin": ("/", "/jobs/"),
}


@pytest.fixture
def demo_county(settings):
    """A small demo county with its ledger and measures; every account has the same password."""
    settings.DEBUG = True
    build_county(code="130630", name="涞源县", households=90)
    rebuild_ledger(year=2022)
    assign_measures(year=2022, today=date(2022, 7, 10))
    for user in User.objects.all():
        user.set_password(PASSWORD)
        user.save()
    settings.DEBUG = False


@pytest.fixture
def visitor(browser, live_server):
    """``visitor("county", "phone")``: a signed-in page of that size, in a session of its own."""
    contexts = []

    def sign_in(who, size="desk", **options):
        context = browser.new_context(viewport=SIZES[size], locale="zh-CN", base_url=live_server.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.goto("/accounts/login/")
        page.fill("[name=login]", who)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/")
        return page

    yield sign_in
    for context in contexts:
        context.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("who", ROLES)
def test_every_role_walks_its_pages(demo_county, visitor, who, size):
    """Each page answers, fits the width, logs no error (the content policy speaks there) and passes axe."""
    page = visitor(who, size)
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for path in PAGES[who]:
        assert page.goto(path).status == 200, path
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= SIZES[size]["width"], f"{path} is {width} px wide"
        violations = [
            f"{found['id']}: {found['nodes'][0]['target']}"
            for found in Axe().run(page).response["violations"]
            if found["impact"] in ("serious", "critical")
        ]
        assert violations == [], path
    assert complaints == []


def test_from_the_county_down_to_an_entry(demo_county, visitor):
    page = visitor("county")
    page.click("nav >> text=台账")
    page.click("a:has-text('涞源镇')")
    page.click(f"a[href$='/{VILLAGE}/']")
    page.click(f"a[href*='{EXAMPLE_A}/#per_capita'], a[href*='{EXAMPLE_A}/']")
    assert page.locator("text=12,533.33").first.is_visible()
    page.click("summary:has-text('工资性收入')")
    page.click("summary:has-text('务工工资')")
    assert page.locator("text=2,000.00").first.is_visible()


def test_the_essentials_work_without_script(demo_county, visitor):
    page = visitor("cadre", java_script_enabled=False)
    page.goto("/households/")
    page.fill("[name=q]", "示例甲")
    page.click("form[role=search] button")
    assert "示例甲" not in page.url
    page.click("a:has-text('示例甲')")
    assert page.url.endswith(f"/households/{EXAMPLE_A}/")
    page.goto(f"/ledger/2022/household/{EXAMPLE_A}/")
    page.click("summary:has-text('转移性收入')")
    assert page.locator("text=600.00").first.is_visible()


def test_signing_in_by_keyboard(demo_county, browser, live_server):
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    page.goto("/ledger/2022/")
    page.keyboard.press("Tab")
    for _ in range(6):
        if page.evaluate("document.activeElement.name") == "login":
            break
        page.keyboard.press("Tab")
    page.keyboard.type("county")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/ledger/2022/**")
    context.close()


def write_roster(path, rows):
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.merge_range(0, 0, 0, 8, "监测对象信息")
    sheet.write(1, 0, "导出时间：2022-07-10")
    for index, row in enumerate(
        [["县", "乡", "村", "户编号", "姓名", "证件号码", "与户主关系", "劳动技能"], *rows], start=2
    ):
        sheet.write_row(index, 0, row)
    book.close()


def test_from_the_countys_own_file_to_the_appendix(county, visitor, tmp_path):
    """A county without households imports its register, corrects what is refused, and exports the appendix."""
    for code, name, level, parent in (
        ("130630101", "银坊镇", "township", "130630"),
        ("130630101901", "柳沟村", "village", "130630101"),
    ):
        Area.objects.create(code=code, name=name, level=level, parent_id=parent)
    User.objects.create_user("county", role="county", name="赵丽华", password=PASSWORD).areas.set([county])
    rows = [
        ["涞源县", "银坊镇", "柳沟村", "A001", "李一", resident_id(1), "户主", "普通劳动力"],
        ["涞源县", "银坊镇", "柳沟村", "A001", "李二", "130630199001011234", "之子", "无劳动力"],
    ]
    file = tmp_path / "register.xlsx"
    write_roster(file, rows)
    page = visitor("county")
    page.click("nav >> text=导入")
    page.click("a[href*='roster']")
    page.set_input_files("input[type=file]", file)
    page.click("button[type=submit]:has-text('检查')")
    page.wait_for_selector("text=第 5 行 证件号码")
    assert not Household.objects.exists()

    rows[1][5] = resident_id(2)
    write_roster(file, rows)
    page.goto("/imports/roster/")
    page.set_input_files("input[type=file]", file)
    page.click("button[type=submit]:has-text('检查')")
    page.click("button:has-text('确认导入')")
    page.wait_for_selector("text=已完成")
    assert Household.objects.get().members.count() == 2
    assert LedgerRow.objects.filter(year=2022).get().persons == 2

    page.goto("/reports/")
    page.select_option("[name=area]", "130630")
    page.click("button[type=submit]:has-text('导出')")
    with page.expect_download() as download:
        page.click("a:has-text('下载')")
    download.value.save_as(tmp_path / "appendix.xlsx")
    workbook = openpyxl.load_workbook(tmp_path / "appendix.xlsx")
    assert workbook.sheetnames == ["汇总", "台账"]
    assert "李一" in [cell.value for row in workbook["台账"].iter_rows() for cell in row]
