"""Takes the pictures of docs/guide.md and README.md again, from a fresh demo county as `make run` serves it.

    DATABASE_URL=sqlite:////tmp/pictures.sqlite3 make run             # in one terminal
    .venv/bin/python docs/screenshots.py http://127.0.0.1:8000/       # in another

Needs the development requirements (playwright) and Chromium: Debian's, or the one that CHROMIUM names. The
pictures of visits tell one story: a cadre reports a visit with a zero too many, the township returns it, the
cadre reports it again. It stays in the database, which is why the county has to be fresh. The pictures of
imports send a small made-up file for checking and never confirm it. Look at every picture before committing it.
"""

import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import xlsxwriter
from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).resolve().parent / "images"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# The demo password, which `make run` prints.
PASSWORD = os.environ.get("DEMO_PASSWORD", "yanshi-sumyuan-2022")
MAX_BYTES = 250 * 1024
# Paper left below the end of a short page, in pixels.
MARGIN = 24

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# A4 at 96 dots an inch.
PAPER = {"width": 794, "height": 1123}

VILLAGE = "130630100901"
EXAMPLE_A = f"{VILLAGE}00001"
# A household with wages, pensions of two members and medical costs, and one that is visited without a signal.
VISITED = f"{VILLAGE}00015"
REMOTE = f"{VILLAGE}00020"
MONTH = "2022-07"
# What a phone's clock shows in the demo county, whose business day is 2022-07-10: 10:32 in China.
MORNING = datetime(2022, 7, 10, 2, 32, tzinfo=UTC)
# The wage of the visited household: last month it was 5,200.
WRONG, RIGHT = "52000", "5200"
QUESTION = "上月 5200，这个月 52000，是不是多写了一个零？看工资卡流水。"


class Picture(NamedTuple):
    """One page as one account sees it, at most ``height`` pixels of it."""

    name: str
    account: str
    address: str
    size: dict
    height: int


PICTURES = [
    Picture("ledger-village", "cadre", f"/ledger/2022/{VILLAGE}/", DESK, 900),
    Picture("ledger-phone", "cadre", f"/ledger/2022/{VILLAGE}/", PHONE, 844),
    Picture("ledger-county", "county", "/ledger/2022/130630/", DESK, 900),
    Picture("explanation", "cadre", f"/ledger/2022/household/{EXAMPLE_A}/", DESK, 870),
    Picture("household", "cadre", f"/households/{EXAMPLE_A}/", DESK, 900),
    Picture("desk-phone", "cadre", "/", PHONE, 844),
    Picture("desk-county", "county", "/", DESK, 900),
    Picture("measures-department", "civil", "/measures/", DESK, 900),
    Picture("export", "township", "/reports/", DESK, 900),
]

# A national export: the header on row 3, then one sound household and four that are not. The region 130699
# does not exist, so that no number is anybody's.
ROSTER = [
    ["监测对象信息"],
    ["导出日期 2022-07-08"],
    ["县", "乡", "村", "户编号", "姓名", "证件号码", "与户主关系", "户类型", "劳动技能"],
    [
        "涞源县",
        "涞源镇",
        "演示·柳沟村",
        f"{VILLAGE}00901",
        "演示一",
        "130699197001010012",
        "户主",
        "脱贫户",
        "普通劳动力",
    ],
    [
        "涞源县",
        "涞源镇",
        "演示·柳沟村",
        f"{VILLAGE}00902",
        "演示二",
        "130699198001010030",
        "户主",
        "脱贫户",
        "普通劳动力",
    ],
    ["涞源县", "涞源镇", "演示·柳沟村", f"{VILLAGE}00903", "演示三", 6.2e17, "户主", "脱贫户", "普通劳动力"],
    ["涞源县", "涞源镇", "演示·柳沟村", f"{VILLAGE}00904", "演示四", "13069919800101005X", "户主", "脱贫户", "半劳力"],
    ["涞源县", "涞源镇", "柳树沟村", f"{VILLAGE}00905", "演示五", "130699198001010068", "户主", "脱贫户", "普通劳动力"],
]
# 示例子 and 示例丑 have an imported 低保金 of 320 in that month; the rest is new.
INCOME = [
    ["户编号", "月份", "项目", "金额", "依据"],
    [f"{VILLAGE}00011", "2021-10", "低保金", 330, "一卡通流水"],
    [f"{VILLAGE}00012", "2021-10", "低保金", 340, "一卡通流水"],
    [f"{VILLAGE}00001", "2022-06", "土地流转收入", "1,200.50", "合同"],
    [f"{VILLAGE}00002", "2022年6月", "高龄津贴", 100, "一卡通流水"],
    [f"{VILLAGE}00003", "202206", "公益岗位工资", 600, "工资表"],
]
# A department's list of 低保金: three of the demo county's persons, and two who are in no household.
FEED = [
    ["证件号码", "姓名", "月份", "金额"],
    ["130699197702049198", "示例子", MONTH, 350],
    ["130699194402059016", "示例乙", MONTH, 410],
    ["130699197702049032", "示例丙", MONTH, 380],
    ["130699197001010012", "演示一", MONTH, 350],
    ["130699198001010068", "演示二", MONTH, 350],
]


