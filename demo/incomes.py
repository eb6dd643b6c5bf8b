"""Believable incomes: what a household earns in each month of the window, and earned last year.

Amounts are fen. A household has an income to reach (per person and year). Benefits, posts,
rents and dividends are what they are; wages, sales and children's support make up the rest,
each with its season. People report round figures, pay-outs are exact.

Months are positions in the window: 0 is October 2021, 3 January 2022 (Spring Festival is on
1 February), 8 June 2022.
"""

from dataclasses import dataclass, field

from demo.names import pick
from demo.people import AWAY, ELDER, FARMING, LOCAL, SUPPORTED, Person, between, weighted

MONTHS = 9
YEAR_MONTHS = 12
YUAN = 100

# Whoever works away is home around the Spring Festival.
AWAY_SEASON = (1, 1, 1, 0.72, 0.22, 0.94, 1, 1, 1)
ODD_JOBS_SEASON = (0.9, 0.7, 0.35, 0.2, 0.15, 0.7, 1.1, 1.2, 1.2)
WORKSHOP_SEASON = (1, 1, 1, 0.8, 0.4, 1, 1, 1, 1)
LIVESTOCK_SEASON = (0.8, 0.7, 1.4, 1.5, 0.3, 0.5, 0.7, 0.8, 0.9)
SHOP_SEASON = (1, 0.9, 1, 1.7, 1.3, 0.8, 0.9, 1, 1)
SEASONS = {
    "B01": (0.52, 0.38, 0.06, 0.04, 0, 0, 0, 0, 0),
    "C01": (0.12, 0, 0, 0, 0, 0.2, 0.36, 0.22, 0.1),
    "B03": (0.5, 0.35, 0, 0, 0, 0, 0, 0, 0.15),
    "C03": (0.2, 0, 0, 0, 0, 0.4, 0.3, 0.1, 0),
    "C02": (1, 1, 1.1, 1.1, 1, 1, 0.9, 0.9, 1),
    "B09": SHOP_SEASON,
    "C09": SHOP_SEASON,
}
EVEN = (1,) * MONTHS
# Production cost in a yuan of sales.
COST_SHARE = {"B01": 0.34, "B02": 0.42, "B03": 0.2, "B09": 0.5}
# What a livelihood rests on: (item, chance that the household has it, weight in the net income).
MAINSTAYS = {
    AWAY: (("W09", 0.72, 0.18), ("B01", 0.68, 0.12), ("B02", 0.55, 0.12), ("B03", 0.3, 0.07), ("B09", 0.08, 0.2)),
    LOCAL: (("W09", 0.7, 0.3), ("B01", 0.78, 0.22), ("B02", 0.6, 0.22), ("B03", 0.4, 0.15), ("B09", 0.12, 0.3)),
    FARMING: (("W09", 0.8, 0.5), ("B01", 0.92, 0.8), ("B02", 0.85, 0.9), ("B03", 0.5, 0.6), ("B09", 0.12, 0.4)),
    ELDER: (("B01", 0.75, 0.5), ("B02", 0.55, 0.35), ("W09", 0.3, 0.3), ("T09", 0.85, 0.95), ("B03", 0.35, 0.25)),
    SUPPORTED: (("T09", 0.6, 0.4), ("P01", 0.5, 0.2)),
}
# Nobody works for less than this in a month; whoever earned less worked fewer months.
LEAST_WAGE = {"W01": 2_400 * YUAN, "W03": 1_000 * YUAN, "W09": 250 * YUAN}
ROUND_TO = [(100 * YUAN, 0.6), (50 * YUAN, 0.25), (10 * YUAN, 0.15)]

BASES = {
    "W01": ("工资条", "银行流水", "口述", "电话"),
    "W02": ("银行流水",),
    "W03": ("工资条",),
    "T": ("银行流水", "存折"),
    "R": ("票据", "口述"),
}
ANYTHING = ("口述", "口述", "记账本", "电话")
FEED_BASIS, IMPORT_BASIS = "部门发放名单", "县级导入表"


@dataclass(slots=True)
class Stream:
    """One item of one household: ``amounts`` by month of the window.

    ``person`` is whose line it is in a visit (None: the household's). From month ``feed_from``
    on the department ``feed`` reports it for ``feed_person``; ``imported`` items come from the
    county's file.
    """

    item: str
    amounts: list
    person: Person | None = None
    basis: str = ""
    feed: str = ""
    feed_from: int = 0
    feed_person: Person | None = None
    imported: bool = False

    @property
    def total(self):
        return sum(self.amounts)


