"""The calculation against exact fractions and its own laws. No database."""

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.calc import (
    Facts,
    LastYear,
    Sums,
    Terms,
    Warning,
    annual_estimate,
    assess,
    divide_half_up,
    net_income,
    per_capita,
    transfer_share,
)
from ledger.tests.examples import worked_examples

TERMS = Terms(730_000, 1_255_000, 1_255_000, 6_000, 2_000)
EXAMPLES = {example.name: example for example in worked_examples()}

amounts = st.one_of(st.integers(0, 200_000_00), st.integers(0, 10**15), st.just(0))
sums = st.builds(Sums, amounts, amounts, amounts, amounts, amounts)
persons = st.integers(1, 12)


NOTHING = Sums()


def make_facts(sums=NOTHING, **changes):
    facts = {
        "sums": sums,
        "monthly_net": net_income(sums),
        "quarterly_net": 0,
        "months_collected": 9,
        "quarters_collected": 3,
        "claims": 0,
        "self_paid": 0,
        "persons": 1,
        "without_labour": 0,
        "labour_unknown": 0,
        "is_monitored": False,
        "guarantee_open": False,
        "last_year": None,
        "tracking": sums,
        "tracking_persons": changes.get("persons", 1),
    }
    return Facts(**facts | changes)


def half_up(fraction):
    """The oracle: nearest whole number of an exact fraction, ties away from zero."""
    size = floor(abs(fraction) + Fraction(1, 2))
    return size if fraction >= 0 else -size


def facts_of(example):
    return make_facts(
        example.sums,
        persons=example.persons,
        without_labour=sum(code in ("none", "lost") for code in example.labour),
        months_collected=example.months,
        last_year=example.last_year,
    )


def test_the_document_holds_all_ten_examples():
    assert list(EXAMPLES) == list("ABCDEFGHIJ")


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_worked_example_二二(example):
    result = assess(facts_of(example), TERMS)
    assert result.estimate == example.estimate
    assert result.per_capita == example.per_capita
    assert result.transfer_share == example.share
    assert result.flags() == example.flags
    assert result.months_missing == 9 - example.months


def test_example_j_itemised_and_reference():
    example = EXAMPLES["J"]
    facts = facts_of(example)._replace(monthly_net=900_000, claims=200_000, self_paid=500_000, is_monitored=True)
    result = assess(facts, TERMS)
    assert (result.itemised_estimate, result.itemised_per_capita) == (1_950_000, 975_000)
    assert result.reference_per_capita == 950_000
    assert not result.estimates_disagree


def test_example_c_tracking():
    facts = facts_of(EXAMPLES["C"])._replace(tracking=Sums(wage=1_695_000), tracking_persons=3)
    result = assess(facts, TERMS)
    assert (result.tracking_estimate, result.tracking_per_capita) == (2_260_000, 753_333)
    assert (result.estimate, result.per_capita) == (2_190_000, 730_000)


@given(st.integers(-(10**20), 10**20), st.integers(1, 10**9))
def test_rounding_is_half_up_away_from_zero(numerator, denominator):
    assert divide_half_up(numerator, denominator) == half_up(Fraction(numerator, denominator))


@pytest.mark.parametrize(("numerator", "rounded"), [(1, 1), (-1, -1), (3, 2), (-3, -2), (5, 3), (-5, -3), (0, 0)])
def test_ties_go_away_from_zero(numerator, rounded):
    assert divide_half_up(numerator, 2) == rounded


@pytest.mark.parametrize("denominator", [0, -1])
def test_a_denominator_below_one_is_refused(denominator):
    with pytest.raises(ValueError, match="denominator"):
        divide_half_up(1, denominator)


@given(sums, persons)
def test_nine_months_are_four_thirds_in_exact_fractions(sums, persons):
    net = net_income(sums)
    assert annual_estimate(net, TERMS) == half_up(Fraction(net) * Fraction(4, 3))
    assert per_capita(net, persons, TERMS) == half_up(Fraction(net) * Fraction(4, 3) / persons)


@given(sums)
def test_share_is_the_exact_fraction_to_a_hundredth_of_a_percent(sums):
    gross = sums.wage + sums.business + sums.property + sums.transfer
    expected = half_up(Fraction(sums.transfer, gross) * 10_000) if gross else None
    assert transfer_share(sums) == expected


@pytest.mark.parametrize("persons", [0, -1])
def test_a_household_without_persons_is_an_error(persons):
    with pytest.raises(ValueError, match="without persons"):
        per_capita(100, persons, TERMS)
    with pytest.raises(ValueError, match="without persons"):
        assess(make_facts(persons=persons), TERMS)


