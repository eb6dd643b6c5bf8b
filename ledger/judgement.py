"""Flags, warning level and lines of one household in words: the rule, the numbers compared, true or not.

Whether a flag holds is what ``ledger.calc`` found; here stands only why, in figures.
"""

from typing import NamedTuple

from ledger.calc import Warning
from ledger.formulas import decimals
from ledger.models import PolicyYear, RiskPoint

UNDER, NOT_UNDER = "＜", "≥"


class FlagLine(NamedTuple):
    """One of the five flags: its rule, the two numbers compared, and whether it holds.

    ``holds`` is ``None`` where one of the numbers does not exist; ``note`` says which.
    """

    key: str
    label: str
    rule: str
    compared: str
    holds: bool | None
    note: str
    to_confirm: bool


class WarningRule(NamedTuple):
    """One condition of a warning level, and whether it holds here."""

    level: Warning
    colour: str
    rule: str
    figures: str
    holds: bool


class Threshold(NamedTuple):
    """One line of the policy year. ``to_confirm``: an example value that the county has yet to confirm."""

    key: str
    label: str
    value: str
    unit: str
    to_confirm: bool


def thresholds(policy):
    """The lines that the flags compare with, each with its unit."""
    field = PolicyYear._meta.get_field
    names = ("monitoring_line", "average_line", "low_income_line", "transfer_share_line", "large_fall")
    return [
        Threshold(
            name,
            str(field(name).verbose_name),
            f"{getattr(policy, name):,.2f}",
            field(name).help_text,
            name in policy.to_confirm,
        )
        for name in names
    ]


def _against(amount, line):
    """``6,400.00 ＜ 7,300.00`` or with ≥, whichever is true."""
    return f"{decimals(amount)} {UNDER if amount < line else NOT_UNDER} {decimals(line)}"


def flag_lines(facts, terms, result, policy):
    """The five flags in the plan's order."""
    label = RiskPoint.Kind
    return [
        _falling(result, label.INCOME_FALLING.label),
        FlagLine(
            "below_monitoring_line",
            label.BELOW_MONITORING_LINE.label,
            "预估人均纯收入小于监测标准",
            _against(result.per_capita, terms.monitoring_line),
            result.below_monitoring_line,
            "",
            "monitoring_line" in policy.to_confirm,
        ),
        FlagLine(
            "below_average_line",
            label.BELOW_AVERAGE_LINE.label,
            "预估人均纯收入小于全国脱贫人口平均",
            _against(result.per_capita, terms.average_line),
            result.below_average_line,
            "",
            "average_line" in policy.to_confirm,
        ),
        _high_share(terms, result, label.HIGH_TRANSFER_SHARE.label, policy),
        _no_labour(facts, terms, result, label.NO_LABOUR_LOW_INCOME.label, policy),
    ]


def _falling(result, label):
    rule = "预估人均纯收入小于上年人均纯收入"
    if result.last_per_capita is None:
        return FlagLine("income_falling", label, rule, "", None, "无上年数，不标", False)
    compared = _against(result.per_capita, result.last_per_capita)
    return FlagLine("income_falling", label, rule, compared, result.income_falling, "", False)


def _high_share(terms, result, label, policy):
    rule = f"转移性收入占四类总收入的 {decimals(terms.transfer_share_line)}% 及以上"
    to_confirm = "transfer_share_line" in policy.to_confirm
    if result.transfer_share is None:
        return FlagLine("high_transfer_share", label, rule, "", None, "无收入，不标", to_confirm)
    sign = NOT_UNDER if result.transfer_share >= terms.transfer_share_line else UNDER
    compared = f"{decimals(result.transfer_share)}% {sign} {decimals(terms.transfer_share_line)}%"
    return FlagLine("high_transfer_share", label, rule, compared, result.high_transfer_share, "", to_confirm)


