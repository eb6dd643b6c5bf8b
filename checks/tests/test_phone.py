"""The phone's two echoes, held to Python in Chromium: which watches fire, and what the estimate comes to."""

import json
import random

import pytest
from django.contrib.staticfiles import finders

from checks.quantities import home_words, quantities
from checks.rules import watches
from checks.tests.builders import content, months, person, told, work
from checks.watch import Bound, Watch, as_json, fired
from ledger.calc import Facts, LastYear, Sums, Terms
from ledger.prospect import Ground, Prospect
from visits.content import GUARANTEES, JUDGEMENTS, TEXTS
from visits.models import MemberChange, Visit, WorkAway

pytestmark = pytest.mark.browser

NAMES = ("W01/1", "W01", "T01/0", "filled/W01/1", "away/1", "policies/allowance", "@per_capita", "@itemised_per_capita")


@pytest.fixture
def script(page):
    """``script("watch", expression, argument)``: the value of an expression in a page with that script."""

    def run(name, expression, argument):
        page.goto("about:blank")
        page.add_script_tag(path=finders.find(f"js/visit/{name}.js"))
        return page.evaluate(expression, argument)

    return run


def random_bound(rng, quantities):
    of = tuple(("-" if rng.random() < 0.2 else "") + name for name in rng.sample(NAMES, rng.randint(1, 3)))
    # Close to what the quantities come to, so that the limits themselves are tried.
    near = sum(-quantities.get(n[1:], 0) if n[0] == "-" else quantities.get(n, 0) for n in of) + rng.randint(-1, 1)
    return Bound(of, rng.choice((None, near, near - 5)), rng.choice((None, near, near + 5)))


def test_the_evaluators_fire_alike(script):
    rng = random.Random(3)
    cases = []
    for _ in range(3000):
        found = {name: rng.choice((0, 1, rng.randint(-(10**9), 10**14))) for name in rng.sample(NAMES, 5)}
        some = [
            Watch(
                f"I{number:02d}",
                "look",
                "",
                conditions=tuple(random_bound(rng, found) for _ in range(rng.randint(1, 3))),
            )
            for number in range(6)
        ]
        cases.append((some, found))
    said = script(
        "watch",
        "cases => cases.map(([watches, quantities]) => sumyuan.watch(watches, quantities).map((watch) => watch.code))",
        [[as_json(some), found] for some, found in cases],
    )
    expected = [[watch.code for watch in fired(some, found)] for some, found in cases]
    assert said == expected
    assert 1000 < sum(map(len, expected)) < 17_000


def random_content(rng):
    """Anything a form can hold."""
    amounts = {f"{item}/{rng.choice((0, 1, 12))}": rng.choice((0, 300, 36_001)) for item in rng.sample(ITEMS, 4)}
    places = ("", "北京市", "涞源镇", "本县工地", "保定市涞源县")
    return content(
        amounts,
        work={key: work(rng.choice(places), rng.choice(("", *WorkAway.Channel.values))) for key in ("1", "12")},
        changes={
            key: {"kind": rng.choice(MemberChange.Kind.values), "labour": "", "note": ""}
            for key in rng.sample("0123", 2)
        },
        policies=",".join(rng.sample(Visit.Policy.values, rng.randint(0, 3))),
        need_kinds=",".join(rng.sample(Visit.Need.values, rng.randint(0, 2))),
        **{name: rng.choice((None, True, False)) for name in (*GUARANTEES, *JUDGEMENTS)},
        **{name: rng.choice(("", "有")) for name in TEXTS},
    )


ITEMS = ("W01", "W02", "W03", "B01", "C01", "T01", "T02", "T06", "T12", "T19", "X01", "P09")


