"""A field of a visit's content in words: what it is called, and what stands in it.

Pure functions over the flattened content of ``visits.content``. Names of items and members are passed in,
so that a list of a hundred differences asks the database nothing.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from households.choices import Cause, Labour
from visits.content import GUARANTEES, JUDGEMENTS, changed_fields, split_key
from visits.models import MemberChange, Visit, WorkAway

NOTHING = "没有填"
NOT_ASKED = "没有问到"
NOT_JUDGED = "没有研判"
NOBODY_YET = "不在册的人"
LISTS = {"policies": Visit.Policy, "need_kinds": Visit.Need, "risk_kinds": Cause}


class Names(NamedTuple):
    """What items (by code) and members (by id) are called."""

    items: dict
    members: dict

    @classmethod
    def of(cls, items, members):
        """The names of rows of ``IncomeItem`` and ``Member``."""
        return cls({item.pk: item.name for item in items}, {member.pk: member.name for member in members})


class Difference(NamedTuple):
    """One field that differs: its key, its label, and what stood and stands in it, in words."""

    field: str
    label: str
    old: str
    new: str


def differences(before, after, names):
    """What differs between two contents, as ``Difference``, in the order of the form."""
    return [
        Difference(field, field_label(field, names), field_value(field, old), field_value(field, new))
        for field, old, new in changed_fields(before, after)
    ]


def field_label(field, names):
    """“务工工资（李一）” of "entries.W01/12"; the form's own words of a field that stands there once."""
    table, dot, key = field.partition(".")
    if not dot:
        return str(Visit._meta.get_field(field).verbose_name)
    if table == "entries":
        item, member = split_key(key)
        label = names.items.get(item, item)
        return f"{label}（{_member(member, names)}）" if member else label
    what = {"changes": MemberChange, "work": WorkAway}[table]._meta.verbose_name
    return f"{what}（{_member(int(key), names)}）"


def field_value(field, value):
    """What stands in a field, as a sentence's end: “1,200.00 元（口述）”, “是”, “低保、公益岗位”.

    ``value`` is that of the flattened content; ``None`` for a line that is not there.
    """
    table, dot, _ = field.partition(".")
    if dot:
        return NOTHING if value is None else {"entries": _entry, "changes": _change, "work": _work}[table](value)
    if field in GUARANTEES:
        return {True: "是", False: "否"}.get(value, NOT_ASKED)
    if field in JUDGEMENTS:
        return {True: "有", False: "没有"}.get(value, NOT_JUDGED)
    if field in LISTS:
        labels = dict(LISTS[field].choices)
        return "、".join(labels.get(code, code) for code in value.split(",")) if value else NOTHING
    if field == "visited_on":
        return _day(value) if value else NOTHING
    if field == "way":
        return str(Visit.Way(value).label) if value else NOTHING
    return value or NOTHING


def filling(seconds, copied):
    """How the form was filled, “用时 2 分 05 秒，同上月 6 项”; "" where it is not known."""
    parts = []
    if seconds is not None:
        minutes, rest = divmod(seconds, 60)
        parts.append(f"用时 {minutes} 分 {rest:02d} 秒" if minutes else f"用时 {rest} 秒")
    if copied:
        parts.append(f"同上月 {copied} 项")
    return "，".join(parts)


def yuan(fen):
    """Integer fen as “1,200.00 元”."""
    return f"{Decimal(fen).scaleb(-2):,.2f} 元"


def _member(key, names):
    return names.members.get(key, "已不在册的人") if key else NOBODY_YET


def _entry(line):
    basis = f"（{line['basis']}）" if line["basis"] else ""
    dispute = f"；不同意见：{line['dispute']}" if line["dispute"] else ""
    return f"{yuan(line['amount'])}{basis}{dispute}"


def _change(line):
    labour = f"，现为{Labour(line['labour']).label}" if line["labour"] else ""
    note = f"：{line['note']}" if line["note"] else ""
    return f"{MemberChange.Kind(line['kind']).label}{labour}{note}"


def _work(line):
    started, ended = line["started_on"], line["ended_on"]
    period = f"{_day(started) if started else ''}至{_day(ended) if ended else '今'}" if started or ended else ""
    channel = WorkAway.Channel(line["channel"]).label if line["channel"] else ""
    return "，".join(filter(None, (line["place"], line["employer"], line["industry"], period, str(channel))))


def _day(text):
    day = date.fromisoformat(text)
    return f"{day.year}年{day.month}月{day.day}日"
