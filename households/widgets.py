"""What a cell may hold, and what it then means: the widgets of the import resources.

A cell comes as the spreadsheet reader gives it: text, float, int (in an .xls), bool, date or
datetime, "" where empty. ``clean`` returns the value, ``None`` for an empty cell, or raises ``CellError`` with the
reason in words that follow the cell's content: “abc” *不是数字*.
"""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

from import_export import widgets

from households import identity

# Excel keeps 15 significant digits of a number.
EXACT_BELOW = 10**15
EXCEL_EPOCH = date(1899, 12, 30)
# Serial numbers of the days 1900-03-01 and 2100-01-01.
FIRST_SERIAL, LAST_SERIAL = 61, 73051
# No single amount of a village household comes near; it keeps sums within the database's integers.
MAX_FEN = 10**14
# Decimals of more digits are rounded by the arithmetic of their context, and far longer ones overflow.
MAX_DIGITS = 28

_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xA0: " "}
_INVISIBLE = dict.fromkeys([0xFEFF, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x202A, 0x202C, 0x2060])
_TABLE = _NARROW | _INVISIBLE
# As people type them: some put blanks or hyphens between region, birth date and the rest.
_ID_LIKE = re.compile(r"(?<!\d)\d{6}[ -]?\d{4}[ -]?\d{2}[ -]?\d{2}[ -]?\d{3}[\dXx](?:\d{2}|\d{4})?(?!\d)")
_PHONE_LIKE = re.compile(r"(?<!\d)1\d{10}(?!\d)")


class CellError(Exception):
    """What is wrong with one cell. ``masked`` replaces the cell's content where that is an ID number."""

    def __init__(self, reason, masked=None):
        super().__init__(reason)
        self.reason = reason
        self.masked = masked


def text_of(cell):
    """A cell as text: trimmed, invisible and full-width characters made plain, whole numbers without ".0"."""
    if type(cell) is not str:
        return shown(cell)
    if cell.isascii():
        return cell.strip()
    return cell.translate(_TABLE).strip()


def header_key(header):
    """What two spellings of one column name share: no blanks, no full-width characters."""
    return "".join(text_of(header).split())