@dataclass(slots=True)
class Circumstances:
    """What the incomes of one household follow from. ``target`` is fen a person and year."""

    livelihood: str
    people: list
    target: int
    in_trouble: bool = False
    is_sudden: bool = False
    streams: list = field(default_factory=list)

    def add(self, rng, item, amounts, **fields):
        basis = pick(rng, BASES.get(item) or BASES.get(item[0]) or ANYTHING)
        self.streams.append(Stream(item, amounts, basis=basis, **fields))

    def once(self, rng, item, month, amount, **fields):
        amounts = [0] * MONTHS
        amounts[month] = amount
        self.add(rng, item, amounts, **fields)


def net(streams):
    """Net income of the window: incomes less production costs; claims and private costs do not enter."""
    return sum(
        -stream.total if stream.item[0] == "C" else stream.total for stream in streams if stream.item[0] not in "XR"
    )


def incomes(rng, home):
    """All streams of the household ``home`` (``Circumstances``), summing up to about its target."""
    _benefits(rng, home)
    _property(rng, home)
    for person in home.people:
        if person.post:
            amounts = [person.post_pay] * MONTHS
            home.add(rng, "W02", amounts, person=person, feed="人社局", feed_from=3, feed_person=person)
    wanted = home.target * len(home.people) * MONTHS // YEAR_MONTHS
    _mainstays(rng, home, max(wanted - net(home.streams), wanted // 40))
    _private_costs(rng, home)
    return home.streams


def _benefits(rng, home):
    people = home.people
    allowed = [person for person in people if person.allowance]
    if allowed and home.livelihood != SUPPORTED:
        _allowance(rng, home, between(rng, 24, 40) * 10 * YUAN * len(allowed))
    for person in people:
        _personal_benefits(rng, home, person)
    if rng.random() < 0.85:
        acres = between(rng, 2, 12)
        home.once(rng, "T07", 7, acres * 8350, imported=rng.random() < 0.35)
    if rng.random() < 0.6:
        home.once(rng, "T05", pick(rng, (2, 2, 3, 6)), between(rng, 20, 90) * 10 * YUAN, imported=rng.random() < 0.3)
    if allowed or rng.random() < 0.3:
        home.once(rng, "T19", 1, between(rng, 8, 18) * 50 * YUAN)
    if people[0].age >= 60 and rng.random() < 0.06:
        home.once(rng, "T04", pick(rng, (2, 3)), 120_000, person=people[0])
    if rng.random() < (0.2 if home.in_trouble else 0.012):
        home.once(rng, "T11", between(rng, 0, 8), between(rng, 2, 8) * 500 * YUAN)
    if home.is_sudden and rng.random() < 0.4:
        home.once(rng, "T12", between(rng, 2, 8), between(rng, 6, 30) * 500 * YUAN)


def _allowance(rng, home, monthly):
    home.add(rng, "T01", [monthly] * MONTHS, feed="民政局", feed_person=home.people[0])


def _personal_benefits(rng, home, person):
    age = person.age
    if age >= 60 and not person.destitute:
        home.add(rng, "T03", [11_800 + 500 * between(rng, 0, 4)] * MONTHS, person=person)
    if person.destitute:
        home.add(rng, "T02", [between(rng, 76, 84) * 1000] * MONTHS, person=person, feed="民政局", feed_person=person)
    if age >= 80:
        home.add(rng, "T08", [20_000 if age >= 90 else 6_000] * MONTHS, person=person)
    if person.disability and (person.disability[1] <= 2 or person.allowance):
        monthly = (7_500 if person.disability[1] <= 2 else 0) + (7_500 if person.allowance else 0)
        home.add(rng, "T06", [monthly] * MONTHS, person=person, feed="残联", feed_person=person)
    status = person.student_status
    if status.startswith("中职"):
        _school_terms(rng, home, person, 150_000)
    elif status.startswith(("高职", "本科")):
        home.once(rng, "T10", 1, between(rng, 4, 8) * 500 * YUAN, person=person)
    elif age >= 9 and status and rng.random() < 0.4:
        _school_terms(rng, home, person, 50_000 if age < 12 else 62_500)


def _school_terms(rng, home, person, amount):
    amounts = [0] * MONTHS
    amounts[pick(rng, (0, 1))] = amounts[pick(rng, (5, 6))] = amount
    home.add(rng, "T10", amounts, person=person)


def _property(rng, home):
    supported = home.livelihood == SUPPORTED
    if rng.random() < 0.8:
        # Differentiated distribution: a household without labour gets a larger part.
        dividend = between(rng, 16, 36) * 50 * YUAN if supported else between(rng, 6, 24) * 50 * YUAN
        home.once(rng, "P02", pick(rng, (2, 2, 3)), dividend, imported=rng.random() < 0.5)
    if rng.random() < 0.4:
        quarter = between(rng, 20, 75) * 10 * YUAN
        home.add(rng, "P03", [quarter if month in (2, 5, 8) else 0 for month in range(MONTHS)])
    if not supported and rng.random() < 0.4:
        acres = between(rng, 1, 8)
        home.once(rng, "P01", pick(rng, (0, 1, 2, 5)), acres * pick(rng, (350, 400, 500)) * YUAN)


def _mainstays(rng, home, wanted):
    """Split ``wanted`` (net fen of the window) over what the household lives on."""
    shares = [
        (item, None, weight * (0.6 + 0.8 * rng.random()))
        for item, chance, weight in MAINSTAYS[home.livelihood]
        if rng.random() < chance and not (item == "T09" and any(person.destitute for person in home.people))
    ]
    for person in home.people:
        if person.work_months is not None:
            item = "W03" if person.employer == "帮扶车间" else "W01"
            shares.append((item, person, 0.8 + 0.4 * rng.random()))
    if home.livelihood == SUPPORTED and any(person.allowance for person in home.people):
        shares.append(("T01", None, 1.0))
    if not shares:
        shares.append((MAINSTAYS[home.livelihood][0][0], None, 1.0))
    unit = wanted / sum(weight for _, _, weight in shares)
    for item, person, weight in shares:
        _mainstay(rng, home, item, person, unit * weight)


def _mainstay(rng, home, item, person, amount):
    """One mainstay that brings ``amount`` net over the window."""
    if item == "T01":
        _allowance(rng, home, max(round(amount / MONTHS / 1000) * 1000, 18_000))
    elif item == "T09":
        amount = max(amount, 600 * YUAN)
        monthly = amount > 1_500 * YUAN and rng.random() < 0.4
        home.add(rng, item, _spread(rng, amount, EVEN if monthly else (1, 0, 0, 1.2, 1, 0, 0, 0, 1), 0))
    elif item == "P01":
        home.once(rng, item, pick(rng, (0, 1, 5)), max(round(amount / 5000) * 5000, 300 * YUAN))
    elif item[0] == "W":
        season = _months_worked(rng, item, amount, home.in_trouble)
        if person is not None:
            person.work_months = max(round(sum(weight > 0 for weight in season) * YEAR_MONTHS / MONTHS) - 1, 1)
        home.add(rng, item, _spread(rng, amount, season, 0.07), person=person)
    else:
        _business(rng, home, item, amount)


def _months_worked(rng, item, amount, in_trouble):
    """The season of a wage, cut to as many months as ``amount`` pays for."""
    season = {"W01": AWAY_SEASON, "W03": WORKSHOP_SEASON, "W09": ODD_JOBS_SEASON}[item]
    months = min(max(int(amount / LEAST_WAGE[item]), 1), MONTHS)
    if item == "W09":
        busiest = sorted(range(MONTHS), key=lambda month: -season[month])[:months]
        return tuple(season[month] if month in busiest else 0 for month in range(MONTHS))
    if in_trouble:
        # Work was lost in the course of the window.
        months = min(months, between(rng, 3, 6))
    first = 0 if in_trouble else between(rng, 0, MONTHS - months)
    return tuple(season[month] if first <= month < first + months else 0 for month in range(MONTHS))


def _business(rng, home, item, amount):
    share = COST_SHARE[item] * (0.8 + 0.4 * rng.random())
    sales = amount / (1 - share)
    if item == "B02":
        # Stock is sold now and then, eggs and kids every month.
        steady = rng.random() < 0.75
        season = tuple(weight if steady or rng.random() < 0.45 else 0 for weight in LIVESTOCK_SEASON)
        season = season if any(season) else LIVESTOCK_SEASON
    else:
        season = SEASONS[item]
    home.add(rng, item, _spread(rng, sales, season, 0.12))
    cost = f"C{item[1:]}"
    home.add(rng, cost, _spread(rng, sales * share, SEASONS[cost], 0.12))


def _spread(rng, amount, season, noise):
    """``amount`` over the months by season, each rounded as people report it."""
    unit = weighted(rng, ROUND_TO)
    if amount < 20 * unit:
        unit = 10 * YUAN
    weights = [weight * (1 + noise * (2 * rng.random() - 1)) if weight else 0 for weight in season]
    scale = amount / (sum(weights) * unit)
    return [int(weight * scale + 0.5) * unit for weight in weights]


def _private_costs(rng, home):
    """Self-paid medical and other large costs, and claims. They stand beside the estimate, not in it."""
    for person in home.people:
        if "chronic" in person.health:
            home.add(
                rng,
                "R01",
                [between(rng, 3_000, 24_000) if rng.random() < 0.85 else 0 for _ in range(MONTHS)],
                person=person,
            )
        elif "serious" in person.health:
            large = (between(rng, 0, 8), between(rng, 0, 8))
            amounts = [between(rng, 8_000, 60_000) for _ in range(MONTHS)]
            for month in large:
                amounts[month] += between(rng, 150_000, 900_000)
            home.add(rng, "R01", amounts, person=person)
            if rng.random() < 0.3:
                home.once(rng, "X01", max(large), between(rng, 10, 80) * 100 * YUAN, person=person)
        elif person.age >= 60 and rng.random() < 0.75:
            # A cold, a sore back: what an elder spends at the village clinic.
            home.add(
                rng,
                "R01",
                [between(rng, 800, 6_000) if rng.random() < 0.75 else 0 for _ in range(MONTHS)],
                person=person,
            )
        if person.age >= 12 and person.student_status:
            # Board in term time; fees besides at the beginning of the spring term.
            monthly = between(rng, 2, 5 if person.age < 18 else 12) * 100 * YUAN
            amounts = [monthly if month not in (3, 4) else 0 for month in range(MONTHS)]
            amounts[5] += between(rng, 4, 30) * 100 * YUAN if person.age >= 15 else 0
            home.add(rng, "R02", amounts, person=person)
        elif person.student_status == "学前教育":
            home.once(rng, "R02", 5, between(rng, 6, 20) * 100 * YUAN, person=person)
    if home.is_sudden:
        month = between(rng, 1, 7)
        home.once(rng, "R01" if rng.random() < 0.7 else "R03", month, between(rng, 60, 320) * 250 * YUAN)
        if rng.random() < 0.55:
            home.once(rng, "X01", min(month + 1, 8), between(rng, 20, 90) * 200 * YUAN)
    if rng.random() < 0.06:
        home.once(rng, "R09", between(rng, 0, 8), between(rng, 4, 30) * 500 * YUAN)


# Classes of last year's statement by the first letter of the item.
CLASS_OF = {"W": "wage", "B": "business", "P": "property", "T": "transfer", "C": "business_cost"}
ONE_OFF_OR_SEASONAL = ("B01", "B03", "C01", "C03", "T07", "T11", "T12", "T05", "P01", "P02", "T04")


def last_year(streams, wanted):
    """Last year's income by item, code to fen, with about ``wanted`` net.

    What comes once a year is taken as it is, what comes monthly as a whole year of it; then all
    incomes are scaled to the net that is wanted, to ten yuan.
    """
    items = {}
    for stream in streams:
        if stream.item[0] in CLASS_OF and stream.item not in ("T11", "T12"):
            once = stream.item in ONE_OFF_OR_SEASONAL
            year = stream.total if once else stream.total * YEAR_MONTHS // MONTHS
            items[stream.item] = items.get(stream.item, 0) + year
    costs = sum(amount for item, amount in items.items() if item[0] == "C")
    earned = sum(items.values()) - costs
    scale = max(wanted + costs, 0) / earned if earned else 0
    return {
        item: amount if item[0] == "C" else int(amount * scale / 1000 + 0.5) * 1000 for item, amount in items.items()
    }
