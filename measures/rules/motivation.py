"""Line 5, will and skill of one's own. Plan 二(三)5. It goes with other measures, never in their place."""

from measures.rules import words
from measures.rules.registry import suits


@suits("filial_support", "家中都是 60 岁及以上老人，统计期内没有赡养费")
def filial_support(facts):
    """Old people on their own for whom no child pays."""
    old = facts.count(lambda person: person.is_old)
    if not old or old != len(facts.persons) or not facts.flags or facts.received("T09"):
        return None
    if all(person.has_destitute_support for person in facts.persons):
        return None
    return f"{old} 位老人单独生活，统计期内没有赡养费，教育引导子女履行赡养义务"


@suits("motivation", "有劳动能力，月份齐全，统计期内没有务工和经营收入")
def motivation(facts):
    """Able, out of school, and yet nothing earned in the whole window."""
    if not facts.employable or not facts.flags or facts.months_missing:
        return None
    if facts.window.wage or facts.window.business:
        return None
    return f"{facts.employable} 人有劳动能力，统计期内无务工和经营收入，开展扶志引导"


@suits("practical_training", "在家生产的户：经营性收入减少，或不宜外出且转移性收入占比过高")
def practical_training(facts):
    """实用技术培训: those who produce at home, where production fell or nobody can go away to work."""
    if not facts.has_labour or not facts.flags:
        return None
    if facts.has_production and facts.fell("business"):
        return f"{words.less(facts, 'business', '生产经营性收入')}，参加实用技术培训"
    if facts.able and not facts.employable and facts.flagged("high_transfer_share"):
        return f"{words.labour(facts)}，转移性收入占 {words.percent(facts.transfer_share)}，参加实用技术培训"
    return None


@suits("role_model", "务工和经营净收入比上年同期明显增加，不低于监测标准，没有未消除的监测风险")
def role_model(facts):
    """自强典型: earns much more by own work than a year ago, though another flag holds, and has no open risk."""
    if not facts.able or not facts.flags or facts.flagged("high_transfer_share", "income_falling"):
        return None
    if facts.months_missing or facts.is_below_monitoring_line or facts.is_at_risk or not facts.earned_rise:
        return None
    return f"务工和经营净收入比上年同期多 {words.yuan(facts.earned_rise)}，可作自强典型培育宣传"
