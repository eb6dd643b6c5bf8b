"""The form of the appendix 脱贫户及防贫监测对象增收帮扶台账: its columns and what stands in them. Plan, 附件."""

from datetime import datetime
from typing import NamedTuple

from ledger.calc import FLAGS
from ledger.models import WARNING_LABELS, PolicyYear
from measures.models import SupportAction
from reports.rows import type_label
from reports.tally import NO_RISKS, progress

TITLE = "脱贫户及防贫监测对象增收帮扶台账"
SIGNATURES = ("填表人：", "驻村第一书记（签字）：", "村负责人（签字）：", "乡镇审核人：", "乡镇主要负责人（签字）：")
MARK = "√"
WARNINGS = dict(WARNING_LABELS)
STATES = dict(SupportAction.State.choices)
# Kinds of columns. Money is fen and percent is hundredths of a percent in the lines; both are
# printed as numbers with two decimals, percent as 17.82 because the unit % stands in row 3. A
# word is a short text that stands in the middle of its cell.
TEXT, WORD, COUNT, MONEY, PERCENT, FLAG = "text", "word", "count", "money", "percent", "flag"
HUNDREDTHS = (MONEY, PERCENT)


class Column(NamedTuple):
    """One column: its header from the first level down to its own, its kind, its least width in characters."""

    header: tuple
    kind: str
    width: float


class Form(NamedTuple):
    """What stands around the rows of one ledger.

    ``places`` maps a village code to its township's and its own name; ``areas`` are the (code,
    name) of the areas one level below, none for a village. ``versions`` are the policy versions
    that the rows were computed with.
    """

    level: str
    unit: str
    policy: PolicyYear
    versions: tuple
    places: dict
    areas: tuple
    made_at: datetime

    @property
    def is_village(self):
        return self.level == "village"


def columns(form):
    """The 43 columns; for a township or county 乡镇 and 村 follow 序号."""
    policy = form.policy
    months = f"{policy.window_start:%Y.%m}—{policy.last_month:%Y.%m}"
    base, income, study = "基本情况", "收入情况", "分析研判（符合打√）"
    support, duty, effect = "增收帮扶措施", "责任落实", "落实成效"
    last_year = f"{policy.year - 1}年度"
    collected = f"{policy.year}年度已采集{policy.window_months}个月（{months}）"
    estimate = f"{policy.year}年度预估"
    listed = [
        Column(("序号",), COUNT, 4.5),
        Column((base, "户主姓名"), TEXT, 6.5),
        Column((base, "身份证号"), TEXT, 15.6),
        Column((base, "户类型"), TEXT, 8),
        Column((base, "家庭人口数"), COUNT, 3.6),
        Column((base, "劳动力情况", "普通及技能劳动力"), COUNT, 4),
        Column((base, "劳动力情况", "弱半劳动力"), COUNT, 4),
        Column((base, "劳动力情况", "是否整户无劳动力"), WORD, 4),
        Column((income, last_year, "家庭纯收入"), MONEY, 8.4),
        Column((income, last_year, "人均纯收入"), MONEY, 8.4),
        Column((income, collected, "工资性收入"), MONEY, 8.4),
        Column((income, collected, "生产经营性收入"), MONEY, 8.4),
        Column((income, collected, "财产性收入"), MONEY, 8.4),
        Column((income, collected, "转移性收入"), MONEY, 8.4),
        Column((income, collected, "生产经营性支出"), MONEY, 8.4),
        Column((income, collected, "纯收入合计"), MONEY, 8.4),
        Column((income, estimate, f"家庭纯收入（合计/{policy.window_months}*{policy.annual_months}）"), MONEY, 8.4),
        Column((income, estimate, "人均纯收入"), MONEY, 8.4),
        Column((income, "同比", "人均增减额"), MONEY, 8.4),
        Column((income, "同比", "增减幅"), PERCENT, 6.5),
        Column((income, "转移性收入占比"), PERCENT, 6.2),
        Column((study, "收入下降"), FLAG, 3.6),
        Column((study, f"低于监测标准（{_plain(policy.monitoring_line)}元）"), FLAG, 4),
        Column((study, f"低于全国脱贫人口平均（{_plain(policy.average_line)}元）"), FLAG, 4.4),
        Column((study, "转移性收入占比过高"), FLAG, 4),
        Column((study, "整户无劳力且收入较低"), FLAG, 4),
        Column((study, "减收风险点"), TEXT, 10),
        Column((study, "原因分析"), TEXT, 10),
        Column((study, "预警等级/研判意见"), WORD, 4.2),
        Column((support, "产业收益分配"), TEXT, 9),
        Column((support, "外出务工就业"), TEXT, 9),
        Column((support, "小额信贷"), TEXT, 9),
        Column((support, "资助惠民"), TEXT, 9),
        Column((support, "扶志扶智"), TEXT, 9),
        Column((support, "驻村及结对帮扶"), TEXT, 9),
        Column((support, "预计年增收（减支）"), MONEY, 8.4),
        Column((duty, "牵头/责任单位"), TEXT, 10),
        Column((duty, "帮扶责任人"), TEXT, 6.5),
        Column((duty, "完成时限"), WORD, 8.2),
        Column((effect, "措施是否落实"), WORD, 5.2),
        Column((effect, "风险点是否消除"), WORD, 4.2),
        Column((effect, "消除时间"), WORD, 8.2),
        Column(("备注",), TEXT, 13),
    ]
    if not form.is_village:
        listed[1:1] = [Column(("乡镇",), TEXT, 6.5), Column(("村",), TEXT, 7)]
    return listed


