"""The contract's formula once more, slowly, in exact fractions and from the raw rows of one household.

It shares nothing with ``ledger.calc`` and ``ledger.inputs`` but the tables it reads.
"""

from calendar import monthrange
from datetime import date
from fractions import Fraction
from math import floor

INCOME = ("wage", "business", "property", "transfer")


def printed(fraction, scale=100):
    """An exact number as people see it: half up, ties away from zero; in units of 1/scale."""
    scaled = abs(fraction) * scale
    size = floor(scaled + Fraction(1, 2))
    return size if fraction >= 0 else -size


def _last_day(month):
    return date(month.year, month.month, monthrange(month.year, month.month)[1])


def _months(first, count):
    months, year, month = [], first.year, first.month
    for _ in range(count):
        months.append(date(year, month, 1))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return months


def _persons(household, day):
    return [
        member
        for member in household.members.all()
        if (member.birth_date is None or member.birth_date <= day)
        and (member.joined_on is None or member.joined_on <= day)
        and (member.left_on is None or member.left_on > day)
    ]


def counting_entries(household):
    """Entries that count, by the rule of the design alone (whatever is_counted says)."""
    groups = {}
    for entry in household.income_entries.select_related("visit", "item"):
        if entry.source == "visit" and entry.visit.state not in ("submitted", "approved"):
            continue
        groups.setdefault((entry.month, entry.item_id), {}).setdefault(entry.source, []).append(entry)
    counting = []
    for sources in groups.values():
        best = next(source for source in ("feed", "import", "visit") if source in sources)
        counting += sources[best]
    return counting


def expected(household, policy):
    """The printed figures of a household as a dict of ``LedgerRow`` field names, or ``None`` where no row is due."""
    window = _months(policy.window_start, policy.window_months)
    people = _persons(household, _last_day(window[-1]))
    if not people or (household.left_on and household.left_on <= _last_day(window[-1])):
        return None
    entries = counting_entries(household)
    collected = {v.month for v in household.visits.all() if v.state in ("submitted", "approved")}
    collected |= {e.month for e in entries if e.source in ("import", "feed")}
    excluded = set(policy.uncounted_items.values_list("code", flat=True))

    def total(income_class, months, rhythm=None):
        return sum(
            Fraction(entry.amount)
            for entry in entries
            if entry.month in months
            and entry.item.income_class == income_class
            and entry.item_id not in excluded
            and rhythm in (None, entry.item.rhythm)
        )

    def net(months, rhythm=None):
        return sum(total(name, months, rhythm) for name in INCOME) - total("business_cost", months, rhythm)

    def item(code):
        return sum(Fraction(e.amount) for e in entries if e.month in window and e.item_id == code)

    def share(months):
        gross = sum(total(name, months) for name in INCOME)
        return printed(total("transfer", months) / gross, 10_000) if gross else None

    year = Fraction(policy.annual_months, policy.window_months)
    count = len(people)
    row = {
        "persons": count,
        "months_missing": policy.window_months - len(collected & set(window)),
        "net": printed(net(window)),
        "estimate": printed(net(window) * year),
        "per_capita": printed(net(window) * year / count),
        "transfer_share": share(window),
    }
    last = household.annual_incomes.filter(year=policy.year - 1).first()
    row["last_per_capita"] = printed(Fraction(last.net()) / last.persons) if last else None
    row["change"] = row["per_capita"] - row["last_per_capita"] if last else None
    row["change_rate"] = (
        printed(Fraction(row["change"], row["last_per_capita"]), 10_000)
        if last and row["last_per_capita"] > 0
        else None
    )
    months = collected & set(window)
    if months:
        monthly, quarterly = net(window, "monthly"), net(window, "quarterly")
        quarters = {(month.year, (month.month - 1) // 3) for month in months}
        itemised = monthly / len(months) * 12 + quarterly / len(quarters) * 4 + net(window) - monthly - quarterly
        row |= {"itemised_estimate": printed(itemised), "itemised_per_capita": printed(itemised / count)}
    else:
        row |= {"itemised_estimate": None, "itemised_per_capita": None}
    monitored = household.monitor_kind != "none"
    reference = (net(window) * year + item("X01") - item("R01")) / count
    row["reference_per_capita"] = printed(reference) if monitored else None
    row |= {"tracking_estimate": None, "tracking_per_capita": None, "tracking_share": None, "tracking_month": None}
    if collected:
        end = max(collected)
        tracked = [m for m in _months(date(end.year - 2, end.month, 1), 25) if m <= end][-policy.window_months :]
        there = len(_persons(household, _last_day(end)))
        row["tracking_month"] = end
        row["tracking_estimate"] = printed(net(tracked) * year)
        row["tracking_per_capita"] = printed(net(tracked) * year / there) if there else None
        row["tracking_share"] = share(tracked)
    labour = [member.labour for member in people]
    yuan = {
        name: printed(Fraction(getattr(policy, name)))
        for name in ("monitoring_line", "average_line", "low_income_line")
    }
    row |= {
        "income_falling": last is not None and row["per_capita"] < row["last_per_capita"],
        "below_monitoring_line": row["per_capita"] < yuan["monitoring_line"],
        "below_average_line": row["per_capita"] < yuan["average_line"],
        "high_transfer_share": row["transfer_share"] is not None
        and row["transfer_share"] >= policy.transfer_share_line * 100,
        "no_labour_low_income": all(code in ("none", "lost") for code in labour)
        and row["per_capita"] < yuan["low_income_line"],
    }
    return row
