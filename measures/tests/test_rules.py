"""Household facts → proposed measures and reasons. The ids are clauses of the plan."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from households.choices import Cause
from ledger.calc import FLAGS
from measures.facts import ITEMS
from measures.models import Measure
from measures.rules import RULES, Earned, HouseholdFacts, Lines, Person, propose

LINES = Lines(monitoring=730_000, average=1_255_000, low_income=1_255_000, large_fall=2_000)
ABLE = Person(age=40, labour="ordinary")
WORKING = Person(age=40, labour="ordinary", is_working=True)
WEAK = Person(age=58, labour="weak")
OLD = Person(age=75, labour="none")
CHILD = Person(age=10, labour="none", stage="school")
POOR = {"per_capita": 640_000, "net": 960_000, "counted_persons": 2}

# Natures and lines as the catalogue has them, so that the rules are tested without a database; a test below
# compares them with the table.
NATURE = {
    **dict.fromkeys(["planting", "livestock", "orchard", "asset_labour", "shareholding"], "development"),
    **dict.fromkeys(["public_post", "workshop", "labour_export", "stable_work", "small_loan", "sales"], "development"),
    **dict.fromkeys(["skills_training", "loan_survey", "motivation", "role_model", "practical_training"], "training"),
    **dict.fromkeys(["filial_support", "pair_helper", "adjust_helper", "helper_follow", "village_team"], "training"),
}
WORK_AND_LOAN = {
    *("planting", "livestock", "orchard", "asset_labour", "shareholding", "public_post", "workshop"),
    *("labour_export", "stable_work", "travel_subsidy", "skills_training", "small_loan", "loan_survey", "sales"),
    *("motivation", "practical_training", "role_model"),
}


def household(*persons, flags=("below_average_line",), **facts):
    return HouseholdFacts(
        lines=LINES, persons=persons, flags=flags, **{"per_capita": 1_000_000, "counted_persons": 1, **facts}
    )


def reasons(facts):
    return dict(propose(facts))


# Facts, codes that must be proposed, codes that must not.
CASES = {
    "三1 整户无劳动能力：差异化收益分配、低保，不派活": (
        household(OLD, OLD, flags=FLAGS, **POOR, transfer_share=9_375),
        "differentiated_dividend low_income_allowance solar_dividend",
        WORK_AND_LOAN,
    ),
    "三1 有人劳动技能未填：不当作整户无劳力": (
        household(OLD, Person(age=40, labour=""), **POOR),
        "",
        {"differentiated_dividend", "low_income_allowance", *WORK_AND_LOAN},
    ),
    "三1 经营性收入减少：产业带动": (
        household(
            ABLE,
            window=Earned(business=300_000),
            last_year=Earned(business=1_200_000),
            items={"B02": 300_000},
            flags=("income_falling",),
        ),
        "livestock small_loan practical_training",
        {"planting", "orchard", "sales", "loan_survey"},
    ),
    "三1 没有财产性收入：变股东": (household(WORKING), "shareholding", {"differentiated_dividend"}),
    "三2 弱半劳动力：优先公益岗": (household(WEAK), "public_post", {"labour_export", "asset_labour"}),
    "三2 已有公益岗：村集体劳动": (
        household(Person(age=58, labour="weak", has_public_post=True)),
        "asset_labour",
        {"public_post"},
    ),
    "三2 弱半劳动力满 70 岁：不上公益岗": (
        household(Person(age=71, labour="weak")),
        "asset_labour",
        {"public_post"},
    ),
    "三2 有劳动力、转移性收入过高：务工、贷款、培训": (
        household(ABLE, OLD, flags=("high_transfer_share",), transfer_share=7_120),
        "labour_export small_loan skills_training",
        {"public_post", "low_income_allowance"},
    ),
    "三2 有劳动力闲在家：劳务输出": (household(ABLE), "labour_export", {"stable_work", "workshop"}),
    "三2 要照看孩子：帮扶车间": (
        household(ABLE, Person(age=3, stage="preschool")),
        "workshop",
        {"labour_export", "stable_work"},
    ),
    "三2 工资性收入减少：稳岗、培训": (
        household(
            WORKING,
            window=Earned(wage=900_000),
            last_year=Earned(wage=2_400_000),
            items={"W01": 900_000},
            flags=("income_falling",),
        ),
        "stable_work skills_training",
        {"labour_export", "planting"},
    ),
    "三2 县外务工满三个月：交通补助": (
        household(Person(age=30, labour="skilled", is_working=True, works_outside=True, work_months=3)),
        "travel_subsidy stable_work",
        {"labour_export"},
    ),
    "三2 县外务工两个月：不满": (
        household(Person(age=30, labour="skilled", is_working=True, works_outside=True, work_months=2)),
        "stable_work",
        {"travel_subsidy"},
    ),
    "三3 没有项目：宣传和需求排查": (household(WORKING), "loan_survey", {"small_loan"}),
    "三3 普通农户非监测：不贷": (
        household(WORKING, is_lifted=False),
        "stable_work",
        {"small_loan", "loan_survey"},
    ),
    "三3 种植收入减少：产销对接": (
        household(ABLE, window=Earned(business=300_000), last_year=Earned(business=1_200_000), items={"B01": 300_000}),
        "planting sales small_loan",
        {"livestock"},
    ),
    "三4 一人户老人无收入：特困": (
        household(OLD, flags=("below_monitoring_line",), per_capita=300_000, net=225_000),
        "destitute_support low_income_allowance filial_support",
        WORK_AND_LOAN,
    ),
    "三4 已享受低保仍低于监测标准：复核": (
        household(Person(age=75, has_low_income_allowance=True), **POOR),
        "relief_increase",
        {"low_income_allowance"},
    ),
    "三4 重残参照单人户": (
        household(WORKING, Person(age=30, labour="lost", is_disabled=True, disability_grade=1)),
        "single_person_allowance disability_subsidies",
        {"low_income_allowance"},
    ),
    "三4 已领两项补贴：不再提": (
        household(WORKING, Person(disability_grade=2, is_disabled=True), items={"T06": 90_000}),
        "",
        {"disability_subsidies"},
    ),
    "三4 残疾没有证：先办证": (
        household(WORKING, Person(age=30, is_disabled=True)),
        "disability_subsidies",
        {},
    ),
    "三4 刚性支出大：专项救助": (
        household(WORKING, per_capita=1_200_000, net=900_000, items={"R01": 600_000}),
        "special_relief insurance",
        {"temporary_assistance"},
    ),
    "三4 刚性支出后仍高于标准：不提": (
        household(WORKING, per_capita=1_200_000, net=900_000, items={"R01": 400_000}),
        "",
        {"special_relief", "insurance"},
    ),
    "三4 因学有支出：防贫保险核算": (
        household(WORKING, per_capita=1_200_000, net=900_000, items={"R02": 400_000}, causes=("schooling",)),
        "insurance education_aid",
        {"special_relief"},
    ),
    "三4 房屋灾害支出：临时救助": (
        household(WORKING, per_capita=1_200_000, net=900_000, items={"R03": 400_000}),
        "temporary_assistance",
        {"special_relief", "insurance"},
    ),
    "三4 已有理赔：不重复核算": (
        household(WORKING, items={"R01": 400_000, "X01": 100_000}),
        "",
        {"insurance"},
    ),
    "三4 中职在校：雨露计划": (
        household(WORKING, Person(age=17, stage="vocational")),
        "rain_dew",
        {"education_aid"},
    ),
    "三4 小学在校：教育资助": (household(WORKING, CHILD), "education_aid", {"rain_dew"}),
    "三4 未参保": (household(Person(age=40, labour="ordinary", has_medical_insurance=False)), "medical_insurance", {}),
    "三5 有劳力无收入：扶志": (
        household(ABLE, flags=("high_transfer_share",), transfer_share=10_000),
        "motivation",
        {},
    ),
    "三5 缺月：收入未齐，不说没有收入": (household(ABLE, months_missing=1), "", {"motivation"}),
    "三5 老人单独生活有赡养费": (household(OLD, items={"T09": 100_000}), "", {"filial_support"}),
    "三5 自主增收：典型": (
        household(WORKING, window=Earned(wage=2_000_000), last_year=Earned(wage=2_000_000)),
        "role_model",
        {},
    ),
    "三6 没有责任人：结对": (household(WORKING), "pair_helper", {"helper_follow", "adjust_helper"}),
    "三6 有责任人：全程参与": (household(WORKING, has_helper=True), "helper_follow", {"pair_helper", "adjust_helper"}),
    "三6 责任人停用：调整": (
        household(WORKING, is_helper_gone=True),
        "adjust_helper",
        {"pair_helper", "helper_follow"},
    ),
    "三6 红色预警：第一书记包联": (household(WORKING, warning=3), "village_team", {}),
    "三6 黄色预警：不包联": (household(WORKING, warning=1), "", {"village_team"}),
}


@pytest.mark.parametrize(("facts", "wanted", "unwanted"), CASES.values(), ids=CASES.keys())
def test_who_gets_what(facts, wanted, unwanted):
    proposed = reasons(facts)
    assert set(wanted.split()) <= set(proposed)
    assert not set(unwanted) & set(proposed)


# Domain §6.3: a cause and the measures of which at least one must be there.
PAIRS = {
    Cause.ILLNESS: {"medical_aid"},
    Cause.SCHOOLING: {"education_aid", "rain_dew", "compulsory_education"},
    Cause.DISABILITY: {"disability_subsidies", "low_income_allowance", "destitute_support", "single_person_allowance"},
    Cause.HOUSING: {"safe_housing"},
    Cause.WATER: {"safe_water"},
    Cause.DISASTER: {"temporary_assistance"},
    Cause.ACCIDENT: {"temporary_assistance"},
}


@pytest.mark.parametrize(("cause", "answers"), PAIRS.items())
@pytest.mark.parametrize("persons", [(OLD,), (WORKING, CHILD)], ids=["without labour", "working"])
def test_a_cause_has_its_measure(cause, answers, persons):
    facts = {"monitor_kind": "unstable", "is_lifted": True}
    assert not answers & set(reasons(household(WORKING, **facts)))
    assert answers & set(reasons(household(*persons, causes=(cause.value,), **facts)))


@pytest.mark.parametrize(
    ("guarantee", "code"),
    [
        ("is_housing_safe", "safe_housing"),
        ("is_water_safe", "safe_water"),
        ("is_schooling_safe", "compulsory_education"),
        ("is_medical_safe", "medical_insurance"),
    ],
)
def test_an_open_guarantee_has_its_measure(guarantee, code):
    assert code in reasons(household(WORKING, **{guarantee: False}))
    assert code not in reasons(household(WORKING, **{guarantee: True}))


def test_reasons_hold_the_households_own_facts():
    proposed = reasons(
        household(ABLE, ABLE, flags=("high_transfer_share",), transfer_share=7_120, per_capita=1_253_333)
    )
    assert proposed["labour_export"] == "家中 2 人有劳动能力，转移性收入占 71.20%，2 人未务工，先安排务工"
    proposed = reasons(household(OLD, OLD, flags=("below_monitoring_line",), **POOR))
    assert proposed["low_income_allowance"] == (
        "整户无劳动能力，预估人均 6,400.00 元，低于监测标准 7,300.00 元，核对纳入农村低保"
    )
    facts = household(WORKING, flags=("income_falling",), last_year=Earned(wage=2_400_000), window=Earned(wage=900_000))
    assert reasons(facts)["stable_work"] == "1 人务工，工资性收入比上年同期少 9,000.00 元，上门了解原因，稳岗或转岗"


LAST = Earned(wage=1_200_000, business=1_200_000)


@pytest.mark.parametrize(
    ("wage", "business", "flags", "fallen"),
    [
        # Of 900,000 in the same period: 20 % is a large fall, 19.99 % is not.
        (720_000, 900_000, FLAGS[2:3], {"wage"}),
        (720_001, 900_000, FLAGS[2:3], set()),
        (720_001, 800_000, FLAGS[:1], {"wage"}),
        (720_001, 720_000, FLAGS[:1], {"business"}),
        (720_000, 700_000, FLAGS[:1], {"wage", "business"}),
        (890_000, 880_000, FLAGS[:1], {"business"}),
        (900_000, 900_000, FLAGS[:1], set()),
        (0, 950_000, FLAGS[:1], {"wage"}),
    ],
)
def test_a_fall_is_answered_where_it_is_large_or_the_largest(wage, business, flags, fallen):
    facts = household(WORKING, flags=flags, last_year=LAST, window=Earned(wage=wage, business=business))
    assert {name for name in Earned._fields if facts.fell(name)} == fallen
    proposed = set(reasons(facts))
    assert bool(proposed & {"planting", "sales", "practical_training"}) == ("business" in fallen or flags != FLAGS[:1])
    assert ("skills_training" in proposed) == ("wage" in fallen)


def test_without_a_last_year_nothing_fell():
    assert not household(WORKING, flags=FLAGS[:1], window=Earned()).fell("wage")


@pytest.mark.parametrize(("wage", "is_role_model"), [(1_080_000, True), (1_079_999, False)])
def test_a_role_model_earns_much_more(wage, is_role_model):
    facts = household(WORKING, last_year=Earned(wage=1_200_000), window=Earned(wage=wage))
    assert ("role_model" in reasons(facts)) == is_role_model
    assert "role_model" not in reasons(
        household(WORKING, last_year=Earned(wage=1_200_000), window=Earned(wage=wage), monitor_kind="sudden")
    )


def test_public_posts_come_first():
    assert propose(household(WEAK, ABLE))[0].code == "public_post"


def test_illness_and_disability_are_told_only_to_whom_they_concern():
    facts = household(
        WORKING,
        Person(age=50, labour="lost", is_seriously_ill=True, is_disabled=True, disability_grade=1),
        flags=FLAGS[:3],
        causes=("illness", "disability"),
        items={"R01": 900_000},
        has_helper=True,
        warning=3,
    )
    told = {"medical_aid", "insurance", "disability_subsidies", "single_person_allowance"}
    for code, reason in propose(facts):
        if code not in told:
            assert not any(word in reason for word in ("病", "残", "医疗")), code


people = st.builds(
    Person,
    age=st.none() | st.integers(0, 100),
    labour=st.sampled_from(["skilled", "ordinary", "weak", "lost", "none", ""]),
    is_chronic=st.booleans(),
    is_seriously_ill=st.booleans(),
    is_disabled=st.booleans(),
    disability_grade=st.none() | st.integers(1, 4),
    stage=st.sampled_from(["", "vocational", "school", "preschool"]),
    is_working=st.booleans(),
    works_outside=st.booleans(),
    work_months=st.integers(0, 12),
    has_public_post=st.booleans(),
    has_low_income_allowance=st.booleans(),
    has_destitute_support=st.booleans(),
    has_medical_insurance=st.none() | st.booleans(),
)
fen = st.just(0) | st.integers(0, 50_000_000)
sums = st.builds(Earned, wage=fen, business=fen, property=fen, transfer=fen, business_cost=fen)
amounts = st.dictionaries(st.sampled_from(ITEMS), fen)
households = st.builds(
    HouseholdFacts,
    lines=st.just(LINES),
    persons=st.lists(people, max_size=6).map(tuple),
    flags=st.lists(st.sampled_from(FLAGS), min_size=1, unique=True).map(
        lambda names: tuple(sorted(names, key=FLAGS.index))
    ),
    warning=st.integers(0, 3),
    months_missing=st.integers(0, 9),
    per_capita=st.integers(-5_000_000, 5_000_000),
    transfer_share=st.integers(0, 10_000),
    counted_persons=st.integers(1, 12),
    net=st.integers(-50_000_000, 50_000_000),
    window=sums,
    last_year=st.none() | sums,
    items=amounts,
    last_items=amounts,
    is_lifted=st.booleans(),
    monitor_kind=st.sampled_from(["none", "unstable", "marginal", "sudden"]),
    is_risk_eliminated=st.booleans(),
    causes=st.lists(st.sampled_from([cause.value for cause in Cause]), max_size=5, unique=True).map(tuple),
    is_housing_safe=st.booleans(),
    is_water_safe=st.booleans(),
    is_schooling_safe=st.booleans(),
    is_medical_safe=st.booleans(),
    has_helper=st.booleans(),
    is_helper_gone=st.booleans(),
)


def natures(facts):
    return {NATURE.get(code, "assistance") for code, _ in propose(facts)}


@settings(max_examples=400, deadline=None)
@given(households)
def test_every_flagged_household_gets_what_fits_its_labour(facts):
    proposed = reasons(facts)
    assert proposed
    assert all(proposed.values())
    if any(person.labour in ("skilled", "ordinary", "weak") for person in facts.persons):
        # Never only assistance, and training alone is not enough (domain §6.3).
        assert "development" in natures(facts)
        assert "differentiated_dividend" not in proposed
    if facts.persons and all(person.labour in ("lost", "none") for person in facts.persons):
        assert not WORK_AND_LOAN & set(proposed)
        assert "assistance" in natures(facts)
    for cause in facts.causes:
        assert PAIRS.get(cause, set(proposed)) & set(proposed)


@pytest.mark.django_db
def test_catalogue_and_rules_match_one_to_one():
    assert sorted(Measure.objects.values_list("code", flat=True)) == sorted(RULES)


@pytest.mark.django_db
def test_natures_of_this_file_are_those_of_the_catalogue():
    stored = {code: nature for code, nature in Measure.objects.values_list("code", "nature") if nature != "assistance"}
    assert stored == NATURE
