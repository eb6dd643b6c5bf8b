"""Families: who lives in a household, how old, how well, and what they can do.

Ages and school years are those of the last day of the window, 30 June 2022.
"""

from dataclasses import dataclass
from datetime import date

from demo.names import given_name, pick, surname

DAY = date(2022, 6, 30)

# What a household lives on. The share of each in a hundred households.
AWAY, LOCAL, FARMING, ELDER, SUPPORTED = "away", "local", "farming", "elder", "supported"
LIVELIHOODS = [(AWAY, 0.425), (LOCAL, 0.215), (FARMING, 0.165), (ELDER, 0.125), (SUPPORTED, 0.07)]

SHAPES = {
    AWAY: [("young", 0.45), ("three", 0.2), ("grown", 0.24), ("couple", 0.11)],
    LOCAL: [("young", 0.34), ("three", 0.13), ("grown", 0.18), ("couple", 0.27), ("single", 0.08)],
    FARMING: [("young", 0.22), ("three", 0.10), ("grown", 0.18), ("couple", 0.42), ("single", 0.08)],
    ELDER: [("old couple", 0.60), ("old", 0.26), ("grandchild", 0.14)],
    SUPPORTED: [("old couple", 0.28), ("old", 0.42), ("grandchild", 0.08), ("ill", 0.22)],
}

PLACES = [
    ("北京市昌平区", "建筑工地"),
    ("北京市丰台区", "物流公司"),
    ("北京市大兴区", "家政公司"),
    ("天津市武清区", "电子厂"),
    ("天津市滨海新区", "装修队"),
    ("河北省保定市莲池区", "餐饮店"),
    ("河北省保定市高碑店市", "箱包厂"),
    ("河北省石家庄市裕华区", "物业公司"),
    ("河北省雄安新区容城县", "建筑工地"),
    ("山西省大同市灵丘县", "运输队"),
    ("内蒙古自治区呼和浩特市", "工程队"),
]
LOCAL_PLACES = [("本县县城", "超市"), ("本县县城", "建筑队"), ("本县乡镇", "帮扶车间"), ("本县乡镇", "合作社")]
POSTS = [("护林员", 70000), ("护路员", 30000), ("护水员", 40000), ("护洁员", 50000), ("治安协管员", 60000)]
UPPER_SECONDARY = ["普通高中一年级", "普通高中二年级", "普通高中三年级"]
VOCATIONAL = ["中职一年级", "中职二年级", "中职三年级"]
COLLEGE = ["高职高专一年级", "高职高专二年级", "高职高专三年级", "高职高专三年级"]
UNIVERSITY = ["本科一年级", "本科二年级", "本科三年级", "本科四年级"]
ABLE = ("ordinary", "skilled")
WITHOUT_LABOUR = ("lost", "none")


@dataclass(slots=True)
class Person:
    """One member as the register holds them. ``post_pay`` is fen a month, 0 without a post."""

    name: str
    sex: str
    born: date
    age: int
    relation: str
    health: str = "healthy"
    disability: tuple | None = None
    labour: str = "none"
    schooling: str = ""
    student_status: str = ""
    work_place: str = ""
    employer: str = ""
    work_months: int | None = None
    post: str = ""
    post_pay: int = 0
    ethnicity: str = "汉族"
    allowance: bool = False
    destitute: bool = False
    resident_medical: bool = True
    employee_medical: bool = False
    joined_on: date | None = None
    left_on: date | None = None
    left_reason: str = ""
    # Given when the household is numbered.
    pk: int = 0
    id_number: str = ""

    @property
    def is_student(self):
        return bool(self.student_status) and self.age >= 16

    @property
    def is_away(self):
        return self.work_months is not None and not self.work_place.startswith("本县")


def weighted(rng, pairs):
    """One value of (value, share) pairs whose shares add up to 1."""
    left = rng.random()
    for value, share in pairs:
        left -= share
        if left < 0:
            return value
    return pairs[-1][0]


def between(rng, low, high):
    """A whole number from ``low`` to ``high``, both included."""
    return low + int(rng.random() * (high - low + 1))


def family(rng, livelihood):
    """Members of a household that lives on ``livelihood``, the head first."""
    shape = weighted(rng, SHAPES[livelihood])
    name = surname(rng)
    ethnicity = "汉族" if rng.random() < 0.965 else pick(rng, ("满族", "回族"))
    people = _SHAPERS[shape](rng, name)
    for person in people:
        person.ethnicity = ethnicity
        _school(rng, person)
        _health(rng, person)
        _labour(rng, person)
    if livelihood == SUPPORTED:
        _without_labour(rng, people)
    elif livelihood == ELDER:
        if all(person.labour in WITHOUT_LABOUR for person in people):
            people[0].labour = "weak"
    else:
        _work(rng, people, livelihood)
    return people


