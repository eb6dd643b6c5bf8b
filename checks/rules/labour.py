"""L: labour, school, work, insurance."""

from datetime import date

from checks.choices import Severity
from checks.rules.registry import check
from checks.watch import Bound
from households.choices import Health, Labour

# Below it nobody works; from it on, and below the other, a healthy person out of school can.
WORKING_AGE, OLD_AGE = 16, 60
# A public post is for those who have not reached this age.
POST_END = 70
# Compulsory school begins for whoever is six on this day of the year, and lasts through the year of this age.
SCHOOL_START, SCHOOL_END = 6, 15
SCHOOL_DAY = (8, 31)
BEFORE_SCHOOL = frozenset(("", "学龄前儿童"))
BEFORE_COMPULSORY = BEFORE_SCHOOL | {"学前教育"}
COMPULSORY_DONE = frozenset(("初中", "高中", "大专", "本科及以上"))
WITHOUT = frozenset((Labour.NONE, Labour.LOST))
LESS_THAN_ORDINARY = WITHOUT | {Labour.WEAK}


def is_student(member):
    return member.student_status not in BEFORE_SCHOOL


def _is_below(age, limit):
    return age is not None and age < limit


@check("L01", "不满 16 岁或在校，却不是无劳动力", Severity.MUST)
def child_or_student_with_labour(case):
    for member in case.persons:
        if member.labour in ("", Labour.NONE):
            continue
        if _is_below(case.age(member), WORKING_AGE):
            why = f"不满 {WORKING_AGE} 岁"
        elif is_student(member):
            why = "在校"
        else:
            continue
        text = f"{member.name}{why}，却登为{member.get_labour_display()}。"
        yield from case.doubts(text, field=f"changes.{member.pk}", member=member, labour=member.labour)


@check("L02", "16 至 59 岁健康未在校，却登为弱半、丧失或无劳动力", Severity.LOOK)
def healthy_adult_without_labour(case):
    for member in case.persons:
        age = case.age(member)
        is_adult = age is not None and WORKING_AGE <= age < OLD_AGE
        is_able = is_adult and member.health == Health.HEALTHY and not is_student(member)
        if is_able and member.labour in LESS_THAN_ORDINARY:
            text = f"{member.name} {age} 岁、健康、不在校，却登为{member.get_labour_display()}。"
            yield from case.doubts(text, field=f"changes.{member.pk}", member=member, labour=member.labour)


@check("L03", "外出务工与年龄、在校、劳动能力或特困供养不符", Severity.LOOK)
def works_away_though(case):
    for member in case.persons:
        if _is_below(case.age(member), WORKING_AGE):
            why = f"不满 {WORKING_AGE} 岁"
        elif is_student(member):
            why = "在校"
        elif member.labour in WITHOUT:
            why = f"登为{member.get_labour_display()}"
        elif member.has_destitute_support:
            why = "是特困供养人员"
        else:
            continue
        # On the register already, or typed now.
        bounds = () if member.work_place else (Bound((f"away/{member.pk}",), at_least=1),)
        text = f"{member.name}{why}，又有外出务工，请核对。"
        yield from case.doubts(text, *bounds, field=f"work.{member.pk}", member=member, why=why)


@check("L04", "公益岗位年龄不符，或在岗又在县外务工", Severity.LOOK)
def post(case):
    for member in case.persons:
        pk, age = member.pk, case.age(member)
        posted = () if member.public_post else (_any(f"W02/{pk}", f"channel/public_post/{pk}"),)
        if age is not None and not WORKING_AGE <= age < POST_END:
            text = f"{member.name} {age} 岁在公益岗位，年龄不符，请核对。"
            yield from case.doubts(text, *posted, field=f"work.{pk}", member=member, age=age)
        place = member.work_place
        outside = () if place and not any(word in place for word in case.home) else (_any(f"outside/{pk}"),)
        if posted:
            posted = (_any(f"W02/{pk}", f"W03/{pk}", f"channel/public_post/{pk}", f"channel/workshop/{pk}"),)
        text = f"{member.name}在县外务工，又有公益岗位或帮扶车间，请核对。"
        yield from case.doubts(text, *posted, *outside, field=f"work.{pk}", member=member)


def _any(*names):
    return Bound(names, at_least=1)


@check("L05", "学龄未在校没写原因，或文化程度、在校状况没有填对", Severity.LOOK)
def school(case):
    if not any(member.schooling or member.student_status for member in case.persons):
        # A register without these columns is no doubt about each of its persons.
        return
    for member in case.persons:
        if _is_of_school_age(case, member) and member.student_status in BEFORE_COMPULSORY:
            unexplained = Bound((f"change/{member.pk}", "written/guarantee_note"), at_most=0)
            text = f"{member.name} {case.age(member)} 岁没有登在校，请问清原因写在说明里。"
            yield from case.doubts(text, unexplained, field="is_schooling_safe", member=member)
        elif bool(member.schooling) == bool(member.student_status):
            what = "都填了，只能有一项" if member.schooling else "都没有填"
            text = f"{member.name}的文化程度和在校状况{what}。"
            yield from case.doubts(text, field=f"changes.{member.pk}", member=member, both=bool(member.schooling))


def _is_of_school_age(case, member):
    """Old enough when the school year began, not too old now, and not through with it."""
    if member.birth_date is None or member.schooling in COMPULSORY_DONE:
        return False
    end = case.month_end
    begun = date(end.year - ((end.month, end.day) < SCHOOL_DAY), *SCHOOL_DAY)
    return member.age_on(begun) >= SCHOOL_START and case.age(member) <= SCHOOL_END


@check("L06", "基本医疗保险没有参加，或两种都参加", Severity.LOOK)
def insurance(case):
    for member in case.persons:
        kinds = member.has_resident_medical, member.has_employee_medical
        # What nobody recorded is no doubt about the person.
        if kinds == (False, False):
            text = f"{member.name}没有参加基本医疗保险。"
        elif kinds == (True, True):
            text = f"{member.name}同时登了居民医保和职工医保，只能有一种。"
        else:
            continue
        yield from case.doubts(text, field="is_medical_safe", member=member, both=kinds[0])


@check("L07", "劳动技能没有填，或户里没有人", Severity.MUST)
def blank(case):
    if not case.persons:
        yield from case.doubts("这户没有在册的人，请核对是否销户。", persons=0)
    for member in case.persons:
        if not member.labour:
            yield from case.doubts(f"{member.name}的劳动技能没有填。", field=f"changes.{member.pk}", member=member)
