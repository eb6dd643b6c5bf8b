"""The collection form on paper: to fill by hand with all that is known, or as it was reported."""

from datetime import date
from typing import NamedTuple

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.clock import today
from accounts.models import User
from accounts.permissions import allow
from households.choices import Cause
from households.models import Household, Member
from visits.content import GUARANTEES
from visits.day import arrange
from visits.forms import income_blocks
from visits.forms.visit import plain_amount
from visits.models import IncomeClass, IncomeItem, MemberChange, Visit
from visits.services import month_problem
from visits.sheets import load_sheets, prior_year
from visits.views.day import Choice
from visits.views.visit import first_day

Role = User.Role
PRINTS = (Role.VILLAGE, Role.HELPER, Role.TOWNSHIP)
# One stack: more is slow to lay out in the browser, and nobody carries it.
MOST = 200
EARNED = (IncomeClass.WAGE, IncomeClass.BUSINESS, IncomeClass.PROPERTY, IncomeClass.TRANSFER)
# Empty lines for what the visit learns of persons.
BLANK_CHANGES = 2
BLANK_WORK = 2


class Line(NamedTuple):
    """One income item on paper. Amounts are fen or ``None``; ``now`` and ``basis`` are what the visit said."""

    item: object
    member: object
    last_year: int | None
    last_month: int | None
    reported: list
    now: int | None
    basis: str
    dispute: str


class Block(NamedTuple):
    """One class. ``last_year`` is fen a month of the whole class, where last year has no items."""

    income_class: IncomeClass
    lines: list
    last_year: int | None


class Tick(NamedTuple):
    """One box, ticked or not."""

    label: str
    is_ticked: bool


class Work(NamedTuple):
    """Where somebody works away, in words. Days are ``None`` where they are not known."""

    name: str
    place: str
    employer: str
    industry: str = ""
    channel: str = ""
    started_on: date | None = None
    ended_on: date | None = None


class Form(NamedTuple):
    """One household's form; ``visit`` is ``None`` where it is to be filled by hand. ``changes`` are (name, change)."""

    sheet: object
    visit: Visit | None
    earned: list
    spent: list
    guarantees: list
    ticks: dict
    changes: list
    work: list
    last_policies: str

    @property
    def household(self):
        return self.sheet.household

    @property
    def blank_changes(self):
        return range(0 if self.visit else BLANK_CHANGES)

    @property
    def blank_work(self):
        return range(0 if self.visit else BLANK_WORK)


@allow(*PRINTS)
@never_cache
@require_safe
def visit_print(request, number, month):
    """One household's form of a month: as it was reported, or to fill by hand where there is no visit or ?blank=1."""
    month = first_day(month)
    households = Household.objects.visible_to(request.user).select_related("village__parent__parent")
    household = get_object_or_404(households.prefetch_related("members"), number=number)
    if month_problem(household, household.members.all(), month, today()):
        raise Http404
    return _page(request, [household], month, is_blank="blank" in request.GET)


@allow(*PRINTS)
@never_cache
@require_safe
def visit_print_many(request):
    """The blank forms of those households that the day's list would show, one after the other."""
    choice = Choice.of(request)
    households = Household.objects.visible_to(request.user)
    if village := request.GET.get("village"):
        households = households.filter(village=village)
    homes = choice.homes(households, Member.objects.all())
    chosen = [home.household for group in arrange(homes, show=choice.show, by=choice.by) for home in group.homes]
    return _page(request, chosen[:MOST], choice.month, is_blank=True, choice=choice, total=len(chosen))


def _page(request, households, month, *, is_blank, choice=None, total=1):
    items = {item.pk: item for item in IncomeItem.objects.order_by("code")}
    sheets = load_sheets(households, month=month, user=request.user, with_review=False)
    context = {
        "month": month,
        "prior_year": prior_year(month),
        "forms": [_form(sheet, items, is_blank) for sheet in sheets],
        "household": None if choice else households[0],
        "has_visit": not choice and sheets[0].visit is not None,
        "is_blank": is_blank,
        "choice": choice,
        "total": total,
        "most": MOST,
    }
    return render(request, "visits/print.html", context)


def _form(sheet, items, is_blank):
    visit = None if is_blank or _is_draft(sheet.visit) else sheet.visit
    own = {told.key: told for told in sheet.own} if visit else {}
    fields = {f"amount-{key.replace('/', '-')}": [plain_amount(told.amount)] for key, told in own.items()}
    blocks = [_block(block, own) for block in income_blocks(sheet, items, fields)]
    return Form(
        sheet=sheet,
        visit=visit,
        earned=[block for block in blocks if block.income_class in EARNED],
        spent=[block for block in blocks if block.income_class not in EARNED],
        guarantees=[(Visit._meta.get_field(name).verbose_name, visit and getattr(visit, name)) for name in GUARANTEES],
        ticks={
            "ways": _ticks(Visit.Way, visit and visit.way),
            "policies": _ticks(Visit.Policy, visit and visit.policies),
            "needs": _ticks(Visit.Need, visit and visit.need_kinds),
            "causes": _ticks(Cause, visit and visit.risk_kinds),
            "changes": _ticks(MemberChange.Kind, ""),
        },
        changes=[(_name(sheet, each.member_id), each) for each in visit.changes.all()] if visit else [],
        work=_work(sheet, visit),
        last_policies="、".join(tick.label for tick in _ticks(Visit.Policy, _last_policies(sheet)) if tick.is_ticked),
    )


def _is_draft(visit):
    """A draft reports nothing yet: its form is printed to be filled."""
    return visit is not None and visit.state == Visit.State.DRAFT


def _ticks(choices, codes):
    ticked = (codes or "").split(",")
    return [Tick(label, code in ticked) for code, label in choices.choices]


def _last_policies(sheet):
    return sheet.previous.policies if sheet.previous else ""


def _block(block, own):
    """Every item has a line: of each person where that is usual or told, else one to write on."""
    usual = {row.item.pk for row in block.rows}
    rows = [*block.rows, *(row for row in block.others if row.item.pk not in usual)]
    lines = {}
    for row in sorted(rows, key=lambda row: row.key):
        # Of several who might earn an item that nobody has yet, the paper needs one empty line.
        key = row.key if row.item.pk in usual else row.item.pk
        lines.setdefault(key, _line(row, own.get(row.key), row.item.pk in usual))
    return Block(block.income_class, list(lines.values()), block.last_year)


def _line(row, told, is_usual):
    return Line(
        item=row.item,
        member=row.member if is_usual else None,
        last_year=row.last_year,
        last_month=row.last_month,
        reported=row.reported,
        now=told and told.amount,
        basis=told.basis if told else "",
        dispute=told.dispute if told else "",
    )


def _name(sheet, member_id):
    return next((member.name for member in sheet.members if member.pk == member_id), "不在册的人")


def _work(sheet, visit):
    """Work away as the visit told it; to fill by hand, as it was last known, for the pen to go over."""
    if visit:
        return [_told_work(sheet, row) for row in visit.work.all()]
    present = {member.pk for member in sheet.present}
    known = {each.pk: Work(each.name, each.work_place, each.employer) for each in sheet.present if each.work_place}
    for row in sheet.previous.work.all() if sheet.previous else ():
        if row.ended_on is None and row.member_id in present:
            known[row.member_id] = _told_work(sheet, row)
    return list(known.values())


def _told_work(sheet, row):
    days = (row.started_on, row.ended_on)
    name, channel = _name(sheet, row.member_id), row.get_channel_display()
    return Work(name, row.place, row.employer, row.industry, channel, *days)
