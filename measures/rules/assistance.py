"""Line 4, assistance and benefits that also save cost. Plan 二(三)4.

The rules say whose case the department should look at; whether a benefit is granted is decided by
its own law. Reasons name no illness but for the department that needs it.
"""

from households.choices import Cause
from measures.rules import words
from measures.rules.registry import suits
from measures.rules.values import ADULT, OTHER_SCHOOL, VOCATIONAL


def _all_supported(facts):
    """Everybody lives in part on low-income allowance or destitute support, or the household as a whole does."""
    return all(person.is_supported for person in facts.persons) or bool(facts.received("T01", "T02"))


@suits("low_income_allowance", "未享受低保、特困：整户无劳动能力且收入较低，或只有弱半劳动力且低于监测标准")
def low_income_allowance(facts):
    """Nobody able, income low, nothing granted yet. Whole households only; single members below."""
    if not facts.persons or facts.able or facts.labour_unknown or _all_supported(facts):
        return None
    if facts.has_no_labour and facts.is_low_income:
        return f"整户无劳动能力，{words.income(facts)}，核对纳入农村低保"
    if facts.weak and facts.is_below_monitoring_line:
        return f"只有弱半劳动力 {facts.weak} 人，{words.income(facts)}，核对纳入农村低保"
    return None


@suits("destitute_support", "一人户，无劳动能力，60 岁及以上、16 岁以下或重残，无务工和经营收入，收入较低")
def destitute_support(facts):
    """A person alone without labour, old, a child or severely disabled, and without a living of their own."""
    if len(facts.persons) != 1 or not facts.has_no_labour or not facts.is_low_income:
        return None
    (person,) = facts.persons
    if person.has_destitute_support or facts.received("T02") or facts.window.wage or facts.window.business:
        return None
    if not (person.is_old or person.is_severely_disabled or (person.age is not None and person.age < ADULT)):
        return None
    return f"一人户无劳动能力，无务工和经营收入，{words.income(facts)}；无法定赡养、抚养人的改按特困供养"


@suits("single_person_allowance", "收入较低的户里重残（一、二级）或患大病、本人未享受低保的人")
def single_person_allowance(facts):
    """参照“单人户”: severely disabled or seriously ill members where the household as a whole gets no allowance."""
    persons = facts.count(
        lambda person: (person.is_severely_disabled or person.is_seriously_ill) and not person.is_supported
    )
    if not persons or not facts.is_low_income or facts.received("T01", "T02") or low_income_allowance(facts):
        return None
    return f"家中 {persons} 人重残或重病，{words.income(facts)}，参照“单人户”核对纳入低保"


@suits("relief_increase", "已享受低保或特困供养，仍低于监测标准")
def relief_increase(facts):
    """Already on an allowance and still below the line: the allowance is looked at again."""
    if not facts.persons or not facts.is_below_monitoring_line:
        return None
    if not (any(person.is_supported for person in facts.persons) or facts.received("T01", "T02")):
        return None
    return f"已享受低保或特困供养，{words.income(facts)}，复核待遇，加大社会救助力度"


@suits("special_relief", "收入较低，扣除医疗、教育、住房等刚性支出后低于监测标准")
def special_relief(facts):
    """刚性支出较大: what is left after unavoidable costs is below the monitoring line."""
    if not facts.is_low_income or not facts.rigid_cost or facts.after_rigid_cost >= facts.lines.monitoring:
        return None
    return (
        f"统计期内刚性支出 {words.yuan(facts.rigid_cost)}，"
        f"扣除后人均 {words.yuan(facts.after_rigid_cost)}，低于监测标准，给予专项救助"
    )


@suits("temporary_assistance", "因灾、因意外事故，突发严重困难户，或收入较低又有住房、灾害等大额支出")
def temporary_assistance(facts):
    """Sudden trouble: a disaster, an accident, a recorded sudden difficulty, or costs that came at once."""
    if not facts.flags:
        return None
    if facts.has_cause(Cause.DISASTER, Cause.ACCIDENT):
        cause = "因自然灾害" if facts.has_cause(Cause.DISASTER) else "因意外事故"
        return f"{cause}，{words.income(facts)}，核实后给予临时救助"
    if facts.monitor_kind == "sudden" and facts.is_at_risk:
        return f"突发严重困难户，{words.income(facts)}，核实后给予临时救助"
    sudden = facts.received("R03", "R09")
    if sudden and facts.is_low_income and not facts.received("T11"):
        return f"住房、灾害等大额支出 {words.yuan(sudden)}，{words.income(facts)}，核实后给予临时救助"
    return None


