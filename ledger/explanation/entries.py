"""Income and cost by class, item and month, down to the entries, and why an entry counts or not."""

from collections import defaultdict

from ledger import formulas
from ledger.explanation.values import ClassBlock, EntryLine, ItemLine
from sumyuan.fields import to_fen
from visits.models import IncomeClass, IncomeItem, Visit

NET_CLASSES = (
    IncomeClass.WAGE,
    IncomeClass.BUSINESS,
    IncomeClass.PROPERTY,
    IncomeClass.TRANSFER,
    IncomeClass.BUSINESS_COST,
)
OTHER_CLASSES = (IncomeClass.CLAIM, IncomeClass.RIGID_COST)


def _source(entry):
    """Where the amount was learnt: 走访, 导入, or the department."""
    return entry.department.name if entry.department else entry.get_source_display()


def entry_lines(entries, excluded):
    """Every entry with the reason why it counts or not."""
    winners = {}
    for entry in entries:
        if entry.is_counted:
            winners.setdefault((entry.month, entry.item_id), entry)
    return [_entry_line(entry, winners.get((entry.month, entry.item_id)), excluded) for entry in entries]


def _entry_line(entry, winner, excluded):
    why = ""
    if entry.visit and entry.visit.state not in Visit.COLLECTED_STATES:
        why = "走访还是草稿，不计" if entry.visit.state == Visit.State.DRAFT else "走访被退回，改好再报才计"
    elif not entry.is_counted and winner is not None:
        why = f"以{_source(winner)}的数为准"
    elif not entry.is_counted:
        why = "按来源规则不计"
    elif entry.item_id in excluded:
        why = "本年度口径不计入这一项"
    elif entry.item.income_class in OTHER_CLASSES:
        why = "不进纯收入"
    is_counted = entry.is_counted and entry.item_id not in excluded
    return EntryLine(entry, to_fen(entry.amount), _source(entry), is_counted, why or "计入")


def class_blocks(classes, lines, months, excluded, last_year_items):
    """The classes with their items over ``months``; only items with an entry or a figure of last year."""
    position = {month: index for index, month in enumerate(months)}
    items, by_item = {}, defaultdict(list)
    for line in lines:
        if line.entry.month in position:
            items[line.entry.item_id] = line.entry.item
            by_item[line.entry.item_id].append(line)
    excluded_codes = {item.pk for item in excluded}
    missing = [code for code in last_year_items if code not in items]
    for item in IncomeItem.objects.filter(pk__in=missing) if missing else ():
        items[item.pk] = item
    blocks = []
    for income_class in classes:
        lines_of_class = [
            _item_line(items[code], by_item[code], position, code in excluded_codes, last_year_items.get(code))
            for code in sorted(items)
            if items[code].income_class == income_class
        ]
        counted = [line for line in lines_of_class if not line.is_excluded]
        per_month = [_sum(line.months[index] for line in counted) for index in range(len(months))]
        total = sum(line.total for line in counted)
        blocks.append(ClassBlock(income_class.value, income_class.label, total, per_month, lines_of_class))
    return blocks


def _item_line(item, lines, position, is_excluded, last_year):
    months = [None] * len(position)
    for line in lines:
        index = position[line.entry.month]
        months[index] = (months[index] or 0) + (line.amount if line.is_counted else 0)
    return ItemLine(item, months, sum(filter(None, months)), lines, is_excluded, last_year)


def _sum(amounts):
    """The sum of those that are there, ``None`` where none is."""
    there = [amount for amount in amounts if amount is not None]
    return sum(there) if there else None


def with_last_year(block, last_year, terms):
    """The block with its year by the official formula, and beside it last year's sum where there is one."""
    block = block._replace(estimate=formulas.class_estimate(block.total, terms))
    if last_year is None:
        return block
    before = to_fen(getattr(last_year, block.key))
    return block._replace(
        last_year=before,
        same_period=formulas.same_period(before, terms),
        difference=block.total - formulas.same_period_amount(before, terms),
    )