@pytest.mark.django_db
def test_the_rules_of_a_household_fire_alike_on_the_phone(script, make_case):
    """From the content of the form to the doubts, through the quantities and the live estimate."""
    rng = random.Random(4)
    members = [
        person(1, work_place="北京市"),
        person(12, "之子", born=None, labour="none", schooling="", student_status="小学"),
    ]
    case = make_case(
        members=members,
        entries=[*months("W01/1", 1200), *months("T01/0", 300, 3), told(0, "T06/1", 120, "feed", "残联")],
        last_year={"W01": 18000, "B02": 3000},
    )
    every, home = watches(case), home_words()
    contents = [random_content(rng) for _ in range(600)]
    said = script(
        "watch",
        """([watches, home, cases]) => cases.map(([content, estimate]) => {
            const quantities = sumyuan.quantities(content, estimate, home);
            return [quantities, sumyuan.watch(watches, quantities).map((watch) => [watch.code, watch.field])];
        })""",
        [
            as_json(every),
            home,
            [[each, case.assessment(each)._asdict()] for each in contents],
        ],
    )
    waiting = [watch for watch in every if watch.conditions]
    codes = set()
    for each, (on_phone, fired_there) in zip(contents, said, strict=True):
        here = quantities(each, case.assessment(each), home)
        assert on_phone == here
        expected = [[watch.code, watch.field] for watch in fired(waiting, here)]
        assert fired_there == expected
        codes |= {code for code, _ in expected}
    assert {"L03", "L04", "I02", "I03", "I05", "I06", "I07", "I08", "I10"} <= codes


def random_terms(rng):
    months = rng.choice((1, 5, 9, 9, 12))
    return Terms(
        monitoring_line=730_000,
        average_line=1_255_000,
        low_income_line=rng.choice((1_255_000, 600_000)),
        transfer_share_line=6000,
        large_fall=2000,
        window_months=months,
        year_months=rng.choice((months, 12)),
    )


def random_facts(rng, terms, size):
    """Facts as a sheet gives them, from nothing at all to sums of ``size`` fen."""

    def fen():
        return rng.choice((0, 0, 1, rng.randint(0, 100), rng.randint(0, size)))

    sums = Sums(fen(), fen(), fen(), fen(), fen())
    persons = rng.choice((1, 2, 3, 7, 40))
    collected = rng.choice((0, 1, 4, terms.window_months))
    return Facts(
        sums=sums,
        monthly_net=fen() - fen(),
        quarterly_net=fen() - fen(),
        months_collected=collected,
        quarters_collected=min(collected, rng.randint(1, 4)) if collected else 0,
        claims=0,
        self_paid=0,
        persons=persons,
        without_labour=rng.choice((0, persons)),
        labour_unknown=rng.choice((0, 0, 1)),
        is_monitored=False,
        guarantee_open=False,
        last_year=rng.choice((None, LastYear(fen() - fen(), rng.randint(1, 6)), LastYear(1_255_000, 1))),
        tracking=None,
        tracking_persons=0,
    )


MIRRORED = (
    *("net", "estimate", "per_capita", "transfer_share", "itemised_per_capita", "last_per_capita"),
    *("income_falling", "below_monitoring_line", "below_average_line", "high_transfer_share", "no_labour_low_income"),
)


@pytest.mark.django_db
def test_the_phones_estimate_is_the_ledgers(script, ground):
    """Thousands of prospects and amounts: losses, nothing at all, ties of rounding, many persons, sums of 10^14 fen."""
    rng = random.Random(5)
    codes, cases = [*ground.items, "X01", "R01"], []
    for number in range(4000):
        terms = random_terms(rng)
        size = rng.choice((50, 3_000_000, 10**14))
        prospect = Prospect(
            Ground(None, terms, ground.items),
            is_in_window=rng.random() < 0.8,
            is_in_tracking=rng.random() < 0.8,
            official=random_facts(rng, terms, size),
            tracking=random_facts(rng, terms, size),
            tracking_month=None,
            locked=frozenset(rng.sample(codes, 3)),
        )
        typed = {code: rng.choice((0, 1, rng.randint(0, size))) for code in rng.sample(codes, number % 3)}
        cases.append((prospect, typed))
    said = script(
        "estimate",
        "cases => cases.map(([prospect, amounts]) => sumyuan.estimate(JSON.parse(prospect), amounts))",
        [[json.dumps(prospect.as_json()), typed] for prospect, typed in cases],
    )
    ties = losses = empty = 0
    for (prospect, typed), answer in zip(cases, said, strict=True):
        for side, result in zip(("official", "tracking"), prospect.with_amounts(typed), strict=True):
            assert answer[side] == {name: getattr(result, name) for name in MIRRORED}, (prospect, typed)
            terms, persons = prospect.ground.terms, getattr(prospect, side).persons
            halves = terms.window_months * persons
            ties += 2 * result.net * terms.year_months % (2 * halves) == halves
            losses += result.net < 0
            empty += result.transfer_share is None
    assert min(ties, losses, empty) > 100
