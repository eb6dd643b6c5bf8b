"""Reading and checking what a person typed about a visit."""

from visits.forms.rows import EntryRow, IncomeBlock, income_blocks
from visits.forms.visit import NUL, UNREADABLE, VisitForm, blank_fields, fields_of

__all__ = [
    "NUL",
    "UNREADABLE",
    "EntryRow",
    "IncomeBlock",
    "VisitForm",
    "blank_fields",
    "fields_of",
    "income_blocks",
]