@suits("medical_aid", "因病、有大病患者，或收入较低、有慢性病人且有自付医疗")
def medical_aid(facts):
    if not facts.flags:
        return None
    paid = facts.received("R01")
    ill = facts.count(lambda person: person.is_seriously_ill)
    if facts.has_cause(Cause.ILLNESS):
        why = "因病"
    elif ill:
        why = f"家中 {ill} 人患大病"
    elif paid and facts.is_low_income and facts.count(lambda person: person.is_chronic):
        why = "家中有长期慢性病人"
    else:
        return None
    cost = f"，统计期内自付医疗 {words.yuan(paid)}" if paid else ""
    return f"{why}{cost}，落实医疗救助、大病保险"


@suits("medical_insurance", "有人未参加基本医保，或走访反映基本医疗无保障")
def medical_insurance(facts):
    without = facts.count(lambda person: person.has_medical_insurance is False)
    if not without and facts.is_medical_safe:
        return None
    who = f"{without} 人未参加基本医保" if without else "走访反映基本医疗无保障"
    return f"{who}，落实参保缴费资助"


@suits("insurance", "因病、因学、因灾、因意外有大额支出，或刚性支出后低于监测标准；未得过理赔")
def insurance(facts):
    """防贫保险 pays after a check of costs from illness, schooling and disaster; who was paid is not paid twice."""
    costs = facts.rigid_cost
    if not facts.flags or not costs or facts.received("T12", "X01"):
        return None
    named = facts.has_cause(Cause.ILLNESS, Cause.SCHOOLING, Cause.DISASTER, Cause.ACCIDENT)
    if not named and facts.after_rigid_cost >= facts.lines.monitoring:
        return None
    left = f"扣除后人均 {words.yuan(facts.after_rigid_cost)}"
    return f"统计期内医疗、教育、住房等支出 {words.yuan(costs)}，{left}，启动防贫保险入户核算"


@suits("rain_dew", "有中职、高职高专、技师学院在校生，统计期内未领教育资助")
def rain_dew(facts):
    """雨露计划: students of vocational schools."""
    students = facts.count(lambda person: person.stage == VOCATIONAL)
    if not students or facts.received("T10"):
        return None
    return f"{students} 人就读中高职，落实雨露计划补助"


@suits("education_aid", "因学，或收入较低、有其他学段在校生，统计期内未领教育资助")
def education_aid(facts):
    students = facts.count(lambda person: person.stage == OTHER_SCHOOL)
    if facts.has_cause(Cause.SCHOOLING):
        who = f"{students} 人在校" if students else "核对在校情况"
        return f"因学，{who}，落实教育资助"
    if not students or not facts.is_low_income or facts.received("T10"):
        return None
    return f"{students} 人在校，{words.income(facts)}，落实教育资助"


@suits("compulsory_education", "走访反映义务教育无保障")
def compulsory_education(facts):
    return None if facts.is_schooling_safe else "走访反映义务教育无保障，劝返复学、送教上门"


@suits("disability_subsidies", "因残；或残疾人未领补贴：一、二级有护理补贴，收入较低有生活补贴，没有证的先办证")
def disability_subsidies(facts):
    """两项补贴: living subsidy for low-income households, care subsidy for grades one and two. No card, no subsidy."""
    certified = facts.count(lambda person: person.disability_grade is not None)
    without_card = facts.count(lambda person: person.is_disabled and person.disability_grade is None)
    paid = facts.received("T06")
    if facts.has_cause(Cause.DISABILITY):
        if not certified:
            return "因残，家中无人登记残疾证，帮助评残办证后落实两项补贴"
        return f"因残，{certified} 人持证，{'两项补贴按月足额发放' if paid else '落实两项补贴'}"
    if paid or not facts.flags:
        return None
    severe = facts.count(lambda person: person.is_severely_disabled)
    if certified and (severe or facts.is_low_income):
        kinds = "生活补贴和护理补贴" if severe and facts.is_low_income else "护理补贴" if severe else "生活补贴"
        return f"{certified} 人持残疾证，统计期内未领两项补贴，核对落实{kinds}"
    if without_card and facts.is_low_income:
        return f"{without_card} 人残疾未登记残疾证，帮助评残办证后落实两项补贴"
    return None


@suits("safe_housing", "走访或人员名册反映住房不安全，或因安全住房")
def safe_housing(facts):
    if facts.is_housing_safe and not facts.has_cause(Cause.HOUSING):
        return None
    return "住房有安全问题，鉴定后改造或搬迁" if not facts.is_housing_safe else "因安全住房，鉴定后改造或搬迁"


@suits("safe_water", "走访或人员名册反映饮水不安全，或因安全饮水")
def safe_water(facts):
    if facts.is_water_safe and not facts.has_cause(Cause.WATER):
        return None
    return "饮水有安全问题，限期解决" if not facts.is_water_safe else "因安全饮水，限期解决"
