"""The sheet 汇总: one row an area one level below, the total in the last row. Domain §8.1."""

from typing import NamedTuple

from households.choices import MonitorKind
from ledger.calc import FLAGS
from ledger.models import RiskPoint
from reports.appendix import COUNT, MONEY, PERCENT

TITLE = "脱贫户及防贫监测对象增收帮扶台账汇总表"
LINES = ("产业收益分配", "外出务工就业", "小额信贷", "资助惠民", "扶志扶智", "驻村及结对帮扶")


class Figure(NamedTuple):
    """One column of the summary: its header, its kind, and where its figure comes from.

    ``source`` is a name in the tally, or a property of it where ``is_derived``.
    """

    header: tuple
    kind: str
    source: object
    is_derived: bool = False

    def of(self, tally):
        return getattr(tally, self.source) if self.is_derived else tally[self.source]


def figures(policy):
    """The figures of the summary, in order: register, visits, flags, ledger, the six lines, effect."""
    base, visits, flags, ledger, effect = "底数", "排查", "触发", "台账", "成效"
    kinds = [kind for kind in MonitorKind if kind != MonitorKind.NONE]
    fall = f"{policy.large_fall.normalize():f}%"
    listed = [
        Figure((base, "建账户数"), COUNT, "households"),
        Figure((base, "人口数"), COUNT, "persons"),
        Figure((base, "脱贫户户数"), COUNT, "lifted"),
        Figure((base, "脱贫户人数"), COUNT, "lifted_persons"),
    ]
    for kind in kinds:
        listed += [
            Figure((base, f"{kind.label}户数"), COUNT, ("monitored", kind)),
            Figure((base, f"{kind.label}人数"), COUNT, ("monitored_persons", kind)),
        ]
    listed += [
        Figure((base, "监测对象未消除户数"), COUNT, "monitored_open"),
        Figure((base, "监测对象未消除人数"), COUNT, "monitored_open_persons"),
        Figure((visits, "应走访户次"), COUNT, "visits_due"),
        Figure((visits, "已走访户次"), COUNT, "visits"),
        Figure((visits, "走访率"), PERCENT, "visit_rate", True),
        Figure((visits, "缺月户数"), COUNT, "incomplete"),
    ]
    listed += [Figure((flags, RiskPoint.Kind(flag).label), COUNT, flag) for flag in FLAGS]
    listed += [
        Figure((flags, "去重户数"), COUNT, "flagged"),
        Figure((flags, "上年人均纯收入"), MONEY, "last_per_capita", True),
        Figure((flags, "预估人均纯收入"), MONEY, "per_capita", True),
        Figure((flags, "人均增减额"), MONEY, "change", True),
        Figure((flags, "增减幅"), PERCENT, "change_rate", True),
        Figure((flags, f"降幅不到{fall}户数"), COUNT, "small_falls"),
        Figure((flags, f"降幅{fall}及以上户数"), COUNT, "large_falls"),
        Figure((ledger, "已定措施户数"), COUNT, "decided"),
        Figure((ledger, "措施待确认户数"), COUNT, "only_suggested"),
        # Of those with a flag: the others need none.
        Figure((ledger, "未定措施户数"), COUNT, "flagged_without_actions"),
    ]
    for number, name in enumerate(LINES, start=1):
        listed += [
            Figure((name, "户数"), COUNT, ("line_households", number)),
            Figure((name, "人数"), COUNT, ("line_persons", number)),
            Figure((name, "件数"), COUNT, ("line_actions", number)),
            Figure((name, "金额"), MONEY, ("line_paid", number)),
        ]
    listed += [
        Figure((effect, "预计年增收（减支）"), MONEY, "expected_gain", True),
        Figure((effect, "措施落实户数"), COUNT, "carried_out"),
        Figure((effect, "风险点已消除"), COUNT, "risks_eliminated"),
        Figure((effect, "风险点未消除"), COUNT, "risks_open"),
        Figure((effect, "新增监测户数"), COUNT, "newly_monitored"),
    ]
    return listed


def summary_cells(position, name, tally, listed):
    """One row: number (or 合计), area, figures."""
    return [position, name, *(figure.of(tally) for figure in listed)]


def place_header(form):
    """What the areas one level below are called."""
    return "乡镇" if form.level == "county" else "村"
