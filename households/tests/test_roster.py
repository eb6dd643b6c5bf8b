from datetime import date, datetime

import pytest
from import_export.results import RowResult

from conftest import DAY, resident_id
from households import identity
from households.models import Household, Member
from households.resources import RosterResource
from households.sheets import read_sheet
from households.tests.workbooks import every_row, person, write_xls, write_xlsx

pytestmark = pytest.mark.django_db

NUMBER, OTHER = "13063010190100001", "13063010190100002"


@pytest.fixture
def load(tmp_path, village):
    """``load(rows)`` imports a roster and returns the result; a user, a dry run and the lay-out may be given."""

    def load(rows, *, write=write_xlsx, user=None, dry_run=False, **layout):
        sheet = read_sheet(write(tmp_path / "roster.xlsx", rows, **layout))
        return RosterResource().import_data(
            sheet.dataset(), dry_run=dry_run, today=DAY, user=user, numbers=sheet.numbers, bad_cells=sheet.bad_cells
        )

    return load


def couple(**cells):
    return [person(NUMBER, 1, **cells), person(NUMBER, 2, "配偶", **cells)]


def refused(load, rows, **kwargs):
    """The messages of an import that must be refused, which must have changed nothing."""
    before = every_row()
    result = load(rows, **kwargs)
    assert result.has_errors()
    assert every_row() == before
    assert result.counts["created"] == result.counts["updated"] == 0
    return result.messages


@pytest.mark.parametrize("write", [write_xlsx, write_xls])
def test_a_first_roster(load, write):
    result = load(
        couple(人口编号="P1", 识别监测时间="202106", 监测对象类别="边缘易致贫户", 是否享受低保="否", 备注="x"),
        write=write,
        above=[["全国系统"], []],
    )
    assert result.messages == []
    assert result.unknown_columns == ["备注"]
    assert result.counts == {
        "rows": 2,
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "errors": 0,
        "households": {"created": 1, "updated": 0, "unchanged": 0},
        "members": {"created": 2, "updated": 0, "unchanged": 0},
    }
    household = Household.objects.get()
    assert (household.number, household.village_id) == (NUMBER, "130630101901")
    assert (household.head_name, household.head_pinyin) == ("人1", "ren1 r1")
    assert (household.monitor_kind, household.identified_on) == ("marginal", date(2021, 6, 1))
    head = household.members.get(relation="户主")
    assert (head.id_number, head.id_key) == (resident_id(1), Member.key_of(resident_id(1)))
    assert (head.birth_date, head.sex) == (date(1970, 1, 1), identity.sex(resident_id(1)))
    assert (head.labour, head.health, head.has_low_income_allowance) == ("ordinary", "healthy", False)
    assert [past.history_type for past in head.history.all()] == ["+"]
    assert head.history.get().id_number == resident_id(1)


def test_the_same_roster_again_changes_nothing(load):
    rows = couple(是否享受低保="是", 出生日期="19700101")
    load(rows)
    before = every_row()
    result = load(rows)
    assert result.counts["members"] == {"created": 0, "updated": 0, "unchanged": 2}
    assert result.counts["households"] == {"created": 0, "updated": 0, "unchanged": 1}
    assert every_row() == before


def test_an_update_keeps_the_old_value_and_says_what_it_changes(load, people):
    load(couple())
    # As if written by something that leaves no history.
    Member.history.all().delete()
    Household.history.all().delete()
    rows = couple(户联系电话="13800001111")
    rows[1]["劳动技能"] = "丧失劳动力"
    preview = load(rows, dry_run=True)
    assert Member.objects.filter(labour="lost").count() == 0
    result = load(rows, user=people["county"])
    assert [(change.subject, change.column, change.old, change.new) for change in result.changes] == [
        (f"户 {NUMBER} 人1", "户联系电话", "（空）", "138****1111"),
        (f"户 {NUMBER} 人2", "劳动技能", "普通劳动力", "丧失劳动力"),
    ]
    assert preview.changes == result.changes
    assert result.counts["members"] == {"created": 0, "updated": 1, "unchanged": 1}
    member = Member.objects.get(relation="配偶")
    assert [(past.history_type, past.labour) for past in member.history.all()] == [("~", "lost"), ("+", "ordinary")]
    assert member.history.first().history_user == people["county"]
    assert member.history.first().history_change_reason == "导入人员名册"
    assert not Member.objects.get(relation="户主").history.exists()
    household = Household.objects.get()
    assert [past.phone for past in household.history.all()] == ["13800001111", ""]


