"""Contents of visits for tests, in the canonical form of ``visits.content``."""

from visits.content import SCALARS

USUAL = dict.fromkeys(SCALARS, "") | {
    "visited_on": "2022-06-12",
    "way": "home",
    "visitors": "刘建军",
    "is_housing_safe": True,
    "is_schooling_safe": True,
    "is_medical_safe": True,
    "is_water_safe": True,
    "has_risk": False,
    "has_income_risk": False,
}


def line(yuan, basis="", dispute=""):
    """An entry of so many yuan."""
    return {"amount": round(yuan * 100), "basis": basis, "dispute": dispute}


def content(entries=None, *, changes=None, work=None, **fields):
    """The content of a usual visit with these entries (key -> yuan, or a ``line``) and differing fields."""
    told = {key: value if isinstance(value, dict) else line(value) for key, value in (entries or {}).items()}
    return {**USUAL, **fields, "entries": told, "changes": changes or {}, "work": work or {}}
