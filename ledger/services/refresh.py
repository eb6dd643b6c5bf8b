"""What follows in the ledger from a change: the rows, then the risk points, in one transaction."""

from django.db import transaction

from households.services import chunks
from ledger.models import PolicyYear
from ledger.services.rebuild import rebuild_rows
from ledger.services.risks import refresh_risk_points


@transaction.atomic(savepoint=False)
def refresh_ledger(*, household_ids, day):
    """Recompute the rows of these households, and the risk points of those whose flags moved.

    In every policy year that has begun by ``day``, the business day.
    """
    for policy in list(PolicyYear.objects.in_force().filter(window_start__lte=day)):
        for part in chunks(sorted(household_ids)):
            rebuilt = rebuild_rows(policy, household_ids=part)
            if rebuilt.moved:
                refresh_risk_points(year=policy.year, day=day, household_ids=rebuilt.moved, risen=rebuilt.risen)


@transaction.atomic
def refresh_area(*, year, area, day, progress=None):
    """``rebuild_ledger`` of an area code (``None``: of all), and the risk points of all its households.

    Returns the counts. Raises ``PolicyYear.DoesNotExist``.
    """
    policy = PolicyYear.objects.in_force().get(year=year)
    rebuilt = rebuild_rows(policy, area=area, progress=progress)
    refresh_risk_points(year=year, day=day, area=area, risen=rebuilt.risen)
    return rebuilt.counts
