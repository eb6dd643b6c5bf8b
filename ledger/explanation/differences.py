"""Where the stored row is not what a recomputation gives, in the words of the ledger."""

from datetime import date

from ledger.calc import Assessment
from ledger.explanation.values import Difference
from ledger.formulas import decimals
from ledger.models import LedgerRow
from sumyuan.fields import MoneyField, to_fen


def differences(row, here, result):
    """Stored columns that differ from what was just recomputed, in the words of the ledger."""
    facts = here.facts
    now = {
        **{name: getattr(result, name) for name in Assessment._fields},
        **facts.sums._asdict(),
        "persons": facts.persons,
        "workers": here.workers,
        "weak_workers": here.weak_workers,
        "without_labour": facts.without_labour,
        "labour_unknown": facts.labour_unknown,
        "is_monitored": facts.is_monitored,
        "guarantee_open": facts.guarantee_open,
        "collected_mask": here.collected_mask,
        "claims": facts.claims,
        "self_paid": facts.self_paid,
        "last_net": facts.last_year and facts.last_year.net,
        "last_persons": facts.last_year and facts.last_year.persons,
        "tracking_month": here.tracking_month,
    }
    found = []
    if row.village_id != here.village_id:
        found.append(Difference("村", row.village.name, row.household.village.name))
    for name, value in now.items():
        field = LedgerRow._meta.get_field(name)
        was = getattr(row, name)
        if isinstance(field, MoneyField) and was is not None:
            was = to_fen(was)
        if was != value:
            found.append(Difference(str(field.verbose_name), _shown(field, was), _shown(field, value)))
    return found


def _shown(field, value):
    if value is None:
        return "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return f"{value.year}年{value.month}月"
    if field.name == "collected_mask":
        return f"{value.bit_count()} 个月"
    if field.name in ("transfer_share", "tracking_share", "change_rate"):
        return f"{decimals(value)}%"
    if isinstance(field, MoneyField):
        return decimals(value)
    if field.choices:
        return dict(field.choices)[value]
    return str(value)