def _person(rng, name, sex, age, relation):
    born = date.fromordinal(DAY.toordinal() - int((age + 0.01 + rng.random() * 0.98) * 365.2425))
    return Person(name + given_name(rng, sex, born.year), sex, born, age, relation)


def _other_sex(sex):
    return "女" if sex == "男" else "男"


def _head(rng, name, low, high, sex=None):
    sex = sex or ("男" if rng.random() < 0.86 else "女")
    return _person(rng, name, sex, between(rng, low, high), "户主")


def _couple(rng, name, low, high):
    head = _head(rng, name, low, high)
    spouse = _person(rng, surname(rng), _other_sex(head.sex), max(21, head.age + between(rng, -4, 2)), "配偶")
    return [head, spouse]


def _child(rng, name, age, *, grand=False):
    sex = "男" if rng.random() < 0.52 else "女"
    relation = ("之孙子" if sex == "男" else "之孙女") if grand else ("之子" if sex == "男" else "之女")
    return _person(rng, name, sex, age, relation)


def _young(rng, name):
    """A couple with children at home or in school."""
    people = _couple(rng, name, 29, 50)
    mother = min(person.age for person in people)
    oldest = between(rng, 0, min(22, mother - 21))
    for order in range(weighted(rng, [(1, 0.46), (2, 0.46), (3, 0.08)])):
        age = oldest - 3 * order
        if age >= 0:
            people.append(_child(rng, name, age))
    return people


def _three(rng, name):
    """Children, parents and one or two grandparents; the middle generation heads the household."""
    people = _young(rng, name)
    head = people[0]
    sexes = [("女",), ("男",), ("男", "女")][between(rng, 0, 2)]
    age = head.age + between(rng, 22, 29)
    for sex in sexes:
        own_name = name if (sex == "男") == (head.sex == "男") else surname(rng)
        people.append(_person(rng, own_name, sex, age + between(rng, -2, 2), "之父" if sex == "男" else "之母"))
    return people


def _grown(rng, name):
    """A couple in their fifties with one or two grown children who are not married."""
    people = _couple(rng, name, 46, 62)
    oldest = min(min(people[0].age, people[1].age) - between(rng, 22, 26), between(rng, 23, 31))
    people.append(_child(rng, name, oldest))
    if oldest > 21 and rng.random() < 0.5:
        people.append(_child(rng, name, oldest - between(rng, 2, 4)))
    return people


def _couple_alone(rng, name):
    return _couple(rng, name, 47, 66)


def _single(rng, name):
    return [_head(rng, name, 42, 64, "男")]


def _old_couple(rng, name):
    return _couple(rng, name, 63, 84)


def _old(rng, name):
    return [_head(rng, name, 65, 89, "女" if rng.random() < 0.58 else "男")]


def _grandchild(rng, name):
    """Grandparents who bring up a grandchild."""
    people = _couple(rng, name, 60, 76)
    people.append(_child(rng, name, between(rng, 5, 15), grand=True))
    return people


def _ill(rng, name):
    """One or two people of working age who cannot work, and who looks after them."""
    head = _head(rng, name, 38, 62)
    people = [head]
    if rng.random() < 0.5:
        people.append(_person(rng, surname(rng), "女", head.age + between(rng, 21, 27), "之母"))
    return people


_SHAPERS = {
    "young": _young,
    "three": _three,
    "grown": _grown,
    "couple": _couple_alone,
    "single": _single,
    "old couple": _old_couple,
    "old": _old,
    "grandchild": _grandchild,
    "ill": _ill,
}


def _school(rng, person):
    """Schooling or the year at school, never both."""
    age = person.age
    if age < 6:
        person.student_status = "学龄前儿童" if age < 3 else "学前教育"
    elif age < 15:
        person.student_status = "小学" if age < 12 else ("七年级", "八年级", "九年级")[age - 12]
    elif age < 18:
        person.student_status = (UPPER_SECONDARY if rng.random() < 0.6 else VOCATIONAL)[age - 15]
    elif age < 22 and rng.random() < 0.72:
        person.student_status = (UNIVERSITY if rng.random() < 0.45 else COLLEGE)[age - 18]
    elif age < 32:
        person.schooling = weighted(rng, [("初中", 0.42), ("高中", 0.27), ("大专", 0.19), ("本科及以上", 0.12)])
    elif age < 55:
        person.schooling = weighted(rng, [("小学", 0.27), ("初中", 0.58), ("高中", 0.13), ("大专", 0.02)])
    else:
        person.schooling = weighted(rng, [("文盲或半文盲", 0.3), ("小学", 0.49), ("初中", 0.18), ("高中", 0.03)])


