"""What was seen and earned in a month, and where each yuan was learnt. Plan 二(一)."""

from visits.models.income import FeedRight, IncomeClass, IncomeEntry, IncomeItem, Rhythm
from visits.models.record import FieldComment, VisitDraft, VisitVersion
from visits.models.visit import MemberChange, Visit, VisitPhoto, WorkAway

__all__ = [
    "FeedRight",
    "FieldComment",
    "IncomeClass",
    "IncomeEntry",
    "IncomeItem",
    "MemberChange",
    "Rhythm",
    "Visit",
    "VisitDraft",
    "VisitPhoto",
    "VisitVersion",
    "WorkAway",
]
