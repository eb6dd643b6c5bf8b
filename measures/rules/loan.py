"""Line 3, small loans: everybody who qualifies, and the obstacles of everybody else. Plan 二(三)3.

At most 50,000 yuan for at most three years, by household, without security (domain §7.2).
"""

from measures.rules import words
from measures.rules.registry import suits
from measures.rules.values import LIVESTOCK


def _borrowers(facts):
    """Members who could answer for a loan; 0 where the household's kind rules it out.

    For households lifted out of poverty and monitored marginal ones. Partly able people count where
    the household already produces.
    """
    if not facts.is_lifted and facts.monitor_kind != "marginal":
        return 0
    return facts.count(
        lambda person: (person.is_able or (person.is_weak and facts.window.business > 0)) and person.fits_loan()
    )


def _wants_capital(facts):
    """Production that fell or brings too little, or income that rests on transfers though people are able."""
    if facts.able and facts.flagged("high_transfer_share"):
        return True
    is_low = facts.flagged("below_monitoring_line", "below_average_line")
    return facts.has_production and (is_low or facts.fell("business"))


@suits("small_loan", "脱贫户、边缘易致贫户，有 18—65 岁能担责的人：生产减少或收入偏低，或转移性收入占比过高")
def small_loan(facts):
    if not facts.flags or not _wants_capital(facts) or not _borrowers(facts):
        return None
    limits = "按 5 万元以内、3 年以内应贷尽贷"
    if facts.fell("business"):
        return f"{words.less(facts, 'business', '生产经营性收入')}，恢复生产缺资金的{limits}"
    if facts.flagged("high_transfer_share"):
        return f"{words.labour(facts)}，转移性收入占 {words.percent(facts.transfer_share)}，发展生产缺资金的{limits}"
    return f"{words.labour(facts)}，已有生产，{words.income(facts)}，扩大生产缺资金的{limits}"


@suits("loan_survey", "符合贷款条件、眼下没有明显资金需求的户，宣传和排查全覆盖")
def loan_survey(facts):
    """宣传和需求排查, with no gap: everybody else who qualifies is asked which of the five obstacles is theirs."""
    if not facts.flags or _wants_capital(facts) or not _borrowers(facts):
        return None
    has = "已有生产" if facts.has_production else "尚无生产项目"
    return f"{words.labour(facts)}，{has}；上门宣传小额信贷，查清缺意愿、项目、技能、平台还是销路"


@suits("sales", "种植、林果收入比上年同期明显减少的户")
def sales(facts):
    """卖难: whoever grows something to sell and sells less of it than last year."""
    if not facts.has_labour or not facts.window.business or facts.branch == LIVESTOCK or not facts.fell("business"):
        return None
    return f"{words.less(facts, 'business', '生产经营性收入')}，排查卖难，对接线上线下销路"