def test_a_column_that_is_absent_touches_nothing_and_an_empty_cell_clears(load):
    load(couple(户联系电话="13800001111", 人口编号="P1"))
    rows = [{name: cell for name, cell in row.items() if name != "户联系电话"} | {"人口编号": ""} for row in couple()]
    load(rows)
    assert Household.objects.get().phone == "13800001111"
    assert set(Member.objects.values_list("person_number", flat=True)) == {""}


def test_a_household_split_over_distant_rows_and_empty_rows(load):
    rows = [person(NUMBER, 1), {}, person(OTHER, 3), {"户编号": " "}, person(NUMBER, 2, "之子")]
    result = load(rows, head=list(person(NUMBER, 1)))
    assert result.counts["rows"] == 3
    assert Household.objects.get(number=NUMBER).members.count() == 2


def test_the_natural_village_by_either_name_of_its_column(load):
    load(couple(自然村="上 街"))
    assert Household.objects.get().hamlet == "上街"
    result = load(couple(村民小组="二组"))
    assert [(change.column, change.old, change.new) for change in result.changes] == [("自然村", "上街", "二组")]
    assert (Household.objects.get().hamlet, result.unknown_columns) == ("二组", [])
    # Where both stand, 自然村 is meant.
    result = load(couple(村民小组="三组", 自然村="下街"))
    assert (Household.objects.get().hamlet, result.unknown_columns) == ("下街", ["村民小组"])
    # Without a column it stays; an empty cell contradicts nobody, empty throughout it clears.
    load(couple())
    rows = couple(自然村="")
    rows[1]["自然村"] = "下街"
    load(rows)
    assert Household.objects.get().hamlet == "下街"
    load(couple(村民小组=""))
    assert Household.objects.get().hamlet == ""


def test_numbers_as_text_text_as_numbers_and_stray_blanks(load):
    number = next(n for n in range(50) if resident_id(n).endswith("X"))
    row = person("1306301019", number, 户联系电话=13800001111, 姓名=" 李　四 ", 出生日期=datetime(1970, 1, 2))
    row |= {"户编号": 1306301019, "证件号码": f"{resident_id(number).lower()} ", "劳动技能": "普通劳动力 "}
    result = load([row])
    assert result.messages == []
    household = Household.objects.get()
    assert (household.number, household.phone, household.head_name) == ("1306301019", "13800001111", "李四")
    assert household.members.get().birth_date == date(1970, 1, 2)


@pytest.mark.parametrize(("tail", "card"), [("43", (4, 3)), ("4311", (4, 3))])
def test_a_disability_card_is_the_same_person(load, tail, card):
    load(couple())
    rows = couple()
    rows[1]["证件号码"] += tail
    result = load(rows)
    assert result.counts["members"] == {"created": 0, "updated": 1, "unchanged": 1}
    member = Member.objects.get(relation="配偶")
    assert (member.id_number, member.disability_kind, member.disability_grade) == (resident_id(2) + tail, *card)
    assert resident_id(2) not in str(result.changes)
    assert load(rows).counts["members"]["unchanged"] == 2


def test_a_new_head_replaces_the_old_one(load):
    load(couple())
    rows = couple()
    rows[0]["与户主关系"], rows[1]["与户主关系"] = "配偶", "户主"
    result = load(rows)
    assert result.messages == []
    assert Household.objects.get().head_name == "人2"
    load(couple())
    assert Household.objects.get().head_name == "人1"


def test_whoever_is_not_in_the_file_stays_and_is_listed(load, far_village):
    load([*couple(), person(OTHER, 3), person("13063010290100001", 4, 乡="走马驿镇", 村="河滩村")])
    result = load([person(NUMBER, 1)])
    notes = dict(result.notes)
    assert [line.split(" ")[2] for line in notes["文件中没有的户（保持不变）"]] == [OTHER]
    assert notes["文件中没有的人（保持不变）"] == [f"户 {NUMBER} 人2 {identity.mask(resident_id(2))}"]
    assert Member.objects.count() == 4