def line_cells(position, line, beside, form):
    """What stands in the columns for one household; ``None`` or "" is an empty cell."""
    township, village = form.places[line.village]
    actions = beside.actions.get(line.household_id, ())
    by_line = [""] * 7
    gains = []
    for action in actions:
        measure_line, name = beside.catalogue.measures[action.measure]
        text = f"{name}（{STATES[action.state]}）"
        by_line[measure_line] = f"{by_line[measure_line]}、{text}" if by_line[measure_line] else text
        if action.gain is not None:
            gains.append(action.gain)
    risks = beside.risks.get(line.household_id, NO_RISKS)
    gone = risks.open == 0 and risks.eliminated > 0
    return [
        position,
        *(() if form.is_village else (township, village)),
        line.head_name,
        beside.heads.get(line.household_id),
        type_label(line),
        line.persons,
        line.workers,
        line.weak_workers,
        _no_labour(line),
        line.last_net,
        line.last_per_capita,
        line.wage,
        line.business,
        line.property,
        line.transfer,
        line.business_cost,
        line.net,
        line.estimate,
        line.per_capita,
        line.change,
        line.change_rate,
        line.transfer_share,
        *(MARK if getattr(line, flag) else None for flag in FLAGS),
        line.risk_points,
        line.cause,
        WARNINGS[line.warning],
        *by_line[1:],
        sum(gains) if gains else None,
        _units(actions, beside.catalogue, township) if actions else None,
        line.helper_name or line.helper_account,
        _month(max(action.due_on for action in actions)) if actions else None,
        progress(actions) if actions else None,
        "是" if gone else "否" if risks.open else None,
        _month(risks.last_on) if gone and risks.last_on else None,
        _remarks(line),
    ]


