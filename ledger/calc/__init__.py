"""The arithmetic of the plan: annual estimate, flags, warning level. Plan 二(二).

Values in, value out, standard library only. Money is integer fen, shares and rates are integer
hundredths of a percent (6000 is 60.00 %). Every printed figure is computed from the collected
sums in one step and rounded once; the flags compare the printed figure.
"""

from ledger.calc.assess import assess
from ledger.calc.estimates import annual_estimate, itemised_estimate, net_income, per_capita, transfer_share
from ledger.calc.rounding import divide_half_up
from ledger.calc.values import FLAGS, Assessment, Facts, LastYear, Sums, Terms, Warning

__all__ = [
    "FLAGS",
    "Assessment",
    "Facts",
    "LastYear",
    "Sums",
    "Terms",
    "Warning",
    "annual_estimate",
    "assess",
    "divide_half_up",
    "itemised_estimate",
    "net_income",
    "per_capita",
    "transfer_share",
]