def test_whoever_was_recorded_as_gone_does_not_come_back(load):
    load(couple())
    Member.objects.filter(relation="配偶").update(left_on=date(2022, 3, 1))
    result = load(couple())
    assert result.messages == []
    assert dict(result.notes)["系统已登记离开、文件仍有的人员（未恢复）"] == ["第 3 行 人2"]
    assert Member.objects.filter(left_on=None).count() == 1


def test_whoever_left_another_household_joins_this_one_on_that_day(load):
    load(couple())
    Member.objects.filter(relation="配偶").update(left_on=date(2022, 3, 1))
    result = load([person(OTHER, 2)])
    assert result.messages == []
    assert Member.objects.get(household__number=OTHER).joined_on == date(2022, 3, 1)


def test_helpers_are_linked_by_phone_and_the_others_listed(load, make_user):
    helper = make_user("helper", phone="13900000001")
    make_user("village", phone="13900000001")
    rows = [
        person(NUMBER, 1, 帮扶责任人="赵", 帮扶责任人电话="13900000001"),
        person(OTHER, 2, 帮扶责任人="钱", 帮扶责任人电话="13900000002"),
    ]
    result = load(rows)
    assert Household.objects.get(number=NUMBER).helper == helper
    assert Household.objects.get(number=OTHER).helper is None
    assert result.notes == [("电话没有对应账号的帮扶责任人", ["钱 139****0002"])]
    # A pairing made by hand stays as long as the roster says the same as before.
    Household.objects.filter(number=OTHER).update(helper=helper)
    assert load(rows).counts["households"]["unchanged"] == 2
    assert Household.objects.get(number=OTHER).helper == helper


def test_a_later_import_links_an_account_opened_meanwhile_and_says_so(load, make_user):
    rows = couple(帮扶责任人="赵", 帮扶责任人电话="13900000001")
    load(rows)
    helper = make_user("helper", phone="13900000001")
    result = load(rows)
    changes = [(change.subject, change.column, change.old, change.new) for change in result.changes]
    assert changes == [(f"户 {NUMBER} 人1", "帮扶责任人账号", "未关联", "已关联")]
    assert Household.objects.get(number=NUMBER).helper == helper


def test_villages_by_the_names_of_the_statistics_office(load, village):
    village.name = "柳沟村村民委员会"
    village.save()
    assert load(couple()).messages == []


def _change(index, **cells):
    rows = couple()
    rows[index] |= cells
    return rows


WRONG_CHECK = resident_id(2)[:17] + ("1" if resident_id(2)[17] != "1" else "2")


