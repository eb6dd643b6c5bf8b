"""One household of the demo county: its people, standing, incomes and what the visits saw."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from math import exp

from demo.incomes import CLASS_OF, MONTHS, YEAR_MONTHS, YUAN, Circumstances, incomes, last_year, net
from demo.names import given_name, pick, surname
from demo.people import (
    AWAY,
    DAY,
    ELDER,
    FARMING,
    LIVELIHOODS,
    LOCAL,
    SUPPORTED,
    Person,
    between,
    family,
    weighted,
)

WINDOW_START = date(2021, 10, 1)
WINDOW = [date(2021, 10 + k, 1) if k < 3 else date(2022, k - 2, 1) for k in range(MONTHS)]
LAST_YEAR_END = date(2021, 9, 30)

# Net income of a year and person in yuan: the middle of each livelihood, and how far it spreads.
LEVELS = {
    AWAY: (19_800, 0.27),
    LOCAL: (17_200, 0.24),
    FARMING: (16_600, 0.26),
    ELDER: (13_900, 0.2),
    SUPPORTED: (10_400, 0.2),
}


@dataclass(slots=True)
class LastYear:
    """The past year's statement, fen; ``items`` is empty where the file has classes only."""

    wage: int
    business: int
    property: int
    transfer: int
    business_cost: int
    persons: int
    items: dict = field(default_factory=dict)

    @property
    def net(self):
        return self.wage + self.business + self.property + self.transfer - self.business_cost


@dataclass(slots=True)
class Home:
    """A household before it is numbered and written. Months are positions in the window."""

    people: list
    streams: list
    last_year: LastYear | None = None
    kind: str = "lifted"
    monitor_kind: str = "none"
    identified_on: date | None = None
    risk_eliminated: bool = False
    causes: list = field(default_factory=list)
    is_dangerous_house: bool = False
    has_safe_water: bool = True
    left_on: date | None = None
    left_reason: str = ""
    # Months without any visit, and months whose visit is a draft or was returned.
    absent: frozenset = frozenset()
    unsettled: dict = field(default_factory=dict)
    # Month -> fields of the visit that differ from an ordinary one.
    seen: dict = field(default_factory=dict)
    # Entries written as they stand: (month, item, person, fen, source, department, counted).
    entries: list = field(default_factory=list)

    def note(self, month, **fields):
        """Add to what the visit of that month says; texts of the same field are joined."""
        noted = self.seen.setdefault(month, {})
        for name, value in fields.items():
            joined = isinstance(value, str) and noted.get(name)
            noted[name] = f"{noted[name]}；{value}" if joined else value


def make_home(rng):
    """A household as the county has them: one in thirty in trouble, one in sixteen monitored."""
    livelihood = weighted(rng, LIVELIHOODS)
    in_trouble = rng.random() < 0.028
    home = Home(family(rng, livelihood), [])
    _standing(rng, home, livelihood, in_trouble)
    _allowances(rng, home, livelihood, in_trouble)
    _come_and_go(rng, home)
    present = [person for person in home.people if person.left_on is None]
    home.streams = incomes(
        rng,
        Circumstances(
            livelihood,
            present,
            target=_target(rng, home, livelihood, in_trouble),
            in_trouble=in_trouble,
            is_sudden=home.monitor_kind == "sudden",
        ),
    )
    _guarantees(rng, home)
    if rng.random() < 0.97:
        home.last_year = _last_year(rng, home, len(present), in_trouble)
    _causes(rng, home)
    _gaps(rng, home)
    _words(rng, home, in_trouble)
    return home


def _standing(rng, home, livelihood, in_trouble):
    """Lifted out of poverty, or monitored in one of the three kinds; both where both apply."""
    if rng.random() >= (0.72 if in_trouble else 0.042):
        return
    if in_trouble:
        home.monitor_kind = weighted(rng, [("unstable", 0.62), ("marginal", 0.38)])
    else:
        home.monitor_kind = weighted(rng, [("unstable", 0.4), ("marginal", 0.3), ("sudden", 0.3)])
        # A household in which nobody can work keeps its mark.
        home.risk_eliminated = livelihood != SUPPORTED and rng.random() < 0.5
    if home.monitor_kind == "marginal" or (home.monitor_kind == "sudden" and rng.random() < 0.4):
        home.kind = "ordinary"
    if home.risk_eliminated:
        home.identified_on = date(between(rng, 2020, 2021), between(rng, 1, 9), 1)
    elif home.kind == "ordinary" and rng.random() < 0.22:
        # New on the register: the months before are missing.
        home.identified_on = WINDOW[between(rng, 1, 3)]
    else:
        home.identified_on = date(2021, between(rng, 1, 9), 1)


