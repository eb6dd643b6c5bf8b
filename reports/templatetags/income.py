"""Income month by month: the figures of ``ledger.explanation`` set as a table."""

from typing import NamedTuple

from django import template

from ledger.explanation import EntryLine, ItemLine

register = template.Library()


class Cell(NamedTuple):
    """One month of one item: what counts (fen, ``None``: nothing recorded), and every entry behind it."""

    amount: int | None
    entries: list[EntryLine]

    @property
    def has_story(self):
        """Whether more than one source spoke, or what was said does not count."""
        return len(self.entries) > 1 or any(not line.is_counted for line in self.entries)


class ItemRow(NamedTuple):
    """One item over the months."""

    item: ItemLine
    cells: list[Cell]


@register.inclusion_tag("households/_income_months.html")
def income_months(explanation):
    """Month × item of the policy window, grouped by class; entries that do not count stand behind their month."""
    months = [line.month for line in explanation.months]
    blocks = [
        (block, [ItemRow(item, _cells(item, months)) for item in block.items])
        for block in (*explanation.blocks, *explanation.others)
        if block.items
    ]
    return {"months": explanation.months, "blocks": blocks}


def _cells(item, months):
    by_month = {}
    for line in item.entries:
        by_month.setdefault(line.entry.month, []).append(line)
    return [Cell(amount, by_month.get(month, [])) for month, amount in zip(months, item.months, strict=True)]
