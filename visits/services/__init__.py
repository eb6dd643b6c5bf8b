"""Changes to visits and entries: recording, reviewing, and which source counts."""

from visits.services.photos import PhotoRefused, keep_photo
from visits.services.record import (
    MonthRefused,
    NeedsReason,
    Recorded,
    StaleVisit,
    TokenReused,
    delete_draft,
    lock_households,
    month_problem,
    record_visit,
    save_draft,
)
from visits.services.review import ReviewRefused, approve_visits, own_visits, return_visit
from visits.services.settle import settle_entries

__all__ = [
    "MonthRefused",
    "NeedsReason",
    "PhotoRefused",
    "Recorded",
    "ReviewRefused",
    "StaleVisit",
    "TokenReused",
    "approve_visits",
    "delete_draft",
    "keep_photo",
    "lock_households",
    "month_problem",
    "own_visits",
    "record_visit",
    "return_visit",
    "save_draft",
    "settle_entries",
]
