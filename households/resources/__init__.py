"""Spreadsheets coming in: the shared way of reading them, and the roster."""

from households.resources.base import Change, Problem, SheetResource, SheetResult
from households.resources.roster import RosterResource

__all__ = ["Change", "Problem", "RosterResource", "SheetResource", "SheetResult"]
