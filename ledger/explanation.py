"""How the numbers of one ledger row came about, down to the entries. Plan 二(二).

The facts are read as a rebuild reads them and assessed by ``ledger.calc``; beside them stand
the entries, months and persons that they were made of. Nothing is worked out a second time.
Amounts are fen, shares and rates hundredths of a percent, unless a field of a model.
"""

from collections import defaultdict
from datetime import date
from typing import NamedTuple

from django.db.models import Q

from households.models import AnnualIncome, Household, Member
from ledger import formulas
from ledger.calc import Assessment, Facts, Sums, Terms, assess
from ledger.formulas import Formula, decimals
from ledger.inputs import Scope, read_inputs
from ledger.judgement import FlagLine, Threshold, WarningRule, disagreements, flag_lines, thresholds, warning_rules
from ledger.models import LedgerRow, PolicyYear
from sumyuan.fields import MoneyField, to_fen
from visits.models import IncomeClass, IncomeEntry, IncomeItem, Rhythm, Visit
from visits.months import add_months, months_from

NET_CLASSES = (
    IncomeClass.WAGE,
    IncomeClass.BUSINESS,
    IncomeClass.PROPERTY,
    IncomeClass.TRANSFER,
    IncomeClass.BUSINESS_COST,
)
OTHER_CLASSES = (IncomeClass.CLAIM, IncomeClass.RIGID_COST)


class EntryLine(NamedTuple):
    """One stored amount; ``why`` says in words why it counts or not."""

    entry: IncomeEntry
    amount: int
    source: str
    is_counted: bool
    why: str


class ItemLine(NamedTuple):
    """One item over the months: the counting sum of each month (``None``: nothing recorded), and its entries."""

    item: IncomeItem
    months: list[int | None]
    total: int
    entries: list[EntryLine]
    is_excluded: bool
    last_year: int | None


class ClassBlock(NamedTuple):
    """One class of income or cost: its sum, its items, the year by the official formula, last year."""

    key: str
    label: str
    total: int
    months: list[int | None]
    items: list[ItemLine]
    estimate: Formula | None = None
    last_year: int | None = None
    same_period: Formula | None = None
    # Collected less the same period of last year.
    difference: int | None = None


class MonthLine(NamedTuple):
    """One month of the window and what made it collected, or why it is missing."""

    month: date
    is_collected: bool
    how: str
    visit: Visit | None


class PersonLine(NamedTuple):
    """One person on the register of the household, counted or not, and why."""

    member: Member
    is_counted: bool
    why: str


class RhythmGroup(NamedTuple):
    """Items of one rhythm in the itemised estimate, each with its sign."""

    label: str
    rule: str
    items: list[tuple[str, int]]
    total: int


class Tracking(NamedTuple):
    """The official formula over the months that end with the last collected one."""

    months: list[date]
    persons: int
    blocks: list[ClassBlock]
    net: Formula
    estimate: Formula
    per_capita: Formula | None
    share: Formula | None

    @property
    def last_month(self):
        return self.months[-1]


class Steps(NamedTuple):
    """Every printed figure as a formula with the household's numbers put in."""

    net: Formula
    estimate: Formula
    per_capita: Formula
    share: Formula | None
    last_net: Formula | None
    last_per_capita: Formula | None
    change: Formula | None
    change_rate: Formula | None
    itemised: Formula | None
    itemised_per_capita: Formula | None
    reference: Formula | None


class Difference(NamedTuple):
    """A stored column that a recomputation would change."""

    label: str
    stored: str
    now: str


class Recomputed(NamedTuple):
    """The household as it is now, under the policy version that the row names."""

    facts: Facts
    terms: Terms
    result: Assessment
    steps: Steps
    flags: list[FlagLine]
    warning_rules: list[WarningRule]
    disagreements: list[str]
    rhythms: list[RhythmGroup]
    tracking: Tracking | None


class Explanation(NamedTuple):
    """Everything that the page of one household and year shows. ``now`` is ``None`` where it has no persons or left."""

    household: Household
    policy: PolicyYear
    row: LedgerRow | None
    months: list[MonthLine]
    blocks: list[ClassBlock]
    others: list[ClassBlock]
    persons: list[PersonLine]
    last_year: AnnualIncome | None
    thresholds: list[Threshold]
    excluded_items: list[IncomeItem]
    now: Recomputed | None
    differences: list[Difference]


