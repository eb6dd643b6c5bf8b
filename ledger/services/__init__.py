"""Rebuilding and checking the ledger. Plan 二(二)."""

from ledger.services.check import check_ledger
from ledger.services.rebuild import rebuild_ledger

__all__ = ["check_ledger", "rebuild_ledger"]
