"""docs/measures.md says what the catalogue and the rules say."""

import re

import pytest
from django.conf import settings

from measures.models import LineDepartment, Measure
from measures.rules import RULES

ROW = re.compile(r"^\| (二\(三\)\d) \| `(\w+)` \| (.+?) \| (.+?) \| (\w+) \| (\S+) \| `(.+?)` \|$", re.MULTILINE)


@pytest.mark.django_db
def test_the_table_is_the_catalogue():
    rows = ROW.findall((settings.BASE_DIR / "docs/measures.md").read_text())
    stored = [
        (
            measure.clause,
            measure.code,
            measure.name,
            measure.department.name,
            measure.nature,
            measure.effect_item_id or "–",
            RULES[measure.code].reason.__module__.replace(".", "/") + ".py",
        )
        for measure in Measure.objects.select_related("department")
    ]
    assert rows == stored


@pytest.mark.django_db
def test_lines_and_departments_are_those_of_the_plan():
    parts = {}
    for line, part, name in LineDepartment.objects.values_list("line__name", "part", "department__name"):
        parts.setdefault((line, part), []).append(name)
    assert parts == {
        ("产业收益分配", "lead"): ["乡村振兴局", "农业农村局"],
        ("外出务工就业", "lead"): ["人社局"],
        ("小额信贷", "lead"): ["金融办"],
        ("小额信贷", "responsible"): ["人社局", "工商联"],
        ("资助惠民", "lead"): ["民政局", "残联", "乡村振兴局", "教体局", "医保局", "人保财险"],
        ("扶志扶智", "lead"): ["宣传部", "乡村振兴局", "妇联"],
        ("驻村、结对帮扶", "lead"): ["组织部"],
    }
