"""What goes into the calculation and what comes out. Fen, persons, months, hundredths of a percent."""

from enum import IntEnum
from typing import NamedTuple

FLAGS = (
    "income_falling",
    "below_monitoring_line",
    "below_average_line",
    "high_transfer_share",
    "no_labour_low_income",
)


class Warning(IntEnum):
    """Warning level 预警等级, the darker the higher."""

    NONE = 0
    YELLOW = 1
    ORANGE = 2
    RED = 3


class Terms(NamedTuple):
    """The lines of one policy year's version. Lines in fen, shares in hundredths of a percent."""

    monitoring_line: int
    average_line: int
    low_income_line: int
    transfer_share_line: int
    large_fall: int
    window_months: int = 9
    year_months: int = 12


class Sums(NamedTuple):
    """Collected sums by class over a window of months, counting entries only, in fen."""

    wage: int = 0
    business: int = 0
    property: int = 0
    transfer: int = 0
    business_cost: int = 0


class LastYear(NamedTuple):
    """Net income of the past year in fen and the persons of that year."""

    net: int
    persons: int


class Facts(NamedTuple):
    """Everything about one household that the calculation looks at.

    ``monthly_net`` and ``quarterly_net`` are the parts of the net sum that items of that rhythm
    brought (costs subtracted); what remains is seasonal or one-off. ``quarters_collected`` counts
    the quarters with a collected month. ``persons`` are the members on the last day of the window,
    ``tracking_persons`` those on the last day of the tracking window. ``claims`` and ``self_paid``
    (X01, R01) are as collected in the window.
    """

    sums: Sums
    monthly_net: int
    quarterly_net: int
    months_collected: int
    quarters_collected: int
    claims: int
    self_paid: int
    persons: int
    without_labour: int
    labour_unknown: int
    is_monitored: bool
    guarantee_open: bool
    last_year: LastYear | None
    # None: no month was ever collected.
    tracking: Sums | None
    tracking_persons: int


class Assessment(NamedTuple):
    """The printed figures, flags and warning level of one household."""

    net: int
    estimate: int
    per_capita: int
    transfer_share: int | None
    last_per_capita: int | None
    change: int | None
    change_rate: int | None
    itemised_estimate: int | None
    itemised_per_capita: int | None
    estimates_disagree: bool
    reference_per_capita: int | None
    tracking_estimate: int | None
    tracking_per_capita: int | None
    tracking_share: int | None
    months_missing: int
    income_falling: bool
    below_monitoring_line: bool
    below_average_line: bool
    high_transfer_share: bool
    no_labour_low_income: bool
    warning: Warning

    def flags(self):
        """Names of the flags that hold, in the plan's order."""
        return [name for name in FLAGS if getattr(self, name)]

    @property
    def is_provisional(self):
        """Months are missing, so the figures may still move."""
        return self.months_missing > 0
