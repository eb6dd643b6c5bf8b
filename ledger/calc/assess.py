"""From the facts of a household to its printed figures, flags and warning level. Plan 二(二)."""

from ledger.calc.estimates import (
    annual_estimate,
    itemised_estimate,
    net_income,
    per_capita,
    reference_per_capita,
    transfer_share,
)
from ledger.calc.rounding import divide_half_up
from ledger.calc.values import Assessment, Warning


def assess(facts, terms):
    """The assessment of one household. Raises ``ValueError`` when it has no persons.

    Flags are strict against their line, only the transfer share flags at its line.
    """
    net = net_income(facts.sums)
    income = per_capita(net, facts.persons, terms)
    share = transfer_share(facts.sums)
    last, change, rate = _against_last_year(income, facts.last_year)
    itemised, itemised_income = itemised_estimate(facts, terms)
    tracking_net = None if facts.tracking is None else net_income(facts.tracking)

    falling = last is not None and income < last
    below_monitoring = income < terms.monitoring_line
    below_average = income < terms.average_line
    high_transfer = share is not None and share >= terms.transfer_share_line
    no_labour = facts.labour_unknown == 0 and facts.without_labour == facts.persons and income < terms.low_income_line
    return Assessment(
        net=net,
        estimate=annual_estimate(net, terms),
        per_capita=income,
        transfer_share=share,
        last_per_capita=last,
        change=change,
        change_rate=rate,
        itemised_estimate=itemised,
        itemised_per_capita=itemised_income,
        estimates_disagree=itemised_income is not None
        and (
            (itemised_income < terms.monitoring_line) != below_monitoring
            or (itemised_income < terms.average_line) != below_average
        ),
        reference_per_capita=reference_per_capita(facts, terms) if facts.is_monitored else None,
        tracking_estimate=None if tracking_net is None else annual_estimate(tracking_net, terms),
        tracking_per_capita=None
        if tracking_net is None or facts.tracking_persons < 1
        else per_capita(tracking_net, facts.tracking_persons, terms),
        tracking_share=None if facts.tracking is None else transfer_share(facts.tracking),
        months_missing=terms.window_months - facts.months_collected,
        income_falling=falling,
        below_monitoring_line=below_monitoring,
        below_average_line=below_average,
        high_transfer_share=high_transfer,
        no_labour_low_income=no_labour,
        warning=_warning(
            red=below_monitoring or facts.guarantee_open,
            orange=no_labour or (rate is not None and rate <= -terms.large_fall),
            yellow=falling or below_average or high_transfer,
        ),
    )


def _against_last_year(income, last_year):
    """(last year's per capita, change, change in hundredths of a percent), ``None`` where there is none.

    A percentage of nothing or of a loss says nothing, so there is none then.
    """
    if last_year is None:
        return None, None, None
    last = divide_half_up(last_year.net, last_year.persons)
    change = income - last
    return last, change, divide_half_up(change * 10_000, last) if last > 0 else None


def _warning(*, red, orange, yellow):
    if red:
        return Warning.RED
    if orange:
        return Warning.ORANGE
    return Warning.YELLOW if yellow else Warning.NONE
