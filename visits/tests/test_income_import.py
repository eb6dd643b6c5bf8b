from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Department
from conftest import DAY, resident_id
from households.models import Member
from households.sheets import read_sheet
from households.tests.workbooks import every_row, write_xls, write_xlsx
from visits.models import IncomeEntry, Visit
from visits.resources import IncomeResource
from visits.services import settle_entries

pytestmark = pytest.mark.django_db

MAY = date(2022, 5, 1)


@pytest.fixture
def load(tmp_path):
    def load(rows, *, write=write_xlsx, user=None):
        sheet = read_sheet(write(tmp_path / "income.xlsx", rows))
        return IncomeResource().import_data(
            sheet.dataset(), today=DAY, user=user, numbers=sheet.numbers, bad_cells=sheet.bad_cells
        )

    return load


@pytest.fixture
def row(household):
    """One row of a file for the household: wages of May 2022."""

    def row(**cells):
        return {"户编号": household.number, "月份": "2022-05", "项目": "务工工资", "金额": "1200", **cells}

    return row


def refused(load, rows, **kwargs):
    before = every_row()
    result = load(rows, **kwargs)
    assert result.has_errors()
    assert every_row() == before
    return result.messages


@pytest.mark.parametrize("write", [write_xlsx, write_xls])
def test_every_way_of_writing_month_item_and_amount(load, row, household, write):
    rows = [
        row(月份="2021-10", 项目="务工工资", 金额="1,200.50"),
        row(月份="202111", 项目="W01", 金额="￥1200"),
        row(月份=202112, 项目="W01 务工工资", 金额="１３００"),
        row(月份="2022年1月", 金额=1400),
        row(月份=datetime(2022, 2, 17), 金额=1500.25),
        row(月份="2022-03", 项目="种植业支出 ", 金额=" 300 元", 依据="口述"),
    ]
    result = load(rows, write=write)
    assert result.messages == []
    entries = IncomeEntry.objects.order_by("month")
    assert [(f"{entry.month:%Y-%m}", entry.item_id, entry.amount) for entry in entries] == [
        ("2021-10", "W01", Decimal("1200.50")),
        ("2021-11", "W01", Decimal(1200)),
        ("2021-12", "W01", Decimal(1300)),
        ("2022-01", "W01", Decimal(1400)),
        ("2022-02", "W01", Decimal("1500.25")),
        ("2022-03", "C01", Decimal(300)),
    ]
    assert {(entry.source, entry.is_counted, entry.household_id) for entry in entries} == {
        ("import", True, household.pk)
    }
    assert entries.get(item="C01").basis == "口述"


def test_the_same_file_again_changes_nothing(load, row):
    load([row(), row(项目="低保金", 金额=300)])
    before = every_row()
    result = load([row(), row(项目="低保金", 金额=300)])
    assert result.counts == {"rows": 2, "created": 0, "updated": 0, "unchanged": 2, "errors": 0}
    assert every_row() == before


def test_a_later_file_replaces_the_value_and_keeps_the_old_one(load, row, household, people):
    load([row(依据="流水")])
    IncomeEntry.history.all().delete()
    result = load([row(金额=1300)], user=people["county"])
    assert result.counts["updated"] == 1
    entry = IncomeEntry.objects.get()
    # The second file has no column 依据.
    assert (entry.amount, entry.basis) == (Decimal(1300), "流水")
    assert [(past.history_type, past.amount) for past in entry.history.all()] == [
        ("~", Decimal(1300)),
        ("+", Decimal(1200)),
    ]
    [change] = result.changes
    assert (change.subject, change.column, change.old, change.new) == (
        f"户 {household.number} 2022-05 务工工资",
        "金额",
        "1200.00",
        "1300.00",
    )


def test_a_visit_s_entries_stay_and_are_superseded(load, row, household, people):
    visit = Visit.objects.create(
        household=household, month=MAY, visited_on=MAY, visitor=people["cadre"], state="approved"
    )
    said = IncomeEntry.objects.create(
        household=household, month=MAY, item_id="W01", amount=900, source="visit", visit=visit
    )
    load([row()])
    said.refresh_from_db()
    assert (said.amount, said.is_counted) == (Decimal(900), False)
    assert IncomeEntry.objects.get(source="import").is_counted


def test_where_it_was_learnt(load, row, people):
    result = load([row(来源="走访"), row(项目="T01", 金额=350, 来源="民政局"), row(项目="T03", 金额=100, 来源="")])
    assert result.messages == []
    by_item = {entry.item_id: entry for entry in IncomeEntry.objects.all()}
    assert (by_item["W01"].source, by_item["W01"].basis) == ("import", "走访")
    assert (by_item["T01"].source, by_item["T01"].department) == ("feed", people["civil"].department)
    assert (by_item["T03"].source, by_item["T03"].basis) == ("import", "")


def test_the_worked_example_of_sources(load, row, household, people):
    """T01 for one month as visit 300, import 320, feed 350 counts 350; without the feed 320."""
    visit = Visit.objects.create(
        household=household, month=MAY, visited_on=MAY, visitor=people["cadre"], state="submitted"
    )
    IncomeEntry.objects.create(household=household, month=MAY, item_id="T01", amount=300, source="visit", visit=visit)
    load([row(项目="T01", 金额=320)])
    assert [entry.amount for entry in IncomeEntry.objects.counting()] == [Decimal(320)]
    load([row(项目="T01", 金额=350, 来源="民政局")])
    assert [entry.amount for entry in IncomeEntry.objects.counting()] == [Decimal(350)]