@pytest.mark.parametrize(
    ("rows", "messages"),
    [
        (_change(1, 证件号码=resident_id(2)[:17]), ["第 3 行 证件号码：“*****************” 有 17 位，应为 18 位"]),
        (_change(1, 证件号码=WRONG_CHECK), ["校验位不对"]),
        (_change(1, 证件号码=int(resident_id(3)[:17] + "0")), ["第 3 行 证件号码：“1.3E+17” 被 Excel 存成了数字"]),
        (_change(1, 证件号码="6.2E+17"), ["第 3 行 证件号码：“6.2E+17” 被 Excel 存成了科学计数"]),
        (_change(1, 证件号码=""), ["第 3 行 证件号码：不能为空"]),
        (
            _change(1, 证件号码=resident_id(1)),
            [f"第 3 行 证件号码：“{identity.mask(resident_id(1))}” 与第 2 行是同一人"],
        ),
        (
            _change(1, 劳动技能="很能干"),
            ["不是可用的值，应为：技能劳动力、普通劳动力、弱劳动力或半劳动力、丧失劳动力、无劳动力"],
        ),
        (_change(1, 与户主关系="朋友"), ["第 3 行 与户主关系：“朋友” 不是可用的值"]),
        (_change(1, 户类型="富裕户"), ["第 3 行 户类型：“富裕户” 不是可用的值"]),
        (
            _change(1, 监测对象类别="突发严重困难户"),
            ["第 3 行 监测对象类别：“突发严重困难户” 与本户第 2 行的“空”不一致"],
        ),
        (_change(1, 户类型="一般农户"), ["第 3 行 户类型：“一般农户” 与本户第 2 行的“脱贫户”不一致"]),
        (_change(1, 村="石坡村"), ["第 3 行 村：“石坡村” 与本户第 2 行的“柳沟村”不一致"]),
        (
            [person(NUMBER, 1, 自然村="上街"), person(NUMBER, 2, "配偶", 自然村="下街")],
            ["第 3 行 自然村：“下街” 与本户第 2 行的“上街”不一致"],
        ),
        (_change(1, 村="没有村"), ["第 3 行 村：“没有村” 不在银坊镇的区划里"]),
        (_change(1, 乡="没有乡"), ["第 3 行 乡：“没有乡” 不在涞源县的区划里"]),
        (_change(1, 与户主关系="户主"), ["第 3 行 与户主关系：“户主” 本户第 2 行已有户主"]),
        (_change(0, 与户主关系="之子"), [f"第 2 行 与户主关系：户 {NUMBER} 没有户主"]),
        (_change(1, 出生日期="1970-02-30"), ["第 3 行 出生日期：“1970-02-30” 没有这一天"]),
        (_change(1, 户编号=13063010190100001.0), ["户编号：“1.30630101901E+16” 是数字单元格"]),
        (_change(1, 劳动技能="=1+1"), ["第 3 行 劳动技能：是公式"]),
        (_change(1, 是否享受低保="也许"), ["第 3 行 是否享受低保：“也许” 应填“是”或“否”"]),
    ],
)
def test_rows_that_are_refused(load, next_village, rows, messages):
    found = refused(load, rows)
    assert len(found) == len(messages), found
    for text, part in zip(found, messages, strict=True):
        assert part in text
        assert resident_id(2) not in text


def test_every_error_is_told_at_once_in_the_order_of_the_rows(load):
    rows = [*couple(劳动技能="?"), person(OTHER, 3, 村="没有村")]
    assert [message[:5] for message in refused(load, rows)] == ["第 2 行", "第 3 行", "第 4 行"]


def test_missing_columns_are_named(load):
    [message] = refused(load, [{"户编号": NUMBER, "姓名": "甲"}])
    assert message == "缺少列：县、乡、村、证件号码、与户主关系。请补上后再导入。"


def test_a_person_of_another_household(load):
    load(couple())
    [message] = refused(load, [person(OTHER, 2)])
    assert message == (
        f"第 2 行 证件号码：“{identity.mask(resident_id(2))}” 已在另一户（户编号 {NUMBER}），请先在原户登记离开"
    )


def test_a_head_who_is_stored_but_not_in_the_file(load):
    load(couple())
    [message] = refused(load, [person(NUMBER, 3)])
    assert "库中本户已有户主" in message
    # A head whose number cannot be read is one error, not two.
    [message] = refused(load, [person(NUMBER, 1, 证件号码="123")])
    assert "有 3 位" in message
    # Without a head of its own the file is fine: the stored one stays.
    assert load([person(NUMBER, 3, "之女")]).messages == []


def test_rows_outside_the_sender_s_areas(load, people, far_village, make_household):
    far = person(OTHER, 3, 乡="走马驿镇", 村="河滩村")
    [message] = refused(load, [*couple(), far], user=people["township"])
    assert message == "第 4 行 村：“河滩村” 不在您的辖区"
    assert load([*couple(), far], user=people["county"]).messages == []
    # Nor can a household be pulled over from elsewhere.
    [message] = refused(load, [person(OTHER, 3)], user=people["township"])
    assert message == f"第 2 行 户编号：“{OTHER}” 不在您的辖区"


def test_a_roster_takes_as_many_queries_for_many_as_for_few(load, django_assert_max_num_queries):
    with django_assert_max_num_queries(40):
        result = load([person(f"13063010190{n:06d}", n) for n in range(400)])
    assert result.totals[RowResult.IMPORT_TYPE_NEW] == 400
    with django_assert_max_num_queries(40):
        load([person(f"13063010190{n:06d}", n, 劳动技能="无劳动力") for n in range(400)])
    assert Member.objects.filter(labour="none").count() == 400
