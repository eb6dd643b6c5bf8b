"""What the sender is told before confirming: each cell that changes, and who is not in the file.

Everything is fit to be shown: certificate and phone numbers are masked.
"""

from households import identity
from households.choices import Cause, Health, Kind, Labour, MonitorKind
from households.models import Household
from households.resources.base import Change, fetch, say
from households.resources.roster.columns import MEMBER_FIELDS
from sumyuan.fields import decrypt

HOUSEHOLD_LABELS = {
    "kind": dict(Kind.choices),
    "monitor_kind": dict(MonitorKind.choices),
    **{f"cause_{number}": dict(Cause.choices) for number in range(1, 6)},
}
HEALTH_LABELS, LABOUR_LABELS = dict(Health.choices), dict(Labour.choices)


def household_changes(resource, roster, places, at, old, row):
    """The changes between two rows of a household; ``at`` is the position of each field."""
    subject = f"户 {row[at['number']]} {row[at['head_name']]}".rstrip()
    columns = {name: resource.fields[name].column_name for name in roster.told}
    columns |= {"village_id": "村", "head_name": "户主姓名", "helper_id": "帮扶责任人账号"}
    return [
        Change(subject, column, *(_household_cell(name, side[at[name]], places) for side in (old, row)))
        for name, column in columns.items()
        if old[at[name]] != row[at[name]]
    ]


def _household_cell(name, value, places):
    if name == "village_id":
        return places.name_of(value)
    if name == "helper_id":
        return "已关联" if value else "未关联"
    if name in ("phone", "helper_phone"):
        return say(identity.mask_phone(value))
    return say(value, HOUSEHOLD_LABELS.get(name))


def member_changes(resource, number, at, old, row):
    """The changes between two rows of a member of household ``number``; ``at`` is the position of each field."""
    subject = f"户 {number} {row[at['name']]}"
    changes = [
        Change(subject, resource.fields[name].column_name, *(_member_cell(name, side[at[name]]) for side in (old, row)))
        for name in MEMBER_FIELDS
        if resource.has(name) and old[at[name]] != row[at[name]]
    ]
    if old[at["id_number"]] != row[at["id_number"]]:
        # The first 18 characters are the person and the same; what changed is the card behind them.
        sides = [decrypt(side[at["id_number"]]) for side in (old, row)]
        changes.append(Change(subject, "证件号码", *(f"{identity.mask(side)}（{len(side)} 位）" for side in sides)))
    return changes


def _member_cell(name, value):
    if name == "health":
        return say("、".join(HEALTH_LABELS[code] for code in value.split(",") if code))
    return say(value, LABOUR_LABELS if name == "labour" else None)


def note_missing(resource, roster, stored):
    """Note the households of the file's villages, and the persons of its households, that the file lacks."""
    for heading, lines in (
        ("文件中没有的户（保持不变）", _missing_households(roster)),
        ("文件中没有的人（保持不变）", _missing_persons(roster, stored)),
    ):
        if lines:
            resource.result.notes.append((heading, lines))


def _missing_households(roster):
    villages = {told.value for told in roster.villages.values()}
    lines = []
    for queryset in fetch(Household.objects.filter(left_on=None), "village_id", villages):
        rows = queryset.order_by("village_id", "number").values_list("number", "head_name", "village__name")
        lines += [f"{village} 户 {number} {head}" for number, head, village in rows if number not in roster.rows_of]
    return lines


def _missing_persons(roster, stored):
    name, id_number = (stored.member_table.at[field] for field in ("name", "id_number"))
    in_file = {key for key in roster.id_keys if key}
    return [
        f"户 {number} {member[name]} {identity.mask(decrypt(member[id_number]))}"
        for number in stored.households
        for key, member in stored.members_of(stored.household_id(number)).items()
        if key not in in_file
    ]
