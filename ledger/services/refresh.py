"""What follows in the ledger from a change of a few households, at once."""

from households.services import chunks
from ledger.models import PolicyYear
from ledger.services.rebuild import rebuild_ledger
from ledger.services.risks import refresh_risk_points


def refresh_ledger(*, household_ids, day):
    """Recompute the rows and risk points of these households in every policy year that has begun by ``day``."""
    years = PolicyYear.objects.in_force().filter(window_start__lte=day).values_list("year", flat=True)
    for year in list(years):
        for part in chunks(sorted(household_ids)):
            rebuild_ledger(year=year, household_ids=part)
            refresh_risk_points(year=year, day=day, household_ids=part)
