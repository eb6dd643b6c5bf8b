"""A department's payment list: one item, one row a person and month."""

from collections import defaultdict
from datetime import date
from itertools import chain
from typing import NamedTuple

from import_export.results import Error

from households import identity
from households.models import Member
from households.resources.base import BAD, Column, SheetResult, fetch
from households.widgets import AmountWidget, IdNumberWidget, MonthWidget, NameWidget
from visits.models import FeedRight, IncomeEntry
from visits.months import add_months
from visits.resources.entries import EntryResource
from visits.resources.households import item_words

ABSENT = "不在册（没有写入）"
MISSING = "以前报过、这次文件里没有的（保持不变）"


class Stay(NamedTuple):
    """One time that a person lived in a household."""

    member: int
    household: int
    name: str
    born: date | None
    joined_on: date | None
    left_on: date | None
    household_left_on: date | None

    def covers(self, month):
        """Whether the person was on the register on at least one day of ``month``, in a household that still was."""
        following = add_months(month, 1)
        began = all(day is None or day < following for day in (self.born, self.joined_on))
        return began and all(day is None or day > month for day in (self.left_on, self.household_left_on))

    @property
    def order(self):
        """Who moved within a month is where they came to."""
        return self.joined_on or date.min, self.member


class FeedResult(SheetResult):
    """``not_on_register``: how many rows are of nobody who was on the register in their month."""

    not_on_register = 0

    @property
    def counts(self):
        return {**super().counts, "not_on_register": self.not_on_register}