def explain(*, household, policy, row, user):
    """The explanation of a household's row under ``policy``, as far as ``user`` may see its parts.

    ``row`` is the stored row or ``None``; what it holds is compared with a recomputation.
    """
    inputs, _ = read_inputs(policy, Scope.of(household_ids=[household.pk]))
    here = inputs[0] if inputs else None
    tracked = _tracking_months(policy, here)
    visits = {visit.pk: visit for visit in Visit.objects.visible_to(user).filter(household=household)}
    entries = list(
        IncomeEntry.objects.visible_to(user)
        .filter(household=household)
        .filter(_in_months(policy.months) | _in_months(tracked))
        .select_related("item", "member", "department")
        .order_by("item_id", "month", "source", "member_key")
    )
    # Known already; asking for each once more would be a query an entry.
    for visit in visits.values():
        visit.household = household
    for entry in entries:
        if entry.visit_id:
            entry.visit = visits[entry.visit_id]
    by_month = {visit.month: visit for visit in visits.values()}
    members = list(Member.objects.visible_to(user).filter(household=household).order_by("left_on", "pk"))
    last_year = AnnualIncome.objects.visible_to(user).filter(household=household, year=policy.year - 1).first()
    excluded = list(policy.uncounted_items.all())
    lines = _entry_lines(entries, {item.pk for item in excluded})
    terms = policy.terms()
    by_item = last_year.items if last_year else {}
    blocks = [
        _with_last_year(block, last_year, terms)
        for block in _blocks(NET_CLASSES, lines, policy.months, excluded, by_item)
    ]
    now = None
    if here is not None:
        now = _recompute(household, policy, here, blocks, lines, tracked, excluded, by_month, last_year)
    return Explanation(
        household=household,
        policy=policy,
        row=row,
        months=_month_lines(policy.months, lines, by_month, here.collected_mask if here else None),
        blocks=blocks,
        others=[block for block in _blocks(OTHER_CLASSES, lines, policy.months, excluded, by_item) if block.items],
        persons=[_person_line(member, policy.last_day) for member in members],
        last_year=last_year,
        thresholds=thresholds(policy),
        excluded_items=excluded,
        now=now,
        differences=_differences(row, here, now.result) if row and now else [],
    )


def _in_months(months):
    return Q(month__gte=months[0], month__lte=months[-1]) if months else Q(pk__in=[])


def _tracking_months(policy, here):
    if here is None or here.tracking_month is None:
        return []
    return months_from(add_months(here.tracking_month, 1 - policy.window_months), policy.window_months)


def _source(entry):
    """Where the amount was learnt: 走访, 导入, or the department."""
    return entry.department.name if entry.department else entry.get_source_display()


def _entry_lines(entries, excluded):
    """Every entry with the reason why it counts or not."""
    winners = {}
    for entry in entries:
        if entry.is_counted:
            winners.setdefault((entry.month, entry.item_id), entry)
    return [_entry_line(entry, winners.get((entry.month, entry.item_id)), excluded) for entry in entries]


def _entry_line(entry, winner, excluded):
    why = ""
    if entry.visit and entry.visit.state not in Visit.COLLECTED_STATES:
        why = "走访还是草稿，不计" if entry.visit.state == Visit.State.DRAFT else "走访被退回，改好再报才计"
    elif not entry.is_counted and winner is not None:
        why = f"以{_source(winner)}的数为准"
    elif not entry.is_counted:
        why = "按来源规则不计"
    elif entry.item_id in excluded:
        why = "本年度口径不计入这一项"
    elif entry.item.income_class in OTHER_CLASSES:
        why = "不进纯收入"
    is_counted = entry.is_counted and entry.item_id not in excluded
    return EntryLine(entry, to_fen(entry.amount), _source(entry), is_counted, why or "计入")


