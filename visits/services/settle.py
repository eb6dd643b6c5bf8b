"""Changes to many visits or entries at once."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts.querysets import within
from households.services import chunks
from visits.models import IncomeEntry, Visit


@transaction.atomic
def settle_entries(*, households=None, months=None, area=None):
    """Mark which entries count; returns how many marks changed.

    Per household, month and item exactly one source counts: the feed, else the import, else the
    visit. A member's feed supersedes the household's line of that item too, whichever source has
    it: the department that named the person meant the same money. Entries of draft and returned
    visits never count and never win.

    ``households`` are keys, ``months`` first days, ``area`` a code: each narrows what is looked
    at, ``None`` does not. Only marks that are wrong are written.
    """
    entries = IncomeEntry.objects.all()
    if months is not None:
        entries = entries.filter(month__in=list(months))
    if area is not None:
        entries = entries.filter(within("household__village_id", area))
    parts = [entries] if households is None else [entries.filter(household__in=part) for part in chunks(households)]
    counts = _counting()
    return sum(
        part.filter(~counts, is_counted=True).update(is_counted=False)
        + part.filter(counts, is_counted=False).update(is_counted=True)
        for part in parts
    )


def _counting():
    """The condition under which an entry counts."""
    source = IncomeEntry.Source
    same = IncomeEntry.objects.filter(household=OuterRef("household"), month=OuterRef("month"), item=OuterRef("item"))
    no_feed = ~Exists(same.filter(source=source.FEED))
    no_member_s_feed = ~Exists(same.filter(source=source.FEED, member_key__gt=0))
    no_import = ~Exists(same.filter(source=source.IMPORT))
    collected = Exists(Visit.objects.collected().filter(pk=OuterRef("visit")))
    return (
        (Q(source=source.FEED) & (Q(member_key__gt=0) | no_member_s_feed))
        | (Q(source=source.IMPORT) & no_feed)
        | (Q(source=source.VISIT) & collected & no_feed & no_import)
    )


def items_told_better(household, month):
    """Codes of the items that a feed or an import tells of this household and month: there no visit's entry counts."""
    better = IncomeEntry.objects.filter(household=household, month=month).exclude(source=IncomeEntry.Source.VISIT)
    return set(better.order_by().values_list("item_id", flat=True))
