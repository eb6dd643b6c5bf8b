"""Spreadsheets coming in: last year's income, monthly income and the departments' payment lists."""

from visits.resources.feed import FeedResource
from visits.resources.income import IncomeResource
from visits.resources.prior import PriorIncomeResource

__all__ = ["FeedResource", "IncomeResource", "PriorIncomeResource"]
