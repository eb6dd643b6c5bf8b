"""Rebuilding and checking the ledger, and the risk points that follow. Plan 二(二)."""

from ledger.services.check import check_ledger
from ledger.services.rebuild import rebuild_ledger
from ledger.services.refresh import refresh_area, refresh_ledger
from ledger.services.risks import refresh_risk_points

__all__ = ["check_ledger", "rebuild_ledger", "refresh_area", "refresh_ledger", "refresh_risk_points"]
