"""The numbered checks: identity (H), labour and school (L), income (I), how it was filled in (F).

Each states anew an idea that upper levels run over the national system's exports (docs/checks.md).
"""

from checks.rules import filling, income, labour, people
from checks.rules.registry import ALL_GROUPS, FORM_GROUPS, RULES, Rule, watches

__all__ = ["ALL_GROUPS", "FORM_GROUPS", "RULES", "Rule", "filling", "income", "labour", "people", "watches"]
