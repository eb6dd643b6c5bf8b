"""Line 1, industry and the sharing of its proceeds. Plan 二(三)1."""

from households.choices import Cause
from measures.rules import words
from measures.rules.registry import suits
from measures.rules.values import LIVESTOCK, ORCHARD, PLANTING


def _production(facts, branch, name):
    """Why production of that branch is the thing: it fell, it failed, or nothing else suits the labour at hand.

    A household without labour is never sent to produce: it shares the proceeds (差异化收益分配).
    """
    if not facts.has_labour or facts.branch != branch:
        return None
    who = words.labour(facts)
    if facts.has_cause(Cause.BUSINESS_FAILED):
        return f"因产业项目失败；{who}，由龙头企业、合作社带动重新发展{name}"
    if facts.fell("business"):
        return f"{words.less(facts, 'business', '生产经营性收入')}；{who}，由龙头企业、合作社带动发展{name}"
    if facts.able and not facts.employable:
        return f"{who}，不宜外出务工，就地发展{name}"
    if facts.has_production and facts.flagged("below_monitoring_line", "below_average_line", "high_transfer_share"):
        return f"{who}，已有生产；{words.income(facts)}，由龙头企业、合作社带动扩大{name}"
    return None


@suits(
    "planting",
    "以种植为主（或尚无生产），有劳动能力或弱半劳动力：经营性收入减少、产业项目失败、有产业但收入偏低，或不宜外出",
)
def planting(facts):
    return _production(facts, PLANTING, "种植业")


@suits("livestock", "以养殖为主，有劳动能力或弱半劳动力：经营性收入减少、产业项目失败、有产业但收入偏低，或不宜外出")
def livestock(facts):
    return _production(facts, LIVESTOCK, "养殖业")


@suits("orchard", "以林果为主，有劳动能力或弱半劳动力：经营性收入减少、产业项目失败、有产业但收入偏低，或不宜外出")
def orchard(facts):
    return _production(facts, ORCHARD, "林果业")


@suits("differentiated_dividend", "整户无劳动能力")
def differentiated_dividend(facts):
    """整户无劳动能力: the proceeds of collective assets are shared by need, not against work."""
    if not facts.has_no_labour or not facts.flags:
        return None
    return f"整户 {len(facts.persons)} 人均无劳动能力；{words.income(facts)}，实行差异化收益分配"


@suits("asset_labour", "只有弱半劳动力，已有公益岗或年龄不宜上岗")
def asset_labour(facts):
    """Asset proceeds paid out against light work in the village, where a public post is not to be had."""
    if facts.able or not facts.weak or not facts.flags:
        return None
    if facts.has_public_post:
        why = "家中已有公益岗位"
    elif not facts.count(lambda person: person.is_weak and person.fits_public_post()):
        why = "年龄或在校不宜上公益岗位"
    else:
        return None
    return f"家中 {facts.weak} 人弱半劳动力，{why}，引导参加村集体力所能及的劳动，按劳分配资产收益"


@suits("solar_dividend", "没有普通或技能劳动力，低于监测标准，统计期内无光伏收益")
def solar_dividend(facts):
    if facts.able or not facts.persons or not facts.is_below_monitoring_line or facts.received("P03"):
        return None
    return f"家中没有普通或技能劳动力，{words.income(facts)}，统计期内无光伏收益，纳入村级光伏收益分配"


@suits("shareholding", "有劳动能力或弱半劳动力：财产性收入减少，或没有财产性收入且收入偏低")
def shareholding(facts):
    """变股东: a share in the village's collective assets, for households that get nothing or less from them."""
    if not facts.has_labour or not facts.flags:
        return None
    if facts.fell("property"):
        return f"{words.less(facts, 'property', '财产性收入')}，核对集体资产股份和分红"
    if not facts.window.property and facts.flagged("below_monitoring_line", "below_average_line"):
        return f"统计期内没有财产性收入，{words.income(facts)}，量化集体资产股份，变股东分红"
    return None
