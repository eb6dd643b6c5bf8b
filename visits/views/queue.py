"""The reviewer's queue: what makes a waiting visit worth a second look, and what changed since the last look."""

from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from checks.choices import RANKS, Severity
from checks.models import Finding
from checks.querysets import with_doubts
from households.choices import Cause
from visits.content import GUARANTEES, changed_fields
from visits.models import IncomeClass, IncomeEntry, VisitVersion
from visits.months import add_months
from visits.services import own_visits

INCOME = (IncomeClass.WAGE, IncomeClass.BUSINESS, IncomeClass.PROPERTY, IncomeClass.TRANSFER)
COST = IncomeClass.BUSINESS_COST
# A month of this many times the one before, or of less than such a part of it, is looked at again.
JUMP = 3
# Before the first of a month, within so many days, there is one other first of a month.
ONE_MONTH_BACK = timedelta(days=40)
# Open findings of this rank or a worse one put a visit among the doubtful; a mere hint does not.
DOUBTFUL = RANKS[Severity.LOOK]
GUARANTEE_WORDS = dict(zip(GUARANTEES, ("住房", "义务教育", "基本医疗", "饮水"), strict=True))


class Line(NamedTuple):
    """One visit of the queue. ``net`` and ``last_net`` are fen, ``None`` where nothing was told.

    Income counted less production costs, of the month and of the one before. ``reasons`` to look at it are
    told by the visit itself, in words, ``findings`` by the checks; ``open_guarantees`` were answered with no.
    ``changed`` is the number of fields that differ from the version decided on before, ``None`` where none was.
    """

    visit: object
    net: int | None
    last_net: int | None
    reasons: list
    findings: list
    open_guarantees: list
    changed: int | None

    @property
    def difference(self):
        return None if self.net is None or self.last_net is None else self.net - self.last_net

    @property
    def is_usual(self):
        return not self.visit.is_doubtful


def in_queue(visits):
    """The visits with what a reviewer looks at first, the most doubtful first, then village by village.

    Adds ``worst_doubt`` and ``doubts`` (the open findings of the checks), ``has_jumped`` (the month's income
    against the month before), ``compared_with`` (the version that was decided on before, ``None`` where none
    was), ``reasons`` (how many there are in the visit itself: a told risk, a told income risk, an open
    guarantee, a jump, an earlier decision) and ``is_doubtful``.
    """
    version = VisitVersion.objects.filter(visit=OuterRef("pk"), version=OuterRef("version"))
    visits = visits.annotate(has_jumped=_jumped(), compared_with=Subquery(version.values("compared_with")[:1]))
    reasons = (
        Q(has_risk=True),
        Q(has_income_risk=True),
        Q(*((name, False) for name in GUARANTEES), _connector=Q.OR),
        Q(has_jumped=True),
        Q(compared_with__isnull=False),
    )
    counted = [Case(When(reason, then=1), default=0, output_field=IntegerField()) for reason in reasons]
    visits = with_doubts(visits.annotate(reasons=sum(counted, start=Value(0))))
    is_doubtful = Q(reasons__gt=0) | Q(worst_doubt__gte=DOUBTFUL)
    visits = visits.annotate(is_doubtful=ExpressionWrapper(is_doubtful, output_field=BooleanField()))
    return visits.order_by(
        F("worst_doubt").desc(),
        F("reasons").desc(),
        F("doubts").desc(),
        *("household__village", "household__number", "month"),
    )


def with_own(visits, user):
    """The visits with ``is_own``: the user made them or a part of them and cannot review them."""
    return visits.annotate(is_own=ExpressionWrapper(own_visits(user), output_field=BooleanField()))


def queue_lines(visits, user):
    """A ``Line`` of each visit (of ``in_queue``), in their order: three queries, however many they are."""
    nets, changed, findings = _nets(visits), _changed(visits), _findings(visits, user)
    lines = []
    for visit in visits:
        key = visit.household_id, visit.month
        net, last_net = nets.get(key), nets.get((visit.household_id, add_months(visit.month, -1)))
        guarantees = [words for name, words in GUARANTEE_WORDS.items() if getattr(visit, name) is False]
        reasons = _reason_words(visit, net, last_net)
        lines.append(Line(visit, net, last_net, reasons, findings[key], guarantees, changed.get(visit.pk)))
    return lines


def _reason_words(visit, net, last_net):
    """What the visit itself gives to look at, in short words."""
    words = []
    if visit.has_risk:
        kinds = "、".join(Cause(code).label for code in visit.risk_kinds.split(",") if code)
        words.append(f"有返贫致贫风险（{kinds}）" if kinds else "有返贫致贫风险")
    if visit.has_income_risk:
        words.append("有减收风险点")
    if visit.has_jumped:
        words.append(_jump_words(net, last_net))
    return words


def _jump_words(net, last_net):
    if net is None:
        return "上月有收入，这月没有"
    return "收入是上月的三倍以上" if net > last_net else "收入不到上月的三分之一"


def _signed():
    """Fen of an entry as it moves the net income of its month."""
    return Case(
        When(item__income_class__in=INCOME, then=F("amount")),
        When(item__income_class=COST, then=F("amount") * -1),
        default=Value(0),
        output_field=BigIntegerField(),
    )


def _jumped():
    """Whether the month brought more than ``JUMP`` times the net income of the month before, or less than that part."""
    this, before = Q(month=OuterRef("month")), Q(month__lt=OuterRef("month"))
    entries = IncomeEntry.objects.counting().filter(
        household=OuterRef("household"),
        month__lte=OuterRef("month"),
        month__gt=OuterRef("month") - ONE_MONTH_BACK,
    )
    sums = (
        entries.order_by()
        .values("household")
        .annotate(now=Coalesce(Sum(_signed(), filter=this), 0), last=Coalesce(Sum(_signed(), filter=before), 0))
    )
    return Exists(sums.filter(Q(now__gt=F("last") * JUMP) | Q(last__gt=F("now") * JUMP), last__gt=0))


def _nets(visits):
    """(household id, month) -> net fen, of the visits' months and the months before them."""
    months = {visit.month for visit in visits}
    entries = IncomeEntry.objects.counting().filter(
        household__in={visit.household_id for visit in visits},
        month__in=months | {add_months(month, -1) for month in months},
    )
    sums = entries.order_by().values_list("household", "month").annotate(net=Sum(_signed()))
    return {(household, month): net for household, month, net in sums}


def _findings(visits, user):
    """(household id, month) -> texts of the open findings, the worst first."""
    found = Finding.objects.visible_to(user).open().doubtful_first()
    texts = defaultdict(list)
    rows = found.filter(
        household__in={visit.household_id for visit in visits}, month__in={visit.month for visit in visits}
    )
    for household, month, text in rows.values_list("household", "month", "text"):
        texts[household, month].append(text)
    return texts


def _changed(visits):
    """Visit id -> number of fields changed since the version decided on before."""
    wanted = {visit.pk: {visit.version, visit.compared_with} for visit in visits if visit.compared_with is not None}
    contents = defaultdict(dict)
    versions = VisitVersion.objects.filter(visit__in=wanted, version__in=set().union(*wanted.values()))
    for pk, version, content in versions.values_list("visit", "version", "content"):
        contents[pk][version] = content
    return {
        visit.pk: len(changed_fields(contents[visit.pk].get(visit.compared_with), contents[visit.pk][visit.version]))
        for visit in visits
        if visit.compared_with is not None
    }
