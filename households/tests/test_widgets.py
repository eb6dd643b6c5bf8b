from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import resident_id
from households import identity
from households.choices import Health
from households.names import pinyin
from households.resources.roster import HEALTH
from households.widgets import (
    AmountWidget,
    CellError,
    ChoicesWidget,
    CodeWidget,
    CountWidget,
    DayWidget,
    FlagWidget,
    HouseholdNumberWidget,
    IdNumberWidget,
    MonthWidget,
    NameWidget,
    masked,
)

TODAY = date(2022, 7, 10)


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        ("1200", 120000),
        (1200.0, 120000),
        ("1,200.50", 120050),
        ("￥1200", 120000),
        ("¥1,200元", 120000),
        ("１２００．５", 120050),
        (" 1200.50 ", 120050),
        (0.07, 7),
        (1234.5600000000002, 123456),
        ("1200.500", 120050),
        (".5", 50),
        ("0", 0),
        ("", None),
        ("　", None),
    ],
)
def test_amounts(cell, fen):
    assert AmountWidget().clean(cell) == fen


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("abc", "不是数字"),
        ("1,2", "不是数字"),
        ("1.2.3", "不是数字"),
        ("一百", "不是数字"),
        (True, "不是数字"),
        (datetime(2022, 1, 1), "不是数字"),
        ("1.005", "最多两位小数"),
        (0.125, "最多两位小数"),
        ("-5", "不能是负数"),
        (-5.0, "不能是负数"),
        ("9" * 20, "太大"),
        ("NaN", "不是数字"),
        ("1e5", "不是数字"),
    ],
)
def test_no_amounts(cell, reason):
    with pytest.raises(CellError) as error:
        AmountWidget().clean(cell)
    assert error.value.reason == reason


@given(st.integers(0, 10**13 - 1))
def test_an_amount_comes_back_from_each_way_of_writing_it(fen):
    yuan = Decimal(fen).scaleb(-2)
    widget = AmountWidget()
    wide = str(yuan).translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789."})
    for cell in (f"{yuan:.2f}", f"{yuan:,.2f}", f"￥{yuan:,.2f}", f" {yuan} 元", wide, float(yuan)):
        assert widget.clean(cell) == fen


@given(st.dates(date(2000, 1, 1), TODAY))
def test_a_month_comes_back_from_each_way_of_writing_it(day):
    first = day.replace(day=1)
    widget = MonthWidget()
    for cell in (
        f"{day:%Y-%m}",
        f"{day:%Y%m}",
        float(f"{day:%Y%m}"),
        f"{day.year}年{day.month}月",
        f"{day:%Y/%m}",
        f"{day:%Y-%m-%d}",
        day,
        datetime(day.year, day.month, day.day, 12),
        float((day - date(1899, 12, 30)).days),
    ):
        assert widget.clean(cell, today=TODAY) == first


@pytest.mark.parametrize("cell", ["2021-13", "202113", "21-10", "十月", 2021.1, 12.0, "2021-00", "0000-10"])
def test_no_months(cell):
    with pytest.raises(CellError, match="不是月份"):
        MonthWidget().clean(cell, today=TODAY)


def test_a_month_of_the_future():
    assert MonthWidget().clean("2022-07", today=TODAY) == date(2022, 7, 1)
    with pytest.raises(CellError, match="在今天之后"):
        MonthWidget().clean("2022-08", today=TODAY)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("1970-01-31", date(1970, 1, 31)),
        ("19700131", date(1970, 1, 31)),
        (19700131.0, date(1970, 1, 31)),
        ("1970/1/31", date(1970, 1, 31)),
        ("1970年1月31日", date(1970, 1, 31)),
        ("1970-01-31 00:00:00", date(1970, 1, 31)),
        (25599.0, date(1970, 1, 31)),
        (datetime(1970, 1, 31), date(1970, 1, 31)),
        ("", None),
    ],
)
def test_days(cell, day):
    assert DayWidget().clean(cell, today=TODAY) == day


@pytest.mark.parametrize(
    ("cell", "reason"),
    [("1970-02-30", "没有这一天"), ("202106", "不是日期"), ("2022-07-11", "在今天之后"), ("昨天", "不是日期")],
)
def test_no_days(cell, reason):
    with pytest.raises(CellError, match=reason):
        DayWidget().clean(cell, today=TODAY)


@pytest.mark.parametrize("cell", ["202106", 202106.0, "2021-06", "2021年6月"])
def test_a_month_may_stand_for_its_first_day(cell):
    assert DayWidget(month_is_enough=True).clean(cell, today=TODAY) == date(2021, 6, 1)


