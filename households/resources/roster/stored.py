"""What the register holds of a roster's households and persons, loaded once."""

from collections import defaultdict
from itertools import chain

from households.models import Household, Member
from households.resources.base import fetch
from households.services import Table


class Stored:
    """The stored side of the comparison. Rows are lists as their ``Table`` has them."""

    def __init__(self, roster):
        self.household_table, self.member_table = Table(Household), Table(Member)
        # Household number -> row.
        self.households = {}
        # Household id -> person's key -> row, of those who live there.
        self.members = defaultdict(dict)
        # (household id, person's key) of those who left the very household.
        self.gone = set()
        # Person's key -> (number, id) of the household where the person lives now, be it this one or another.
        self.lives_in = {}
        # Person's key -> the last day on which the person left a household.
        self.left_last = {}
        self._load_households(roster.rows_of)
        self._load_members()
        self._find_persons({key for key in roster.id_keys if key})

    def household_id(self, number):
        """The key of the household, ``None`` where it is not stored yet."""
        household = self.households.get(number)
        return household[self.household_table.at["id"]] if household else None

    def members_of(self, household_id):
        """Person's key -> row, of those who live there."""
        return self.members.get(household_id, {})

    def _load_households(self, numbers):
        table = self.household_table
        rows = chain.from_iterable(map(table.load, fetch(Household.objects, "number", numbers)))
        self.households = {row[table.at["number"]]: row for row in rows}

    def _load_members(self):
        table = self.member_table
        household_id, id_key, left_on = (table.at[name] for name in ("household_id", "id_key", "left_on"))
        ids = [self.household_id(number) for number in self.households]
        for row in chain.from_iterable(map(table.load, fetch(Member.objects, "household_id", ids))):
            if row[left_on] is None:
                self.members[row[household_id]][row[id_key]] = row
            else:
                self.gone.add((row[household_id], row[id_key]))

    def _find_persons(self, keys):
        for queryset in fetch(Member.objects, "id_key", keys):
            places = queryset.order_by("left_on").values_list("id_key", "left_on", "household__number", "household_id")
            for key, left_on, number, household_id in places:
                if left_on is None:
                    self.lives_in[key] = (number, household_id)
                else:
                    self.left_last[key] = left_on
