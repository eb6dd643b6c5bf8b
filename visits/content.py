"""What a visit says, in one canonical form, and how two such forms differ or join.

A content is plain JSON: scalars by field name, and three tables by key. ``entries`` has
``{"W01/12": {"amount": fen, "basis": "", "dispute": ""}}``, the key being item and member (0 for the
household); ``changes`` and ``work`` have one object a member key. Nothing in it depends on the order of
typing, on tokens or on time, so equal contents are equal records.

Flattened, every scalar and every line of a table is one field with a key of its own ("needs",
"entries.W01/12"): the unit in which contents are merged, commented on and compared.
"""

import hashlib
import json
from typing import NamedTuple

from sumyuan.fields import to_fen

GUARANTEES = ("is_housing_safe", "is_schooling_safe", "is_medical_safe", "is_water_safe")
TEXTS = (
    "visitors",
    "member_changes",
    "guarantee_note",
    "needs",
    "risk_note",
    "income_risk_note",
    "suggested_measures",
    "remarks",
)
# Several codes each, comma-separated in the order of their choices.
LISTS = ("policies", "need_kinds", "risk_kinds")
JUDGEMENTS = ("has_risk", "has_income_risk")
SCALARS = ("visited_on", "way", *GUARANTEES, *LISTS, *JUDGEMENTS, *TEXTS)
TABLES = ("entries", "changes", "work")


class Clash(NamedTuple):
    """One field that both sides changed to different things since ``base``; ``None`` is nothing there."""

    field: str
    base: object
    mine: object
    theirs: object


def entry_key(item_id, member_key):
    """The key of an entry within ``entries``."""
    return f"{item_id}/{member_key}"


def split_key(key):
    """(item code, member key) of an entry's key."""
    item_id, member_key = key.split("/")
    return item_id, int(member_key)


class Rows(NamedTuple):
    """A stored visit with its own rows by their key: entries of the source "visit", changes, work away."""

    visit: object
    entries: dict
    changes: dict
    work: dict

    @classmethod
    def of(cls, visit):
        return cls(
            visit,
            {entry_key(entry.item_id, entry.member_key): entry for entry in visit.entries.all()},
            {str(change.member_key): change for change in visit.changes.all()},
            {str(row.member_id): row for row in visit.work.all()},
        )

    def content(self):
        """The canonical content of the visit."""
        entries = {
            key: {"amount": to_fen(entry.amount), "basis": entry.basis, "dispute": entry.dispute}
            for key, entry in self.entries.items()
        }
        return content_of(self.visit, entries=entries, changes=self.changes.values(), work=self.work.values())


def content_of(visit, *, entries, changes, work):
    """The content of a stored visit: ``entries`` as a content has them, rows of changes and of work away."""
    return {
        **{name: getattr(visit, name) for name in SCALARS},
        "visited_on": visit.visited_on.isoformat(),
        "entries": entries,
        "changes": {
            str(change.member_key): {"kind": change.kind, "labour": change.labour, "note": change.note}
            for change in changes
        },
        "work": {
            str(row.member_id): {
                **{name: getattr(row, name) for name in ("place", "employer", "industry", "channel")},
                **{name: _iso(getattr(row, name)) for name in ("started_on", "ended_on")},
            }
            for row in work
        },
    }


def _iso(day):
    return day and day.isoformat()


def body_hash(content, *, number, month, reason=""):
    """Hex SHA-256 of what one delivery records: which household, which month, and the canonical content."""
    body = {"number": number, "month": month.isoformat(), "reason": reason, "content": content}
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def flatten(content):
    """Field key -> value. A content of ``None`` (nothing recorded yet) has no fields."""
    if content is None:
        return {}
    flat = {name: content[name] for name in SCALARS}
    for table in TABLES:
        flat.update({f"{table}.{key}": line for key, line in content[table].items()})
    return flat


def unflatten(flat):
    """The content of flattened fields; a scalar that is not among them is ``None``."""
    content = {name: flat.get(name) for name in SCALARS} | {table: {} for table in TABLES}
    for field, line in flat.items():
        table, dot, key = field.partition(".")
        if dot:
            content[table][key] = line
    return content


def changed_fields(before, after):
    """(field, value before, value after) of whatever differs, in the order of the form."""
    old, new = flatten(before), flatten(after)
    return [
        (field, old.get(field), new.get(field))
        for field in _in_order(old.keys() | new.keys())
        if old.get(field) != new.get(field)
    ]


def taken_up(base, steps):
    """The content ``base`` with what each step (content before, content after) changed; nothing else of it.

    ``base`` is ``None`` where nothing was recorded; then so is the answer without steps.
    """
    fields = flatten(base)
    for before, after in steps:
        for field, _, value in changed_fields(before, after):
            if value is None and field not in SCALARS:
                fields.pop(field, None)
            else:
                fields[field] = value
    return unflatten(fields) if fields else None


def merge(base, mine, theirs):
    """(merged content, clashes): ``mine`` written upon ``theirs``, both having begun from ``base``.

    A field that only one side changed takes that side's value; what both changed alike is no clash. The
    merged content holds ``mine`` where they clash and counts for nothing while there are clashes.
    """
    start, own, other = flatten(base), flatten(mine), flatten(theirs)
    merged, clashes = {}, []
    for field in _in_order(start.keys() | own.keys() | other.keys()):
        values = Clash(field, start.get(field), own.get(field), other.get(field))
        value = values.theirs if values.mine == values.base else values.mine
        if values.mine != values.theirs and values.mine != values.base and values.theirs != values.base:
            clashes.append(values)
        if value is not None or field in SCALARS:
            merged[field] = value
    return unflatten(merged), clashes


def _in_order(fields):
    """Scalars as the form has them, then the lines of the tables."""
    order = {name: position for position, name in enumerate(SCALARS)}
    return sorted(fields, key=lambda field: (order.get(field, len(order)), field))
