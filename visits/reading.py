"""What the reading page of a month shows of a visit: every field in words, its changes, comments and decisions."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from visits.content import GUARANTEES, Rows, changed_fields, entry_key, flatten
from visits.models import FieldComment, IncomeClass, IncomeEntry, Visit, VisitPhoto, VisitVersion
from visits.months import add_months
from visits.wording import NOTHING, Names, differences, field_label, field_value, filling

State = Visit.State
DECISIONS = (State.RETURNED, State.APPROVED)
# The fields of each part of the page, in the order of the form.
SEEN = ("visited_on", "way", "visitors")
SAFE = (*GUARANTEES, "guarantee_note")
NEEDS = ("policies", "need_kinds", "needs")
JUDGED = ("has_risk", "risk_kinds", "risk_note", "has_income_risk", "income_risk_note", "suggested_measures", "remarks")
# A text that stands under a yes or no, and is left out where it is empty.
OPTIONAL = {"guarantee_note", "risk_kinds", "risk_note", "income_risk_note", "visitors", "remarks"}
BAD = {**dict.fromkeys(GUARANTEES, False), "has_risk": True, "has_income_risk": True}


class Fact(NamedTuple):
    """One field in words. ``old`` is what stood there when it was last decided on, ``None`` where it is the same.

    ``findings`` are what the checks say of it.
    """

    field: str
    label: str
    value: str
    old: str | None
    is_bad: bool
    comments: list
    findings: list


class Amount(NamedTuple):
    """One line of income: an entry of any source, or (``entry`` is ``None``) one that was taken out since.

    ``fact`` holds its change and comments where the visit said it; ``last`` is last month's yuan.
    """

    item: object
    entry: object
    last: object
    fact: Fact | None


class Decision(NamedTuple):
    """What a reviewer decided on a version: a row of the visit's history."""

    state: str
    words: str
    by: object
    at: object
    comment: str


class Step(NamedTuple):
    """One version in the history: who recorded it, what it changed, and what was said and decided of it."""

    version: int
    made_by: object
    made_at: object
    reason: str
    changes: list
    comments: list
    decisions: list


@dataclass
class Reading:
    """One visit as the page shows it; all lists are empty where there is no visit.

    ``changes`` are the differences from the version that was decided on before, ``latest`` the version
    that made them (who, when, why). ``findings`` are those of the checks that stand beside no field.
    """

    visit: Visit | None = None
    amounts: list = field(default_factory=list)
    seen: list = field(default_factory=list)
    safe: list = field(default_factory=list)
    people: list = field(default_factory=list)
    work: list = field(default_factory=list)
    needs: list = field(default_factory=list)
    judged: list = field(default_factory=list)
    filling: str = ""
    photos: list = field(default_factory=list)
    is_compared: bool = False
    changes: list = field(default_factory=list)
    findings: list = field(default_factory=list)
    latest: VisitVersion | None = None
    steps: list = field(default_factory=list)

    @property
    def fields(self):
        """Keys of the fields that a comment can stand beside."""
        facts = [*self.seen, *self.safe, *self.people, *self.work, *self.needs, *self.judged]
        lines = [amount.fact for _, lines, _ in self.amounts for amount in lines if amount.fact]
        return [fact.field for fact in (*facts, *lines)]


