"""Each rule by its code: one household that fires it, and one beside it, alike but for the point, that does not."""

import random
from datetime import date

import pytest

from checks.filling import Filling
from checks.rules import ALL_GROUPS, RULES, watches
from checks.tests.builders import codes_of, content, months, person, told, work
from checks.watch import Bound, as_json, total
from conftest import resident_id

BOY = date(2012, 3, 1)
OLD = date(1940, 1, 1)


def pupil(**fields):
    return person(2, "之子", **{"born": BOY, "labour": "none", "schooling": "", "student_status": "小学", **fields})


def three():
    return [person(), person(3, "配偶", gender="女"), pupil()]


LIVING = months("W01/1", 1500)
# What a case is built of and what is typed: (fires, stays quiet).
EXAMPLES = {
    "H01": (
        ({"members": [person(birth_date=date(1980, 1, 2))]}, None),
        ({"members": [person()]}, None),
    ),
    "H02": (
        ({"members": [person(), person(2, "户主")]}, None),
        ({"members": [person(), person(2, "配偶", gender="女")]}, None),
    ),
    "H03": (
        ({"members": [person(), person(2, "配偶", gender="男")]}, None),
        ({"members": [person(), person(2, "配偶", gender="女")]}, None),
    ),
    "H04": (({"phone_households": 2}, None), ({"phone_households": 1}, None)),
    "H05": (
        ({"members": [person(health="disabled")]}, None),
        ({"members": [person(health="disabled", disability_grade=3)]}, None),
    ),
    "L01": (({"members": [person(), pupil(labour="weak")]}, None), ({"members": [person(), pupil()]}, None)),
    "L02": (
        ({"members": [person(labour="weak")]}, None),
        ({"members": [person(labour="weak", health="chronic")]}, None),
    ),
    "L03": (
        ({"members": [person(), pupil()]}, content(work={"2": work("北京市")})),
        ({"members": [person(), pupil()]}, content(work={"1": work("北京市")})),
    ),
    "L04": (
        ({"members": [person(born=OLD)]}, content({"W02/1": 500})),
        ({"members": [person()]}, content({"W02/1": 500})),
    ),
    "L05": (
        ({"members": [person(), pupil(student_status="学龄前儿童")]}, None),
        ({"members": [person(), pupil(student_status="学龄前儿童")]}, content(guarantee_note="在家养病，送教上门")),
    ),
    "L06": (
        ({"members": [person(has_resident_medical=False)]}, None),
        ({"members": [person(has_resident_medical=None, has_employee_medical=None)]}, None),
    ),
    "L07": (({"members": [person(labour="")]}, None), ({"members": [person(labour="none")]}, None)),
    "I01": (
        ({"entries": months("W01/1", 500)}, content({"W01/1": 500})),
        ({"entries": months("W01/1", 500), "household": {"monitor_kind": "unstable"}}, content({"W01/1": 500})),
    ),
    "I02": (
        ({"members": three(), "entries": LIVING}, content({"W01/1": 30001})),
        ({"members": three(), "entries": LIVING}, content({"W01/1": 30000})),
    ),
    "I03": (
        ({"members": [person(has_low_income_allowance=True)]}, None),
        ({"members": [person(has_low_income_allowance=True)]}, content({"T01/0": 300})),
    ),
    "I04": (
        ({}, content({"T06/0": 120})),
        ({"members": [person(disability_grade=2)]}, content({"T06/0": 120})),
    ),
    "I05": (
        ({"members": [person(work_place="北京市")]}, None),
        ({"members": [person(work_place="北京市")]}, content({"W09/1": 2000})),
    ),
    "I06": (
        ({"entries": months("W01/1", 1200)}, content({"W01/1": 3601})),
        ({"entries": months("W01/1", 1200)}, content({"W01/1": 3600})),
    ),
    "I07": (
        ({"last_year": {"W01": 18000, "B02": 1001}}, content({"W01/1": 1500})),
        ({"last_year": {"W01": 18000, "B02": 1000}}, content({"W01/1": 1500})),
    ),
    "I08": (
        ({}, content({"B01/0": 5001})),
        ({"entries": [told(3, "C01/0", 800)]}, content({"B01/0": 5001})),
    ),
    "I09": (
        ({"entries": [told(1, "T11/0", 6000)]}, None),
        ({"entries": [told(1, "T11/0", 5474)]}, None),
    ),
    "I10": (
        ({"entries": [told(0, "T01/0", 320, "feed", "民政局")]}, content({"T19/0": 320})),
        ({"entries": [told(0, "T01/0", 320, "feed", "民政局")]}, content({"T19/0": 321})),
    ),
    "F01": (
        ({"entries": [told(back, "W01/1", 1500) for back in range(3)], "filling": Filling()}, None),
        ({"entries": [told(back, "W01/1", 1500 + back // 2) for back in range(3)], "filling": Filling()}, None),
    ),
    "F02": (
        ({"filling": Filling(hasty_neighbours=9)}, None),
        ({"filling": Filling(hasty_neighbours=8)}, None),
    ),
    "F03": (
        ({"filling": Filling(own_round=(3, 3), village_round=(28, 30), county_round=(450, 1000))}, None),
        ({"filling": Filling(own_round=(3, 3), village_round=(28, 30), county_round=(700, 1000))}, None),
    ),
    "F04": (({"filling": Filling(twins=2)}, None), ({"filling": Filling(twins=1)}, None)),
    "F05": (
        # 5,475 in nine months are the line of 7,300 a year; 5,639.25 are three in a hundred more.
        ({"filling": Filling(reviewed={"P01": 547499})}, content({"P01/0": 5639})),
        ({"filling": Filling(reviewed={"P01": 547499})}, content({"P01/0": 5640})),
    ),
    "F06": (
        ({"visited_on": date(2022, 7, 1), "filling": Filling()}, None),
        ({"visited_on": date(2022, 6, 30), "filling": Filling()}, None),
    ),
}


def test_every_rule_has_its_examples():
    assert set(EXAMPLES) == set(RULES)


@pytest.mark.parametrize("code", sorted(EXAMPLES))
def test_fires(make_case, code):
    built, typed = EXAMPLES[code][0]
    assert code in codes_of(make_case(**built), typed, ALL_GROUPS)


@pytest.mark.parametrize("code", sorted(EXAMPLES))
def test_stays_quiet(make_case, code):
    built, typed = EXAMPLES[code][1]
    assert code not in codes_of(make_case(**built), typed, ALL_GROUPS)


# Further ways in which a rule fires (True) or does not.
MORE = [
    ("H01", True, {"members": [person(sex="女")]}, None),
    ("H01", True, {"members": [person(id_number="13063019800101001")]}, None),
    ("H01", False, {"members": [person(birth_date=None, sex="")]}, None),
    ("H02", True, {"members": [person(2, "之子")]}, None),
    ("H02", True, {"elsewhere": frozenset({1})}, None),
    ("H02", True, {"members": [person(), *(person(pk, "配偶", gender="女") for pk in (2, 3))]}, None),
    ("H03", True, {"members": [person(), person(2, "之女", gender="男")]}, None),
    ("H04", True, {"household": {"phone": ""}}, None),
    ("H04", True, {"household": {"phone": "0312-733300"}}, None),
    ("H05", True, {"members": [person(health="disabled", disability_grade=2)]}, None),
    ("H05", False, {"members": [person(health="disabled", disability_grade=2, labour="lost")]}, None),
    ("L01", True, {"members": [person(student_status="本科一年级", schooling="")]}, None),
    ("L02", False, {"members": [person(born=date(1962, 6, 1), labour="none")]}, None),
    ("L03", True, {"members": [person(labour="lost", health="serious", work_place="北京市")]}, None),
    ("L03", True, {"members": [person(has_destitute_support=True)]}, content(work={"1": work("北京市")})),
    ("L04", True, {}, content({"W02/1": 500}, work={"1": work("北京市")})),
    ("L04", True, {"members": [person(public_post="护林员")]}, content(work={"1": work("北京市")})),
    ("L04", False, {"members": [person(public_post="护林员")]}, content(work={"1": work("涞源镇")})),
    ("L04", True, {"members": [person(born=OLD, public_post="护林员")]}, None),
    ("L04", True, {}, content(work={"1": work("北京市", "public_post")})),
    ("L05", True, {"members": [person(student_status="本科一年级")]}, None),
    ("L05", True, {"members": [person(), person(2, "之子", schooling="")]}, None),
    ("L05", False, {"members": [person(schooling=""), person(2, "之子", schooling="")]}, None),
    # Six in March: school begins in September only.
    ("L05", False, {"members": [person(), pupil(born=date(2016, 3, 1), student_status="学前教育")]}, None),
    ("L06", True, {"members": [person(has_employee_medical=True)]}, None),
    ("L07", True, {"members": []}, None),
    ("I01", False, {"entries": months("W01/1", 700)}, content({"W01/1": 700})),
    # Three months of nine are 2,000 a year by the plan's formula; by the month they are well above.
    ("I01", False, {"entries": months("W01/1", 700, 3), "months": 3}, content({"W01/1": 700})),
    ("I02", True, {"members": three(), "entries": LIVING}, content({"W01/1": 99})),
    ("I02", False, {}, content({"W01/1": 100, "P01/0": 1000})),
    ("I02", True, {}, content({"P01/0": 374})),
    ("I02", True, {"entries": LIVING}, content({"P01/0": 12000})),
    ("I02", True, {"members": three(), "entries": [told(0, "W01/1", 30001, "import")]}, None),
    ("I02", False, {"entries": [told(0, "W01/1", 3000, "import")]}, content({"W01/1": 30001})),
    ("I03", False, {"members": [person(has_low_income_allowance=True)], "entries": [told(2, "T01/0", 300)]}, None),
    ("I03", True, {}, content(policies="destitute")),
    ("I03", True, {}, content({"T01/0": 300})),
    ("I03", False, {}, content({"T01/0": 300}, policies="allowance")),
    ("I03", True, {"entries": [told(0, "T01/0", 300, "feed", "民政局")]}, None),
    ("I04", False, {}, content({"T06/0": 120}, changes={"1": {"kind": "disability", "labour": "", "note": ""}})),
    ("I04", True, {"entries": [told(0, "T06/1", 120, "feed", "残联")]}, None),
    ("I05", True, {}, content(work={"1": work("北京市")})),
    ("I05", False, {"entries": [told(8, "W01/1", 2000)]}, content(work={"1": work("北京市")})),
    ("I06", True, {"entries": months("W01/1", 1200)}, content({"W01/1": 399})),
    ("I06", False, {"entries": months("W01/1", 1200)}, content({"W01/1": 400})),
    ("I06", True, {"entries": months("W01/1", 1200)}, content({"W01/1": 0})),
    ("I06", False, {"entries": months("W01/1", 1200)}, None),
    ("I06", False, {"entries": months("W01/1", 1200, 3)}, content({"W01/1": 9000})),
    ("I06", False, {"entries": months("B01/0", 1200)}, content({"B01/0": 9000})),
    ("I07", True, {"last_year": {"W01": 18000}}, content({"W01/1": 1500, "B02/0": 1001})),
    ("I07", False, {"last_year": {"W01": 18000}}, content({"W01/1": 1500, "B02/0": 1000})),
    (
        "I07",
        True,
        {"last_year": {"W01": 18000}, "entries": [told(4, "B02/0", 900)]},
        content({"W01/1": 1, "B02/0": 101}),
    ),
    ("I07", False, {"last_year": {"W01": 18000, "B02": 3000}, "months": 2}, content({"W01/1": 1500})),
    ("I07", False, {"last_year": {}}, content({"B02/0": 5000})),
    ("I08", True, {}, content({"C02/0": 300})),
    ("I08", False, {"months": 8}, content({"C02/0": 300})),
    ("I08", False, {"entries": [told(0, "C01/0", 500, "import")]}, content({"B01/0": 6000})),
    ("I10", True, {}, content({"X01/0": 2000, "T12/0": 2000})),
    ("I10", False, {}, content({"X01/0": 2000, "T12/0": 1000})),
    # A pension is the same every month.
    ("F01", False, {"entries": [told(back, "T03/1", 130) for back in range(3)], "filling": Filling()}, None),
    ("F02", True, {"filling": Filling(sent_that_day=20, sent_in_all=25, is_last_day=True)}, None),
    ("F02", False, {"filling": Filling(sent_that_day=20, sent_in_all=26, is_last_day=True)}, None),
    ("F02", False, {"filling": Filling(sent_that_day=20, sent_in_all=25)}, None),
    ("F03", False, {"filling": Filling(own_round=(2, 3), village_round=(28, 30), county_round=(450, 1000))}, None),
    ("F05", False, {"filling": Filling(reviewed={"P01": 547500})}, content({"P01/0": 5639})),
    ("F06", True, {"visited_on": date(2022, 7, 11), "filling": Filling()}, None),
    (
        "F06",
        True,
        {"members": [person(joined_on=date(2022, 6, 15))], "visited_on": date(2022, 6, 14), "filling": Filling()},
        None,
    ),
]


@pytest.mark.parametrize(
    ("code", "fires", "built", "typed"), MORE, ids=[f"{row[0]}-{at}" for at, row in enumerate(MORE)]
)
def test_further_examples(make_case, code, fires, built, typed):
    assert (code in codes_of(make_case(**built), typed, ALL_GROUPS)) == fires


def test_an_ordinary_household_raises_no_doubt(make_case):
    case = make_case(members=three(), entries=months("W01/1", 4000), last_year={"W01": 40000}, filling=Filling())
    assert codes_of(case, content({"W01/1": 4200}), ALL_GROUPS) == []


def test_texts_fit_and_hold_no_certificate_and_no_phone(make_case):
    number = resident_id(77)
    members = [person(id_number=number, sex="女", labour="", health="disabled"), person(2, "户主", gender="男")]
    case = make_case(members=members, household={"phone": "1390000"}, phone_households=3, filling=Filling(twins=5))
    every = watches(case, ALL_GROUPS)
    assert len(every) > 20
    for watch in every:
        assert 4 <= len(watch.text) <= 60, watch.text
        assert number not in f"{watch.text}{watch.values}"
        assert "1390000" not in f"{watch.text}{watch.values}"


def test_the_phone_gets_only_what_waits_for_something_typed(make_case):
    case = make_case(household={"phone": ""})
    every = watches(case)
    standing = [watch.code for watch in every if not watch.conditions]
    assert standing == ["H04"]
    assert [each["code"] for each in as_json(every)] == [watch.code for watch in every if watch.conditions]


def test_without_persons_there_is_no_estimate_and_no_income_rule(make_case):
    assert codes_of(make_case(members=[]), None, ALL_GROUPS) == ["L07"]


def test_what_is_known_moves_into_the_limits(make_case):
    """With amounts of a better source known, a bound waits for the rest and fires as the whole would."""
    case = make_case(entries=[told(0, "W01/1", 300, "import"), told(0, "T06/0", 120, "feed", "残联")])
    known = {"W01/1": 30_000, "W01": 30_000, "filled/W01/1": 1, "T06/0": 12_000, "T06": 12_000, "W01/2": 0}
    rng, held = random.Random(6), 0
    for _ in range(2000):
        names = rng.sample([*known, "B01/0", "away/1", "@per_capita"], 3)
        of = tuple(("-" if rng.random() < 0.3 else "") + name for name in names)
        typed = {"B01/0": rng.choice((0, 12_000)), "away/1": 1, "@per_capita": rng.randint(-2, 2)}
        # Somebody typed beside the reported amount all the same: it is a dispute and does not count.
        beside = typed | {"W01/1": 99_900, "W01": 99_900}
        near = total(of, typed | known) + rng.randint(-1, 1)
        bound = Bound(of, rng.choice((None, near)), rng.choice((None, near + 1)))
        doubts = case.doubts("文字", bound)
        fires = [doubt for doubt in doubts if all(rest.holds(total(rest.of, beside)) for rest in doubt.conditions)]
        assert bool(fires) == bound.holds(total(of, typed | known)), bound
        held += bool(fires)
    assert 500 < held < 1900
