"""Which households a roster adds and which it changes."""

from typing import NamedTuple

from accounts.models import User
from households import identity
from households.models import Household
from households.names import pinyin
from households.resources.base import Change
from households.resources.roster.preview import household_changes
from households.services import Table, next_ids


class HouseholdPlan(NamedTuple):
    """Rows to write, new ones with their keys, and what the preview tells of the changed ones."""

    table: Table
    created: list[list]
    updated: list[list]
    # Household number -> key, of all households of the file.
    ids: dict[str, int]
    # Household number -> its changes.
    changes: dict[str, list[Change]]


def plan_households(resource, roster, heads, stored, places):
    """The ``HouseholdPlan``; helpers without an account are noted in the result."""
    table, at = stored.household_table, stored.household_table.at
    blank = table.blank()
    helpers = _Helpers(at) if "helper_phone" in roster.told else None
    created, updated, changes = [], [], {}
    for number in roster.rows_of:
        old = stored.households.get(number)
        row = list(old or blank)
        row[at["number"]] = number
        row[at["village_id"]] = roster.villages[number].value
        for name, told in roster.told.items():
            if number in told:
                row[at[name]] = told[number].value
            # There is no household without a kind: an empty cell leaves it.
            elif name != "kind":
                row[at[name]] = blank[at[name]]
        if heads[number] is not None:
            row[at["head_name"]], row[at["head_pinyin"]] = heads[number], pinyin(heads[number])
        if helpers:
            helpers.link(row, old)
        if old is None:
            created.append(row)
        elif row != old:
            updated.append(row)
            changes[number] = household_changes(resource, roster, places, at, old, row)
    for row, key in zip(created, next_ids(Household, len(created)), strict=True):
        row[at["id"]] = key
    if helpers and helpers.unlinked:
        lines = [
            f"{name or '（无姓名）'} {identity.mask_phone(phone)}" for phone, name in sorted(helpers.unlinked.items())
        ]
        resource.result.notes.append(("电话没有对应账号的帮扶责任人", lines))
    ids = {row[at["number"]]: row[at["id"]] for row in (*stored.households.values(), *created)}
    return HouseholdPlan(table, created, updated, ids, changes)


class _Helpers:
    """Links households to the accounts of their helpers, by phone."""

    def __init__(self, at):
        self.at = at
        # Phone -> name, of those without an account.
        self.unlinked = {}
        users = User.objects.filter(is_active=True).exclude(phone="").values_list("phone", "role", "pk")
        # Where several accounts have the phone, that of a helper, and of those the oldest.
        ranked = sorted(users, key=lambda user: (user[1] == User.Role.HELPER, -user[2]))
        self.account_of = {phone: key for phone, _, key in ranked}

    def link(self, row, old):
        """Fill in the account; a pairing made by hand stays as long as the roster says the same phone as before."""
        at = self.at
        phone = row[at["helper_phone"]]
        if phone in self.account_of:
            row[at["helper_id"]] = self.account_of[phone]
        elif old is None or phone != old[at["helper_phone"]]:
            row[at["helper_id"]] = None
        if phone and row[at["helper_id"]] is None:
            self.unlinked[phone] = row[at["helper_name"]]
