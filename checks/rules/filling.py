"""F: how a visit was filled in. It ranks visits for a call-back and nothing else; nobody is counted or accused."""

from checks.choices import Severity
from checks.rules.registry import check
from checks.rules.words import yuan
from visits.models import IncomeEntry
from visits.months import add_months

# F01: two months or more the same as the month before. A pension is the same every month; these should move.
SAME_MONTHS = 2
MOVING_ITEMS = frozenset(("W01", "W03", "W09", "B01", "B02", "B03", "B09", "C01", "C02", "C03", "C09"))
# F02: visits within five minutes (checks.filling), and visits on the last day: so many, and so large a part.
HASTY_VISITS = 10
LAST_DAY_VISITS, LAST_DAY_PERCENT = 20, 80
# F03: so many amounts of a village, of which so many in a hundred are round, and so many points above the county's.
ROUND_AMOUNTS, ROUND_PERCENT, ROUND_POINTS = 30, 80, 25
OWN_ROUND_AMOUNTS = 3
# F04: so many other households with the same set.
TWINS = 2
# F05: so many in a hundred above the line.
JUST_OVER_PERCENT = 3


@check("F01", "金额和前两个月全都一样", Severity.LOOK)
def copied(case):
    months = [_own_amounts(case, add_months(case.month, -back)) for back in range(SAME_MONTHS + 1)]
    moves = any(key.partition("/")[0] in MOVING_ITEMS for key in months[0])
    if moves and all(month == months[0] for month in months):
        text = f"务工、生产的金额连续 {SAME_MONTHS + 1} 个月一分不差，回访时问一问。"
        yield from case.doubts(text, field="entries", amounts=len(months[0]))


def _own_amounts(case, month):
    """Key -> fen that the visit of a month says."""
    entries = case.sheet.entries
    return {
        told.key: told.amount for told in entries if told.month == month and told.source == IncomeEntry.Source.VISIT
    }


@check("F02", "短时间内集中填报", Severity.LOOK)
def burst(case):
    filling = case.filling
    visits = filling.hasty_neighbours + 1
    if visits >= HASTY_VISITS:
        yield from case.doubts(f"几分钟里填了 {visits} 户，回访时核一核。", field="visited_on", visits=visits)
    elif (
        filling.is_last_day
        and filling.sent_that_day >= LAST_DAY_VISITS
        and filling.sent_that_day * 100 >= filling.sent_in_all * LAST_DAY_PERCENT
    ):
        count, of_all = filling.sent_that_day, filling.sent_in_all
        text = f"本月 {of_all} 户有 {count} 户在最后一天填报，回访时核一核。"
        yield from case.doubts(text, field="visited_on", visits=count, of_all=of_all)


@check("F03", "全村金额多是整百", Severity.NOTE)
def round_hundreds(case):
    (own, own_all), (village, amounts), (county, county_all) = (
        case.filling.own_round,
        case.filling.village_round,
        case.filling.county_round,
    )
    if own < OWN_ROUND_AMOUNTS or own < own_all or amounts < ROUND_AMOUNTS:
        return
    share, usual = village * 100 // amounts, county * 100 // county_all
    if share >= ROUND_PERCENT and share - usual >= ROUND_POINTS:
        text = f"全村 {share}% 的金额是整百，全县 {usual}%，回访时问实数。"
        yield from case.doubts(text, field="entries", village=share, county=usual)


@check("F04", "几户金额完全一样", Severity.LOOK)
def twins(case):
    if case.filling.twins >= TWINS:
        count = case.filling.twins + 1
        yield from case.doubts(f"村里 {count} 户的金额一组全都相同，请核对。", field="entries", households=count)


@check("F05", "审核后改动，刚好过线", Severity.LOOK)
def edited_just_over_a_line(case):
    if case.filling.reviewed is None or case.prospect is None:
        return
    official, tracking = case.prospect.with_amounts(case.filling.reviewed)
    before = (official if case.prospect.is_in_window else tracking).per_capita
    after = case.quantities["@per_capita"]
    terms = case.ground.terms
    for line, name in ((terms.monitoring_line, "监测标准"), (terms.average_line, "脱贫人口平均")):
        if before < line <= after and after * 100 <= line * (100 + JUST_OVER_PERCENT):
            text = f"审核后改了金额，预估人均刚过{name} {yuan(line)}，请核对依据。"
            yield from case.doubts(text, field="entries", line=line, before=before, after=after)


@check("F06", "走访日期不在当月", Severity.LOOK)
def visited_on(case):
    visited = case.sheet.visit.visited_on
    if visited > case.day:
        why = "在今天之后"
    elif not case.month <= visited <= case.month_end:
        why = f"不在 {case.month.month} 月"
    elif _begun(case) is not None and visited < _begun(case):
        why = "早于这户在册的日子"
    else:
        return
    yield from case.doubts(f"走访日期{why}，请核对。", field="visited_on", visited_on=visited.isoformat())


def _begun(case):
    """The first day of the household, ``None`` where some member was always there."""
    firsts = [member.joined_on for member in case.sheet.members]
    return min(firsts) if firsts and None not in firsts else None