def shown(cell):
    """A cell as people read it, nothing changed but the look of numbers and dates."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < EXACT_BELOW else f"{cell:.15G}"
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}"
    return str(cell)


def mask_numbers(text):
    """``text`` with whatever looks like an ID or phone number masked."""
    text = _ID_LIKE.sub(lambda found: identity.mask(re.sub("[ -]", "", found[0])), text)
    return _PHONE_LIKE.sub(lambda found: identity.mask_phone(found[0]), text)


def masked(text):
    """Text for a message: ID and phone numbers are masked, and it is not endless."""
    text = mask_numbers(text)
    return text if len(text) <= 40 else f"{text[:40]}…"


class TextWidget(widgets.CharWidget):
    """Text of at most ``max_length`` characters, as it was written but for blanks around it."""

    def __init__(self, max_length):
        super().__init__()
        self.max_length = max_length

    def clean(self, value, row=None, **kwargs):
        return self.fit(shown(value).translate(_INVISIBLE).strip())

    def fit(self, text):
        if not text:
            return None
        if len(text) > self.max_length:
            raise CellError(f"太长，最多 {self.max_length} 个字")
        return text


class NameWidget(TextWidget):
    """A person's or place's name: blanks within Chinese names are lay-out, not part of them."""

    def clean(self, value, row=None, **kwargs):
        text = super().clean(value)
        return text if text is None or any("A" <= c <= "z" for c in text) else "".join(text.split())


class CodeWidget(TextWidget):
    """A number that is a name: it may stand in a number cell as long as no digit was lost."""

    def clean(self, value, row=None, **kwargs):
        if isinstance(value, float) and (not value.is_integer() or abs(value) >= EXACT_BELOW):
            raise CellError("是数字单元格，Excel 只留 15 位，后面的数字已丢失；请把列设为文本后重新填写")
        return self.fit("".join(text_of(value).split()))


class HouseholdNumberWidget(CodeWidget):
    """户编号. It stands in the addresses of pages, so it has no signs that mean something there."""

    def __init__(self):
        super().__init__(max_length=20)

    def clean(self, value, row=None, **kwargs):
        number = super().clean(value)
        # With a digit at least: no word of an address, such as "search", is a number.
        if number is not None and not re.fullmatch(r"(?=.*\d)[\w-]+", number):
            raise CellError("只能由数字、字母和短横组成，至少有一位数字")
        return number


class IdNumberWidget(widgets.CharWidget):
    """A resident ID (18 characters) or disability card number (20 or 22), checked."""

    def clean(self, value, row=None, *, today, **kwargs):
        if isinstance(value, float) and abs(value) >= EXACT_BELOW:
            raise CellError(
                "被 Excel 存成了数字，只留 15 位，后面的数字已丢失；请把列设为文本后重新填写", masked=f"{value:.1E}"
            )
        number = "".join(text_of(value).split()).upper()
        if not number:
            return None
        if re.fullmatch(r"\d(\.\d+)?E\+?\d+", number):
            raise CellError("被 Excel 存成了科学计数，号码已丢失；请把列设为文本后重新填写", masked=number)
        wrong = identity.problem(number, today)
        if wrong:
            raise CellError(wrong, masked=identity.mask(number))
        return number


class ChoiceWidget(widgets.Widget):
    """One of the words of the national system; ``meanings`` maps each word to what is stored."""

    def __init__(self, meanings):
        super().__init__()
        self.meanings = meanings

    def clean(self, value, row=None, **kwargs):
        text = "".join(text_of(value).split())
        if not text:
            return None
        try:
            return self.meanings[text]
        except KeyError:
            # One word a meaning: the further ones are read but not recommended.
            words = {}
            for word, meaning in self.meanings.items():
                words.setdefault(meaning, word)
            words = [word for meaning, word in words.items() if meaning]
            raise CellError(f"不是可用的值，应为：{'、'.join(words[:6])}{' 等' if len(words) > 6 else ''}") from None


class ChoicesWidget(ChoiceWidget):
    """Several words in one cell, stored comma-separated in the order of ``meanings``."""

    def clean(self, value, row=None, **kwargs):
        words = [word for word in re.split(r"[,，、;；/|\s]+", text_of(value)) if word]
        found = {super(ChoicesWidget, self).clean(word) for word in words}
        return ",".join(code for code in dict.fromkeys(self.meanings.values()) if code in found) or None


class FlagWidget(ChoiceWidget):
    """是 or 否."""

    def __init__(self):
        yes, no = ("是", "有", "1", "Y", "y", "TRUE", "√"), ("否", "无", "0", "N", "n", "FALSE", "×")
        super().__init__(dict.fromkeys(yes, True) | dict.fromkeys(no, False))

    def clean(self, value, row=None, **kwargs):
        try:
            return super().clean(value)
        except CellError:
            raise CellError("应填“是”或“否”") from None


class CountWidget(widgets.Widget):
    """A whole number from ``low`` to ``high``."""

    def __init__(self, low, high, unit=""):
        super().__init__()
        self.low, self.high, self.unit = low, high, unit

    def clean(self, value, row=None, **kwargs):
        text = text_of(value)
        if not text:
            return None
        digits = text.removesuffix("个月").removesuffix("月").removesuffix("人").strip()
        if isinstance(value, (bool, date)) or not re.fullmatch(r"-?\d{1,9}(\.0+)?", digits):
            raise CellError("不是整数")
        number = int(digits.split(".")[0])
        if not self.low <= number <= self.high:
            raise CellError(f"应在 {self.low} 到 {self.high} {self.unit}之间")
        return number


class DayWidget(widgets.Widget):
    """A date up to ``today``; with ``month_is_enough`` also a month, which means its first day."""

    def __init__(self, *, month_is_enough=False):
        super().__init__()
        self.month_is_enough = month_is_enough

    def clean(self, value, row=None, *, today, **kwargs):
        day = self.parse(value)
        if day is not None and day > today:
            raise CellError("在今天之后")
        if day is not None and day.year < 1900:
            raise CellError("早于 1900 年")
        return day

    def parse(self, value):
        """The date in a cell, whenever it is; ``CellError`` where it is none."""
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        text = text_of(value)
        if not text:
            return None
        found = re.fullmatch(r"(\d{4})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})日?(?: 0?0:00(?::00)?)?", text)
        found = found or re.fullmatch(r"(\d{4})(\d\d)(\d\d)", text)
        if found:
            return _day(*map(int, found.groups()))
        if self.month_is_enough and (month := parse_month(text)):
            return month
        if (
            re.fullmatch(r"\d{2,5}", text)
            and FIRST_SERIAL <= int(text) <= LAST_SERIAL
            and isinstance(value, (int, float))
        ):
            return EXCEL_EPOCH + timedelta(days=int(text))
        raise CellError("不是日期，应写成 2021-10-01" + ("或 202110" if self.month_is_enough else ""))


def _day(year, month, day):
    try:
        return date(year, month, day)
    except ValueError:
        raise CellError("没有这一天") from None


def parse_month(text):
    """First day of a month written like ``2021-10``, ``202110``, ``2021/10`` or ``2021年10月``; else ``None``."""
    found = re.fullmatch(r"(\d{4})(?:年|[-/.])(\d{1,2})月?", text) or re.fullmatch(r"(\d{4})(\d\d)", text)
    if not found or not 1 <= int(found[2]) <= 12 or int(found[1]) < 1900:
        return None
    return date(int(found[1]), int(found[2]), 1)


class MonthWidget(widgets.Widget):
    """A month, as the date of its first day, not after ``today``."""

    def clean(self, value, row=None, *, today, **kwargs):
        month = self._parse(value)
        if month is not None and month > today:
            raise CellError("在今天之后")
        return month

    def _parse(self, value):
        if isinstance(value, date):
            return date(value.year, value.month, 1)
        text = text_of(value)
        if not text:
            return None
        # The number 2021.1 may have been January or October.
        ambiguous = isinstance(value, float) and not value.is_integer()
        if not ambiguous and (month := parse_month(text)):
            return month
        try:
            day = DayWidget().parse(value) if not ambiguous else None
        except CellError:
            day = None
        if day is None or day.year < 1900:
            raise CellError("不是月份，应写成 2021-10 或 202110")
        return date(day.year, day.month, 1)


class AmountWidget(widgets.Widget):
    """Yuan with at most two decimals, as integer fen. Not negative unless ``negative``.

    With ``rounded``, further decimals are rounded half up: for figures that are only checked.
    """

    PLAIN = re.compile(r"([-−+]?)((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)")

    def __init__(self, *, negative=False, rounded=False):
        super().__init__()
        self.negative, self.rounded = negative, rounded

    def clean(self, value, row=None, **kwargs):
        if isinstance(value, (bool, date)):
            raise CellError("不是数字")
        if isinstance(value, float):
            # A double holds 15 digits for certain; what lies beyond is its own noise.
            number = Decimal(f"{value:.15g}")
        else:
            text = "".join(text_of(value).split())
            if not text:
                return None
            text = text.removeprefix("¥").removeprefix("￥").removesuffix("元")
            found = self.PLAIN.fullmatch(text)
            if not found:
                raise CellError("不是数字")
            digits = found[2].replace(",", "")
            if len(digits) > MAX_DIGITS:
                raise CellError("最多两位小数" if "." in digits[:MAX_DIGITS] else "太大")
            number = Decimal(digits)
            number = -number if found[1] in ("-", "−") else number
        return self._fen(number)

    def _fen(self, number):
        if number < 0 and not self.negative:
            raise CellError("不能是负数")
        if abs(number) >= MAX_FEN // 100:
            raise CellError("太大")
        fen = number * 100
        if fen != fen.to_integral_value():
            if not self.rounded:
                raise CellError("最多两位小数")
            fen = fen.to_integral_value(rounding="ROUND_HALF_UP")
        return int(fen)