def total_cells(tally, form):
    """The 合计 row: sums, Σ ÷ Σ for figures per person and shares, counts for flags and measures.

    Under a measure line stands how many households have one; under columns of words how many
    of each. The years are comparable only where every household has a last year; how many have
    none stands in the remarks.
    """
    households = tally["households"]
    without_last_year = households - tally["with_last_year"]
    has_last_year = tally["with_last_year"] > 0
    return [
        "合计",
        *(() if form.is_village else (None, None)),
        f"{households}户",
        None,
        None,
        tally["persons"],
        tally["workers"],
        tally["weak_workers"],
        tally["no_labour"],
        tally["last_net"] if has_last_year else None,
        tally.last_per_capita,
        tally["wage"],
        tally["business"],
        tally["property"],
        tally["transfer"],
        tally["business_cost"],
        tally["net"],
        tally["estimate"],
        tally.per_capita,
        tally.change,
        tally.change_rate,
        tally.transfer_share,
        *(tally[flag] for flag in FLAGS),
        None,
        None,
        tally.warnings(),
        *(tally["line_households", line] for line in range(1, 7)),
        tally.expected_gain,
        None,
        None,
        None,
        _counts(
            ("是", tally["progress", "是"]), ("进行中", tally["progress", "进行中"]), ("否", tally["progress", "否"])
        ),
        _counts(("是", tally["risk_households_eliminated"]), ("否", tally["risk_households_open"])),
        None,
        f"无上年数{without_last_year}户" if without_last_year else None,
    ]


def row_key(line):
    """What names a row when the workbook comes back: household number and policy year."""
    return f"{line.number}/{line.year}"


def digest_text(form, households, digest):
    """The last line: what the figures were computed with and how to prove that they are these."""
    versions = "、".join(f"第{version}版" for version in form.versions)
    return (
        f"年度：{form.policy.year}　政策版本：{versions}　户数：{households}　"
        f"摘要（SHA-256）：{digest}　生成时间：{form.made_at:%Y-%m-%d %H:%M}"
    )


def heading(form):
    """Row 3: 填报单位, 统计时段, 填报时间, 单位."""
    start, end, day = form.policy.window_start, form.policy.last_day, form.made_at
    return (
        f"填报单位（盖章）：{form.unit}",
        f"统计时段：{_day(start)}至{_day(end)}",
        f"填报时间：{_day(day)}",
        "单位：户、人、元、%",
    )


def _no_labour(line):
    """是 when nobody can work, 否 when somebody can; empty while a blank 劳动技能 leaves it open."""
    if line.without_labour == line.persons:
        return "是"
    return "否" if line.workers + line.weak_workers else None


def _units(actions, catalogue, township):
    """牵头/责任单位: the departments of the actions, then the lines' responsible units and the township."""
    leads = list(dict.fromkeys(catalogue.departments[action.department] for action in actions))
    lines = dict.fromkeys(catalogue.measures[action.measure][0] for action in actions)
    others = dict.fromkeys(name for line in lines for name in catalogue.responsible.get(line, ()))
    return f"{'、'.join(leads)}/{'、'.join([*(name for name in others if name not in leads), township])}"


def _remarks(line):
    """Why figures are missing or provisional, then what people wrote."""
    parts = []
    if line.months_missing:
        reason = f"（{line.missing_reason}）" if line.missing_reason else ""
        parts.append(f"缺{line.months_missing}个月{reason}")
    if line.last_per_capita is None:
        parts.append("无上年数")
    elif line.change_rate is None:
        parts.append("上年收入不为正")
    if line.transfer_share is None:
        parts.append("无收入")
    if line.labour_unknown:
        parts.append(f"劳动技能未填{line.labour_unknown}人")
    if line.estimates_disagree:
        parts.append(f"逐项预估人均{line.itemised_per_capita / 100:.2f}元，与预估分处线的两侧")
    if line.remarks:
        parts.append(line.remarks)
    return "；".join(parts)


def _counts(*pairs):
    return "、".join(f"{word}{count}" for word, count in pairs if count)


def _plain(amount):
    """``7300.00`` as ``7300``."""
    return f"{amount:f}".removesuffix(".00")


def _day(day):
    return f"{day.year}年{day.month}月{day.day}日"


def _month(day):
    return f"{day.year}年{day.month}月"
