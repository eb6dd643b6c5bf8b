"""Months as the date of their first day, and arithmetic on them."""

from datetime import date


def month_number(month):
    """Months since year 0; consecutive months are consecutive numbers."""
    return month.year * 12 + month.month - 1


def add_months(month, count):
    """The first day of the month ``count`` months after (before, if negative) that of ``month``."""
    number = month_number(month) + count
    return date(number // 12, number % 12 + 1, 1)


def months_from(first_month, count):
    """``count`` first days of months, starting with ``first_month``."""
    return [add_months(first_month, offset) for offset in range(count)]


def quarter_number(month):
    """Calendar quarters since year 0."""
    return month_number(month) // 3
