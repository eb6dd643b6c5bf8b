"""The calculation written out with a household's own numbers, e.g. ``28,200.00×12÷（9×3） ＝ 12,533.33``.

The figures come from ``ledger.calc``; here they are only put into words. What stands left of
the sign, worked out exactly and rounded half up once, is what stands right of it: a test reads
the text back and does the sum. Fen and hundredths of a percent in, text out.
"""

from typing import NamedTuple

from ledger.calc import annual_estimate, divide_half_up, net_income

PLUS, MINUS, TIMES, DIVIDED, EQUALS = "＋", "－", "×", "÷", "＝"


class Formula(NamedTuple):
    """One step: what is worked out, and what comes out. ``unit`` stands behind the result."""

    expression: str
    result: str
    unit: str = "元"

    def __str__(self):
        return f"{self.expression} {EQUALS} {self.result}"


def decimals(hundredths):
    """``-400000`` as ``−4,000.00``: yuan of fen, percent of hundredths of a percent."""
    sign = "−" if hundredths < 0 else ""
    whole, rest = divmod(abs(hundredths), 100)
    return f"{sign}{whole:,}.{rest:02d}"


def _operand(hundredths):
    """A number inside a longer expression; a negative one stands in brackets."""
    return f"（{decimals(hundredths)}）" if hundredths < 0 else decimals(hundredths)


def gross(sums):
    return PLUS.join(decimals(amount) for amount in sums[:4])


def net(sums):
    """Collected net income: the four classes less the production costs."""
    return Formula(f"{gross(sums)}{MINUS}{decimals(sums.business_cost)}", decimals(net_income(sums)))


def estimate(sums, terms, result):
    """The year's estimate from the class sums, in one step."""
    expression = f"（{net(sums).expression}）{TIMES}{terms.year_months}{DIVIDED}{terms.window_months}"
    return Formula(expression, decimals(result))


def per_capita(sums, persons, terms, result):
    """The estimate per person from the collected net, in one step and not from the rounded estimate."""
    collected = _operand(net_income(sums))
    expression = f"{collected}{TIMES}{terms.year_months}{DIVIDED}（{terms.window_months}{TIMES}{persons}）"
    return Formula(expression, decimals(result))


def transfer_share(sums, result):
    """Transfer income in the gross income of the four classes; ``None`` without income."""
    if result is None:
        return None
    return Formula(f"{decimals(sums.transfer)}{DIVIDED}（{gross(sums)}）{TIMES}100", decimals(result), "%")


def last_per_capita(last_year, result):
    return Formula(f"{_operand(last_year.net)}{DIVIDED}{last_year.persons}", decimals(result))


def change(assessment):
    expression = f"{_operand(assessment.per_capita)}{MINUS}{_operand(assessment.last_per_capita)}"
    return Formula(expression, decimals(assessment.change))


def change_rate(assessment):
    """The change in percent of last year; ``None`` where last year was zero or a loss."""
    if assessment.change_rate is None:
        return None
    expression = f"{_operand(assessment.change)}{DIVIDED}{decimals(assessment.last_per_capita)}{TIMES}100"
    return Formula(expression, decimals(assessment.change_rate), "%")


def class_estimate(amount, terms):
    """One class over the year, by the official formula."""
    expression = f"{_operand(amount)}{TIMES}{terms.year_months}{DIVIDED}{terms.window_months}"
    return Formula(expression, decimals(annual_estimate(amount, terms)))


def same_period(amount, terms):
    """Last year's amount × window months ÷ year months: what the same period of last year stands for."""
    expression = f"{_operand(amount)}{TIMES}{terms.window_months}{DIVIDED}{terms.year_months}"
    return Formula(expression, decimals(same_period_amount(amount, terms)))


def same_period_amount(amount, terms):
    return divide_half_up(amount * terms.window_months, terms.year_months)


def _itemised(facts, terms):
    parts = []
    if facts.monthly_net:
        parts.append(f"{_operand(facts.monthly_net)}{TIMES}{terms.year_months}{DIVIDED}{facts.months_collected}")
    if facts.quarterly_net:
        parts.append(f"{_operand(facts.quarterly_net)}{TIMES}4{DIVIDED}{facts.quarters_collected}")
    as_entered = net_income(facts.sums) - facts.monthly_net - facts.quarterly_net
    if as_entered or not parts:
        parts.append(_operand(as_entered))
    return PLUS.join(parts)


def itemised_estimate(facts, terms, assessment):
    """By the rhythm of each item; ``None`` while no month is collected."""
    if assessment.itemised_estimate is None:
        return None
    return Formula(_itemised(facts, terms), decimals(assessment.itemised_estimate))


def itemised_per_capita(facts, terms, assessment):
    if assessment.itemised_per_capita is None:
        return None
    expression = f"（{_itemised(facts, terms)}）{DIVIDED}{facts.persons}"
    return Formula(expression, decimals(assessment.itemised_per_capita))


def reference_per_capita(facts, terms, assessment):
    """For a monitored household: claims added, self-paid medical costs taken off, each once."""
    if assessment.reference_per_capita is None:
        return None
    year = f"{_operand(net_income(facts.sums))}{TIMES}{terms.year_months}{DIVIDED}{terms.window_months}"
    expression = f"（{year}{PLUS}{decimals(facts.claims)}{MINUS}{decimals(facts.self_paid)}）{DIVIDED}{facts.persons}"
    return Formula(expression, decimals(assessment.reference_per_capita))
