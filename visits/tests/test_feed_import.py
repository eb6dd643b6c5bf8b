"""A department's payment list, as the resource reads it."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Department
from conftest import DAY, resident_id
from households import identity
from households.sheets import read_sheet
from households.tests.workbooks import every_row, write_xls, write_xlsx
from visits.models import FeedRight, IncomeEntry, Visit
from visits.resources import FeedResource, IncomeResource
from visits.services import settle_entries

pytestmark = pytest.mark.django_db

APRIL, MAY = date(2022, 4, 1), date(2022, 5, 1)


@pytest.fixture
def load(tmp_path):
    """``load(rows)``: the list of 低保金 of the civil affairs department, unless told otherwise."""

    def load(rows, *, item="T01", department="民政局", user=None, dry_run=False, write=write_xlsx, **layout):
        sheet = read_sheet(write(tmp_path / "feed.xlsx", rows, **layout), key_column="证件号码")
        return FeedResource(item=item, department=department).import_data(
            sheet.dataset(), today=DAY, user=user, dry_run=dry_run, numbers=sheet.numbers, bad_cells=sheet.bad_cells
        )

    return load


@pytest.fixture
def member(household):
    return household.members.get()


@pytest.fixture
def row(member):
    """One row: 350 yuan for the head of the household in May 2022."""

    def row(**cells):
        return {"证件号码": member.id_number, "月份": "2022-05", "金额": 350, **cells}

    return row


@pytest.fixture
def say(people):
    """``say(household, 300)``: what the visit of May wrote down for an item."""

    def say(household, amount, *, item="T01", member=None, state="submitted", **fields):
        visit, _ = Visit.objects.get_or_create(
            household=household,
            month=MAY,
            defaults={"visited_on": MAY, "visitor": people["cadre"], "state": state},
        )
        return IncomeEntry.objects.create(
            household=household,
            month=MAY,
            item_id=item,
            amount=amount,
            source="visit",
            visit=visit,
            member=member,
            member_key=member.pk if member else 0,
            **fields,
        )

    return say


def refused(load, rows, **kwargs):
    before = every_row()
    result = load(rows, **kwargs)
    assert result.has_errors()
    assert every_row() == before
    assert result.counts["created"] == result.counts["updated"] == 0
    return result.messages


def counts(result):
    return {name: count for name, count in result.counts.items() if count}


@pytest.mark.parametrize("write", [write_xlsx, write_xls])
def test_a_list_becomes_entries_of_the_persons_households(load, row, member, household, write):
    rows = [row(), row(月份="2022年4月", 金额="1,200.50"), row(月份=202203, 姓名="李 一")]
    result = load(rows, write=write, above=[["2022 年低保金发放表"], []])
    assert result.messages == []
    assert counts(result) == {"rows": 3, "created": 3}
    entries = IncomeEntry.objects.order_by("month")
    assert [(f"{entry.month:%Y-%m}", entry.amount) for entry in entries] == [
        ("2022-03", Decimal(350)),
        ("2022-04", Decimal("1200.50")),
        ("2022-05", Decimal(350)),
    ]
    told = {(e.household, e.member, e.item_id, e.source, e.department.name, e.visit, e.is_counted) for e in entries}
    assert told == {(household, member, "T01", "feed", "民政局", None, True)}
    assert [past.history_change_reason for past in entries[0].history.all()] == ["部门报送"]
    assert (result.household_ids, result.months) == ({household.pk}, {date(2022, 3, 1), APRIL, MAY})


def test_the_same_list_again_changes_nothing(load, row):
    load([row(), row(月份="2022-04")])
    before = every_row()
    result = load([row(月份="2022-04"), row()])
    assert counts(result) == {"rows": 2, "unchanged": 2}
    assert every_row() == before


def test_a_dry_run_writes_nothing_and_counts_the_same(load, row):
    before = every_row()
    assert counts(load([row()], dry_run=True)) == {"rows": 1, "created": 1}
    assert every_row() == before


def test_a_later_list_replaces_and_keeps_the_old_value(load, row, member, people):
    load([row()])
    result = load([row(金额=380)], user=people["civil"])
    assert counts(result) == {"rows": 1, "updated": 1}
    entry = IncomeEntry.objects.get()
    assert [past.amount for past in entry.history.all()] == [Decimal(380), Decimal(350)]
    assert entry.history.first().history_user == people["civil"]
    [change] = result.changes
    assert (change.subject, change.column, change.old, change.new) == (
        f"{identity.mask(member.id_number)} 2022-05",
        "金额",
        "350.00",
        "380.00",
    )


def test_the_worked_example_of_sources(load, row, say, household, tmp_path):
    """T01 for one month as visit 300, import 320, feed 350 counts 350; without the feed 320."""
    say(household, 300)
    rows = [{"户编号": household.number, "月份": "2022-05", "项目": "T01", "金额": 320}]
    IncomeResource().import_data(read_sheet(write_xlsx(tmp_path / "i.xlsx", rows)).dataset(), today=DAY)
    load([row()])
    # The visit and the import have the household's line: the member's feed supersedes it.
    assert [entry.amount for entry in IncomeEntry.objects.counting()] == [Decimal(350)]
    assert sorted(IncomeEntry.objects.values_list("amount", flat=True)) == [300, 320, 350]
    IncomeEntry.objects.filter(source="feed").delete()
    settle_entries()
    assert [entry.amount for entry in IncomeEntry.objects.counting()] == [Decimal(320)]


def test_what_an_income_file_said_for_the_department_is_not_counted_twice(load, row, household, tmp_path):
    rows = [{"户编号": household.number, "月份": "2022-05", "项目": "T01", "金额": 350, "来源": "民政局"}]
    IncomeResource().import_data(read_sheet(write_xlsx(tmp_path / "i.xlsx", rows)).dataset(), today=DAY)
    load([row()])
    assert [entry.amount for entry in IncomeEntry.objects.counting()] == [Decimal(350)]


def test_nobody_on_the_register_is_no_error(load, row, household):
    stranger = resident_id(900)
    result = load([row(证件号码=stranger, 姓名="谁"), row()])
    assert result.messages == []
    assert counts(result) == {"rows": 2, "created": 1, "not_on_register": 1}
    assert result.notes == [("不在册（没有写入）", [f"第 2 行 {identity.mask(stranger)} 2022-05"])]


@pytest.mark.parametrize(
    ("fields", "covered"),
    [
        ({}, "03 04 05 06"),
        ({"joined_on": date(2022, 4, 30)}, "04 05 06"),
        ({"joined_on": date(2022, 5, 1)}, "05 06"),
        ({"left_on": date(2022, 5, 1)}, "03 04"),
        ({"left_on": date(2022, 5, 2)}, "03 04 05"),
        ({"born": date(2022, 5, 20)}, "05 06"),
    ],
)
def test_a_month_that_the_stay_does_not_cover(load, make_member, household, fields, covered):
    """A stay counts for a month of which it holds at least one day."""
    member = make_member(household, **fields)
    rows = [{"证件号码": member.id_number, "月份": f"2022-{month}", "金额": 1} for month in ("03", "04", "05", "06")]
    result = load(rows)
    assert result.messages == []
    months = IncomeEntry.objects.order_by("month").values_list("month", flat=True)
    assert " ".join(f"{month:%m}" for month in months) == covered
    assert result.counts["not_on_register"] == 4 - len(months)


def test_a_household_that_has_left(load, row, household):
    household.left_on = MAY
    household.save()
    result = load([row(), row(月份="2022-04")])
    assert counts(result) == {"rows": 2, "created": 1, "not_on_register": 1}
    assert IncomeEntry.objects.get().month == APRIL


def test_who_moved_is_where_they_were_in_that_month(load, make_member, make_household, household, next_village):
    other = make_household(next_village)
    number = resident_id(800)
    moved_on = date(2022, 5, 10)
    before = make_member(household, id_number=number, left_on=moved_on)
    after = make_member(other, id_number=number, joined_on=moved_on)
    load([{"证件号码": number, "月份": month, "金额": 1} for month in ("2022-04", "2022-05", "2022-06")])
    assert list(IncomeEntry.objects.order_by("month").values_list("member", "household")) == [
        (before.pk, household.pk),
        (after.pk, other.pk),
        (after.pk, other.pk),
    ]


def test_who_turns_out_to_have_moved_takes_the_amount_along(load, make_member, make_household, household, next_village):
    """The roster learnt of the move after the list was reported: the same list moves the amount, once."""
    other = make_household(next_village)
    number = resident_id(800)
    rows = [{"证件号码": number, "月份": "2022-05", "金额": 100}]
    before = make_member(household, id_number=number)
    load(rows)
    before.left_on = APRIL
    before.save()
    after = make_member(other, id_number=number, joined_on=APRIL)
    result = load(rows)
    assert counts(result) == {"rows": 1, "updated": 1}
    assert (result.household_ids, result.notes) == ({household.pk, other.pk}, [])
    entry = IncomeEntry.objects.get()
    assert (entry.household, entry.member) == (other, after)
    assert counts(load(rows)) == {"rows": 1, "unchanged": 1}


def test_the_others_that_were_reported_before_stay_and_are_named(load, row, make_member, household, people):
    second = make_member(household)
    later = {"证件号码": second.id_number, "月份": "2022-05", "金额": 5}
    load([row(), later, later | {"月份": "2022-03"}])
    # Another item of the same persons is another list.
    load([later], item="T08")
    result = load([row()], user=people["civil"])
    assert result.notes == [("以前报过、这次文件里没有的（保持不变）", [f"{identity.mask(second.id_number)} 2022-05"])]
    assert IncomeEntry.objects.count() == 4


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"金额": "abc"}, "第 3 行 金额：“abc” 不是数字"),
        ({"金额": -1}, "第 3 行 金额：“-1” 不能是负数"),
        ({"金额": "12.345"}, "第 3 行 金额：“12.345” 最多两位小数"),
        ({"金额": ""}, "第 3 行 金额：不能为空"),
        ({"月份": "2022-08"}, "第 3 行 月份：“2022-08” 在今天之后"),
        ({"证件号码": ""}, "第 3 行 证件号码：不能为空"),
        ({"证件号码": resident_id(1)[:17]}, "第 3 行 证件号码：“*****************” 有 17 位"),
        ({"证件号码": 1.3e17}, "第 3 行 证件号码：“1.3E+17” 被 Excel 存成了数字"),
        ({"姓名": "别人"}, "第 3 行 姓名：“别人” 与名册中此证件号码的姓名不一致"),
        ({"月份": "2022-05"}, "第 3 行 证件号码：“130630********"),
    ],
)
def test_rows_that_are_refused(load, row, cells, message, member):
    [found] = refused(load, [row(姓名=""), row(姓名="", 月份="2022-04") | cells])
    assert found.startswith(message)
    assert member.id_number not in found
    # What the register holds is not the sender's to know.
    assert member.name not in found


def test_a_person_twice_by_two_kinds_of_card(load, row, member):
    [message] = refused(load, [row(), row(证件号码=member.id_number + "43")])
    assert message == f"第 3 行 证件号码：“{identity.mask(member.id_number)}” 与第 2 行重复：同一人同一月只能有一行"
    assert load([row(证件号码=member.id_number + "43")]).counts["created"] == 1


def test_what_another_department_reported(load, row, member):
    load([row()], item="T06", department="残联")
    FeedRight.objects.create(department=Department.objects.get(name="民政局"), item_id="T06")
    [message] = refused(load, [row(金额=1)], item="T06")
    assert message == (f"第 2 行 证件号码：“{identity.mask(member.id_number)}” 这一项已由残联报过，不能由另一部门再报")


@pytest.mark.parametrize(
    ("item", "department", "who", "message"),
    [
        ("W02", "民政局", None, "民政局不能报“W02”。可以报：低保金（T01）、特困供养金（T02）、高龄津贴（T08）、"),
        ("T99", "残联", None, "残联不能报“T99”。可以报：残疾人两项补贴（T06）。"),
        ("T01", "组织部", None, "组织部不能报“T01”。县里还没有设这个部门可报的项目。"),
        ("T01", "气象局", None, "没有“气象局”这个部门。"),
        ("W02", "人社局", "civil", "您的账号只能报本部门的数据。"),
        ("T01", "民政局", "labour", "您的账号只能报本部门的数据。"),
        ("W02", "民政局", "civil", "民政局不能报“W02”。"),
    ],
)
def test_what_a_department_may_not_report(load, row, people, item, department, who, message):
    [found] = refused(load, [row()], item=item, department=department, user=people.get(who))
    assert found.startswith(message)


def test_an_item_by_its_name(load, row):
    assert load([row()], item="低保金").counts["created"] == 1
    assert IncomeEntry.objects.get().item_id == "T01"


def test_missing_columns_are_named(load):
    assert refused(load, [{"证件号码": resident_id(1), "姓名": "甲"}]) == ["缺少列：月份、金额。请补上后再导入。"]


@pytest.mark.parametrize(
    ("who", "written"),
    [("civil", 2), ("county", 2), ("other_township", 1), ("cadre", 1), ("nobody", 0), ("system", 0)],
)
def test_whose_payments_a_sender_may_report(load, row, people, make_household, far_village, who, written):
    """A department pays people everywhere; for others a person out of their scope is as unknown as a stranger."""
    far = make_household(far_village).members.get()
    result = load([row(), row(证件号码=far.id_number)], user=people[who])
    assert result.messages == []
    assert (result.counts["created"], result.counts["not_on_register"]) == (written, 2 - written)


def test_the_sender_learns_of_nothing_but_its_rows(load, row, say, household, member, make_household, village, people):
    """No household, nobody's name, no other source's amount, in any text of the result."""
    say(household, 777)
    other = make_household(village, head="赵旁人").members.get()
    load([row(), row(证件号码=other.id_number)], user=people["civil"])
    result = load([row(金额=351), row(证件号码=resident_id(900))], user=people["civil"])
    told = str(result.notes) + str(result.changes) + str(result.messages)
    assert identity.mask(member.id_number) in told
    for secret in (household.number, "777", "赵旁人", "李一", member.id_number, other.id_number, resident_id(900)):
        assert secret not in told


@pytest.mark.usefixtures("rows_go_in_one_way")
def test_as_many_queries_for_many_rows_as_for_few(load, make_household, village, people):
    def queries(households, amount):
        rows = [
            {"证件号码": household.members.get().id_number, "月份": f"2022-0{month}", "金额": amount}
            for household in households
            for month in (1, 2, 3)
        ]
        with CaptureQueriesContext(connection) as captured:
            result = load(rows, user=people["civil"])
        assert result.messages == []
        assert result.notes
        return len(captured)

    bystander = make_household(village)
    load([{"证件号码": bystander.members.get().id_number, "月份": "2022-01", "金额": 3}])
    few, many = ([make_household(village) for _ in range(size)] for size in (2, 60))
    assert queries(few, 5) == queries(many, 5)
    assert queries(few, 9) == queries(many, 9)
    assert IncomeEntry.objects.filter(amount=9).count() == 186
    assert IncomeEntry.objects.get(household=bystander).amount == 3