def read_visit(*, visit, household, month, user, items, findings=()):
    """The ``Reading`` of a month: ``visit`` is the visit in the user's scope, or ``None``.

    ``items`` are all items by code, ``findings`` what the checks say of the household in that month. A fixed
    number of queries, however many versions there are.
    """
    entries = list(
        IncomeEntry.objects.visible_to(user)
        .filter(household=household, month__in=(add_months(month, -1), month))
        .select_related("member", "department")
        .order_by("item_id", "source", "member_key")
    )
    last = {
        (entry.item_id, entry.member_key): entry.amount for entry in entries if entry.month < month and entry.is_counted
    }
    entries = [entry for entry in entries if entry.month == month]
    if visit is None:
        return Reading(amounts=_by_class(entries, [], {}, last, items), findings=list(findings))
    names = Names.of(items.values(), household.members.all())
    content = Rows.of(visit).content()
    versions = list(VisitVersion.objects.filter(visit=visit).select_related("made_by").order_by("version"))
    latest = next((version for version in versions if version.version == visit.version), None)
    before = latest and next((each for each in versions if each.version == latest.compared_with), None)
    comments = defaultdict(list)
    for comment in FieldComment.objects.filter(visit=visit).select_related("by").order_by("version", "pk"):
        comments[comment.field].append(comment)
    old = {key: value for key, value, _ in changed_fields(before.content, content)} if before else {}
    flat = flatten(content)
    beside = defaultdict(list)
    for finding in findings:
        beside[finding.field].append(finding)
    facts = {
        key: Fact(
            key,
            field_label(key, names),
            field_value(key, flat.get(key)),
            field_value(key, old[key]) if key in old else None,
            key in BAD and flat.get(key) is BAD[key],
            comments[key],
            # Of an item as a whole ("entries.W01"), beside each of its amounts.
            beside[key] + (beside[key.partition("/")[0]] if "/" in key else []),
        )
        for key in flat.keys() | old.keys()
    }
    reading = Reading(
        visit=visit,
        amounts=_by_class(entries, _gone(old, flat), facts, last, items),
        seen=_pick(facts, SEEN),
        safe=_pick(facts, SAFE),
        people=[*_lines(facts, "changes."), *_pick(facts, ("member_changes",))],
        work=_lines(facts, "work."),
        needs=_pick(facts, NEEDS),
        judged=_pick(facts, JUDGED),
        filling=filling(visit.fill_seconds, visit.copied_values),
        photos=list(VisitPhoto.objects.filter(visit=visit)),
        is_compared=before is not None,
        changes=differences(before.content, content, names) if before else [],
        latest=latest,
        steps=_steps(visit, versions, comments, names),
    )
    shown = {field for key in reading.fields for field in (key, key.partition("/")[0])}
    reading.findings = [finding for finding in findings if finding.field not in shown]
    return reading


def _pick(facts, keys):
    """The facts of these fields; what may be left out is, where there is nothing to say of it."""
    return [facts[key] for key in keys if key not in OPTIONAL or _says_something(facts[key])]


def _says_something(fact):
    return fact.value != NOTHING or fact.old is not None or bool(fact.comments or fact.findings)


def _lines(facts, table):
    return [facts[key] for key in sorted(facts) if key.startswith(table)]


def _gone(old, flat):
    """Keys of the amounts that the version decided on before had and this one has not."""
    return [key for key in old if key.startswith("entries.") and key not in flat]


def _by_class(entries, gone, facts, last, items):
    """(class, its lines, sum of those that count in yuan), classes in the order of the form."""
    found = defaultdict(list)
    for entry in entries:
        is_own = entry.source == IncomeEntry.Source.VISIT
        key = f"entries.{entry_key(entry.item_id, entry.member_key)}"
        amount = Amount(
            items[entry.item_id], entry, last.get((entry.item_id, entry.member_key)), facts.get(key) if is_own else None
        )
        found[amount.item.income_class].append(amount)
    for key in gone:
        item = items[key.removeprefix("entries.").partition("/")[0]]
        found[item.income_class].append(Amount(item, None, None, facts[key]))
    return [
        (
            income_class,
            sorted(found[income_class], key=lambda amount: amount.item.pk),
            sum(amount.entry.amount for amount in found[income_class] if amount.entry and amount.entry.is_counted),
        )
        for income_class in IncomeClass
        if income_class in found
    ]


def _steps(visit, versions, comments, names):
    """The history, latest first. A visit that came by another way than the form has no versions of its own."""
    said = defaultdict(list)
    for of_field in comments.values():
        for comment in of_field:
            label = field_label(comment.field, names) if comment.field else ""
            said[comment.version].append((label, comment.text, comment.by, comment.at))
    decided = defaultdict(list)
    history = (
        visit.history.filter(state__in=DECISIONS).select_related("reviewed_by").order_by("history_date", "history_id")
    )
    for row in history:
        words = State(row.state).label
        decided[row.version].append(Decision(row.state, words, row.reviewed_by, row.reviewed_at, row.review_comment))
    if not versions:
        decisions = [decision for rows in decided.values() for decision in rows]
        return [Step(visit.version, visit.visitor, visit.submitted_at, "", [], [], decisions)]
    steps, before = [], None
    for version in versions:
        changes = differences(before.content, version.content, names) if before else []
        number = version.version
        steps.append(
            Step(number, version.made_by, version.made_at, version.reason, changes, said[number], decided[number])
        )
        before = version
    return steps[::-1]
