"""What the file says by itself: whose rows are whose, in which village, and one value a household."""

from collections import defaultdict
from typing import NamedTuple

from accounts.models import Area
from households.choices import MonitorKind
from households.models import Member
from households.resources.base import BAD
from households.resources.roster.columns import HOUSEHOLD_FIELDS


class Told(NamedTuple):
    """What a file says of one household, and the first row that says it."""

    value: object
    index: int


class Roster(NamedTuple):
    """The file as read. A row is its index into the resource's ``values``."""

    # Household number -> its rows, wherever in the sheet they stand.
    rows_of: dict[str, list[int]]
    # Of each row, the lookup key of the person; ``None`` where the certificate number cannot be read.
    id_keys: list[str | None]
    # Household number -> village code.
    villages: dict[str, Told]
    # Field -> household number -> value, for those of ``HOUSEHOLD_FIELDS`` that the file has.
    told: dict[str, dict[str, Told]]


def read_roster(resource, places):
    """The ``Roster`` of a resource's ``values``; errors are those that the file alone shows."""
    rows_of = defaultdict(list)
    for index, number in enumerate(resource.values["number"]):
        if number is not BAD:
            rows_of[number].append(index)
    codes = _village_codes(resource, places)
    villages = _agreed(resource, rows_of, codes, "村")
    told = {}
    for name in HOUSEHOLD_FIELDS:
        if resource.has(name):
            # An empty cell contradicts nothing, but that of 监测对象类别 says "not monitored".
            blank = MonitorKind.NONE.value if name == "monitor_kind" else None
            told[name] = _agreed(
                resource, rows_of, resource.values[name], resource.fields[name].column_name, blank=blank
            )
    id_keys = [None if number is BAD else Member.key_of(number) for number in resource.values["id_number"]]
    return Roster(rows_of, id_keys, villages, told)


def _village_codes(resource, places):
    """The village code of each row, from the three names; ``BAD`` where they name none of the sender's."""
    visible = None
    if resource.user is not None:
        areas = Area.objects.visible_to(resource.user).filter(level=Area.Level.VILLAGE)
        visible = set(areas.values_list("code", flat=True))
    found, codes = {}, []
    names = zip(*(resource.values[name] for name in ("county", "township", "village")), strict=True)
    for index, triple in enumerate(names):
        if BAD in triple:
            codes.append(BAD)
            continue
        if triple not in found:
            found[triple] = places.village(*triple)
            code = found[triple].code
            if code and visible is not None and code not in visible:
                found[triple] = found[triple].outside()
        place = found[triple]
        if place.code is None:
            resource.fail(index, place.column, place.reason, resource.see(index, place.column))
        codes.append(place.code or BAD)
    return codes


def _agreed(resource, rows_of, values, column, *, blank=None):
    """Household number -> ``Told``; a row that contradicts an earlier one is an error.

    ``values`` are those of all rows, ``blank`` is what an empty cell says, ``None`` for nothing.
    """
    agreed = {}
    for number, indexes in rows_of.items():
        for index in indexes:
            value = blank if values[index] is None else values[index]
            if value is None or value is BAD:
                continue
            first = agreed.get(number)
            if first is None:
                agreed[number] = Told(value, index)
            elif first.value != value:
                other = resource.see(first.index, column) or "空"
                reason = f"与本户第 {resource.numbers[first.index]} 行的“{other}”不一致"
                resource.fail(index, column, reason, resource.see(index, column))
    return agreed
