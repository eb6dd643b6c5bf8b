from decimal import Decimal

import pytest

from conftest import DAY
from households.models import AnnualIncome
from households.sheets import read_sheet
from households.tests.workbooks import every_row, write_xls, write_xlsx
from visits.resources import PriorIncomeResource
from visits.resources.prior import per_capita

pytestmark = pytest.mark.django_db


@pytest.fixture
def load(tmp_path):
    def load(rows, *, write=write_xlsx, user=None, year=2021):
        sheet = read_sheet(write(tmp_path / "prior.xlsx", rows))
        return PriorIncomeResource(year=year).import_data(
            sheet.dataset(), today=DAY, user=user, numbers=sheet.numbers, bad_cells=sheet.bad_cells
        )

    return load


@pytest.fixture
def row(household):
    def row(**cells):
        return {
            "户编号": household.number,
            "工资性收入": "20,000",
            "生产经营性收入": 6000,
            "财产性收入": "900.50",
            "转移性收入": 5400.0,
            "生产经营性支出": 2100,
            "家庭人口数": 3,
            **cells,
        }

    return row


def refused(load, rows, **kwargs):
    before = every_row()
    result = load(rows, **kwargs)
    assert result.has_errors()
    assert every_row() == before
    return result.messages


@pytest.mark.parametrize("write", [write_xlsx, write_xls])
def test_income_of_last_year(load, row, household, write):
    result = load([row(家庭纯收入="30200.50", 人均纯收入=10066.83)], write=write)
    assert result.messages == []
    income = AnnualIncome.objects.get()
    assert (income.household, income.year, income.persons) == (household, 2021, 3)
    assert income.net() == Decimal("30200.50")
    assert income.items == {}
    assert [past.history_type for past in income.history.all()] == ["+"]


def test_again_and_changed(load, row, people):
    load([row()])
    before = every_row()
    assert load([row()]).counts["unchanged"] == 1
    assert every_row() == before
    AnnualIncome.history.all().delete()
    result = load([row(工资性收入=19000, 家庭人口数=4)], user=people["county"])
    assert [(change.column, change.old, change.new) for change in result.changes] == [
        ("工资性收入", "20000.00", "19000.00"),
        ("家庭人口数", "3", "4"),
    ]
    assert [past.wage for past in AnnualIncome.history.all()] == [Decimal(19000), Decimal(20000)]


def test_items_add_up_to_their_class(load, row):
    assert load([row(务工工资=15000, W02=5000, 种植业收入="")]).messages == []
    assert AnnualIncome.objects.get().items == {"W01": 1500000, "W02": 500000}
    assert load([row(务工工资=15000, W02=5000, 种植业收入="")]).counts["unchanged"] == 1
    [message] = refused(load, [row(务工工资=15000, W02=4999)])
    assert message == "第 2 行 工资性收入：“20,000” 与分项合计 19999.00 不等"


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"财产性收入": "abc"}, "第 2 行 财产性收入：“abc” 不是数字"),
        ({"财产性收入": ""}, "第 2 行 财产性收入：不能为空"),
        ({"转移性收入": -1}, "第 2 行 转移性收入：“-1” 不能是负数"),
        ({"家庭人口数": 0}, "第 2 行 家庭人口数：“0” 应在 1 到 99 人之间"),
        ({"家庭人口数": 2.5}, "第 2 行 家庭人口数：“2.5” 不是整数"),
        ({"家庭纯收入": 30200}, "第 2 行 家庭纯收入：“30200” 与各项算出的 30200.50 不等"),
        ({"人均纯收入": "10066.84"}, "第 2 行 人均纯收入：“10066.84” 与各项算出的 10066.83 不等"),
        ({"户编号": "999"}, "第 2 行 户编号：“999” 名册中没有此户，请核对或先导入人员名册"),
    ],
)
def test_rows_that_are_refused(load, row, cells, message):
    assert refused(load, [row(**cells)]) == [message]


def test_a_household_twice_and_a_year_that_cannot_be(load, row, household):
    assert refused(load, [row(), row()]) == [f"第 3 行 户编号：“{household.number}” 与第 2 行重复，一户只能有一行"]
    assert refused(load, [row()], year=2030) == ["年度 2030 不对，应在 2014 到 2022 之间。"]


def test_a_loss_is_negative_and_no_error(load, row):
    result = load([row(生产经营性支出=40000, 家庭纯收入="-7699.50", 人均纯收入="-2566.50")])
    assert result.messages == []


def test_rows_outside_the_sender_s_areas(load, row, people, household):
    assert refused(load, [row()], user=people["other_township"]) == [
        f"第 2 行 户编号：“{household.number}” 不在您的辖区"
    ]
    assert load([row()], user=people["township"]).messages == []


@pytest.mark.parametrize(("net", "persons", "rounded"), [(10, 4, 3), (-10, 4, -3), (5, 2, 3), (7, 3, 2), (0, 3, 0)])
def test_per_capita_is_rounded_half_up_and_away_from_zero(net, persons, rounded):
    assert per_capita(net, persons) == rounded