def main(address):
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        for picture in PICTURES:
            page = signed_in(browser, address, picture.account, picture.size)
            page.goto(picture.address)
            take(page, picture.name, picture.height)
            page.context.close()
        page = signed_in(browser, address, "county", DESK)
        check(page, "roster", workbook(Path(folder, "人员信息.xlsx"), ROSTER))
        take(page, "import-errors", 900)
        check(page, "income", workbook(Path(folder, "六月收入.xlsx"), INCOME))
        take(page, "import-check", 900)
        page = signed_in(browser, address, "civil", DESK)
        check(page, "feed", workbook(Path(folder, "七月低保金.xlsx"), FEED), right="低保金（T01）")
        take(page, "feed-check", 900)
        take_paper(signed_in(browser, address, "cadre", PAPER))
        cadre = signed_in(browser, address, "cadre", PHONE)
        take_without_signal(cadre)
        township = signed_in(browser, address, "township", DESK)
        take_visit(cadre, township)
        browser.close()


def take_paper(page):
    """The first sheet of the blank form, as it comes out of the printer."""
    page.goto(f"/visits/{VISITED}/{MONTH}/print/?blank=1")
    page.emulate_media(media="print")
    # The margin that a screen does not have.
    page.evaluate("document.body.style.padding = '10mm'")
    take(page, "visit-paper", PAPER["height"])


def take_without_signal(page):
    """A visit filled in where there is no signal waits on the phone; it is sent before this returns."""
    page.goto("/visits/")
    page.get_by_role("button", name="把要填的表存进手机").click()
    page.get_by_role("button", name="再存一次").wait_for()
    page.goto(address_of(REMOTE))
    page.context.set_offline(True)
    fill_as_last_month(page)
    report(page)
    page.locator("#road-line a").click()
    page.locator(".outbox-row").wait_for()
    page.wait_for_function("document.querySelector('#outbox-lead').textContent.startsWith('没有信号')")
    take(page, "visit-outbox", 844)
    page.context.set_offline(False)
    page.locator(".outbox-row.is-done").wait_for()


def take_visit(cadre, township):
    """A visit from the empty form to what the township sees of the one that was reported again."""
    cadre.goto(address_of(VISITED))
    take(cadre, "visit-form", 844)
    fill_as_last_month(cadre)
    wage = cadre.locator(".income[data-class=wage] input[data-last]")
    wage.fill(WRONG)
    cadre.locator("ul.watch li:visible").first.wait_for()
    cadre.locator("#kept", has_text="已存本机").wait_for()
    show(cadre, ".income[data-class=wage]")
    take(cadre, "visit-typing", 844)
    # So large an amount is asked about, on the same page.
    press(cadre)
    cadre.locator(".confirm input").check()
    report(cadre)

    township.goto("/visits/review/")
    take(township, "visit-review", 620)
    township.locator(f"a[href^='{address_of(VISITED)}']").click()
    township.locator("details.ask", has_text="务工工资").locator("summary").click()
    township.locator("details.ask", has_text="务工工资").locator("textarea").fill(QUESTION)
    township.locator("button[name=decision][value=return]").click()
    township.wait_for_url("**/visits/review/**")

    cadre.goto("/visits/")
    take(cadre, "visit-list", 844)
    cadre.goto(address_of(VISITED))
    show(cadre, ".income[data-class=wage]")
    take(cadre, "visit-returned", 844)
    wage.fill(RIGHT)
    report(cadre)

    township.goto(address_of(VISITED))
    take(township, "visit-changes", 900)


def address_of(number):
    return f"/visits/{number}/{MONTH}/"


def fill_as_last_month(page):
    """The usual visit: all four guaranteed, every amount as last month, no risk."""
    page.locator("[data-all=yes]").click()
    for button in page.locator("button.same-as-last:visible").all():
        button.click()
    page.locator("[data-all=no]").click()


def press(page):
    """Press 上报 a minute later: a form that was filled in one second is a doubt by itself."""
    page.clock.fast_forward(60_000)
    page.locator(".visit-actions .btn-primary").click()


def report(page):
    """Press and wait for the page that comes next."""
    with page.expect_navigation():
        press(page)


def show(page, place):
    """Scroll to where that part of the form begins."""
    page.locator(place).evaluate(
        "element => window.scrollTo(0, element.getBoundingClientRect().top + window.scrollY - 8)"
    )


def signed_in(browser, address, account, size):
    """A page of that size on which the account has signed in. A phone is one that is touched."""
    is_phone = size == PHONE
    context = browser.new_context(
        viewport=size,
        base_url=address,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        is_mobile=is_phone,
        has_touch=is_phone,
    )
    context.clock.install(time=MORNING)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("[name=login]", account)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.locator("details.account").wait_for()
    return page


def workbook(path, rows):
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


def check(page, kind, path, right=""):
    """Send a file, of the item ``right`` where the kind asks for one, and wait until its check is done."""
    page.goto(f"/imports/{kind}/")
    if right:
        page.select_option("[name=right]", label=right)
    page.set_input_files("[name=file]", path)
    page.locator("main form button[type=submit]").click()
    page.locator("main .notice").first.wait_for()


def take(page, name, height):
    """Save the upper ``height`` pixels of what is on the screen, or less where the page ends before.

    A picture that grew too large for a document is refused.
    """
    path = IMAGES / f"{name}.png"
    page.wait_for_load_state("networkidle")
    end = page.evaluate(
        "Math.max(...[...document.querySelectorAll('main > *')].map((part) => part.getBoundingClientRect().bottom))"
    )
    height = min(height, round(end) + MARGIN)
    page.screenshot(path=path, clip={"x": 0, "y": 0, "width": page.viewport_size["width"], "height": height})
    if path.stat().st_size > MAX_BYTES:
        raise SystemExit(f"{path.name} has {path.stat().st_size:,} bytes, more than {MAX_BYTES:,}")
    print(f"{path.name}  {path.stat().st_size:,}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000/")
