"""How the numbers of one ledger row came about, down to the entries. Plan 二(二).

The facts are read as a rebuild reads them and assessed by ``ledger.calc``; beside them stand
the entries, months and persons that they were made of. Nothing is worked out a second time.
Amounts are fen, shares and rates hundredths of a percent, unless a field of a model.
"""

from ledger.explanation.explain import explain
from ledger.explanation.values import EntryLine, Explanation, ItemLine

__all__ = ["EntryLine", "Explanation", "ItemLine", "explain"]