def _allowances(rng, home, livelihood, in_trouble):
    """低保 and 特困供养. Nobody has both, and 特困 are elders and the disabled without family."""
    people = home.people
    if livelihood == SUPPORTED:
        chance = rng.random()
        if len(people) == 1 and chance < 0.42:
            people[0].destitute = True
        elif chance < 0.93:
            for person in people:
                person.allowance = True
        return
    ill = [person for person in people if "serious" in person.health or person.disability]
    if livelihood == ELDER and rng.random() < 0.1:
        for person in people:
            person.allowance = True
    elif in_trouble and rng.random() < 0.4:
        for person in ill or people[-1:]:
            person.allowance = True
    elif ill and rng.random() < 0.3:
        # 参照单人户: the person, not the household.
        ill[0].allowance = True


def _come_and_go(rng, home):
    """Who was born, married in or out, or died in the window."""
    people = home.people
    for person in people:
        if person.born >= WINDOW_START:
            home.note(_month_of(person.born), member_changes=f"新生儿{person.name}出生")
    sons = [person for person in people if person.relation == "之子" and person.age >= 23]
    if sons and rng.random() < 0.06:
        son = sons[0]
        day = _window_day(rng)
        age = max(son.age - between(rng, 0, 3), 21)
        born = DAY - timedelta(days=int((age + 0.5) * 365.2425))
        wife = Person(
            surname(rng) + given_name(rng, "女", born.year), "女", born, age, "之儿媳", labour="ordinary", joined_on=day
        )
        wife.schooling = "初中"
        people.append(wife)
        home.note(_month_of(day), member_changes=f"{wife.name}婚入")
    for person in people[1:]:
        if person.left_on is not None or person.joined_on is not None or person.post or person.is_away:
            continue
        chance = rng.random()
        if person.age >= 72 and chance < 0.03:
            _leave(rng, home, person, "死亡", "去世")
        elif person.relation == "之女" and 21 <= person.age <= 30 and chance < 0.05:
            _leave(rng, home, person, "婚出", "婚出")


def _leave(rng, home, person, reason, word):
    person.left_on = _window_day(rng)
    person.left_reason = reason
    home.note(_month_of(person.left_on), member_changes=f"{person.name}{word}")


def _window_day(rng):
    return WINDOW_START + timedelta(days=between(rng, 0, 260))


def _month_of(day):
    return (day.year - 2021) * 12 + day.month - 10


def _target(rng, home, livelihood, in_trouble):
    """Income to reach, fen a person and year."""
    if in_trouble:
        return between(rng, 4_200, 7_150) * YUAN
    middle, spread = LEVELS[livelihood]
    target = middle * exp(rng.gauss(0, spread))
    if home.monitor_kind in ("unstable", "marginal") and not home.risk_eliminated:
        target = between(rng, 7_350, 11_800)
    elif home.monitor_kind != "none":
        target = max(target, 9_200)
    return int(target * YUAN)


def _guarantees(rng, home):
    """Housing, water, schooling and medical insurance: mostly fine; some trouble is mended, some still open."""
    chance = rng.random()
    first = between(rng, 0, 6)
    last = first + between(rng, 0, 2) if rng.random() < 0.6 else MONTHS - 1
    is_open = last == MONTHS - 1
    if chance < 0.003:
        home.is_dangerous_house = is_open
        fields = {"is_housing_safe": False, "guarantee_note": "正房后墙开裂，已报住建部门鉴定"}
    elif chance < 0.007:
        home.has_safe_water = not is_open
        fields = {"is_water_safe": False, "guarantee_note": "水管冻裂，每天供水不足两小时"}
    elif chance < 0.012:
        person = home.people[-1]
        if is_open:
            person.resident_medical = person.employee_medical = False
        fields = {"is_medical_safe": False, "guarantee_note": f"{person.name}本年度居民医保未缴费"}
    elif chance < 0.014 and any(12 <= person.age <= 14 for person in home.people):
        fields = {"is_schooling_safe": False, "guarantee_note": "孩子厌学在家，学校正在劝返"}
    else:
        return
    for month in range(first, last + 1):
        home.note(month, **fields)


def _last_year(rng, home, persons_now, in_trouble):
    """Last year's statement, such that about one in six earned more then."""
    persons = sum(
        person.born <= LAST_YEAR_END and (person.joined_on is None or person.joined_on <= LAST_YEAR_END)
        for person in home.people
    )
    now = net(home.streams) * YEAR_MONTHS // (MONTHS * persons_now)
    items = last_year(home.streams, int(now / (1 + _growth(rng, in_trouble)) * persons))
    classes = dict.fromkeys(CLASS_OF.values(), 0)
    for item, amount in items.items():
        classes[CLASS_OF[item[0]]] += amount
    has_items = rng.random() < 0.45
    return LastYear(persons=persons, items=items if has_items else {}, **classes)


