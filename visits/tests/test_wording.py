"""The fields of a visit in words."""

import pytest

from visits import wording
from visits.content import SCALARS, unflatten
from visits.wording import Names

NAMES = Names({"W01": "务工工资", "B01": "种植业收入"}, {12: "李一"})
WORK = {"place": "保定市", "employer": "", "industry": "建筑", "channel": "kin", "started_on": None, "ended_on": None}


@pytest.mark.parametrize(
    ("field", "label"),
    [
        ("entries.W01/12", "务工工资（李一）"),
        ("entries.B01/0", "种植业收入"),
        ("entries.W01/99", "务工工资（已不在册的人）"),
        ("entries.Z01/0", "Z01"),
        ("changes.12", "人员变化（李一）"),
        ("changes.0", "人员变化（不在册的人）"),
        ("work.12", "外出务工（李一）"),
        ("needs", "需求诉求"),
        ("is_water_safe", "饮水安全"),
    ],
)
def test_what_a_field_is_called(field, label):
    assert wording.field_label(field, NAMES) == label


def test_every_field_that_stands_once_has_a_chinese_name():
    for field in SCALARS:
        assert any("一" <= character <= "鿿" for character in wording.field_label(field, NAMES)), field


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("entries.W01/12", {"amount": 120000, "basis": "口述", "dispute": ""}, "1,200.00 元（口述）"),
        ("entries.W01/12", {"amount": 0, "basis": "", "dispute": ""}, "0.00 元"),
        ("entries.T01/0", {"amount": 5, "basis": "", "dispute": "只发了三个月"}, "0.05 元；不同意见：只发了三个月"),
        ("entries.W01/12", None, "没有填"),
        ("is_water_safe", True, "是"),
        ("is_water_safe", False, "否"),
        ("is_water_safe", None, "没有问到"),
        ("has_risk", True, "有"),
        ("has_risk", False, "没有"),
        ("has_income_risk", None, "没有研判"),
        ("policies", "allowance,public_post", "低保、公益岗位"),
        ("need_kinds", "", "没有填"),
        ("risk_kinds", "illness", "因病"),
        ("visited_on", "2022-06-12", "2022年6月12日"),
        ("visited_on", None, "没有填"),
        ("way", "phone", "电话"),
        ("way", None, "没有填"),
        ("needs", "想学养蜂", "想学养蜂"),
        ("needs", "", "没有填"),
        ("changes.12", {"kind": "labour", "labour": "weak", "note": ""}, "劳动能力变化，现为弱劳动力或半劳动力"),
        ("changes.0", {"kind": "joined", "labour": "", "note": "孙女出生"}, "新增成员：孙女出生"),
        ("work.12", WORK, "保定市，建筑，亲友介绍"),
        ("work.12", WORK | {"started_on": "2022-03-01"}, "保定市，建筑，2022年3月1日至今，亲友介绍"),
        ("work.12", WORK | {"ended_on": "2022-06-30"}, "保定市，建筑，至2022年6月30日，亲友介绍"),
    ],
)
def test_what_stands_in_a_field(field, value, words):
    assert wording.field_value(field, value) == words


@pytest.mark.parametrize(
    ("seconds", "copied", "words"),
    [
        (125, 6, "用时 2 分 05 秒，同上月 6 项"),
        (28, 0, "用时 28 秒"),
        (None, 3, "同上月 3 项"),
        (None, None, ""),
    ],
)
def test_how_the_form_was_filled(seconds, copied, words):
    assert wording.filling(seconds, copied) == words


def test_differences_name_the_field_and_both_values():
    blank = dict.fromkeys(SCALARS, "") | {"visited_on": "2022-06-12", "way": "home"}
    line = {"amount": 100000, "basis": "口述", "dispute": ""}
    before = unflatten(blank | {"entries.W01/12": line, "entries.B01/0": line})
    after = unflatten(blank | {"needs": "学养蜂", "entries.W01/12": line | {"amount": 150000}})
    assert wording.differences(before, after, NAMES) == [
        ("needs", "需求诉求", "没有填", "学养蜂"),
        ("entries.B01/0", "种植业收入", "1,000.00 元（口述）", "没有填"),
        ("entries.W01/12", "务工工资（李一）", "1,000.00 元（口述）", "1,500.00 元（口述）"),
    ]
    assert wording.differences(before, before, NAMES) == []