@given(sums, persons, st.sampled_from(["wage", "business", "property", "transfer"]), st.integers(0, 10**9))
def test_more_income_never_adds_a_flag_below_a_line(sums, persons, where, more):
    before = assess(make_facts(sums, persons=persons, without_labour=persons, last_year=LastYear(900_000, 1)), TERMS)
    richer = sums._replace(**{where: getattr(sums, where) + more})
    after = assess(make_facts(richer, persons=persons, without_labour=persons, last_year=LastYear(900_000, 1)), TERMS)
    for flag in ("income_falling", "below_monitoring_line", "below_average_line", "no_labour_low_income"):
        assert getattr(before, flag) >= getattr(after, flag)


@given(
    sums,
    persons,
    st.integers(1, 9),
    st.integers(-(10**12), 10**12),
    st.integers(-(10**12), 10**12),
    st.integers(1, 4),
)
def test_itemised_is_the_exact_fraction(sums, persons, months, monthly, quarterly, quarters):
    facts = make_facts(
        sums,
        persons=persons,
        monthly_net=monthly,
        quarterly_net=quarterly,
        months_collected=months,
        quarters_collected=quarters,
    )
    result = assess(facts, TERMS)
    exact = Fraction(monthly * 12, months) + Fraction(quarterly * 4, quarters) + net_income(sums) - monthly - quarterly
    assert result.itemised_estimate == half_up(exact)
    assert result.itemised_per_capita == half_up(exact / persons)
    sides = [(result.itemised_per_capita < line, result.per_capita < line) for line in TERMS[:2]]
    assert result.estimates_disagree == any(itemised != official for itemised, official in sides)


@given(sums, persons, amounts, amounts)
def test_reference_is_the_exact_fraction(sums, persons, claims, self_paid):
    facts = make_facts(sums, persons=persons, claims=claims, self_paid=self_paid, is_monitored=True)
    exact = (Fraction(net_income(sums) * 12, 9) + claims - self_paid) / persons
    assert assess(facts, TERMS).reference_per_capita == half_up(exact)
    assert assess(facts._replace(is_monitored=False), TERMS).reference_per_capita is None


@given(sums, persons, st.integers(-(10**9), 10**9), st.integers(1, 12))
def test_flags_compare_the_printed_figures(sums, persons, last_net, last_persons):
    result = assess(make_facts(sums, persons=persons, last_year=LastYear(last_net, last_persons)), TERMS)
    assert result.last_per_capita == half_up(Fraction(last_net, last_persons))
    assert result.income_falling == (result.per_capita < result.last_per_capita)
    assert result.change == result.per_capita - result.last_per_capita
    if result.last_per_capita > 0:
        assert result.change_rate == half_up(Fraction(result.change * 10_000, result.last_per_capita))
    else:
        assert result.change_rate is None


def test_share_flags_at_its_line_and_the_others_below_theirs():
    at = make_facts(Sums(wage=4_000, transfer=6_000))
    assert assess(at, TERMS).high_transfer_share
    assert not assess(make_facts(Sums(wage=4_001, transfer=5_999)), TERMS).high_transfer_share
    # 7300 a person and year is 5475 in nine months.
    assert not assess(make_facts(Sums(wage=547_500)), TERMS).below_monitoring_line
    assert assess(make_facts(Sums(wage=547_499)), TERMS).below_monitoring_line


def test_a_blank_labour_capacity_keeps_the_labour_flag_down():
    poor = make_facts(Sums(wage=1), persons=2, without_labour=2)
    assert assess(poor, TERMS).no_labour_low_income
    assert not assess(poor._replace(without_labour=1, labour_unknown=1), TERMS).no_labour_low_income
    assert not assess(poor._replace(without_labour=1), TERMS).no_labour_low_income


def test_nothing_collected_has_no_itemised_and_no_tracking_estimate():
    result = assess(make_facts(months_collected=0, quarters_collected=0, tracking=None, tracking_persons=0), TERMS)
    assert (result.itemised_estimate, result.tracking_estimate, result.transfer_share) == (None, None, None)
    assert result.months_missing == 9
    assert result.is_provisional


RICH = Sums(wage=10_000_000)


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        pytest.param(make_facts(RICH), Warning.NONE, id="no flag"),
        pytest.param(make_facts(Sums(wage=900_000)), Warning.YELLOW, id="below average"),
        pytest.param(make_facts(Sums(transfer=10_000_000)), Warning.YELLOW, id="transfer share"),
        # 133,333.33 a person this year: 20 % below 166,666.66, a little less below 166,666.65.
        pytest.param(make_facts(RICH, last_year=LastYear(16_666_666, 1)), Warning.ORANGE, id="a fall of 20 %"),
        pytest.param(make_facts(RICH, last_year=LastYear(16_660_000, 1)), Warning.YELLOW, id="a smaller fall"),
        pytest.param(make_facts(Sums(wage=900_000), without_labour=1), Warning.ORANGE, id="no labour"),
        pytest.param(make_facts(Sums(wage=1)), Warning.RED, id="below monitoring"),
        pytest.param(make_facts(RICH, guarantee_open=True), Warning.RED, id="guarantee open"),
    ],
)
def test_warning_level(facts, level):
    assert assess(facts, TERMS).warning == level
