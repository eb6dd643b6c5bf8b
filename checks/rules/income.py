"""I: income against the lines, the register, last year and the household's own months.

Parameters are fen unless they say otherwise.
"""

from checks.choices import Severity
from checks.rules.registry import check
from checks.rules.words import yuan
from checks.watch import Bound
from households.choices import Health
from ledger.inputs import COSTS, INCOME
from visits.models import IncomeClass, Rhythm
from visits.months import add_months

# I02, yuan 500 and 30,000 a person and year; a month's wage above 30,000 or between 0 and 100.
LOWEST_PER_CAPITA, HIGHEST_PER_CAPITA = 50_000, 3_000_000
HIGHEST_WAGE, LOWEST_WAGE = 3_000_000, 10_000
# I03: so many months, this one included, without the transfer that goes with the status.
STATUS_MONTHS = 3
# Item, field of the member, code of the policy, its name.
STATUSES = (
    ("T01", "has_low_income_allowance", "allowance", "低保"),
    ("T02", "has_destitute_support", "destitute", "特困供养"),
)
DISABILITY_SUBSIDY = "T06"
# I06: so many times the household's own median month of an item, of at least so many months.
TIMES, MEDIAN_MONTHS = 3, 3
# What comes by season or once has no usual month.
STEADY = (Rhythm.MONTHLY, Rhythm.QUARTERLY)
# I07: yuan 1,000 a year, once so many months of the year of account are collected: before, it may yet come.
YEARLY_AMOUNT = 100_000
MONTHS_TO_COME = {Rhythm.MONTHLY: 3, Rhythm.QUARTERLY: 4, Rhythm.SEASONAL: 9, Rhythm.ONCE: 9}
# I08: income above yuan 5,000 without cost; cost without income after so many collected months of twelve.
KINDS = (("B01", "C01"), ("B02", "C02"), ("B03", "C03"), ("B09", "C09"))
INCOME_WITHOUT_COST = 500_000
MONTHS_TO_HARVEST = 9
# I10: items that people take for one another, and the "other" ones of their class. Smaller sums meet by chance.
ALIKE = (
    ("T01", "T02", "T11"),
    ("T03", "T06", "T08"),
    ("T05", "T07"),
    ("T11", "T12", "X01"),
    ("W01", "W02", "W03"),
)
OTHERS = {"W": "W09", "B": "B09", "P": "P09", "T": "T19"}
SAME_MONEY = 10_000


def _below(case, line):
    """Bounds: the estimate stands below a line.

    While months are missing the official estimate is too low, so then the itemised one must agree.
    """
    bounds = [Bound(("@per_capita",), at_most=line - 1)]
    if case.live_facts.months_collected < case.ground.terms.window_months:
        bounds.append(Bound(("@itemised_per_capita",), at_most=line - 1))
    return bounds


@check("I01", "低于监测标准，不是监测对象", Severity.LOOK)
def below_line_and_not_monitored(case):
    if not case.household.is_monitored:
        line = case.ground.terms.monitoring_line
        text = f"预估人均低于监测标准 {yuan(line)}，还不是监测对象，请研判。"
        yield from case.doubts(text, *_below(case, line), line=line)


@check("I02", "人均或月工资高得少见、低得少见", Severity.LOOK)
def unusual_amounts(case):
    few = f"预估人均不到 {yuan(LOWEST_PER_CAPITA)}，请核对有没有漏项。"
    yield from case.doubts(few, *_below(case, LOWEST_PER_CAPITA))
    above = Bound(("@per_capita",), at_least=HIGHEST_PER_CAPITA + 1)
    yield from case.doubts(f"预估人均超过 {yuan(HIGHEST_PER_CAPITA)}，请核对金额。", above)
    for item in case.items_of(IncomeClass.WAGE):
        for key in case.keys(item):
            for text, bound in (
                (f"一个月工资超过 {yuan(HIGHEST_WAGE)}，请核对。", Bound((key,), at_least=HIGHEST_WAGE + 1)),
                (f"一个月工资不到 {yuan(LOWEST_WAGE)}，请核对。", Bound((key,), at_least=1, at_most=LOWEST_WAGE - 1)),
            ):
                yield from case.doubts(text, bound, field=f"entries.{key}")


@check("I03", "低保、特困与转移性收入不符", Severity.LOOK)
def status_and_transfer(case):
    for item, status, policy, name in STATUSES:
        holders = sum(bool(getattr(member, status)) for member in case.persons)
        ticked = f"policies/{policy}"
        if not case.earned(item, add_months(case.month, 1 - STATUS_MONTHS)):
            bounds = [Bound((item,), at_most=0)] + ([] if holders else [Bound((ticked,), at_least=1)])
            text = f"享受{name}，{STATUS_MONTHS} 个月没有{name}金，请核对。"
            yield from case.doubts(text, *bounds, field=case.place(item), holders=holders)
        if not holders:
            bounds = Bound((item,), at_least=1), Bound((ticked,), at_most=0)
            yield from case.doubts(f"有{name}金，没有登享受{name}，请核对。", *bounds, field="policies")


@check("I04", "有残疾人补贴，没有残疾人", Severity.LOOK)
def subsidy_without_disabled(case):
    disabled = any(
        Health.DISABLED in member.health.split(",") or member.disability_grade is not None for member in case.persons
    )
    if not disabled:
        bounds = Bound((DISABILITY_SUBSIDY,), at_least=1), Bound(("change/disability",), at_most=0)
        yield from case.doubts("有残疾人两项补贴，户里没有登残疾人。", *bounds, field=case.place(DISABILITY_SUBSIDY))