def test_id_numbers():
    with_x = next(number for number in map(resident_id, range(40)) if number.endswith("X"))
    widget = IdNumberWidget()
    assert widget.clean(f" {with_x.lower()} ", today=TODAY) == with_x
    wide = "".join(chr(ord(c) + 0xFEE0) for c in with_x)
    assert widget.clean(wide, today=TODAY) == with_x
    assert widget.clean(resident_id(1) + "43", today=TODAY) == resident_id(1) + "43"
    assert widget.clean(resident_id(1) + "4311", today=TODAY) == resident_id(1) + "4311"


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (6.2e17, "存成了数字"),
        ("6.2E+17", "科学计数"),
        (resident_id(1)[:17], "有 17 位"),
        ("130630197002303312", "出生日期"),
        (resident_id(1)[:17] + ("0" if resident_id(1)[17] != "0" else "1"), "校验位"),
    ],
)
def test_no_id_numbers(cell, reason):
    with pytest.raises(CellError, match=reason) as error:
        IdNumberWidget().clean(cell, today=TODAY)
    assert str(cell) not in (error.value.masked or "")[:18] or "E" in str(cell)


def test_codes_that_lost_digits_are_no_codes():
    assert CodeWidget(20).clean(13063010190100.0) == "13063010190100"
    assert CodeWidget(20).clean(" １２３ ") == "123"
    with pytest.raises(CellError, match="丢失"):
        CodeWidget(20).clean(1.3063e17)


def test_household_numbers():
    widget = HouseholdNumberWidget()
    for cell in ("13063010190100001", 1302.0, "１３０２ ", "柳沟-7", "A_1"):
        assert widget.clean(cell)
    assert widget.clean("") is None


@pytest.mark.parametrize("cell", ["13/02", "../1", "1?2", "1#2", "1;2", "<b>1", "search", "export", "户编号"])
def test_no_household_numbers(cell):
    """The number stands in addresses: a slash would leave a page without a link to it."""
    with pytest.raises(CellError, match="只能由数字、字母和短横组成"):
        HouseholdNumberWidget().clean(cell)


def test_names_lose_their_lay_out_blanks_only():
    assert NameWidget(60).clean("张　三 ") == "张三"
    assert NameWidget(60).clean("阿依 · Ali Khan") == "阿依 · Ali Khan"
    assert NameWidget(60).clean("利民（西沟）") == "利民（西沟）"


def test_several_kinds_of_health():
    assert ChoicesWidget(HEALTH).clean("残疾,患有大病") == f"{Health.SERIOUS},{Health.DISABLED}"
    assert ChoicesWidget(HEALTH).clean("残疾、残疾") == Health.DISABLED
    with pytest.raises(CellError, match="不是可用的值"):
        ChoicesWidget(HEALTH).clean("残疾,很好")


@pytest.mark.parametrize(("cell", "value"), [("是", True), ("否", False), (1.0, True), (False, False), ("", None)])
def test_flags(cell, value):
    assert FlagWidget().clean(cell) is value


def test_counts():
    assert CountWidget(1, 99).clean(3.0) == CountWidget(1, 99).clean("３人") == 3
    for cell in (0.0, "3.5", "三", 100.0, True):
        with pytest.raises(CellError):
            CountWidget(1, 99).clean(cell)


def test_messages_never_show_an_id_or_phone():
    number = resident_id(7)
    text = masked(f"{number} 13812345678")
    assert number not in text
    assert "13812345678" not in text
    assert identity.mask(number) in text


@pytest.mark.parametrize("mark", [" ", "-"])
def test_an_id_in_pieces_is_masked_too(mark):
    number = resident_id(7)
    typed = mark.join((number[:6], number[6:14], number[14:]))
    assert masked(typed) == masked(mark.join((number[:6], number[6:10], number[10:14], number[14:])))
    assert masked(typed) == identity.mask(number)


def test_an_old_workbook_stores_days_as_whole_numbers():
    assert DayWidget().clean(44501, today=TODAY) == DayWidget().clean(44501.0, today=TODAY) == date(2021, 11, 1)
    assert MonthWidget().clean(44515, today=TODAY) == date(2021, 11, 1)


@pytest.mark.parametrize(
    ("name", "sound"), [("李四", "lisi ls"), ("阿依古丽", "ayiguli aygl"), ("Ali", "ali ali"), ("", "")]
)
def test_names_by_their_sound(name, sound):
    assert pinyin(name) == sound
