"""How a reason says its figures."""

from ledger.calc import FLAGS

FLAG_WORDS = dict(
    zip(
        FLAGS,
        ("收入下降", "低于监测标准", "低于全国脱贫人口平均", "转移性收入占比过高", "整户无劳力且收入较低"),
        strict=True,
    )
)
WARNING_WORDS = ("无", "黄色", "橙色", "红色")


def yuan(fen):
    """``12,533.33 元``."""
    sign = "−" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d} 元"


def percent(hundredths):
    """``71.20%``."""
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def flags(facts):
    """The flags that hold, in the plan's words and order."""
    return "、".join(FLAG_WORDS[name] for name in facts.flags)


def labour(facts):
    """``家中 2 人有劳动能力、1 人弱半劳动力``, ``整户无劳动能力`` or what is not known."""
    parts = [
        f"{number} 人{words}" for number, words in ((facts.able, "有劳动能力"), (facts.weak, "弱半劳动力")) if number
    ]
    if parts:
        return "家中 " + "、".join(parts)
    return "整户无劳动能力" if facts.has_no_labour else "劳动技能未填全"


def income(facts):
    """Where the estimate stands against the lines: ``预估人均 6,400.00 元，低于监测标准 7,300.00 元``."""
    words = f"预估人均 {yuan(facts.per_capita)}"
    if facts.is_below_monitoring_line:
        return f"{words}，低于监测标准 {yuan(facts.lines.monitoring)}"
    if facts.per_capita < facts.lines.average:
        return f"{words}，低于全国脱贫人口平均 {yuan(facts.lines.average)}"
    return words


def less(facts, name, words):
    """``工资性收入比上年同期少 3,000.00 元``."""
    return f"{words}比上年同期少 {yuan(facts.fall(name))}"