@check("I05", "务工或在公益岗，没有工资", Severity.LOOK)
def work_without_wage(case):
    items = case.items_of(IncomeClass.WAGE)
    for member in case.persons:
        keys = tuple(f"{item}/{key}" for item in items for key in (member.pk, 0))
        earned = any(told.key in keys and told.amount and told.month >= case.account_start for told in case.earlier)
        if earned or not keys:
            continue
        is_known = bool(member.work_place or member.public_post)
        bounds = [] if is_known else [Bound((f"away/{member.pk}", f"channel/public_post/{member.pk}"), at_least=1)]
        text = f"{member.name}在务工或在岗，本年度还没有工资收入。"
        yield from case.doubts(text, Bound(keys, at_most=0), *bounds, field=f"work.{member.pk}", member=member)


@check("I06", "比自家平常月份高出或低于三倍", Severity.LOOK)
def unlike_own_months(case):
    for item in case.ground.items:
        if case.ground.kind(item)[1] not in STEADY:
            continue
        for key in case.keys(item):
            months = case.months_of(key)
            if len(months) < MEDIAN_MONTHS:
                continue
            usual, place = _median(months), f"entries.{key}"
            much = Bound((key,), at_least=TIMES * usual + 1)
            text = f"超过这项平常每月 {yuan(usual)}的三倍，请核对。"
            yield from case.doubts(text, much, field=place, usual=usual)
            little = Bound((f"filled/{key}",), at_least=1), Bound((key,), at_most=(usual - 1) // TIMES)
            text = f"不到这项平常每月 {yuan(usual)}的三分之一，请核对。"
            yield from case.doubts(text, *little, field=place, usual=usual)


def _median(fens):
    """The middle one, or the lower half of the two middle ones' sum, in whole fen."""
    fens, middle = sorted(fens), len(fens) // 2
    return fens[middle] if len(fens) % 2 else (fens[middle - 1] + fens[middle]) // 2


@check("I07", "上年有的项目今年没有，或今年新有", Severity.NOTE)
def unlike_last_year(case):
    last = case.sheet.last_year.items if case.sheet.last_year else {}
    if not last:
        # By class only: which items there were is not known.
        return
    collected = case.collected_since(case.account_start)
    for item in case.items_of(*INCOME, *COSTS):
        _, rhythm = case.ground.kind(item)
        before, so_far = last.get(item, 0), case.earned(item, case.account_start)
        if before > YEARLY_AMOUNT and not so_far and collected >= MONTHS_TO_COME[rhythm]:
            text = f"上年这项有 {yuan(before)}，本年度还没有，请问问。"
            yield from case.doubts(text, Bound((item,), at_most=0), field=case.place(item), last_year=before)
        elif not before and so_far <= YEARLY_AMOUNT:
            # With this month's, the year's amount passes the line; what passed it earlier was asked about then.
            new = Bound((item,), at_least=YEARLY_AMOUNT + 1 - so_far)
            text = f"上年没有这项，本年度已超过 {yuan(YEARLY_AMOUNT)}，请核对项目。"
            yield from case.doubts(text, new, field=case.place(item), so_far=so_far)


@check("I08", "有生产支出没有收入，或有收入没有支出", Severity.NOTE)
def production_one_sided(case):
    for earning, cost in KINDS:
        brought, spent = case.earned(earning, case.year_ago), case.earned(cost, case.year_ago)
        if not spent:
            bounds = Bound((earning,), at_least=INCOME_WITHOUT_COST + 1 - brought), Bound((cost,), at_most=0)
            text = f"一年来收入超过 {yuan(INCOME_WITHOUT_COST)}，没有这类支出，请问问成本。"
            yield from case.doubts(text, *bounds, field=case.place(earning), brought=brought)
        if not brought and case.collected_since(case.year_ago) >= MONTHS_TO_HARVEST:
            bounds = Bound((cost,), at_least=1 - spent), Bound((earning,), at_most=0)
            text = "一年来有这类支出，没有收入，请问问收成。"
            yield from case.doubts(text, *bounds, field=case.place(cost), spent=spent)


@check("I09", "靠一次性收入折年才过线", Severity.NOTE)
def lifted_by_what_comes_once(case):
    terms = case.ground.terms
    for line, name in ((terms.monitoring_line, "监测标准"), (terms.average_line, "脱贫人口平均")):
        bounds = Bound(("@per_capita",), at_least=line), Bound(("@itemised_per_capita",), at_most=line - 1)
        text = f"按月折算过{name} {yuan(line)}，逐项算不到：靠的是一次性或季节性收入。"
        yield from case.doubts(text, *bounds, line=line)


@check("I10", "同一笔钱记在两项", Severity.LOOK)
def same_money_twice(case):
    claim = Bound(("X01",), at_least=SAME_MONEY), Bound(("X01", "-T12"), 0, 0)
    yield from case.doubts("理赔收入和防贫保险金金额一样，看是不是同一笔。", *claim, field=case.place("X01"))
    for key, fen in case.reported.items():
        item = key.partition("/")[0]
        if fen < SAME_MONEY:
            continue
        for other in _taken_for(item):
            for typed in case.keys(other):
                if other not in case.locked:
                    text = f"和部门已报的一笔 {yuan(fen)}一样，看是不是记了两次。"
                    values = {"reported": key, "amount": fen}
                    yield from case.doubts(text, Bound((typed,), fen, fen), field=f"entries.{typed}", **values)


def _taken_for(item):
    """Items under which the money of an item may be written by mistake."""
    alike = {other for group in ALIKE if item in group for other in group}
    return sorted((alike | {OTHERS.get(item[0], item)}) - {item})
