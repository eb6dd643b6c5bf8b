"""Spreadsheets coming in: the shared way of reading them, areas and the roster."""

from households.resources.areas import AreaResource
from households.resources.base import Change, Problem, SheetResource, SheetResult
from households.resources.roster import RosterResource

__all__ = ["AreaResource", "Change", "Problem", "RosterResource", "SheetResource", "SheetResult"]
