"""docs/checks.md says what the rules say."""

import re

from django.conf import settings

from checks.rules import RULES

ROW = re.compile(r"^\| ([A-Z]\d\d) \| (.+?) \| (.+?) \| .+? \| .+? \|$", re.MULTILINE)


def test_the_table_is_the_rules():
    rows = ROW.findall((settings.BASE_DIR / "docs/checks.md").read_text())
    assert sorted(rows) == sorted((code, rule.title, rule.severity.label) for code, rule in RULES.items())
