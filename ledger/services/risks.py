"""Risk points as the ledger rows call for them. Plan 二(二), 三(四): raised at once, gone only when people say so."""

from django.db import transaction
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from ledger.calc import FLAGS
from ledger.models import LedgerRow, RiskPoint

# The printed figures behind each flag, kept as evidence.
EVIDENCE = {
    "income_falling": ("per_capita", "last_per_capita"),
    "below_monitoring_line": ("per_capita",),
    "below_average_line": ("per_capita",),
    "high_transfer_share": ("transfer_share",),
    "no_labour_low_income": ("per_capita", "persons", "without_labour"),
}
COLUMNS = ("household_id", "months_missing", "missing_reason", *FLAGS, *sorted(set().union(*EVIDENCE.values())))
RAISED, BACK, WITHDRAWN = "台账标记", "标记再次出现", "更正后标记不再成立，且还没有人处理"


@transaction.atomic(savepoint=False)
def refresh_risk_points(*, year, day, household_ids=None, area=None, risen=frozenset()):
    """Raise what the flags of these rows call for, reopen what came back, withdraw what never was.

    ``risen`` are the (household, kind) pairs whose flag holds now and did not before: only those bring an
    eliminated point back, since the flags of a past window stay what they are when its risk is gone.
    Only complete rows raise anything: with months missing a figure is provisional, unless the reason is on
    record. A point that nobody has acted on is withdrawn when corrected figures no longer bear it; its
    history stays. Everything further along is for people to end. Returns how many rows were written.
    """
    rows = LedgerRow.objects.filter(year=year)
    points = RiskPoint.objects.filter(year=year)
    if household_ids is not None:
        rows, points = rows.filter(household__in=household_ids), points.filter(household__in=household_ids)
    elif area is not None:
        rows, points = rows.within(area), points.within(area)
    known = {(point.household_id, point.kind): point for point in points}
    created, reopened, withdrawn = [], [], []
    for row in rows.values_list(*COLUMNS):
        told = dict(zip(COLUMNS, row, strict=True))
        if told["months_missing"] and not told["missing_reason"]:
            continue
        for kind in FLAGS:
            point = known.get((told["household_id"], kind))
            if not told[kind]:
                if point is not None and point.state == RiskPoint.State.OPEN:
                    withdrawn.append(point)
            elif point is None:
                created.append(
                    RiskPoint(
                        household_id=told["household_id"],
                        year=year,
                        kind=kind,
                        raised_on=day,
                        evidence=_evidence(told, kind),
                    )
                )
            elif point.state == RiskPoint.State.ELIMINATED and (point.household_id, kind) in risen:
                point.state, point.raised_on, point.eliminated_on = RiskPoint.State.OPEN, day, None
                point.evidence = _evidence(told, kind)
                reopened.append(point)
    if created:
        bulk_create_with_history(created, RiskPoint, default_change_reason=RAISED, batch_size=500)
    if reopened:
        fields = ["state", "raised_on", "eliminated_on", "evidence"]
        bulk_update_with_history(reopened, RiskPoint, fields, default_change_reason=BACK, batch_size=500)
    for point in withdrawn:
        point._change_reason = WITHDRAWN
        point.delete()
    return len(created) + len(reopened) + len(withdrawn)


def _evidence(told, kind):
    return {name: str(told[name]) for name in EVIDENCE[kind]}
