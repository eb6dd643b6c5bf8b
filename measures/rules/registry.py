"""Measure code -> whom the measure suits, in words and as a function."""

from collections.abc import Callable
from typing import NamedTuple

from measures.rules.values import HouseholdFacts


class Rule(NamedTuple):
    """``who`` says for people (Chinese) what ``reason`` computes: the reason for a household, or ``None``."""

    who: str
    reason: Callable[[HouseholdFacts], str | None]


RULES: dict[str, Rule] = {}


class Proposal(NamedTuple):
    """A measure of the catalogue that suits a household, and why, in words."""

    code: str
    reason: str


def suits(code, who):
    """Register a rule for the measure of that code; ``who`` is its description in the catalogue.

    A rule takes ``HouseholdFacts`` and returns the reason in Chinese with the household's own facts
    put in, or ``None`` where the measure does not suit.
    """

    def register(rule):
        if code in RULES:
            raise ValueError(f"two rules for {code}")
        RULES[code] = Rule(who, rule)
        return rule

    return register


def propose(facts: HouseholdFacts, codes=None) -> list[Proposal]:
    """The measures that suit a household, work first; of ``codes`` only, where given."""
    return [
        Proposal(code, reason)
        for code, rule in RULES.items()
        if (codes is None or code in codes) and (reason := rule.reason(facts))
    ]
