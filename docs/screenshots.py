"""Takes the pictures of docs/guide.md and README.md again, from the demo county as `make run` serves it.

    make run                                                          # in one terminal
    .venv/bin/python docs/screenshots.py http://127.0.0.1:8000/       # in another

Needs the development requirements (playwright) and Chromium: Debian's, or the one that CHROMIUM names. The
two pictures of an import send a small made-up file for checking and never confirm it, so that no household
changes; the checks stay in the county account's list of jobs. Look at every picture before committing it.
"""

import os
import sys
import tempfile
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

VILLAGE = "130630100901"
EXAMPLE_A = f"{VILLAGE}00001"


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
        browser.close()


def signed_in(browser, address, account, size):
    """A page of that size on which the account has signed in."""
    context = browser.new_context(viewport=size, base_url=address, locale="zh-CN")
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


def check(page, kind, path):
    """Send a file and wait until its check is done."""
    page.goto(f"/imports/{kind}/")
    page.set_input_files("[name=file]", path)
    page.locator("main form button[type=submit]").click()
    page.locator("main .notice").first.wait_for()


def take(page, name, height):
    """Save the upper ``height`` pixels of the page, or less where it ends before.

    A picture that grew too large for a document is refused.
    """
    path = IMAGES / f"{name}.png"
    page.wait_for_load_state("networkidle")
    end = page.evaluate("document.querySelector('main').lastElementChild.getBoundingClientRect().bottom")
    height = min(height, round(end) + MARGIN)
    page.screenshot(path=path, clip={"x": 0, "y": 0, "width": page.viewport_size["width"], "height": height})
    if path.stat().st_size > MAX_BYTES:
        raise SystemExit(f"{path.name} has {path.stat().st_size:,} bytes, more than {MAX_BYTES:,}")
    print(f"{path.name}  {path.stat().st_size:,}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000/")
