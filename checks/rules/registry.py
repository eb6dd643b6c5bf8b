"""Code -> the rule of that code: its title, how much its doubts ask for, and the function."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from checks.cases import Case, Doubt
from checks.choices import Severity
from checks.watch import Watch

# Beside the fields of a form: identity, labour, income. How it was filled in is for whoever reviews.
FORM_GROUPS = "HLI"
ALL_GROUPS = "HLIF"


class Rule(NamedTuple):
    title: str
    severity: Severity
    doubts: Callable[[Case], Iterable[Doubt]]


RULES: dict[str, Rule] = {}


def check(code, title, severity):
    """Register a rule under its code; the letter is its group.

    A rule takes a ``Case`` and yields a ``Doubt`` for each thing to look at again. Those of group I are
    asked only where an estimate exists, those of group F only of visits whose filling in was read.
    """

    def register(rule):
        if code in RULES:
            raise ValueError(f"two rules {code}")
        RULES[code] = Rule(title, severity, rule)
        return rule

    return register


def watches(case, groups=FORM_GROUPS):
    """Every ``Watch`` of a case by the rules of these groups, in the order of the codes."""
    if case.prospect is None:
        groups = groups.replace("I", "")
    if case.filling is None:
        groups = groups.replace("F", "")
    return [
        Watch(code, rule.severity, *doubt)
        for code, rule in sorted(RULES.items())
        if code[0] in groups
        for doubt in rule.doubts(case)
    ]
