"""Measure code -> the function that says whom the measure suits."""

from typing import NamedTuple

from measures.rules.values import HouseholdFacts

RULES = {}


class Proposal(NamedTuple):
    """A measure of the catalogue that suits a household, and why, in words."""

    code: str
    reason: str


def suits(code):
    """Register a rule for the measure of that code.

    A rule takes ``HouseholdFacts`` and returns the reason in Chinese with the household's own facts
    put in, or ``None`` where the measure does not suit.
    """

    def register(rule):
        if code in RULES:
            raise ValueError(f"two rules for {code}")
        RULES[code] = rule
        return rule

    return register


def propose(facts: HouseholdFacts, codes=None) -> list[Proposal]:
    """The measures that suit a household, work first; of ``codes`` only, where given."""
    proposals = []
    for code, rule in RULES.items():
        if (codes is None or code in codes) and (reason := rule(facts)):
            proposals.append(Proposal(code, reason))
    return proposals
