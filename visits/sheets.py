"""Everything that the form of a month shows of a household, read for many households at once.

A fixed number of queries, however many households: the same reading serves one form, the printed forms
of a village and the pages that a phone takes along.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects

from households.models import AnnualIncome, Member
from sumyuan.fields import to_fen
from visits.content import content_of, entry_key
from visits.models import FieldComment, IncomeEntry, MemberChange, Visit, VisitDraft, VisitPhoto, WorkAway
from visits.months import add_months

# How far back amounts are read: a year of an item tells what is usual for it.
MONTHS_BACK = 12
# The year of account begins with this month (domain §2.1).
FIRST_MONTH_OF_ACCOUNT = 10
ENTRY_FIELDS = (
    *("household_id", "month", "item_id", "member_key", "amount", "source", "is_counted", "basis", "dispute"),
    "department__name",
)


class Told(NamedTuple):
    """One stored entry. ``amount`` is fen; ``department`` is a name or ``None``."""

    month: date
    item_id: str
    member_key: int
    amount: int
    source: str
    is_counted: bool
    basis: str
    dispute: str
    department: str | None

    @property
    def key(self):
        return entry_key(self.item_id, self.member_key)

    @property
    def origin(self):
        """Who said it, in words."""
        return self.department or IncomeEntry.Source(self.source).label


@dataclass
class Sheet:
    """One household in one month: what is known before anything is typed.

    ``entries`` are all stored ones from a year before the month (or the first month asked for) to the
    last month asked for, of every source; ``states`` the visits' states by month. ``comments`` by field
    key belong to the returned version.
    """

    household: object
    month: date
    # Everybody who ever was a member; those of the month are ``present``.
    members: list = field(default_factory=list)
    visit: Visit | None = None
    previous: Visit | None = None
    states: dict = field(default_factory=dict)
    entries: list = field(default_factory=list)
    last_year: AnnualIncome | None = None
    draft: VisitDraft | None = None
    comments: dict = field(default_factory=dict)
    photos: list = field(default_factory=list)

    @property
    def present(self):
        """Members at any time of the month, in the order of the register."""
        end = add_months(self.month, 1) - timedelta(days=1)
        return [
            member
            for member in self.members
            if (member.birth_date is None or member.birth_date <= end)
            and (member.joined_on is None or member.joined_on <= end)
            and (member.left_on is None or member.left_on > self.month)
        ]

    def present_on(self, day):
        """Members on a day, as ``Member.objects.present_on`` has them."""
        return [member for member in self.members if member.is_present_on(day)]

    @property
    def content(self):
        """The canonical content of the visit, or ``None`` where there is no visit yet."""
        if self.visit is None:
            return None
        entries = {told.key: {"amount": told.amount, "basis": told.basis, "dispute": told.dispute} for told in self.own}
        return content_of(self.visit, entries=entries, changes=self.visit.changes.all(), work=self.visit.work.all())

    @property
    def reported(self):
        """This month's entries of departments and of the county's files: what need not be asked."""
        return [told for told in self.entries if told.month == self.month and told.source != IncomeEntry.Source.VISIT]

    @property
    def locked_items(self):
        """Codes of the items that a better source than the visit has told for this month."""
        return {told.item_id for told in self.reported}

    @property
    def own(self):
        """What the visit of this month says itself."""
        return [told for told in self.entries if told.month == self.month and told.source == IncomeEntry.Source.VISIT]

    @property
    def last_month(self):
        """Key -> fen of the month before: what counted, else what its visit said."""
        before = add_months(self.month, -1)
        amounts = {}
        for told in sorted((told for told in self.entries if told.month == before), key=lambda told: told.is_counted):
            amounts[told.key] = told.amount
        return amounts


def load_sheets(households, *, month, user, first_month=None, last_month=None, with_review=True):
    """The ``Sheet`` of each household, in their order.

    ``households`` are already in the user's scope. Entries and states reach from ``first_month`` (default:
    a year before ``month``) to ``last_month`` (default: ``month``). Without the review, photos and comments
    are not read.
    """
    first = min(filter(None, (first_month, add_months(month, -MONTHS_BACK))))
    last = max(filter(None, (last_month, month)))
    sheets = {household.pk: Sheet(household, month) for household in households}
    ids = list(sheets)
    prefetch_related_objects(households, Prefetch("members", Member.objects.order_by("pk")))
    for sheet in sheets.values():
        sheet.members = list(sheet.household.members.all())
    _read_visits(sheets, month, first, last)
    entries = IncomeEntry.objects.filter(household__in=ids, month__gte=first, month__lte=last)
    for household_id, told_in, item_id, member_key, amount, *rest in entries.order_by(
        "month", "item_id", "member_key"
    ).values_list(*ENTRY_FIELDS):
        sheets[household_id].entries.append(Told(told_in, item_id, member_key, to_fen(amount), *rest))
    # The later of two years stands last and stays.
    for income in AnnualIncome.objects.filter(household__in=ids, year__lte=prior_year(month)).order_by("year"):
        sheets[income.household_id].last_year = income
    for draft in VisitDraft.objects.filter(household__in=ids, month=month, author=user.pk):
        sheets[draft.household_id].draft = draft
    if with_review:
        _read_review(sheets)
    return list(sheets.values())


def prior_year(month):
    """The year whose income this month is compared with: the year of account runs from October to September."""
    return month.year - (month.month < FIRST_MONTH_OF_ACCOUNT)


def _read_visits(sheets, month, first, last):
    """The visits of this month and the one before with their rows, and the states of all."""
    before = add_months(month, -1)
    shown = []
    visits = Visit.objects.filter(household__in=list(sheets), month__gte=first, month__lte=last).annotate(
        has_rows=Exists(MemberChange.objects.filter(visit=OuterRef("pk")))
        | Exists(WorkAway.objects.filter(visit=OuterRef("pk"))),
        has_photos=Exists(VisitPhoto.objects.filter(visit=OuterRef("pk"))),
    )
    for visit in visits.select_related("visitor", "reviewed_by"):
        sheet = sheets[visit.household_id]
        sheet.states[visit.month] = visit.state
        if visit.month == month:
            sheet.visit = visit
        elif visit.month == before:
            sheet.previous = visit
        else:
            continue
        shown.append(visit)
    # Most visits have neither; asking once saves two questions.
    if any(visit.has_rows for visit in shown):
        prefetch_related_objects(shown, "changes", "work")
    else:
        for visit in shown:
            visit._prefetched_objects_cache = {"changes": MemberChange.objects.none(), "work": WorkAway.objects.none()}


def _read_review(sheets):
    """Photos of the visits there are, and of returned ones what the reviewer asked about."""
    visits = {sheet.visit.pk: sheet for sheet in sheets.values() if sheet.visit}
    pictured = [pk for pk, sheet in visits.items() if sheet.visit.has_photos]
    for photo in VisitPhoto.objects.filter(visit__in=pictured) if pictured else ():
        visits[photo.visit_id].photos.append(photo)
    returned = {pk: sheet for pk, sheet in visits.items() if sheet.visit.state == Visit.State.RETURNED}
    if not returned:
        return
    for comment in FieldComment.objects.filter(visit__in=returned).select_related("by"):
        if comment.version == visits[comment.visit_id].visit.version:
            visits[comment.visit_id].comments[comment.field] = comment
