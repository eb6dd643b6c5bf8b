"""How numbers and dates look."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from accounts.templatetags import figures


@pytest.mark.parametrize(
    ("shown", "value", "expected"),
    [
        (figures.yuan, Decimal("12533.33"), "12,533.33"),
        (figures.yuan, Decimal(0), "0.00"),
        (figures.yuan, Decimal("-1266.67"), '<span class="negative">−1,266.67</span>'),
        (figures.yuan, None, "–"),
        (figures.fen, 1253333, "12,533.33"),
        (figures.fen, -4, '<span class="negative">−0.04</span>'),
        (figures.fen, 0, "0.00"),
        (figures.fen, None, "–"),
        (figures.signed_yuan, Decimal("733.33"), "+733.33"),
        (figures.signed_yuan, Decimal(0), "0.00"),
        (figures.signed_fen, -100, '<span class="negative">−1.00</span>'),
        (figures.hundredths, 1782, "17.82"),
        (figures.hundredths, 5, "0.05"),
        (figures.hundredths, -12000, '<span class="negative">−120.00</span>'),
        (figures.percent, 1782, "17.82%"),
        (figures.percent, None, "–"),
        (figures.whole, 20000, "20,000"),
        (figures.whole, None, "–"),
        (figures.day, date(2022, 7, 10), "2022年7月10日"),
        (figures.short_day, date(2022, 7, 10), "7月10日"),
        (figures.month, date(2022, 6, 1), "2022年6月"),
        (figures.short_month, date(2022, 6, 1), "6月"),
        (figures.day, None, "–"),
    ],
)
def test_figures(shown, value, expected):
    assert shown(value) == expected


@pytest.mark.parametrize(("day", "age"), [(date(2022, 7, 9), 51), (date(2022, 7, 10), 52), (date(2022, 7, 11), 52)])
def test_age_grows_on_the_birthday(day, age):
    assert figures.age_on(SimpleNamespace(birth_date=date(1970, 7, 10)), day) == age
