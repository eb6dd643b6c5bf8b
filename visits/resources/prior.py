"""Last year's income (上年度收入明细表), one row a household."""

from collections import defaultdict
from itertools import chain

from import_export.results import Error, RowResult

from households.models import AnnualIncome
from households.resources.base import BAD, Change, Column, SheetResource, fetch, say
from households.services import Table, create_rows, next_ids, update_rows
from households.widgets import AmountWidget, CountWidget, HouseholdNumberWidget, header_key, shown
from sumyuan.fields import to_yuan
from visits.models import IncomeClass, IncomeItem
from visits.resources.households import find_households, item_words

# Income class -> the field that holds its sum.
CLASS_FIELDS = {
    IncomeClass.WAGE: "wage",
    IncomeClass.BUSINESS: "business",
    IncomeClass.PROPERTY: "property",
    IncomeClass.TRANSFER: "transfer",
    IncomeClass.BUSINESS_COST: "business_cost",
}
FIRST_YEAR = 2014


def per_capita(net, persons):
    """Fen of net income ÷ persons, rounded half up, ties away from zero."""
    magnitude = (2 * abs(net) + persons) // (2 * persons)
    return magnitude if net >= 0 else -magnitude


class PriorIncomeResource(SheetResource):
    """Income of one past year by class, and by item where the file has items. Sums are checked, not trusted."""

    number = Column("number", "户编号", HouseholdNumberWidget(), is_required=True)
    wage = Column("wage", "工资性收入", AmountWidget(), is_required=True)
    business = Column("business", "生产经营性收入", AmountWidget(), is_required=True)
    # Not ``property``: in this class body that would hide the built-in.
    property_income = Column("property", "财产性收入", AmountWidget(), is_required=True)
    transfer = Column("transfer", "转移性收入", AmountWidget(), is_required=True)
    business_cost = Column("business_cost", "生产经营性支出", AmountWidget(), is_required=True)
    persons = Column("persons", "家庭人口数", CountWidget(1, 99, "人"), is_required=True)
    net = Column("net", "家庭纯收入", AmountWidget(negative=True, rounded=True))
    net_per_capita = Column("net_per_capita", "人均纯收入", AmountWidget(negative=True, rounded=True))

    AMOUNTS = {name: "property_income" if name == "property" else name for name in CLASS_FIELDS.values()}

    def __init__(self, *, year, **kwargs):
        super().__init__(**kwargs)
        self.year = year
        self.reason = f"导入 {year} 年收入"

    def prepare(self):
        """Each income item may have a column of its own, named by code, name or both."""
        self.table = Table(AnnualIncome)
        if not FIRST_YEAR <= self.year <= self.today.year:
            reason = f"年度 {self.year} 不对，应在 {FIRST_YEAR} 到 {self.today.year} 之间。"
            self.result.append_base_error(Error(ValueError(reason)))
        words = item_words()
        classes = dict(IncomeItem.objects.values_list("code", "income_class"))
        # Field name of an item column -> (item code, field of its class).
        self.items = {}
        for header in self.dataset.headers or []:
            if header_key(header) in words:
                code = words[header_key(header)]
                self.fields[header] = Column(header, header, AmountWidget())
                self.items[header] = (code, CLASS_FIELDS.get(classes[code]))

    def check(self):
        self.households = find_households(self)
        first_row = {}
        for index, number in enumerate(self.values["number"]):
            if number is BAD:
                continue
            first = first_row.setdefault(number, index)
            if first != index:
                self.fail(index, "户编号", f"与第 {self.numbers[first]} 行重复，一户只能有一行", number)
            self._check_sums(index)

    def _check_sums(self, index):
        amounts = {name: self.values[field][index] for name, field in self.AMOUNTS.items()}
        for name, told in self._items_by_class(index).items():
            if name and amounts[name] is not BAD and told and sum(told.values()) != amounts[name]:
                total = to_yuan(sum(told.values()))
                column = self.fields[self.AMOUNTS[name]].column_name
                self.fail(index, column, f"与分项合计 {total} 不等", self.see(index, column))
        if BAD in amounts.values():
            return
        net = sum(amounts.values()) - 2 * amounts["business_cost"]
        self._check_figure(index, "net", net)
        persons = self.values["persons"][index]
        if persons is not BAD:
            self._check_figure(index, "net_per_capita", per_capita(net, persons))

    def _check_figure(self, index, name, expected):
        told = self.values[name][index] if self.has(name) else None
        if told is not None and told is not BAD and told != expected:
            column = self.fields[name].column_name
            self.fail(index, column, f"与各项算出的 {to_yuan(expected)} 不等", self.see(index, column))

    def _items_by_class(self, index):
        """Field of a class -> {item code: fen} as far as the row tells items."""
        by_class = defaultdict(dict)
        for header, (code, name) in self.items.items():
            amount = self.values[header][index]
            if amount is not None and amount is not BAD:
                by_class[name][code] = by_class[name].get(code, 0) + amount
        return by_class

    def plan(self):
        at = self.table.at
        ids = [key for key, _ in self.households.values()]
        parts = fetch(AnnualIncome.objects.filter(year=self.year), "household_id", ids)
        stored = {row[at["household_id"]]: row for row in chain.from_iterable(map(self.table.load, parts))}
        self.created, self.updated = [], []
        blank = self.table.blank()
        for index, number in enumerate(self.values["number"]):
            household_id, _ = self.households[number]
            old = stored.get(household_id)
            row = list(old or blank)
            row[at["household_id"]], row[at["year"]] = household_id, self.year
            for name, field in self.AMOUNTS.items():
                row[at[name]] = self.values[field][index]
            row[at["persons"]] = self.values["persons"][index]
            if self.items:
                told = self._items_by_class(index)
                row[at["items"]] = dict(sorted(chain.from_iterable(part.items() for part in told.values())))
            if old is None:
                self.created.append(row)
                self.count(RowResult.IMPORT_TYPE_NEW)
            elif row != old:
                self.updated.append(row)
                self.count(RowResult.IMPORT_TYPE_UPDATE)
                self._note_changes(index, number, old, row)
            else:
                self.count(RowResult.IMPORT_TYPE_SKIP)
                continue
            self.result.household_ids.add(household_id)
        for row, key in zip(self.created, next_ids(AnnualIncome, len(self.created)), strict=True):
            row[at["id"]] = key

    def _note_changes(self, index, number, old, row):
        at, result = self.table.at, self.row_result(index)
        result.import_type = result.IMPORT_TYPE_UPDATE
        subject = f"户 {number}"
        for name, field in self.AMOUNTS.items():
            if old[at[name]] != row[at[name]]:
                before, after = (str(to_yuan(side[at[name]])) for side in (old, row))
                result.changes.append(Change(subject, self.fields[field].column_name, before, after))
        if old[at["persons"]] != row[at["persons"]]:
            before, after = (shown(side[at["persons"]]) for side in (old, row))
            result.changes.append(Change(subject, "家庭人口数", before, after))
        before, after = old[at["items"]], row[at["items"]]
        for code in sorted(before.keys() | after.keys()):
            if before.get(code) != after.get(code):
                sides = [say(to_yuan(side[code]) if code in side else None) for side in (before, after)]
                result.changes.append(Change(subject, code, *sides))

    def write(self):
        update_rows(self.table, self.updated, user=self.user, reason=self.reason)
        create_rows(self.table, self.created, user=self.user, reason=self.reason)
