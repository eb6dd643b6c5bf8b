"""The official annual estimate and the three that stand beside it. Plan 二(二), 一."""

from ledger.calc.rounding import divide_half_up


def net_income(sums):
    """Net collected income in fen: the four classes less the production costs. May be negative."""
    return sums.wage + sums.business + sums.property + sums.transfer - sums.business_cost


def annual_estimate(net, terms):
    """The year's estimate in fen: collected net ÷ window months × year months, rounded once."""
    return divide_half_up(net * terms.year_months, terms.window_months)


def per_capita(net, persons, terms):
    """Estimated net income per person and year in fen.

    One step from the collected sum, so that rounding happens once. Raises ``ValueError`` when
    ``persons`` is below 1: zero would read as "the poorest household" when the truth is "nobody
    lives there".
    """
    if persons < 1:
        raise ValueError("a household without persons has no income per person")
    return divide_half_up(net * terms.year_months, terms.window_months * persons)


def transfer_share(sums):
    """Transfer income in the gross income of the four classes, in hundredths of a percent; ``None`` without income."""
    gross = sums.wage + sums.business + sums.property + sums.transfer
    return divide_half_up(sums.transfer * 10_000, gross) if gross > 0 else None


def itemised_estimate(facts, terms):
    """(estimate, per capita) in fen by the rhythm of each item, or ``(None, None)`` with no month collected.

    Monthly items ÷ months collected × 12, quarterly ÷ quarters touched × 4, seasonal and one-off
    as entered. Plan 一 (逐项计算或预算).
    """
    months, quarters = facts.months_collected, facts.quarters_collected
    if months == 0:
        return None, None
    as_entered = net_income(facts.sums) - facts.monthly_net - facts.quarterly_net
    numerator = (
        facts.monthly_net * terms.year_months * quarters
        + facts.quarterly_net * 4 * months
        + as_entered * months * quarters
    )
    denominator = months * quarters
    return divide_half_up(numerator, denominator), divide_half_up(numerator, denominator * facts.persons)


def reference_per_capita(facts, terms):
    """Per person in fen for a monitored household: (estimate + claims − self-paid medical) ÷ persons, in one step.

    Claims and self-paid costs enter once, as collected.
    """
    numerator = net_income(facts.sums) * terms.year_months + (facts.claims - facts.self_paid) * terms.window_months
    return divide_half_up(numerator, terms.window_months * facts.persons)