def _no_labour(facts, terms, result, label, policy):
    rule = "每一口人都是无劳动力或丧失劳动力，且预估人均纯收入小于收入较低线"
    to_confirm = "low_income_line" in policy.to_confirm
    without = f"{facts.persons} 人中 {facts.without_labour} 人无劳动力或丧失劳动力"
    compared = f"{without}；{_against(result.per_capita, terms.low_income_line)}"
    if facts.labour_unknown:
        note = f"{facts.labour_unknown} 人的劳动技能没有填，不标；补填后重新计算"
        return FlagLine("no_labour_low_income", label, rule, compared, None, note, to_confirm)
    return FlagLine("no_labour_low_income", label, rule, compared, result.no_labour_low_income, "", to_confirm)


def warning_rules(facts, terms, result, household, last_visit):
    """The conditions of the warning levels, darkest first. The level is that of the first one that holds."""
    rate = result.change_rate
    fall = "无上年数" if result.last_per_capita is None else "上年人均不为正，没有增减幅"
    if rate is not None:
        fall = f"增减幅 {decimals(rate)}%，线 {decimals(-terms.large_fall)}%"
    other = [
        label
        for label, holds in (
            ("收入下降", result.income_falling),
            ("低于全国脱贫人口平均", result.below_average_line),
            ("转移性收入占比过高", result.high_transfer_share),
        )
        if holds
    ]
    return [
        WarningRule(
            Warning.RED,
            "红",
            "低于监测标准",
            _against(result.per_capita, terms.monitoring_line),
            result.below_monitoring_line,
        ),
        WarningRule(
            Warning.RED,
            "红",
            "三保障或饮水有问题未解决",
            _open_guarantees(household, last_visit),
            facts.guarantee_open,
        ),
        WarningRule(
            Warning.ORANGE,
            "橙",
            f"降幅 {decimals(terms.large_fall)}% 及以上",
            fall,
            rate is not None and rate <= -terms.large_fall,
        ),
        WarningRule(
            Warning.ORANGE,
            "橙",
            "整户无劳力且收入较低",
            f"{facts.persons} 人中 {facts.without_labour} 人无劳力",
            result.no_labour_low_income,
        ),
        WarningRule(Warning.YELLOW, "黄", "有其他标记", "、".join(other) or "没有", bool(other)),
    ]


def _open_guarantees(household, last_visit):
    """Which of the four is said to be unsafe: by the last visit, of housing and water else by the roster."""
    said = {
        "住房": last_visit and last_visit.is_housing_safe,
        "义务教育": last_visit and last_visit.is_schooling_safe,
        "基本医疗": last_visit and last_visit.is_medical_safe,
        "饮水": last_visit and last_visit.is_water_safe,
    }
    by_visit = [word for word, safe in said.items() if safe is False]
    by_roster = []
    if said["住房"] is None and household.is_dangerous_house:
        by_roster.append("住房")
    if said["饮水"] is None and household.has_safe_water is False:
        by_roster.append("饮水")
    parts = []
    if by_visit:
        parts.append(f"{last_visit.month.month} 月走访：{'、'.join(by_visit)}")
    if by_roster:
        parts.append(f"人员名册：{'、'.join(by_roster)}")
    return "；".join(parts) or "都安全，或没有记录"


def disagreements(facts, terms, result):
    """A plain sentence for each line that the official and the itemised estimate stand on different sides of."""
    if not result.estimates_disagree:
        return []
    sentences = []
    for label, line in (("监测标准", terms.monitoring_line), ("全国脱贫人口平均", terms.average_line)):
        official, itemised = result.per_capita < line, result.itemised_per_capita < line
        if official == itemised:
            continue
        figures = f"按方案算 {decimals(result.per_capita)}，逐项算 {decimals(result.itemised_per_capita)}"
        if itemised:
            reason = "把一次性或季节性的收入也按全年放大，才到线上"
            if facts.months_collected < terms.window_months:
                reason = "两种算法对缺月和一次性收入的处理不同"
            sentences.append(f"{figures}：{reason}，实际可能低于{label} {decimals(line)} 元，请核实。")
        else:
            reason = "缺的月份按零计" if facts.months_collected < terms.window_months else "季节性支出按全年放大"
            sentences.append(f"{figures}：{reason}，才低于{label} {decimals(line)} 元，请核实。")
    return sentences
