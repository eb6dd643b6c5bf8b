"""What the cases of the tests are built of, in memory: persons, entries, what is typed."""

from datetime import date
from itertools import count

from checks.quantities import home_words, quantities
from checks.rules import watches
from checks.watch import fired
from conftest import resident_id
from households.identity import sex
from households.models import Member
from visits.content import GUARANTEES, JUDGEMENTS, LISTS, TEXTS, split_key
from visits.months import add_months
from visits.sheets import Told

JUNE = date(2022, 6, 1)
SERIALS = count(1)


def person(pk=1, relation="户主", born=date(1980, 1, 1), gender="男", **fields):
    """A healthy, insured member with one ID number to their name, not saved."""
    # The 17th digit is odd for men.
    serial = 2 * next(SERIALS) % 998 + (gender == "男")
    number = fields.pop("id_number", resident_id(serial, born or date(1980, 1, 1)))
    defaults = {
        "labour": "ordinary",
        "health": "healthy",
        "schooling": "初中",
        "has_resident_medical": True,
        "has_employee_medical": False,
        "sex": gender,
        "birth_date": born,
        "name": "王二",
    }
    assert "id_number" in fields or sex(number) == gender
    return Member(pk=pk, household_id=1, relation=relation, id_number=number, id_key=str(pk), **defaults | fields)


def told(back, key, yuan, source="visit", department=None):
    """An entry that counts, ``back`` months before June."""
    item, member = split_key(key)
    return Told(add_months(JUNE, -back), item, member, yuan * 100, source, True, "", "", department)


def months(key, yuan, count=9, **fields):
    """The same amount in each month before June."""
    return [told(back, key, yuan, **fields) for back in range(1, count)]


def content(amounts=None, **typed):
    """A canonical content: ``amounts`` by key in yuan; the rest empty unless typed."""
    return {
        "visited_on": JUNE.isoformat(),
        "way": "home",
        **dict.fromkeys((*GUARANTEES, *JUDGEMENTS)),
        **dict.fromkeys((*LISTS, *TEXTS), ""),
        "changes": {},
        "work": {},
        "entries": {key: {"amount": yuan * 100, "basis": "", "dispute": ""} for key, yuan in (amounts or {}).items()},
        **typed,
    }


def work(place="", channel=""):
    return {"place": place, "employer": "", "industry": "", "started_on": None, "ended_on": None, "channel": channel}


def codes_of(case, typed, groups):
    """Codes that fire with this content typed, each as often as it does."""
    typed = typed or content()
    found = quantities(typed, case.assessment(typed), home_words())
    case.quantities = found
    return [watch.code for watch in fired(watches(case, groups), found)]