def test_whose_income_it_is(load, row, household):
    member = household.members.get()
    result = load([row(证件号码=member.id_number), row(项目="T01", 证件号码="")])
    assert result.messages == []
    wage, allowance = IncomeEntry.objects.get(item="W01"), IncomeEntry.objects.get(item="T01")
    assert (wage.member, wage.member_key) == (member, member.pk)
    assert (allowance.member, allowance.member_key) == (None, 0)
    # The household's own line of the same item is another entry.
    assert load([row(证件号码="")]).counts["created"] == 1


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"金额": "abc"}, "第 3 行 金额：“abc” 不是数字"),
        ({"金额": -1}, "第 3 行 金额：“-1” 不能是负数"),
        ({"金额": "12.345"}, "第 3 行 金额：“12.345” 最多两位小数"),
        ({"金额": ""}, "第 3 行 金额：不能为空"),
        ({"金额": "=1+1"}, "第 3 行 金额：是公式，请复制后“选择性粘贴—数值”再导入"),
        ({"月份": "2022-08"}, "第 3 行 月份：“2022-08” 在今天之后"),
        ({"月份": "五月"}, "第 3 行 月份：“五月” 不是月份，应写成 2021-10 或 202110"),
        ({"项目": "彩票"}, "第 3 行 项目：“彩票” 不是可用的值"),
        ({"户编号": "999"}, "第 3 行 户编号：“999” 名册中没有此户"),
        ({"来源": "气象局"}, "第 3 行 来源：“气象局” 不是可用的值"),
        ({"证件号码": resident_id(900)}, "第 3 行 证件号码：“130630********"),
        ({"项目": "W01"}, "第 3 行 项目：“W01” 与第 2 行重复"),
    ],
)
def test_rows_that_are_refused(load, row, cells, message):
    first = row(证件号码="", 来源="", 依据="")
    [found] = refused(load, [first, first | {"项目": "T01"} | cells])
    assert found.startswith(message)
    assert resident_id(900) not in found


def test_a_household_that_has_left(load, row, household):
    household.left_on = date(2022, 5, 1)
    household.save()
    assert refused(load, [row()]) == ["第 2 行 月份：“2022-05” 此户已于 2022-05-01 销户"]
    assert load([row(月份="2022-04")]).counts["created"] == 1


def test_a_feed_of_another_department_is_not_overwritten(load, row):
    Department.objects.get(name="残联")
    load([row(项目="T06", 来源="民政局")])
    [message] = refused(load, [row(项目="T06", 来源="残联", 金额=1)])
    assert message == "第 2 行 来源：“残联” 这一项已由民政局报过，不能由另一部门再报"


def test_rows_outside_the_sender_s_areas(load, row, people, make_household, far_village):
    far = make_household(far_village)
    rows = [row(), row(户编号=far.number)]
    assert refused(load, rows, user=people["township"]) == [f"第 3 行 户编号：“{far.number}” 不在您的辖区"]
    assert refused(load, rows[:1], user=people["nobody"]) == [f"第 2 行 户编号：“{rows[0]['户编号']}” 不在您的辖区"]
    assert load(rows, user=people["county"]).counts["created"] == 2


def test_whoever_came_back_is_the_one_who_is_there_now(load, row, household, make_member):
    first = make_member(household, id_number=resident_id(800), left_on=date(2022, 1, 1))
    second = make_member(household, id_number=resident_id(800), joined_on=date(2022, 3, 1))
    assert load([row(证件号码=resident_id(800))]).messages == []
    assert IncomeEntry.objects.get().member == second != first
    assert Member.objects.filter(id_key=first.id_key).count() == 2


@pytest.mark.usefixtures("rows_go_in_one_way")
def test_as_many_queries_for_many_rows_as_for_few(load, make_household, village):
    def queries(households, amount):
        rows = [
            {"户编号": household.number, "月份": f"2022-0{month}", "项目": "W01", "金额": amount}
            for household in households
            for month in (1, 2, 3)
        ]
        with CaptureQueriesContext(connection) as captured:
            result = load(rows)
        assert result.messages == []
        return len(captured)

    # The very first file of all is spared the look at what stands already.
    queries([make_household(village)], 1)
    few, many = ([make_household(village) for _ in range(size)] for size in (2, 60))
    assert queries(few, 5) == queries(many, 5)
    assert queries(few, 9) == queries(many, 9)
    assert IncomeEntry.objects.filter(amount=9).count() == 186


@pytest.mark.parametrize("order", [(300, 320, 350), (320, 300, 350), (350, 320, 300)])
def test_a_visit_in_a_file_ranks_below_an_import_and_a_feed_in_any_order(load, row, order):
    """The contract's example: visit 300, import 320, feed 350 counts 350; without the feed 320."""
    origins = {300: {"来源": "走访"}, 320: {}, 350: {"来源": "民政局"}}
    for amount in order:
        assert load([row(项目="T01", 金额=amount, **origins[amount])]).messages == []
    counted = IncomeEntry.objects.filter(is_counted=True)
    assert [entry.amount for entry in counted] == [350]
    IncomeEntry.objects.filter(source="feed").delete()
    settle_entries()
    assert [entry.amount for entry in counted.all()] == [320]


def test_an_import_that_stays_is_named_and_a_visit_replaces_only_a_visit(load, row):
    load([row(来源="走访", 依据="口述", 金额=1)])
    assert IncomeEntry.objects.get().basis == "走访：口述"
    assert load([row(来源="走访", 金额=2)]).counts["updated"] == 1
    load([row(金额=3)])
    assert (IncomeEntry.objects.get().amount, IncomeEntry.objects.get().basis) == (3, "")
    result = load([row(来源="走访", 金额=4)])
    assert (result.counts["updated"], result.counts["unchanged"]) == (0, 1)
    assert IncomeEntry.objects.get().amount == 3
    [(heading, [line])] = result.notes
    assert heading.startswith("已有导入的值")
    assert "2022-" in line or "2021-" in line
