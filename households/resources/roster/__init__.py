"""The roster: the national system's person export, one row a person.

``resource`` names the columns and the order of the work; ``columns`` has their words. What the
file says (``reading``) is checked against what is stored (``stored``, ``checks``); then
``households`` and ``members`` plan the rows to write and the preview of what they change.
"""

from households.resources.roster.columns import HEALTH
from households.resources.roster.resource import RosterResource

__all__ = ["HEALTH", "RosterResource"]
