"""How numbers and dates look. A figure that does not exist is a dash."""

from decimal import Decimal

from django import template
from django.utils.html import format_html

from sumyuan.fields import to_yuan

register = template.Library()

NONE = "–"
MINUS = "−"


def _figure(text, negative):
    """Negative in red *and* with a minus."""
    return format_html('<span class="negative">{}{}</span>', MINUS, text) if negative else text


@register.filter
def yuan(value):
    """``Decimal`` yuan as 12,533.33."""
    if value is None or value == "":
        return NONE
    value = Decimal(value)
    return _figure(f"{abs(value):,.2f}", value < 0)


@register.filter
def fen(value):
    """Integer fen as yuan: 1253333 is 12,533.33."""
    return yuan(None if value is None or value == "" else to_yuan(value))


@register.filter
def signed_yuan(value):
    """A difference in yuan: +733.33 or −1,266.67."""
    if value is None or value == "":
        return NONE
    return f"+{Decimal(value):,.2f}" if value > 0 else yuan(value)


@register.filter
def signed_fen(value):
    """A difference in integer fen, as ``signed_yuan``."""
    return signed_yuan(None if value is None or value == "" else to_yuan(value))


@register.filter
def hundredths(value):
    """Hundredths of a percent as 17.82; the unit stands in the header."""
    if value is None or value == "":
        return NONE
    return _figure(f"{Decimal(abs(value)).scaleb(-2):,.2f}", value < 0)


@register.filter
def percent(value):
    """Hundredths of a percent with the unit: 17.82%."""
    return NONE if value is None or value == "" else format_html("{}%", hundredths(value))


@register.filter
def whole(value):
    """A count with thousands separated."""
    return NONE if value is None or value == "" else f"{value:,}"


@register.filter
def day(value):
    """2022年7月10日; of a moment, its day in local time."""
    return f"{value.year}年{value.month}月{value.day}日" if value else NONE


@register.filter
def short_day(value):
    """7月10日, where the year is plain."""
    return f"{value.month}月{value.day}日" if value else NONE


@register.filter
def month(value):
    """2022年6月."""
    return f"{value.year}年{value.month}月" if value else NONE


@register.filter
def short_month(value):
    """6月; of a January, or where it opens a row, the template writes the year beside it."""
    return f"{value.month}月" if value else NONE


@register.filter
def age_on(person, on):
    """Whole years of age of somebody with a birth date on a day."""
    born = person.birth_date
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
