"""Spreadsheets coming in: last year's income and monthly income."""

from visits.resources.income import IncomeResource
from visits.resources.prior import PriorIncomeResource

__all__ = ["IncomeResource", "PriorIncomeResource"]
