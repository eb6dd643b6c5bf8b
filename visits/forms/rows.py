"""The rows of the form: which items are asked of whom, with what is known beside each."""

from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

from households.choices import Labour
from visits.content import entry_key, split_key
from visits.forms.visit import ENTRY, plain_amount
from visits.models import IncomeClass
from visits.months import add_months

# Wages are asked of whoever may earn them.
EARNERS = (Labour.SKILLED, Labour.ORDINARY, Labour.WEAK, "")
EARNING_AGE = 16


class EntryRow(NamedTuple):
    """One amount that may be typed. Amounts known beforehand are fen, ``None`` where there are none.

    ``reported`` are the better sources of this month, which lock the row: what is typed then is a
    different opinion. ``is_usual`` rows stand open, the others fold away.
    """

    key: str
    item: object
    member: object
    typed: str
    basis: str
    dispute: str
    last_month: int | None
    last_year: int | None
    reported: list
    errors: list
    dispute_errors: list
    comment: object
    is_usual: bool
    needs_confirmation: bool
    is_confirmed: bool
    # Whether it is the first row of its item.
    is_first: bool

    @property
    def name(self):
        """The row's part of its field names: W01-12."""
        return self.key.replace("/", "-")

    @property
    def field(self):
        """The row's key within a flattened content."""
        return f"entries.{self.key}"

    @property
    def item_field(self):
        """The place of what concerns the item with all its rows."""
        return f"entries.{self.item.pk}"

    @property
    def is_locked(self):
        return bool(self.reported)

    @property
    def last_text(self):
        """Last month's amount as it would be typed."""
        return "" if self.last_month is None else plain_amount(self.last_month)


class IncomeBlock(NamedTuple):
    """One class of the form. ``last_year`` is fen a month of the whole class, where last year has no items."""

    income_class: IncomeClass
    rows: list
    others: list
    last_year: int | None

    @property
    def is_cost(self):
        return self.income_class in (IncomeClass.BUSINESS_COST, IncomeClass.RIGID_COST)


def income_blocks(sheet, items, fields, *, errors=None, to_confirm=(), confirmed=()):
    """The ``IncomeBlock`` of each class, in the order of the form.

    ``items`` are all income items by code, ``fields`` what stands in the form (name -> list of texts),
    ``errors`` what is wrong with it.
    """
    errors = errors or {}
    asked = _asked(sheet, items, fields)
    reported = defaultdict(list)
    for told in sheet.reported:
        reported[told.item_id].append(told)
    last_month, last_year = sheet.last_month, _last_year(sheet)
    people = {member.pk: member for member in sheet.members}
    by_class = defaultdict(lambda: ([], []))
    first_of_item, seen = set(), set()
    for code, member_key in asked:
        key, name = entry_key(code, member_key), f"{code}-{member_key}"
        row = EntryRow(
            key=key,
            item=items[code],
            member=people.get(member_key),
            typed=_first(fields, f"amount-{name}"),
            basis=_first(fields, f"basis-{name}"),
            dispute=_first(fields, f"dispute-{name}"),
            last_month=last_month.get(key),
            # Last year is known by item: it stands with the item's first row.
            last_year=None if code in first_of_item else last_year.get(code),
            reported=reported.get(code, []),
            errors=errors.get(f"amount-{name}", []),
            dispute_errors=errors.get(f"dispute-{name}", []),
            comment=sheet.comments.get(f"entries.{key}"),
            is_usual=False,
            needs_confirmation=f"amount-{name}" in to_confirm or f"amount-{name}" in confirmed,
            is_confirmed=f"amount-{name}" in confirmed,
            is_first=code not in seen,
        )
        seen.add(code)
        row = row._replace(is_usual=_is_usual(row))
        if not row.is_usual:
            # A row that folds away tells nothing of last year; the first one that is seen does.
            row = row._replace(last_year=None)
        else:
            first_of_item.add(code)
        by_class[items[code].income_class][0 if row.is_usual else 1].append(row)
    return [
        IncomeBlock(income_class, *by_class[income_class], _last_year_of_class(sheet, income_class, items))
        for income_class in IncomeClass
    ]


def _first(fields, name):
    return (fields.get(name) or [""])[0]


def _is_usual(row):
    """Whether a row is likely to be needed: it was so last month or last year, is told already, or is typed."""
    return bool(
        row.typed or row.basis or row.dispute or row.errors or row.comment or row.reported
        or row.last_month or row.last_year
    )  # fmt: skip


def _asked(sheet, items, fields):
    """(item code, member key) of every row, in the order of items, the household's own line first.

    Wages are asked of each member who may earn, everything else of the household; beside that whatever
    was told of somebody last month or this month has its row.
    """
    end = add_months(sheet.month, 1) - timedelta(days=1)
    earners = [member.pk for member in sheet.present if _may_earn(member, end)]
    keys = set()
    for code, item in items.items():
        is_wage = item.income_class == IncomeClass.WAGE
        keys |= {(code, pk) for pk in earners} if is_wage and earners else {(code, 0)}
    present = {0, *(member.pk for member in sheet.present)}
    told = {split_key(key) for key in (*sheet.last_month, *(told.key for told in sheet.own))}
    keys |= {key for key in told if key[1] in present}
    for name, texts in fields.items():
        found = ENTRY.fullmatch(name)
        if found and found[1] == "amount" and any(texts):
            keys.add((found[2], int(found[3])))
    keys = {key for key in keys if key[0] in items}
    for reported in sheet.reported:
        # A locked item is not asked of everybody: one row, of whom the better source names.
        keys = {key for key in keys if key[0] != reported.item_id or _first(fields, f"amount-{key[0]}-{key[1]}")}
    keys |= {(reported.item_id, reported.member_key) for reported in sheet.reported}
    return sorted(keys)


def _may_earn(member, day):
    age = member.age_on(day)
    return member.labour in EARNERS and (age is None or age >= EARNING_AGE)


def _last_year(sheet):
    """Item code -> fen a month of last year, where last year is known by item."""
    return {code: fen // 12 for code, fen in sheet.last_year.items.items() if fen} if sheet.last_year else {}


def _last_year_of_class(sheet, income_class, items):
    """Fen a month of a class of last year, where it is not known by item."""
    income = sheet.last_year
    if not income or any(items[code].income_class == income_class for code in income.items if code in items):
        return None
    amount = getattr(income, income_class.value, None)
    return int(amount * 100) // 12 if amount else None