def _growth(rng, in_trouble):
    """Change of income per person since last year."""
    chance = rng.random()
    if in_trouble and chance < 0.7:
        return -0.08 - 0.4 * rng.random()
    if chance < 0.115:
        return -0.005 - 0.1 * rng.random()
    if chance < 0.14:
        return -0.1 - 0.12 * rng.random()
    if chance < 0.155:
        return -0.2 - 0.2 * rng.random()
    return 0.02 + 0.26 * rng.random() * rng.random() + 0.06 * rng.random()


def _causes(rng, home):
    """Risk causes of a monitored household, those that its facts bear out; at least one."""
    if home.monitor_kind == "none":
        return
    people, items = home.people, {stream.item for stream in home.streams}
    able = sum(person.labour in ("ordinary", "skilled") for person in people)
    candidates = [
        ("illness", any("serious" in person.health for person in people)),
        ("disability", any(person.disability for person in people)),
        ("accident", home.monitor_kind == "sudden" and rng.random() < 0.35),
        ("schooling", any(person.is_student for person in people)),
        ("no_labour", able * 4 <= len(people)),
        ("unstable_work", any(person.is_away for person in people)),
        ("business_failed", bool(items & {"B02", "B09"}) and rng.random() < 0.3),
        ("disaster", "B01" in items and rng.random() < 0.15),
        ("illness", any("chronic" in person.health for person in people)),
        ("housing", home.is_dangerous_house),
        ("water", not home.has_safe_water),
    ]
    for cause, holds in candidates:
        if holds and cause not in home.causes and len(home.causes) < 3:
            home.causes.append(cause)
    if not home.causes:
        home.causes.append("business_failed" if items & {"B01", "B02", "B03", "B09"} else "unstable_work")


def _gaps(rng, home):
    """Months without a visit, visits that are still drafts, and households that left for good."""
    fed = any(stream.feed for stream in home.streams)
    if home.monitor_kind != "none" and home.identified_on >= WINDOW_START:
        home.absent = frozenset(range(_month_of(home.identified_on)))
    elif rng.random() < 0.024:
        count = weighted(rng, [(1, 0.62), (2, 0.26), (3, 0.12)])
        first = between(rng, 0, MONTHS - count)
        home.absent = frozenset(range(first, first + count))
    elif not fed and rng.random() < 0.012:
        # What a department reports makes a month collected, so these have no such income.
        state = "draft" if rng.random() < 0.55 else "returned"
        home.unsettled = {MONTHS - 1: state} if state == "draft" else {MONTHS - between(rng, 1, 2): state}
    elif rng.random() < 0.006:
        month = between(rng, 2, 7)
        home.left_on = WINDOW[month] + timedelta(days=between(rng, 5, 25))
        home.left_reason = pick(rng, ("整户迁出", "整户转为城镇户口"))
        home.absent = frozenset(range(month + 1, MONTHS))


NEEDS = (
    "想在附近找零工",
    "想办小额信贷养羊",
    "希望开展核桃管护技术培训",
    "慢病药费高，问医疗救助",
    "孩子上学开销大，问教育资助",
    "土豆卖不上价，盼帮忙找销路",
    "院墙要修，缺人手",
    "想申请公益岗位",
)
RISK_WORDS = {
    "illness": ("医药费负担重", "落实医疗救助，申请临时救助"),
    "disability": ("家人残疾，照料占用劳力", "核实两项补贴，安排就近岗位"),
    "accident": ("意外事故后开支大", "申请防贫保险和临时救助"),
    "schooling": ("上学开支大", "落实雨露计划和教育资助"),
    "no_labour": ("家中缺劳力", "提高资产收益分配，核实低保"),
    "unstable_work": ("务工不稳，收入下降", "推荐岗位，落实交通补助"),
    "business_failed": ("养殖亏损", "技术指导，协助小额信贷"),
    "disaster": ("庄稼受灾减产", "申请农业保险理赔，补种"),
    "housing": ("住房有安全隐患", "鉴定后纳入危房改造"),
    "water": ("饮水不稳定", "抢修管道，落实管护"),
}
STATE_COMMENTS = ("六月务工收入与工资条不符，请核对", "漏填养老金，请补上", "饮水情况未填说明")


def _words(rng, home, in_trouble):
    """What visitors wrote down: needs here and there, risks where there are any."""
    for month in range(MONTHS):
        if rng.random() < 0.05:
            home.note(month, needs=pick(rng, NEEDS))
    if home.monitor_kind != "none" and not home.risk_eliminated:
        risk, measure = RISK_WORDS[home.causes[0]]
        first = 0 if home.identified_on < WINDOW_START else _month_of(home.identified_on)
        for month in range(first, MONTHS):
            home.note(month, has_risk=True, risk_note=risk, suggested_measures=measure)
    elif in_trouble:
        for month in range(5, MONTHS):
            home.note(month, has_risk=True, risk_note="收入比上年明细减少", suggested_measures="核实后提请纳入监测")
