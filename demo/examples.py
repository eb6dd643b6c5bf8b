"""The worked examples of the calculation as households, so that everybody can look them up.

They are the first households of the first village: 示例甲 to 示例癸 are A to J; 示例子 and 示例丑
show which of several sources counts, with and without a department's figure; 示例寅 is J as a
monitored household. ``docs/policy.md`` has the figures.
"""

from datetime import date, timedelta

from demo.homes import Home, LastYear
from demo.incomes import MONTHS, Stream
from demo.people import DAY, Person

ORDINARY, SKILLED, WEAK, LOST, NONE = "ordinary", "skilled", "weak", "lost", "none"


def worked_examples():
    """Households A to J, then the two of sources and the monitored one, in that order."""
    return [
        _home(
            "甲",
            [ORDINARY, LOST, NONE],
            [
                _even("W01", 18_000),
                _in("B01", {0: 3_000, 1: 3_000}),
                _even("P02", 900),
                _even("T19", 5_400),
                _in("C01", {5: 700, 6: 700, 7: 700}),
            ],
            last_year=(35_400, "wage"),
        ),
        _home("乙", [NONE, NONE], [_in("P02", {2: 600}), _even("T03", 9_000)], last_year=(13_000, "transfer")),
        _home("丙", [WEAK, NONE, NONE], [_even("W01", 16_425)], last_year=(21_900, "wage")),
        _home("丁", [SKILLED, SKILLED, NONE], [_even("W01", 28_237.5)]),
        _home(
            "戊",
            [LOST, NONE, NONE, NONE],
            [_in("W09", {0: 3_000}), _in("B01", {1: 2_000}), _in("T07", {7: 1_000}), _in("C01", {6: 9_000})],
            last_year=(20_000, "transfer"),
        ),
        _home(
            "己",
            [ORDINARY],
            [_in("W01", dict.fromkeys(range(3, MONTHS), 1_500))],
            last_year=(9_000, "wage"),
            absent=frozenset({0, 1, 2}),
        ),
        _home("庚", [ORDINARY, NONE, NONE], [_in("W01", {0: 0.01})]),
        _home("辛", [ORDINARY, NONE], [_in("W01", {0: 0.02})]),
        _home("壬", [ORDINARY, *[NONE] * 7], [_in("C01", {5: 0.03})]),
        _home("癸", [ORDINARY, NONE], _example_j()),
        _sources("子", with_feed=True),
        _sources("丑", with_feed=False),
        _home(
            "寅",
            [ORDINARY, NONE],
            [*_example_j(), _in("X01", {4: 2_000}), _in("R01", {3: 5_000})],
            monitor_kind="unstable",
            identified_on=date(2021, 6, 1),
            causes=["illness"],
        ),
    ]


def _example_j():
    return [_even("W01", 9_000), _in("B01", {0: 4_000, 1: 2_000}), _in("T11", {3: 3_000}), _in("C01", {6: 1_500})]


def _sources(name, *, with_feed):
    """One month of 低保金 told three ways: the visit 300, the import 320, the department 350."""
    home = _home(name, [ORDINARY, NONE], [_even("W01", 18_000)])
    head = home.people[0]
    head.allowance = True
    home.entries = [
        (0, "T01", None, 30_000, "visit", "", False),
        (0, "T01", None, 32_000, "import", "", not with_feed),
    ]
    if with_feed:
        home.entries.append((0, "T01", head, 35_000, "feed", "民政局", True))
    return home


def _home(name, labour, streams, *, last_year=None, **fields):
    people = [_person(name, position, each, is_old=labour[0] == NONE) for position, each in enumerate(labour)]
    for stream in streams:
        if stream.item == "W01":
            stream.person = people[0]
    home = Home(people, streams, **fields)
    if last_year is not None:
        yuan, income_class = last_year
        classes = dict.fromkeys(("wage", "business", "property", "transfer", "business_cost"), 0)
        home.last_year = LastYear(persons=len(people), **{**classes, income_class: yuan * 100})
    return home


def _person(name, position, labour, *, is_old):
    """The head, a spouse where two are old or the second is of working age, then children."""
    if position == 0:
        relation, sex, age = "户主", "男", 78 if labour == NONE else 45
    elif position == 1 and (is_old or labour != NONE):
        relation, sex, age = "配偶", "女", 76 if is_old else 44
    else:
        relation, sex = ("之子", "男") if position % 2 else ("之女", "女")
        age = 15 - position
    born = DAY - timedelta(days=int((age + 0.4) * 365.2425))
    called = f"示例{name}" if position == 0 else f"示例{name}{'一二三四五六七'[position - 1]}"
    person = Person(called, sex, born, age, relation, labour=labour)
    if age < 16:
        person.student_status = "小学" if age < 12 else "七年级"
    else:
        person.schooling = "初中"
    if labour == LOST:
        person.health, person.disability = "disabled", (4, 2)
    return person


def _even(item, yuan):
    return Stream(item, [int(yuan * 100) // MONTHS] * MONTHS, basis="口述")


def _in(item, by_month):
    amounts = [0] * MONTHS
    for month, yuan in by_month.items():
        amounts[month] = round(yuan * 100)
    return Stream(item, amounts, basis="口述")
