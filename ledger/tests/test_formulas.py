"""The formulas in words: what stands left of the sign, worked out, is what stands right of it."""

import re
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import formulas
from ledger.calc import Facts, LastYear, Sums, Terms, assess
from ledger.judgement import disagreements
from ledger.tests.examples import worked_examples

TERMS = Terms(730_000, 1_255_000, 1_255_000, 6000, 2000)
AMOUNTS = st.integers(0, 10**12)
NETS = st.integers(-(10**12), 10**12)


def number(text):
    """``−4,000.00`` as an exact fraction."""
    return Fraction(text.replace(",", "").replace("−", "-"))


def worked_out(expression):
    """The exact value of an expression as the page prints it; raises where it is not well formed."""
    tokens = re.findall(r"−?[\d,]+(?:\.\d\d)?|[＋－×÷（）]", expression)
    assert "".join(tokens) == expression
    tokens.append("")
    position = 0

    def take():
        nonlocal position
        position += 1
        return tokens[position - 1]

    def factor():
        token = take()
        if token != "（":
            return number(token)
        value = total()
        assert take() == "）"
        return value

    def product():
        value = factor()
        while tokens[position] in ("×", "÷"):
            value = value * factor() if take() == "×" else value / factor()
        return value

    def total():
        value = product()
        while tokens[position] in ("＋", "－"):
            value = value + product() if take() == "＋" else value - product()
        return value

    value = total()
    assert tokens[position] == ""
    return value


def rounded(value):
    """Half up to two decimals, ties away from zero, as the page writes it."""
    size = floor(abs(value) * 100 + Fraction(1, 2))
    return formulas.decimals(size if value >= 0 else -size)


def holds(formula):
    return rounded(worked_out(formula.expression)) == formula.result


@st.composite
def households(draw):
    """Facts that agree with each other: the rhythms are parts of the net sum."""
    sums = Sums(*(draw(AMOUNTS) for _ in range(5)))
    months = draw(st.integers(0, 9))
    last_year = draw(st.none() | st.builds(LastYear, NETS, st.integers(1, 12)))
    return Facts(
        sums=sums,
        monthly_net=draw(NETS),
        quarterly_net=draw(NETS),
        months_collected=months,
        quarters_collected=min(months, draw(st.integers(1, 4))) if months else 0,
        claims=draw(AMOUNTS),
        self_paid=draw(AMOUNTS),
        persons=draw(st.integers(1, 12)),
        without_labour=0,
        labour_unknown=0,
        is_monitored=True,
        guarantee_open=False,
        last_year=last_year,
        tracking=Sums(*(draw(AMOUNTS) for _ in range(5))),
        tracking_persons=draw(st.integers(1, 12)),
    )


@given(households())
def test_every_formula_gives_its_result(facts):
    result = assess(facts, TERMS)
    steps = [
        formulas.net(facts.sums),
        formulas.estimate(facts.sums, TERMS, result.estimate),
        formulas.per_capita(facts.sums, facts.persons, TERMS, result.per_capita),
        formulas.transfer_share(facts.sums, result.transfer_share),
        formulas.itemised_estimate(facts, TERMS, result),
        formulas.itemised_per_capita(facts, TERMS, result),
        formulas.reference_per_capita(facts, TERMS, result),
        formulas.estimate(facts.tracking, TERMS, result.tracking_estimate),
        formulas.per_capita(facts.tracking, facts.tracking_persons, TERMS, result.tracking_per_capita),
        *(formulas.class_estimate(amount, TERMS) for amount in facts.sums),
        *(formulas.same_period(amount, TERMS) for amount in facts.sums),
    ]
    if facts.last_year:
        steps += [
            formulas.last_per_capita(facts.last_year, result.last_per_capita),
            formulas.change(result),
            formulas.change_rate(result),
        ]
    assert [str(step) for step in steps if step and not holds(step)] == []


@given(households())
def test_a_formula_is_missing_only_where_the_figure_is(facts):
    result = assess(facts, TERMS)
    assert (formulas.transfer_share(facts.sums, result.transfer_share) is None) == (sum(facts.sums[:4]) == 0)
    assert (formulas.itemised_estimate(facts, TERMS, result) is None) == (facts.months_collected == 0)
    not_monitored = facts._replace(is_monitored=False)
    assert formulas.reference_per_capita(not_monitored, TERMS, assess(not_monitored, TERMS)) is None


@given(households())
def test_a_disagreement_is_told_in_words_where_there_is_one(facts):
    result = assess(facts, TERMS)
    assert bool(disagreements(facts, TERMS, result)) == result.estimates_disagree


@pytest.mark.parametrize("example", worked_examples(), ids=lambda example: example.name)
def test_worked_examples_stand_in_their_formulas(example):
    estimate = formulas.estimate(example.sums, TERMS, example.estimate)
    income = formulas.per_capita(example.sums, example.persons, TERMS, example.per_capita)
    assert holds(estimate)
    assert holds(income)


def test_example_a_as_it_is_printed():
    sums = Sums(1_800_000, 600_000, 90_000, 540_000, 210_000)
    assert str(formulas.estimate(sums, TERMS, 3_760_000)) == (
        "（18,000.00＋6,000.00＋900.00＋5,400.00－2,100.00）×12÷9 ＝ 37,600.00"
    )
    assert str(formulas.per_capita(sums, 3, TERMS, 1_253_333)) == "28,200.00×12÷（9×3） ＝ 12,533.33"


def test_a_loss_stands_in_brackets_with_its_own_minus():
    sums = Sums(300_000, 200_000, 0, 100_000, 900_000)
    assert str(formulas.per_capita(sums, 4, TERMS, -100_000)) == "（−3,000.00）×12÷（9×4） ＝ −1,000.00"
