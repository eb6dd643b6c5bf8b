"""H: who they are. Everything here is on the register, nothing of it is typed on a visit."""

from checks.choices import Severity
from checks.rules.registry import check
from households import identity
from households.choices import HEAD, Health, Labour

SPOUSE = "配偶"
MALE_RELATIONS = (
    *("之子", "之女婿", "之孙子", "之外孙子", "之曾孙子", "之侄儿"),
    *("之父", "之岳父", "之公公", "之祖父", "之外祖父", "之叔伯"),
)
FEMALE_RELATIONS = (
    *("之女", "之儿媳", "之孙女", "之外孙女", "之侄女"),
    *("之母", "之岳母", "之婆婆", "之祖母", "之外祖母", "之兄弟媳妇"),
)
SEX_OF_RELATION = dict.fromkeys(MALE_RELATIONS, "男") | dict.fromkeys(FEMALE_RELATIONS, "女")
PHONE_DIGITS = 11
# Grades of a disability card with which ordinary labour is doubtful; 1 is the most severe.
SEVERE_GRADES = frozenset((1, 2))
WORKING = frozenset((Labour.SKILLED, Labour.ORDINARY))


@check("H01", "证件号码与出生日期、性别不符", Severity.MUST)
def certificate(case):
    for member in case.persons:
        if identity.problem(member.id_number, case.day):
            yield from case.doubts(f"{member.name}的证件号码不对，请对照原证。", member=member)
            continue
        wrong = [
            word
            for word, told, printed in (
                ("出生日期", member.birth_date, identity.birth_date(member.id_number)),
                ("性别", member.sex, identity.sex(member.id_number)),
            )
            if told and told != printed
        ]
        if wrong:
            words = "、".join(wrong)
            yield from case.doubts(f"{member.name}的{words}和证件号码对不上。", member=member, wrong=words)


@check("H02", "一人在两户，或户主、配偶人数不对", Severity.MUST)
def once_and_one_head(case):
    for member in case.persons:
        if member.pk in case.elsewhere:
            yield from case.doubts(f"{member.name}同时登在另一户，请核对在哪一户。", member=member)
    heads = sum(member.relation == HEAD for member in case.persons)
    spouses = sum(member.relation == SPOUSE for member in case.persons)
    if case.persons and (heads != 1 or spouses > 1):
        text = f"户主登了 {heads} 人、配偶 {spouses} 人，请核对与户主关系。"
        yield from case.doubts(text, heads=heads, spouses=spouses)


@check("H03", "性别与夫妻关系、亲属关系不符", Severity.MUST)
def sex_and_relation(case):
    head = next((member for member in case.persons if member.relation == HEAD), None)
    for member in case.persons:
        if not member.sex:
            continue
        told = {"relation": member.relation, "sex": member.sex}
        if member.relation == SPOUSE and head and head.sex == member.sex:
            yield from case.doubts(f"户主和配偶{member.name}登成了同一性别。", member=member, **told)
        elif SEX_OF_RELATION.get(member.relation, member.sex) != member.sex:
            text = f"{member.name}登为{member.sex}性，与户主关系是“{member.relation}”。"
            yield from case.doubts(text, member=member, **told)


@check("H04", "电话没有、位数不对，或几户同号", Severity.LOOK)
def phone(case):
    number = case.household.phone
    if not number:
        yield from case.doubts("没有登联系电话，问一个能打通的。", digits=0)
    elif len(number) != PHONE_DIGITS or not (number.isascii() and number.isdigit()):
        yield from case.doubts("联系电话不是 11 位手机号，请核对。", digits=len(number))
    elif case.phone_households > 1:
        count = case.phone_households
        yield from case.doubts(f"有 {count} 户登了同一个电话，请核对。", households=count)


@check("H05", "残疾登记不一致", Severity.LOOK)
def disability(case):
    for member in case.persons:
        grade = member.disability_grade
        if Health.DISABLED in member.health.split(",") and grade is None:
            yield from case.doubts(f"{member.name}登为残疾，没有残疾人证号。", member=member)
        elif grade in SEVERE_GRADES and member.labour in WORKING:
            text = f"{member.name}残疾{'一二'[grade - 1]}级，却登为{member.get_labour_display()}。"
            yield from case.doubts(text, field=f"changes.{member.pk}", member=member, grade=grade, labour=member.labour)
