"""Status marks (a shape and a word, never colour alone), and how personal numbers look."""

from django import template

from households import identity
from ledger.calc import Warning
from ledger.models import RiskPoint, VillageLedger
from measures.models import SupportAction
from visits.models import Visit

register = template.Library()

# The five flags in the plan's order, as short as they can be said, with the plan's own words behind.
FLAG_WORDS = {
    "income_falling": "下降",
    "below_monitoring_line": "低于监测",
    "below_average_line": "低于平均",
    "high_transfer_share": "转移占比高",
    "no_labour_low_income": "无劳力",
}

EMPTY, HALF, FULL, BACK, CROSS = "○", "◐", "●", "↩", "×"
SHAPES = {
    Visit: {"draft": EMPTY, "submitted": HALF, "approved": FULL, "returned": BACK},
    VillageLedger: {"open": EMPTY, "submitted": HALF, "reviewed": HALF, "accepted": FULL},
    SupportAction: {"suggested": EMPTY, "confirmed": HALF, "under_way": HALF, "done": FULL, "stopped": CROSS},
    RiskPoint: {"open": EMPTY, "under_way": HALF, "proposed": HALF, "verified": HALF, "eliminated": FULL},
}
WARNINGS = {Warning.RED: ("red", "红"), Warning.ORANGE: ("orange", "橙"), Warning.YELLOW: ("yellow", "黄")}


@register.inclusion_tag("_status.html")
def status(record):
    """The state of a visit, village ledger, action or risk point."""
    return {
        "shape": SHAPES[type(record)][record.state],
        "words": record.get_state_display(),
        "state": record.state,
    }


@register.inclusion_tag("_status.html")
def unvisited():
    """A month without a visit."""
    return {"shape": EMPTY, "words": "未报", "state": "none"}


@register.inclusion_tag("_flags.html")
def flags(row):
    """The flags of a ledger row (or anything with those attributes), and 缺N个月 where it is provisional."""
    return {
        "flags": [
            (name, words, RiskPoint.Kind(name).label) for name, words in FLAG_WORDS.items() if getattr(row, name)
        ],
        "months_missing": row.months_missing,
    }


@register.inclusion_tag("_warning.html")
def warning(level):
    """A warning level by its shape, colour and word."""
    colour, words = WARNINGS.get(level, ("none", "无"))
    return {"colour": colour, "words": words}


@register.filter
def mask_id(number):
    """An ID number as people see it: 130630********1234."""
    return identity.mask(number) if number else "–"


@register.filter
def mask_phone(phone):
    """138****0000."""
    return identity.mask_phone(phone) if phone else "–"
