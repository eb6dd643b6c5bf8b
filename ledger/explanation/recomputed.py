"""The household as it is now: assessed by ``ledger.calc``, each figure written out as a formula."""

from ledger import formulas
from ledger.calc import Sums, assess
from ledger.explanation.entries import NET_CLASSES, class_blocks
from ledger.explanation.values import Recomputed, RhythmGroup, Steps, Tracking
from ledger.judgement import disagreements, flag_lines, warning_rules
from sumyuan.fields import to_fen
from visits.models import Rhythm, Visit


def recompute(*, household, policy, here, blocks, lines, tracked, excluded, visits, last_year):
    """``here`` are the household's inputs; ``blocks`` its classes over the window, ``tracked`` the tracking months."""
    facts, terms = here.facts, policy.terms()
    result = assess(facts, terms)
    collected = [visit for visit in visits if visit.state in Visit.COLLECTED_STATES]
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
        blocks=class_blocks(NET_CLASSES, lines, months, excluded, {}),
        net=formulas.net(facts.tracking),
        estimate=formulas.estimate(facts.tracking, terms, result.tracking_estimate),
        per_capita=None
        if result.tracking_per_capita is None
        else formulas.per_capita(facts.tracking, facts.tracking_persons, terms, result.tracking_per_capita),
        share=formulas.transfer_share(facts.tracking, result.tracking_share),
    )
