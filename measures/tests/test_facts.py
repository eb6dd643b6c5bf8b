"""What the rules see of a household, as read from the tables."""

from datetime import date
from decimal import Decimal

import pytest

from households.models import AnnualIncome
from ledger.models import LedgerRow
from measures.facts import age_on, read_facts, stage_of
from measures.rules import Earned
from visits.models import Visit

pytestmark = pytest.mark.django_db

DAY = date(2022, 7, 10)


@pytest.fixture
def facts_of(policy, rebuild):
    def facts_of(household, today=DAY):
        rebuild()
        return read_facts(LedgerRow.objects.filter(year=2022), policy, today)[household.pk]

    return facts_of


def test_figures_of_the_row_and_items_of_the_window(household, earn, facts_of):
    earn(household, W01=300, T01=200, R01=50)
    AnnualIncome.objects.create(
        household=household, year=2021, wage=Decimal(2400), transfer=Decimal(1200), persons=1, items={"W01": 240_000}
    )
    facts = facts_of(household)
    assert facts.window == Earned(wage=270_000, transfer=180_000)
    assert facts.last_year == Earned(wage=240_000, transfer=120_000)
    assert (facts.items, facts.last_items) == ({"W01": 270_000, "T01": 180_000, "R01": 45_000}, {"W01": 240_000})
    assert (facts.per_capita, facts.transfer_share, facts.net) == (600_000, 4_000, 450_000)
    assert facts.flags == ("below_monitoring_line", "below_average_line")
    assert facts.lines.monitoring == 730_000
    # 450,000 × 12 less 45,000 × 9, over 9 months and one person.
    assert facts.after_rigid_cost == 555_000


def test_persons_are_those_of_the_day(household, make_member, facts_of):
    make_member(household, born=date(2016, 7, 11), labour="none", student_status="学前教育")
    make_member(household, left_on=date(2022, 7, 10))
    make_member(household, joined_on=date(2022, 7, 11))
    make_member(
        household,
        born=date(2004, 7, 10),
        labour="none",
        student_status="中职二年级",
        health="chronic,disabled",
        disability_grade=2,
        has_low_income_allowance=True,
        has_resident_medical=False,
    )
    facts = facts_of(household)
    assert len(facts.persons) == 3
    head, child, student = facts.persons
    assert (head.age, head.is_able, head.is_employable) == (52, True, True)
    assert (child.age, child.is_student, child.has_medical_insurance) == (5, True, None)
    assert (student.age, student.stage, student.is_chronic, student.is_seriously_ill) == (18, "vocational", True, False)
    assert (student.is_severely_disabled, student.is_supported, student.has_medical_insurance) == (True, True, False)


@pytest.mark.parametrize(("place", "outside"), [("河北省保定市涞源县", False), ("北京市大兴区", True), ("", False)])
def test_work_outside_the_county(make_household, make_member, village, facts_of, place, outside):
    household = make_household(village)
    make_member(household, work_place=place, work_months=4)
    worker = facts_of(household).persons[1]
    assert (worker.is_working, worker.works_outside, worker.work_months) == (True, outside, 4)


def test_the_last_visit_goes_before_the_roster(make_household, village, people, facts_of):
    household = make_household(village, is_dangerous_house=True, has_safe_water=None)
    assert (facts_of(household).is_housing_safe, facts_of(household).is_water_safe) == (False, True)
    words = {"household": household, "visitor": people["cadre"], "visited_on": date(2022, 5, 6)}
    Visit.objects.create(month=date(2022, 4, 1), state="approved", is_water_safe=False, **words)
    Visit.objects.create(month=date(2022, 5, 1), state="submitted", is_housing_safe=True, **words)
    Visit.objects.create(month=date(2022, 6, 1), state="draft", is_schooling_safe=False, **words)
    facts = facts_of(household)
    assert (facts.is_housing_safe, facts.is_water_safe, facts.is_schooling_safe) == (True, True, True)


@pytest.mark.parametrize(
    ("fields", "has_helper", "gone"),
    [
        ({}, False, False),
        ({"helper_name": "张三"}, True, False),
        ({"helper": "active", "helper_name": "张三"}, True, False),
        ({"helper": "closed", "helper_name": "张三"}, False, True),
    ],
)
def test_the_paired_helper(make_household, make_user, village, facts_of, fields, has_helper, gone):
    if "helper" in fields:
        fields = {**fields, "helper": make_user("helper", is_active=fields["helper"] == "active")}
    facts = facts_of(make_household(village, **fields))
    assert (facts.has_helper, facts.is_helper_gone) == (has_helper, gone)


def test_causes_and_kinds(make_household, village, facts_of):
    household = make_household(
        village, kind="ordinary", monitor_kind="marginal", cause_1="illness", cause_3="schooling", risk_eliminated=True
    )
    facts = facts_of(household)
    assert facts.causes == ("illness", "schooling")
    assert (facts.is_lifted, facts.monitor_kind, facts.is_risk_eliminated) == (False, "marginal", True)


@pytest.mark.parametrize(
    ("status", "stage"),
    [
        ("", ""),
        ("学龄前儿童", "preschool"),
        ("学前教育", "school"),
        ("九年级", "school"),
        ("本科二年级", "school"),
        ("高职高专一年级", "vocational"),
        ("技师学院四年级", "vocational"),
    ],
)
def test_stages(status, stage):
    assert stage_of(status) == stage


def test_age_on_and_before_the_birthday():
    assert (age_on(date(1962, 7, 10), DAY), age_on(date(1962, 7, 11), DAY)) == (60, 59)