class FeedResource(EntryResource):
    """Feed entries of one item that one department reports. Plan 二(一): 不重复录入.

    The sender is told of the rows that were sent and of nothing else: no household, no other
    source's amount. Whoever was not on the register in a month is answered 不在册, which is no error.
    """

    reason = "部门报送"

    id_number = Column("id_number", "证件号码", IdNumberWidget(), is_required=True)
    month = Column("month", "月份", MonthWidget(), is_required=True)
    amount = Column("amount", "金额", AmountWidget(), is_required=True)
    name = Column("name", "姓名", NameWidget(60))

    def __init__(self, *, item, department, **kwargs):
        """``item`` is a code or a name, ``department`` a name."""
        super().__init__(**kwargs)
        self.item, self.department = item, department

    @classmethod
    def get_result_class(cls):
        return FeedResult

    def prepare(self):
        super().prepare()
        self.department_id = self.departments.get(self.department)
        self.item_id = item_words().get("".join(self.item.split()))
        refusal = self._refusal()
        if refusal:
            self.result.append_base_error(Error(ValueError(refusal)))

    def _refusal(self):
        """Why this list may not be reported at all; "" where it may."""
        if self.department_id is None:
            return f"没有“{self.department}”这个部门。"
        user = self.user
        if user is not None and user.role == user.Role.DEPARTMENT and user.department_id != self.department_id:
            return "您的账号只能报本部门的数据。"
        rights = FeedRight.objects.filter(department=self.department_id, is_active=True)
        items = dict(rights.order_by("item").values_list("item", "item__name"))
        if self.item_id in items:
            return ""
        allowed = "、".join(f"{name}（{code}）" for code, name in items.items())
        wanted = f"{self.department}不能报“{self.item}”。"
        return f"{wanted}可以报：{allowed}。" if allowed else f"{wanted}县里还没有设这个部门可报的项目。"

    def check(self):
        if self.result.base_errors:
            return
        self._check_twice()
        self._find_persons()
        self._check_names()
        self._load()

    def _check_twice(self):
        first_row = {}
        for index, (number, month) in enumerate(zip(self.values["id_number"], self.values["month"], strict=True)):
            if number is BAD or month is BAD:
                continue
            # A disability card and the ID that it is built on are one person.
            first = first_row.setdefault((number[:18], month), index)
            if first != index:
                reason = f"与第 {self.numbers[first]} 行重复：同一人同一月只能有一行"
                self.fail(index, "证件号码", reason, identity.mask(number))

    def _find_persons(self):
        """Of each row the key of the person, and the stay that covers its month, ``None`` where there is none."""
        told = self.values["id_number"]
        keys = {number: Member.key_of(number) for number in set(told) if number is not BAD}
        members = Member.objects.all() if self.user is None else Member.objects.reportable_by(self.user)
        names = ("pk", "household_id", "name", "birth_date", "joined_on", "left_on", "household__left_on")
        self.stays = defaultdict(list)
        for queryset in fetch(members, "id_key", set(keys.values())):
            for key, *stay in queryset.values_list("id_key", *names):
                self.stays[key].append(Stay(*stay))
        self.persons = [keys.get(number) for number in told]
        self.found = [
            None if key is None or month is BAD else self._stay(key, month)
            for key, month in zip(self.persons, self.values["month"], strict=True)
        ]

    def _stay(self, key, month):
        covering = [stay for stay in self.stays.get(key, ()) if stay.covers(month)]
        return max(covering, key=lambda stay: stay.order) if covering else None

    def _check_names(self):
        if not self.has("name"):
            return
        for index, (name, stay) in enumerate(zip(self.values["name"], self.found, strict=True)):
            if name is not None and name is not BAD and stay is not None and name != stay.name:
                # The name on the register is not the sender's to know.
                self.fail(index, "姓名", "与名册中此证件号码的姓名不一致，请核对", name)

    def _load(self):
        """Stored feed entries of the item, in the file's months, of whichever stay of the file's persons."""
        at = self.table.at
        person_of = {stay.member: key for key, stays in self.stays.items() for stay in stays}
        months = {month for month in self.values["month"] if month is not BAD}
        feeds = IncomeEntry.objects.filter(source=IncomeEntry.Source.FEED, item=self.item_id, month__in=months)
        self.stored = defaultdict(dict)
        for row in chain.from_iterable(map(self.table.load, fetch(feeds, "member_key", person_of))):
            member = row[at["member_key"]]
            self.stored[person_of[member], row[at["month"]]][member] = row
        for index, stay in enumerate(self.found):
            old = self._old(index) if stay is not None else None
            if old:
                shown = identity.mask(self.values["id_number"][index])
                self.check_owner(index, "证件号码", shown, old, self.department_id)

    def _old(self, index):
        """The entry that the row replaces: of this stay, else of another one, when the person has moved since."""
        rows = self.stored.get((self.persons[index], self.values["month"][index]), {})
        return rows.get(self.found[index].member) or next(iter(rows.values()), None)

    def plan(self):
        self.absent = []
        super().plan()
        self.result.not_on_register = len(self.absent)
        for heading, lines in ((ABSENT, self.absent), (MISSING, self._missing())):
            if lines:
                self.result.notes.append((heading, lines))

    def plan_row(self, index):
        stay, at = self.found[index], self.table.at
        if stay is None:
            number, month = self.values["id_number"][index], self.values["month"][index]
            self.absent.append(f"第 {self.numbers[index]} 行 {identity.mask(number)} {month:%Y-%m}")
            return
        old = self._old(index)
        row = list(old or self.blank)
        row[at["household_id"]], row[at["member_id"]], row[at["member_key"]] = stay.household, stay.member, stay.member
        row[at["month"]], row[at["item_id"]] = self.values["month"][index], self.item_id
        row[at["source"]], row[at["department_id"]] = IncomeEntry.Source.FEED.value, self.department_id
        row[at["amount"]] = self.values["amount"][index]
        self.keep(index, old, row)

    def subject(self, index):
        return f"{identity.mask(self.values['id_number'][index])} {self.values['month'][index]:%Y-%m}"

    def _missing(self):
        """Who was reported before for a month of the file and does not stand in it."""
        reported = IncomeEntry.objects.filter(
            source=IncomeEntry.Source.FEED,
            department=self.department_id,
            item=self.item_id,
            month__in=set(self.values["month"]),
            member_key__gt=0,
        )
        if self.user is not None:
            reported = reported.visible_to(self.user)
        sent = {
            (stay.member, month)
            for key, month in zip(self.persons, self.values["month"], strict=True)
            for stay in self.stays.get(key, ())
        }
        missing = [pk for pk, *place in reported.values_list("pk", "member_key", "month") if tuple(place) not in sent]
        lines = []
        for queryset in fetch(IncomeEntry.objects, "pk", missing):
            rows = queryset.order_by("month", "member_key").values_list("member__id_number", "month")
            lines += [f"{identity.mask(number)} {month:%Y-%m}" for number, month in rows]
        return lines
