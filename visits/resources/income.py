"""Monthly income, one row an amount."""

from itertools import chain

from import_export.results import RowResult

from households import identity
from households.models import Member
from households.resources.base import BAD, Column, fetch
from households.widgets import (
    AmountWidget,
    ChoiceWidget,
    HouseholdNumberWidget,
    IdNumberWidget,
    MonthWidget,
    TextWidget,
)
from visits.models import IncomeEntry
from visits.resources.entries import EntryResource
from visits.resources.households import find_households, item_words

VISITED, IMPORTED = "走访", "导入"
LONGEST_BASIS = IncomeEntry._meta.get_field("basis").max_length


class IncomeResource(EntryResource):
    """Entries of the source "import", or of a department's feed where 来源 names the department.

    来源 走访 means that the amount was learnt on a visit but comes in a file. It stays an import
    entry, whose basis says 走访: visits are recorded and corrected on their own form only. As a
    visit it ranks below an import, so it never replaces one that did not come from a visit.
    """

    reason = "导入月收入"

    number = Column("number", "户编号", HouseholdNumberWidget(), is_required=True)
    month = Column("month", "月份", MonthWidget(), is_required=True)
    item = Column("item", "项目", ChoiceWidget({}), is_required=True)
    amount = Column("amount", "金额", AmountWidget(), is_required=True)
    id_number = Column("id_number", "证件号码", IdNumberWidget())
    basis = Column("basis", "依据", TextWidget(LONGEST_BASIS))
    origin = Column("origin", "来源", ChoiceWidget({}))

    def prepare(self):
        super().prepare()
        self.fields["item"].widget = ChoiceWidget(item_words())
        origins = {VISITED: VISITED, IMPORTED: None} | {name: name for name in self.departments}
        self.fields["origin"].widget = ChoiceWidget(origins)

    def check(self):
        self.households = find_households(self)
        self._check_left()
        self._find_members()
        self._check_twice()
        self._load()

    def _check_left(self):
        for index, (number, month) in enumerate(zip(self.values["number"], self.values["month"], strict=True)):
            _, left_on = self.households.get(number, (None, None))
            if left_on is not None and month is not BAD and month >= left_on:
                self.fail(index, "月份", f"此户已于 {left_on} 销户", self.see(index, "月份"))

    def _find_members(self):
        """The member key of each row: 0 where the income is the household's."""
        self.member_keys = [0] * len(self.dataset)
        if not self.has("id_number"):
            return
        told = self.values["id_number"]
        keys = {number: Member.key_of(number) for number in set(told) if number is not None and number is not BAD}
        members = {}
        for queryset in fetch(Member.objects, "id_key", set(keys.values())):
            # Whoever left and came back: the latest stay is the one that is meant.
            for key, household_id, member in queryset.order_by("pk").values_list("id_key", "household_id", "pk"):
                members[key, household_id] = member
        for index, number in enumerate(told):
            if number is None or number is BAD:
                continue
            household_id, _ = self.households.get(self.values["number"][index], (None, None))
            member = members.get((keys[number], household_id))
            if household_id is not None and member is None:
                self.fail(index, "证件号码", "不是本户的人", identity.mask(number))
            self.member_keys[index] = member or 0

    def _check_twice(self):
        first_row = {}
        rows = zip(self.values["number"], self.values["month"], self.values["item"], self.member_keys, strict=True)
        for index, key in enumerate(rows):
            if BAD in key or (self.has("id_number") and self.values["id_number"][index] is BAD):
                continue
            first = first_row.setdefault(key, index)
            if first != index:
                reason = f"与第 {self.numbers[first]} 行重复：同一户、月份、项目和人员只能有一行"
                self.fail(index, "项目", reason, self.see(index, "项目"))

    def _load(self):
        """Stored import and feed entries of the file's households and months, by their key."""
        at = self.table.at
        ids = [key for key, _ in self.households.values()]
        months = {month for month in self.values["month"] if month is not BAD}
        entries = IncomeEntry.objects.filter(month__in=months).exclude(source=IncomeEntry.Source.VISIT)
        names = ("household_id", "month", "item_id", "source", "member_key")
        self.stored = {
            tuple(row[at[name]] for name in names): row
            for row in chain.from_iterable(map(self.table.load, fetch(entries, "household_id", ids)))
        }
        if not self.has("origin"):
            return
        for index, origin in enumerate(self.values["origin"]):
            old = self.stored.get(self._key(index)) if origin not in (None, BAD, VISITED) else None
            if old:
                self.check_owner(index, "来源", origin, old, self.departments[origin])

    def _key(self, index):
        household_id, _ = self.households.get(self.values["number"][index], (None, None))
        return (
            household_id,
            self.values["month"][index],
            self.values["item"][index],
            self._source(index),
            self.member_keys[index],
        )

    def _source(self, index):
        is_import = self._origin(index) in (None, VISITED)
        return IncomeEntry.Source.IMPORT.value if is_import else IncomeEntry.Source.FEED.value

    def _origin(self, index):
        return self.values["origin"][index] if self.has("origin") else None

    def plan(self):
        self.kept = []
        super().plan()
        if self.kept:
            self.result.notes.append(("已有导入的值，来源为走访的没有替换它", self.kept))

    def plan_row(self, index):
        key = self._key(index)
        old = self.stored.get(key)
        if old and self._origin(index) == VISITED and not old[self.table.at["basis"]].startswith(VISITED):
            self.kept.append(self.subject(index))
            self.count(RowResult.IMPORT_TYPE_SKIP)
            return
        row = list(old or self.blank)
        self._fill(row, index, key)
        self.keep(index, old, row)

    def subject(self, index):
        return f"户 {self.values['number'][index]} {self.values['month'][index]:%Y-%m} {self.see(index, '项目')}"

    def _fill(self, row, index, key):
        at = self.table.at
        household_id, month, item, source, member_key = key
        origin = self._origin(index)
        row[at["household_id"]], row[at["month"]], row[at["item_id"]] = household_id, month, item
        row[at["source"]], row[at["member_key"]], row[at["member_id"]] = source, member_key, member_key or None
        row[at["amount"]] = self.values["amount"][index]
        row[at["department_id"]] = self.departments.get(origin)
        basis = self.values["basis"][index] if self.has("basis") else None
        if origin == VISITED:
            row[at["basis"]] = f"{VISITED}：{basis}"[:LONGEST_BASIS] if basis else VISITED
        elif basis is not None:
            row[at["basis"]] = basis
        elif self.has("basis") or row[at["basis"]].startswith(VISITED):
            row[at["basis"]] = ""
