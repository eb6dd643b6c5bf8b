"""The quantities of a visit, by the names that watches ask for. The phone gathers them alike.

| Name | Is |
| --- | --- |
| ``W01/12`` | fen typed for item and member (0: the household) |
| ``W01`` | fen of the item over all its keys |
| ``filled/W01/12`` | 1 where an amount is typed, be it 0 |
| ``away/12``, ``away`` | 1 where a place of work is typed for the member; how many members |
| ``outside/12`` | 1 where that place is outside the county |
| ``channel/public_post/12`` | 1 for the way in which the work was found |
| ``policies/allowance``, ``need_kinds/work``, ``risk_kinds/illness`` | 1 where ticked |
| ``is_housing_safe/yes``, ``has_risk/no`` | 1 for the answer given |
| ``written/guarantee_note`` | 1 where something is written |
| ``change/12``, ``change/disability`` | 1 where a change of the member is told; how many of the kind |
| ``@per_capita``, ``@itemised_per_capita`` | the live estimate in fen, where there is one |
"""

from collections import Counter

from django.conf import settings

from visits.content import GUARANTEES, JUDGEMENTS, LISTS, TEXTS, split_key

ESTIMATES = ("per_capita", "itemised_per_capita")
# How people write a place in the county itself.
NEAR_WORDS = ("本县", "本乡", "本镇", "本村", "县内")


def home_words():
    """A place that holds one of these is in the county: 涞源县 and 涞源 are written alike."""
    return (settings.COUNTY_NAME[:-1], *NEAR_WORDS)


def quantities(content, assessment, home):
    """Name -> integer of a canonical content (``visits.content``) and of the estimate that it leads to.

    ``content`` is ``None`` where there is no visit, ``assessment`` without persons; ``home`` are the ``home_words``.
    """
    found = Counter() if content is None else _typed(content, home)
    for name in ESTIMATES:
        value = getattr(assessment, name, None)
        if value is not None:
            found[f"@{name}"] = value
    return dict(found)


def _typed(content, home):
    found = Counter()
    for key, line in content["entries"].items():
        found[key] += line["amount"]
        found[split_key(key)[0]] += line["amount"]
        found[f"filled/{key}"] = 1
    for key, line in content["work"].items():
        if line["place"]:
            found[f"away/{key}"] = 1
            found["away"] += 1
            found[f"outside/{key}"] = int(not any(word in line["place"] for word in home))
        if line["channel"]:
            found[f"channel/{line['channel']}/{key}"] = 1
    for key, line in content["changes"].items():
        found[f"change/{key}"] = 1
        found[f"change/{line['kind']}"] += 1
    for name in LISTS:
        found.update(f"{name}/{code}" for code in content[name].split(",") if code)
    for name in (*GUARANTEES, *JUDGEMENTS):
        if content[name] is not None:
            found[f"{name}/{'yes' if content[name] else 'no'}"] = 1
    for name in TEXTS:
        if content[name]:
            found[f"written/{name}"] = 1
    return found


def amounts(content):
    """Item code -> fen, as a prospect takes them."""
    sums = Counter()
    for key, line in content["entries"].items():
        sums[split_key(key)[0]] += line["amount"]
    return dict(sums)
