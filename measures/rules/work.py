"""Line 2, work at home and away. Plan 二(三)2. Never for a household without labour."""

from households.choices import Cause
from measures.rules import words
from measures.rules.registry import suits
from measures.rules.values import OLD, PRESCHOOL

# Work outside the county counts for the travel subsidy from this many months on (domain §7.2).
TRAVEL_SUBSIDY_MONTHS = 3


@suits("public_post", "有弱半劳动力（16—69 岁、不在校）的户；或只有 60—69 岁有劳动能力的人。家中已有公益岗的不再提")
def public_post(facts):
    """Weak labour first; then able people past the age at which they can be sent away."""
    if not facts.flags or facts.has_public_post:
        return None
    weak = facts.count(lambda person: person.is_weak and person.fits_public_post())
    if weak:
        return f"家中 {weak} 人弱半劳动力，{words.income(facts)}，优先安置乡村公益岗位"
    ageing = facts.count(
        lambda person: person.is_able and person.fits_public_post() and person.age is not None and person.age >= OLD
    )
    if ageing and not facts.employable:
        return f"家中 {ageing} 人有劳动能力但年满 60 岁，不宜外出，就近安置乡村公益岗位"
    return None


def _care(facts):
    """Whom an employable member has to stay near for, in words; "" if nobody. No illness is named."""
    small = facts.count(lambda person: person.stage == PRESCHOOL)
    ill = facts.count(lambda person: person.is_seriously_ill or person.is_severely_disabled)
    parts = [f"{n} 名{who}" for n, who in ((small, "学龄前儿童"), (ill, "需照料的家人")) if n]
    return "、".join(parts)


@suits("workshop", "有劳动能力的人未务工，家中有学龄前儿童或需照料的家人")
def workshop(facts):
    care = _care(facts)
    if not facts.flags or not facts.idle or not care:
        return None
    return f"家中 {facts.idle} 人有劳动能力未务工，有 {care}要照看，就近进帮扶车间"


@suits("labour_export", "有能外出务工的人（16—59 岁、不在校）：转移性收入占比过高，或有人未务工")
def labour_export(facts):
    if not facts.flags or not facts.employable:
        return None
    if facts.flagged("high_transfer_share"):
        what = f"{facts.idle} 人未务工，先安排务工" if facts.idle else "务工收入偏少，增加务工月数"
        return f"{words.labour(facts)}，转移性收入占 {words.percent(facts.transfer_share)}，{what}"
    # Whoever has somebody to look after is offered the workshop nearby instead.
    if facts.idle and not _care(facts):
        return f"{words.labour(facts)}，其中 {facts.idle} 人未务工；{words.income(facts)}，组织劳务输出"
    return None


@suits("stable_work", "已有人务工的户，工资性收入减少或务工不稳的重点回访")
def stable_work(facts):
    """稳岗: those at work keep it. Where transfers weigh too much, more work (labour_export) is the thing."""
    if not facts.flags or not facts.working:
        return None
    if facts.fell("wage"):
        return f"{facts.working} 人务工，{words.less(facts, 'wage', '工资性收入')}，上门了解原因，稳岗或转岗"
    if facts.has_cause(Cause.UNSTABLE_WORK):
        return f"因务工就业不稳，{facts.working} 人务工，逐月回访稳岗"
    if facts.flagged("high_transfer_share"):
        return None
    return f"{facts.working} 人务工，{words.income(facts)}，稳定岗位、提高就业质量"


@suits("travel_subsidy", "在县外务工满 3 个月的人")
def travel_subsidy(facts):
    """The subsidy for travel to work outside the county; its amount is the county's to set."""
    away = facts.count(
        lambda person: person.is_employable and person.works_outside and person.work_months >= TRAVEL_SUBSIDY_MONTHS
    )
    if not facts.flags or not away:
        return None
    return f"{away} 人在县外务工满 {TRAVEL_SUBSIDY_MONTHS} 个月，核发跨县务工交通补助"


@suits("skills_training", "能务工的户：转移性收入占比过高、工资性收入减少、务工不稳，或低于监测标准又未务工")
def skills_training(facts):
    """Training goes with work, never alone: labour_export, workshop or stable_work suits as well."""
    if not facts.flags or not facts.employable:
        return None
    if facts.flagged("high_transfer_share"):
        return (
            f"转移性收入占 {words.percent(facts.transfer_share)}，{facts.employable} 人可参加职业技能培训，增强务工能力"
        )
    if facts.fell("wage") or facts.has_cause(Cause.UNSTABLE_WORK):
        why = words.less(facts, "wage", "工资性收入") if facts.fell("wage") else "因务工就业不稳"
        return f"{why}，{facts.employable} 人可参加职业技能培训，提高就业质量"
    if facts.idle and facts.is_below_monitoring_line:
        return f"{facts.idle} 人有劳动能力未务工，{words.income(facts)}，先培训再上岗"
    return None
