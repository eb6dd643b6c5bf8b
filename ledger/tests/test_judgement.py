"""Flags and warning level in words agree with what the calculation found."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from households.models import Household
from ledger.calc import FLAGS, Warning, assess
from ledger.judgement import flag_lines, thresholds, warning_rules
from ledger.models import PolicyYear
from ledger.tests.test_calc import make_facts
from ledger.tests.test_formulas import TERMS, households, number
from visits.models import Visit

POLICY = PolicyYear(
    year=2022,
    window_start=date(2021, 10, 1),
    monitoring_line=7300,
    average_line=12550,
    low_income_line=12550,
    transfer_share_line=60,
    large_fall=20,
    to_confirm=["transfer_share_line", "low_income_line", "large_fall"],
)


def rules(facts, household=None, last_visit=None):
    return warning_rules(facts, TERMS, assess(facts, TERMS), household or Household(), last_visit)


@given(households(), st.integers(0, 12), st.integers(0, 1), st.booleans())
def test_the_first_rule_that_holds_gives_the_level(facts, without_labour, unknown, guarantee_open):
    facts = facts._replace(
        without_labour=min(without_labour, facts.persons), labour_unknown=unknown, guarantee_open=guarantee_open
    )
    holding = [rule.level for rule in rules(facts) if rule.holds]
    assert max(holding, default=Warning.NONE) == assess(facts, TERMS).warning


@given(households(), st.integers(0, 1))
def test_a_flag_line_says_what_the_calculation_says(facts, unknown):
    facts = facts._replace(labour_unknown=unknown)
    result = assess(facts, TERMS)
    lines = flag_lines(facts, TERMS, result, POLICY)
    assert [line.key for line in lines] == list(FLAGS)
    for line in lines:
        assert bool(line.holds) == getattr(result, line.key), line
        assert line.compared or line.note, line


@given(households())
def test_the_two_numbers_compared_stand_in_the_order_that_their_sign_says(facts):
    for line in flag_lines(facts, TERMS, assess(facts, TERMS), POLICY)[:4]:
        if line.compared:
            left, sign, right = line.compared.replace("%", "").split()
            assert (number(left) < number(right)) == (sign == "＜"), line


def test_no_last_year_and_no_income_are_said_and_not_flagged():
    facts = make_facts(labour_unknown=1)
    falling, _, _, share, labour = flag_lines(facts, TERMS, assess(facts, TERMS), POLICY)
    assert (falling.holds, falling.note) == (None, "无上年数，不标")
    assert (share.holds, share.note) == (None, "无收入，不标")
    assert labour.holds is None
    assert "1 人的劳动技能没有填" in labour.note


def test_which_guarantee_is_open_and_who_says_so():
    facts = make_facts(guarantee_open=True)
    visit = Visit(month=date(2022, 6, 1), is_medical_safe=False, is_housing_safe=True)
    household = Household(is_dangerous_house=True, has_safe_water=False)
    figures = rules(facts, household, visit)[1].figures
    # The visit says that the house is safe, so the roster's word on it no longer counts.
    assert figures == "6 月走访：基本医疗；人员名册：饮水"


def test_the_examples_among_the_lines_are_marked():
    marked = {line.label for line in thresholds(POLICY) if line.to_confirm}
    assert marked == {"收入较低线", "转移性收入占比线", "降幅较大"}
