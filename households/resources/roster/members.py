"""Which persons a roster adds and which it changes."""

from typing import NamedTuple

from import_export.results import RowResult

from households import identity
from households.models import Member
from households.names import pinyin
from households.resources.roster.columns import MEMBER_FIELDS
from households.resources.roster.preview import member_changes
from households.services import Table, next_ids
from sumyuan.fields import decrypt, encrypt


class MemberPlan(NamedTuple):
    """Rows to write, new ones with their keys."""

    table: Table
    created: list[list]
    updated: list[list]


def plan_members(resource, roster, stored, households):
    """The ``MemberPlan``. Counts each row of the file and attaches to it what it changes, its household's first.

    ``households`` is the plan of the households. Whoever was recorded as gone stays so and is noted.
    """
    table, at = stored.member_table, stored.member_table.at
    blank = table.blank()
    columns = [(at[name], resource.values[name], blank[at[name]]) for name in MEMBER_FIELDS if resource.has(name)]
    created, updated, returned = [], [], []
    untold = dict(households.changes)
    for index, (number, key) in enumerate(zip(resource.values["number"], roster.id_keys, strict=True)):
        household_id = households.ids[number]
        old = stored.members_of(household_id).get(key)
        if old is None and (household_id, key) in stored.gone:
            returned.append(f"第 {resource.numbers[index]} 行 {resource.values['name'][index]}")
            resource.count(RowResult.IMPORT_TYPE_SKIP)
            continue
        row = list(old or blank)
        for position, values, empty in columns:
            value = values[index]
            row[position] = empty if value is None else value
        _set_identity(row, at, old, key, resource.values["id_number"][index])
        if old is None:
            row[at["household_id"]] = household_id
            row[at["joined_on"]] = stored.left_last.get(key)
            created.append(row)
            resource.count(RowResult.IMPORT_TYPE_NEW)
        elif row != old:
            updated.append(row)
            resource.count(RowResult.IMPORT_TYPE_UPDATE)
            result = resource.row_result(index)
            result.import_type = RowResult.IMPORT_TYPE_UPDATE
            result.changes += member_changes(resource, number, at, old, row)
        else:
            resource.count(RowResult.IMPORT_TYPE_SKIP)
        if number in untold:
            resource.row_result(index).changes[:0] = untold.pop(number)
    for row, key in zip(created, next_ids(Member, len(created)), strict=True):
        row[at["id"]] = key
    if returned:
        resource.result.notes.append(("系统已登记离开、文件仍有的人员（未恢复）", returned))
    return MemberPlan(table, created, updated)


def _set_identity(row, at, old, key, number):
    """What follows from the certificate number and the name; the number's own data fill what is not told."""
    if old is None or decrypt(old[at["id_number"]]) != number:
        row[at["id_number"]] = encrypt(number)
        row[at["id_key"]] = key
        row[at["disability_kind"]], row[at["disability_grade"]] = identity.disability(number)
    row[at["sex"]] = row[at["sex"]] or identity.sex(number)
    row[at["birth_date"]] = row[at["birth_date"]] or identity.birth_date(number)
    row[at["pinyin"]] = pinyin(row[at["name"]])