def _blocks(classes, lines, months, excluded, last_year_items):
    """The classes with their items over ``months``; only items with an entry or a figure of last year."""
    position = {month: index for index, month in enumerate(months)}
    items, by_item = {}, defaultdict(list)
    for line in lines:
        if line.entry.month in position:
            items[line.entry.item_id] = line.entry.item
            by_item[line.entry.item_id].append(line)
    excluded_codes = {item.pk for item in excluded}
    missing = [code for code in last_year_items if code not in items]
    for item in IncomeItem.objects.filter(pk__in=missing) if missing else ():
        items[item.pk] = item
    blocks = []
    for income_class in classes:
        lines_of_class = [
            _item_line(items[code], by_item[code], position, code in excluded_codes, last_year_items.get(code))
            for code in sorted(items)
            if items[code].income_class == income_class
        ]
        counted = [line for line in lines_of_class if not line.is_excluded]
        per_month = [_sum(line.months[index] for line in counted) for index in range(len(months))]
        total = sum(line.total for line in counted)
        blocks.append(ClassBlock(income_class.value, income_class.label, total, per_month, lines_of_class))
    return blocks


def _item_line(item, lines, position, is_excluded, last_year):
    months = [None] * len(position)
    for line in lines:
        index = position[line.entry.month]
        months[index] = (months[index] or 0) + (line.amount if line.is_counted else 0)
    return ItemLine(item, months, sum(filter(None, months)), lines, is_excluded, last_year)


def _sum(amounts):
    """The sum of those that are there, ``None`` where none is."""
    there = [amount for amount in amounts if amount is not None]
    return sum(there) if there else None


def _with_last_year(block, last_year, terms):
    block = block._replace(estimate=formulas.class_estimate(block.total, terms))
    if last_year is None:
        return block
    before = to_fen(getattr(last_year, block.key))
    return block._replace(
        last_year=before,
        same_period=formulas.same_period(before, terms),
        difference=block.total - formulas.same_period_amount(before, terms),
    )


def _month_lines(months, lines, visits, mask):
    """How each month was collected. ``mask`` is the reading of the calculation; ``None``: it made none."""
    collecting = defaultdict(set)
    for line in lines:
        if line.entry.is_counted and line.entry.source != IncomeEntry.Source.VISIT:
            collecting[line.entry.month].add(line.source)
    found = []
    for position, month in enumerate(months):
        visit = visits.get(month)
        ways = []
        if visit is not None and visit.state in Visit.COLLECTED_STATES:
            ways.append(f"{visit.get_way_display()}走访 {visit.visited_on:%m-%d}（{visit.get_state_display()}）")
        ways += sorted(collecting[month])
        is_collected = bool(mask >> position & 1) if mask is not None else bool(ways)
        if not ways and visit is not None:
            ways.append("走访还是草稿" if visit.state == Visit.State.DRAFT else "走访被退回")
        found.append(MonthLine(month, is_collected, "、".join(ways) or "没有走访，也没有导入或部门数据", visit))
    return found


def _person_line(member, day):
    """Whether the member is one of the persons on ``day``, the last of the window, and why not."""
    if member.birth_date and member.birth_date > day:
        return PersonLine(member, False, f"{member.birth_date:%Y-%m-%d} 出生，在统计期之后")
    if member.joined_on and member.joined_on > day:
        return PersonLine(member, False, f"{member.joined_on:%Y-%m-%d} 加入，在统计期之后")
    if member.left_on and member.left_on <= day:
        reason = f"（{member.left_reason}）" if member.left_reason else ""
        return PersonLine(member, False, f"{member.left_on:%Y-%m-%d} 已离开{reason}")
    notes = []
    if member.joined_on:
        notes.append(f"{member.joined_on:%Y-%m-%d} 加入")
    if member.left_on:
        notes.append(f"{member.left_on:%Y-%m-%d} 才离开")
    return PersonLine(member, True, "，".join([f"{day.month} 月 {day.day} 日在册", *notes]))


def _recompute(household, policy, here, blocks, lines, tracked, excluded, visits, last_year):
    facts, terms = here.facts, policy.terms()
    result = assess(facts, terms)
    collected = [visit for visit in visits.values() if visit.state in Visit.COLLECTED_STATES]
    last_visit = max(collected, key=lambda visit: visit.month, default=None)
    return Recomputed(
        facts=facts,
        terms=terms,
        result=result,
        steps=_steps(facts, terms, result, last_year),
        flags=flag_lines(facts, terms, result, policy),
        warning_rules=warning_rules(facts, terms, result, household, last_visit),
        disagreements=disagreements(facts, terms, result),
        rhythms=_rhythms(blocks, facts, terms),
        tracking=_tracking(facts, terms, result, lines, tracked, excluded),
    )


