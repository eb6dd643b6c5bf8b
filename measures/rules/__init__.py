"""Whom each measure of the catalogue suits: reviewed plain functions over a household's facts. Plan 二(三).

One module a line. Values in, words out: no query, clock or setting. Proposals come in the order of
the imports: work stands first, because a public post is what weak labour is offered first.
"""

from measures.rules import work, industry, loan, assistance, motivation, pairing  # isort: skip
from measures.rules.registry import RULES, Proposal, propose
from measures.rules.values import Earned, HouseholdFacts, Lines, Person

__all__ = [
    "RULES",
    "Earned",
    "HouseholdFacts",
    "Lines",
    "Person",
    "Proposal",
    "assistance",
    "industry",
    "loan",
    "motivation",
    "pairing",
    "propose",
    "work",
]
