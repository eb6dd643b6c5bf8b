"""Line 6, the village team and the paired helper. Plan 二(三)6."""

from measures.rules import words
from measures.rules.registry import suits

ORANGE = 2


@suits("helper_follow", "有标记、已有帮扶责任人的户")
def helper_follow(facts):
    """帮扶责任人全程参与: for every flagged household that has one."""
    if not facts.flags or not facts.has_helper:
        return None
    missing = f"，缺 {facts.months_missing} 个月收入先补齐" if facts.months_missing else ""
    unknown = f"，{facts.labour_unknown} 人劳动技能未填先核实" if facts.labour_unknown else ""
    return f"{words.flags(facts)}{missing}{unknown}；帮扶责任人全程参与排查，因户落实措施"


@suits("pair_helper", "有标记、没有帮扶责任人的户")
def pair_helper(facts):
    if not facts.flags or facts.has_helper or facts.is_helper_gone:
        return None
    return f"{words.flags(facts)}，没有帮扶责任人，落实结对"


@suits("adjust_helper", "有标记、原帮扶责任人账号已停用的户")
def adjust_helper(facts):
    if not facts.flags or facts.has_helper or not facts.is_helper_gone:
        return None
    return f"{words.flags(facts)}，原帮扶责任人账号已停用，调整责任人"


@suits("village_team", "红色、橙色预警户")
def village_team(facts):
    """The first secretary takes on those in most need: orange and red warnings."""
    if not facts.flags or facts.warning < ORANGE:
        return None
    return f"{words.WARNING_WORDS[facts.warning]}预警（{words.flags(facts)}），驻村第一书记包联协调"