def _steps(facts, terms, result, last_year):
    has_last_year = facts.last_year is not None
    before = Sums(*(to_fen(getattr(last_year, name)) for name in Sums._fields)) if has_last_year else None
    return Steps(
        net=formulas.net(facts.sums),
        estimate=formulas.estimate(facts.sums, terms, result.estimate),
        per_capita=formulas.per_capita(facts.sums, facts.persons, terms, result.per_capita),
        share=formulas.transfer_share(facts.sums, result.transfer_share),
        last_net=formulas.net(before) if has_last_year else None,
        last_per_capita=formulas.last_per_capita(facts.last_year, result.last_per_capita) if has_last_year else None,
        change=formulas.change(result) if has_last_year else None,
        change_rate=formulas.change_rate(result) if has_last_year else None,
        itemised=formulas.itemised_estimate(facts, terms, result),
        itemised_per_capita=formulas.itemised_per_capita(facts, terms, result),
        reference=formulas.reference_per_capita(facts, terms, result),
    )


def _rhythms(blocks, facts, terms):
    """The window's counting items by rhythm, costs negative, as the itemised estimate groups them."""
    rules = {
        Rhythm.MONTHLY: f"÷ 已采集 {facts.months_collected} 个月 × {terms.year_months}",
        Rhythm.QUARTERLY: f"÷ 已采集 {facts.quarters_collected} 个季度 × 4",
        Rhythm.SEASONAL: "按已采集数计一次",
        Rhythm.ONCE: "按已采集数计一次",
    }
    groups = []
    for rhythm, rule in rules.items():
        items = [
            (line.item.name, -line.total if line.item.is_cost else line.total)
            for block in blocks
            for line in block.items
            if line.item.rhythm == rhythm and line.total and not line.is_excluded
        ]
        if items:
            groups.append(RhythmGroup(rhythm.label, rule, items, sum(amount for _, amount in items)))
    return groups


def _tracking(facts, terms, result, lines, months, excluded):
    if facts.tracking is None:
        return None
    return Tracking(
        months=months,
        persons=facts.tracking_persons,
        blocks=_blocks(NET_CLASSES, lines, months, excluded, {}),
        net=formulas.net(facts.tracking),
        estimate=formulas.estimate(facts.tracking, terms, result.tracking_estimate),
        per_capita=None
        if result.tracking_per_capita is None
        else formulas.per_capita(facts.tracking, facts.tracking_persons, terms, result.tracking_per_capita),
        share=formulas.transfer_share(facts.tracking, result.tracking_share),
    )


def _differences(row, here, result):
    """Stored columns that differ from what was just recomputed, in the words of the ledger."""
    facts = here.facts
    now = {
        **{name: getattr(result, name) for name in Assessment._fields},
        **facts.sums._asdict(),
        "persons": facts.persons,
        "workers": here.workers,
        "weak_workers": here.weak_workers,
        "without_labour": facts.without_labour,
        "labour_unknown": facts.labour_unknown,
        "is_monitored": facts.is_monitored,
        "guarantee_open": facts.guarantee_open,
        "collected_mask": here.collected_mask,
        "claims": facts.claims,
        "self_paid": facts.self_paid,
        "last_net": facts.last_year and facts.last_year.net,
        "last_persons": facts.last_year and facts.last_year.persons,
        "tracking_month": here.tracking_month,
    }
    found = []
    if row.village_id != here.village_id:
        found.append(Difference("村", row.village.name, row.household.village.name))
    for name, value in now.items():
        field = LedgerRow._meta.get_field(name)
        was = getattr(row, name)
        if isinstance(field, MoneyField) and was is not None:
            was = to_fen(was)
        if was != value:
            found.append(Difference(str(field.verbose_name), _shown(field, was), _shown(field, value)))
    return found


def _shown(field, value):
    if value is None:
        return "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return f"{value.year}年{value.month}月"
    if field.name == "collected_mask":
        return f"{value.bit_count()} 个月"
    if field.name in ("transfer_share", "tracking_share", "change_rate"):
        return f"{decimals(value)}%"
    if isinstance(field, MoneyField):
        return decimals(value)
    if field.choices:
        return dict(field.choices)[value]
    return str(value)
