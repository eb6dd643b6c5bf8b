"""Reading one household's facts and entries, and putting the parts of its explanation together."""

from django.db.models import Q

from households.models import AnnualIncome, Member
from ledger.explanation.coverage import month_lines, person_line
from ledger.explanation.differences import differences
from ledger.explanation.entries import NET_CLASSES, OTHER_CLASSES, class_blocks, entry_lines, with_last_year
from ledger.explanation.recomputed import recompute
from ledger.explanation.values import Explanation
from ledger.inputs import Scope, read_inputs
from ledger.judgement import thresholds
from visits.models import IncomeEntry, Visit
from visits.months import add_months, months_from


def explain(*, household, policy, row, user):
    """The explanation of a household's row under ``policy``, as far as ``user`` may see its parts.

    ``row`` is the stored row or ``None``; what it holds is compared with a recomputation.
    """
    inputs, _ = read_inputs(policy, Scope.of(household_ids=[household.pk]))
    here = inputs[0] if inputs else None
    tracked = _tracking_months(policy, here)
    visits = _visits(household, user)
    entries = _entries(household, user, visits, _in_months(policy.months) | _in_months(tracked))
    by_month = {visit.month: visit for visit in visits}
    members = list(Member.objects.visible_to(user).filter(household=household).order_by("left_on", "pk"))
    last_year = AnnualIncome.objects.visible_to(user).filter(household=household, year=policy.year - 1).first()
    excluded = list(policy.uncounted_items.all())
    lines = entry_lines(entries, {item.pk for item in excluded})
    terms = policy.terms()
    by_item = last_year.items if last_year else {}
    blocks = [
        with_last_year(block, last_year, terms)
        for block in class_blocks(NET_CLASSES, lines, policy.months, excluded, by_item)
    ]
    now = None
    if here is not None:
        now = recompute(
            household=household,
            policy=policy,
            here=here,
            blocks=blocks,
            lines=lines,
            tracked=tracked,
            excluded=excluded,
            visits=visits,
            last_year=last_year,
        )
    return Explanation(
        household=household,
        policy=policy,
        row=row,
        months=month_lines(policy.months, lines, by_month, here.collected_mask if here else None),
        blocks=blocks,
        others=[block for block in class_blocks(OTHER_CLASSES, lines, policy.months, excluded, by_item) if block.items],
        persons=[person_line(member, policy.last_day) for member in members],
        last_year=last_year,
        thresholds=thresholds(policy),
        excluded_items=excluded,
        now=now,
        differences=differences(row, here, now.result) if row and now else [],
    )


def _visits(household, user):
    visits = list(Visit.objects.visible_to(user).filter(household=household))
    # Known already; asking for it once more would be a query a visit. Likewise the entries' visits.
    for visit in visits:
        visit.household = household
    return visits


def _entries(household, user, visits, months):
    """The entries of ``months``, a condition, with ``visits`` filled in."""
    entries = list(
        IncomeEntry.objects.visible_to(user)
        .filter(household=household)
        .filter(months)
        .select_related("item", "member", "department")
        .order_by("item_id", "month", "source", "member_key")
    )
    by_key = {visit.pk: visit for visit in visits}
    for entry in entries:
        if entry.visit_id:
            entry.visit = by_key[entry.visit_id]
    return entries


def _in_months(months):
    return Q(month__gte=months[0], month__lte=months[-1]) if months else Q(pk__in=[])


def _tracking_months(policy, here):
    if here is None or here.tracking_month is None:
        return []
    return months_from(add_months(here.tracking_month, 1 - policy.window_months), policy.window_months)