def _health(rng, person):
    age = person.age
    chronic, serious, disabled = (
        (0.01, 0.003, 0.008)
        if age < 30
        else (0.08, 0.012, 0.03)
        if age < 55
        else (0.24, 0.03, 0.06)
        if age < 70
        else (0.42, 0.05, 0.09)
    )
    states = []
    if rng.random() < chronic:
        states.append("chronic")
    if rng.random() < serious:
        states.append("serious")
    if rng.random() < disabled:
        states.append("disabled")
        _disable(rng, person, between(rng, 1, 4))
    person.health = ",".join(states) or "healthy"


def _disable(rng, person, grade):
    # Sight, hearing, speech, limbs, mind, mental illness, several: limbs are by far the most.
    person.disability = (weighted(rng, [(4, 0.58), (1, 0.12), (2, 0.12), (5, 0.07), (6, 0.08), (7, 0.03)]), grade)


def _labour(rng, person):
    """The labour capacity that goes with age, school and health."""
    age, health = person.age, person.health
    severe = person.disability is not None and person.disability[1] <= 2
    chance = rng.random()
    if age < 16 or person.student_status:
        person.labour = "none"
    elif chance > 0.9993:
        # The odd one that nobody filled in.
        person.labour = ""
    elif age >= 75:
        person.labour = "none" if chance < 0.86 else "weak"
    elif severe or "serious" in health:
        person.labour = "lost" if chance < 0.58 else "weak"
    elif age >= 65:
        person.labour = "weak" if chance < 0.7 else "none"
    elif age >= 60:
        person.labour = "weak" if chance < 0.75 else "ordinary"
    elif health == "healthy":
        skilled = 0.35 if person.schooling in ("高中", "大专", "本科及以上") else 0.09
        person.labour = "skilled" if chance < skilled else "ordinary"
    else:
        person.labour = "weak" if chance < 0.55 else "ordinary"


def _without_labour(rng, people):
    """Make it a household in which nobody can work, for reasons of age or illness."""
    for person in people:
        if person.labour in WITHOUT_LABOUR:
            continue
        if person.age >= 66:
            person.labour = "none"
            continue
        person.labour = "lost"
        if rng.random() < 0.6:
            _disable(rng, person, between(rng, 1, 2))
            person.health = "disabled" if person.health == "healthy" else _joined(person.health, "disabled")
        else:
            person.health = "serious" if person.health == "healthy" else _joined(person.health, "serious")


def _joined(health, state):
    order = ("chronic", "serious", "disabled")
    held = health.split(",")
    return ",".join(each for each in order if each in held or each == state)


def _work(rng, people, livelihood):
    """Who earns what where: work away, work in the county, public posts."""
    if not any(person.labour in ABLE for person in people):
        head = people[0]
        head.health, head.disability, head.labour = "healthy", None, "ordinary"
    able = sorted((person for person in people if person.labour in ABLE), key=lambda person: person.age)
    if livelihood == AWAY:
        # The youngest go, and one stays where there are children or old people.
        for person in able[: 2 if len(able) > 1 and rng.random() < 0.7 else 1]:
            person.work_place, person.employer = pick(rng, PLACES)
            person.work_months = between(rng, 8, 11)
            if rng.random() < 0.08:
                person.employee_medical, person.resident_medical = True, False
    elif livelihood == LOCAL:
        for person in able[: 2 if len(able) > 1 and rng.random() < 0.6 else 1]:
            person.work_place, person.employer = pick(rng, LOCAL_PLACES)
            person.work_months = between(rng, 7, 11)
    if rng.random() < (0.30 if livelihood == LOCAL else 0.13):
        _public_post(rng, people)


def _public_post(rng, people):
    """A public post, first for those who can work half."""
    free = [
        person for person in people if person.work_months is None and 18 <= person.age < 69 and not person.is_student
    ]
    for wanted in ("weak", "ordinary"):
        for person in free:
            if person.labour == wanted:
                person.post, person.post_pay = pick(rng, POSTS)
                return
