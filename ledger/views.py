"""The ledger down the areas: county, township, village, household; and how each number came about."""

from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.clock import today
from accounts.models import Area, User
from accounts.permissions import allow, signed_in
from households.models import Household
from jobs.models import Job
from jobs.services import start_job
from ledger.explanation import explain
from ledger.filters import LedgerRowFilter, PageForm, in_order
from ledger.models import LedgerRow, PolicyYear, VillageLedger
from ledger.summaries import OPEN, add_up, area_lines, ledger_state, state_counts, totals
from measures.models import SupportAction

Role = User.Role
# Whoever has households by area or by pairing. A department sees its actions, the administrator no household.
READERS = (*sorted(User.AREA_ROLES), Role.HELPER)
Level = Area.Level
BELOW = {Level.COUNTY: Level.TOWNSHIP, Level.TOWNSHIP: Level.VILLAGE}
REBUILD, CHECKS = "rebuild_ledger", "run_checks"


class Column(NamedTuple):
    """One sortable column of the household table. ``next`` is what a tap on its head sorts by."""

    key: str
    label: str
    unit: str
    sorted: str
    next: str


COLUMNS = (
    ("persons", "人口", "人"),
    ("workers", "劳力", "人"),
    ("last_per_capita", "上年人均", "元"),
    ("net", "已采集纯收入", "元"),
    ("estimate", "预估家庭", "元"),
    ("per_capita", "预估人均", "元"),
    ("change_rate", "增减幅", "%"),
    ("transfer_share", "转移占比", "%"),
    ("warning", "预警", ""),
    ("months_missing", "缺月", "月"),
)


@allow(*READERS)
@require_safe
def ledger_index(request):
    """The ledger of the year that the business day lies in, else of the last one before it."""
    years = sorted(PolicyYear.objects.visible_to(request.user).in_force().values_list("year", flat=True))
    if not years:
        raise Http404
    begun = [year for year in years if year <= today().year]
    return redirect("ledger_year", begun[-1] if begun else years[0])


@allow(*READERS)
@require_safe
@vary_on_headers("HX-Request")
def ledger_year(request, year):
    """The user's own ledger: of their area, of several side by side, or of the households paired with them."""
    policy = _policy(request.user, year)
    areas = _own_areas(request.user)
    return _ledger(request, policy, areas[0] if len(areas) == 1 else None, areas)


@allow(*READERS)
@require_safe
@vary_on_headers("HX-Request")
def ledger_area(request, year, code):
    """The ledger of one county, township or village."""
    policy = _policy(request.user, year)
    area = get_object_or_404(Area.objects.visible_to(request.user).select_related("parent__parent"), pk=code)
    return _ledger(request, policy, area, [area])


@allow(Role.COUNTY)
@require_POST
def ledger_rebuild(request, year, code):
    """Start a job that recomputes an area; where one is already waiting or running, show that."""
    return _start(request, year, code, REBUILD, "重新计算 {year} 年度台账（{area}）")


@allow(Role.COUNTY)
@require_POST
def ledger_check(request, year, code):
    """Start a job that looks for doubtful data in an area; where one is already waiting or running, show that."""
    return _start(request, year, code, CHECKS, "核对 {year} 年度疑点（{area}）")


def _start(request, year, code, kind, title):
    policy = _policy(request.user, year)
    area = get_object_or_404(Area.objects.visible_to(request.user), pk=code)
    under_way = Job.objects.visible_to(request.user).unfinished().filter(kind=kind, owner=request.user, area=area)
    job = next((job for job in under_way if job.parameters.get("year") == year), None)
    if job is None:
        words = title.format(year=policy.year, area=area.name)
        parameters = {"year": year, "area": area.code}
        job = start_job(kind=kind, title=words, owner=request.user, area=area, parameters=parameters)
    return redirect("job", job.pk)


@signed_in
@require_safe
def ledger_household(request, year, number):
    """How every number of one household's row came about."""
    policy = _policy(request.user, year)
    household = get_object_or_404(
        Household.objects.visible_to(request.user).select_related("village__parent__parent"), number=number
    )
    if request.user.has_role(Role.DEPARTMENT):
        # It sees the household for one action, and no income.
        raise PermissionDenied
    row = (
        LedgerRow.objects.visible_to(request.user)
        .filter(household=household, year=year)
        .select_related("policy", "village")
        .first()
    )
    actions = SupportAction.objects.visible_to(request.user).live().filter(household=household, year=year)
    context = {
        "year": year,
        "household": household,
        "explanation": explain(household=household, policy=row.policy if row else policy, row=row, user=request.user),
        "in_force": policy,
        "actions": actions.select_related("measure", "department"),
    }
    return render(request, "ledger/ledger_household.html", context)


def _policy(user, year):
    return get_object_or_404(PolicyYear.objects.visible_to(user).in_force(), year=year)


def _own_areas(user):
    """The user's areas that do not lie in another one of theirs; a helper has none."""
    if user.role not in User.AREA_ROLES:
        return []
    codes = [
        code for code in user.area_codes if not any(code != top and code.startswith(top) for top in user.area_codes)
    ]
    return list(Area.objects.visible_to(user).filter(pk__in=codes).select_related("parent__parent"))


def _ledger(request, policy, area, areas):
    rows = LedgerRow.objects.visible_to(request.user).filter(year=policy.year)
    if area is not None:
        rows = rows.within(area.code)
    chosen = LedgerRowFilter(request.GET or None, queryset=rows)
    context = {
        "policy": policy,
        "year": policy.year,
        "area": area,
        "chosen": chosen,
        "may_rebuild": request.user.has_role(Role.COUNTY) and area is not None,
        "address": _address(policy, area),
        "part_label": _part_label(area, areas),
        # Below a village, or where households are paired one by one, there is nothing to sum up.
        "has_summary": bool(areas) and (area is None or area.level in BELOW),
    }
    as_list = not context["has_summary"] or chosen.is_narrowed or request.GET.get("show") == "households"
    if as_list:
        context |= _household_list(request, rows, chosen, policy, area)
    else:
        context |= _summary(request, rows, policy, area, areas)
    if not context["in_ledger"]:
        households = Household.objects.visible_to(request.user)
        context["has_households"] = (households.within(area.code) if area else households).exists()
        return render(request, "ledger/ledger_empty.html", context)
    if not as_list:
        return render(request, "ledger/ledger_summary.html", context)
    in_part = request.htmx and not request.htmx.history_restore_request
    return render(request, "ledger/_households.html" if in_part else "ledger/ledger_households.html", context)


def _summary(request, rows, policy, area, areas):
    """One line an area one level below, or one for each of the user's own areas."""
    visible = Area.objects.visible_to(request.user)
    known = list(visible.within(area.code) if area else visible)
    parts = [part for part in known if part.level == BELOW[area.level]] if area else areas
    villages = [village.code for village in known if village.level == Level.VILLAGE]
    ledgers = VillageLedger.objects.visible_to(request.user)
    if area is not None:
        ledgers = ledgers.within(area.code)
    lines = area_lines(rows, parts, year=policy.year, ledgers=ledgers)
    counted = [
        (line, state_counts(line.states, sum(code.startswith(line.area.code) for code in villages))) for line in lines
    ]
    total = add_up(line.totals for line in lines)
    states = state_counts([state for line in lines for state in line.states], len(villages))
    return {"lines": counted, "totals": total, "states": states, "in_ledger": total.households}


def _address(policy, area):
    """The page's own address, to which its counts and filters add."""
    return reverse("ledger_area", args=[policy.year, area.code]) if area else reverse("ledger_year", args=[policy.year])


def _part_label(area, areas):
    """What a summary has one line each for: the areas one level below, or the user's own."""
    levels = {BELOW.get(area.level, Level.VILLAGE)} if area else {part.level for part in areas}
    return Level(levels.pop()).label if len(levels) == 1 else "区划"


def _household_list(request, rows, chosen, policy, area):
    """The chosen rows, one page of them, their totals and measures."""
    is_village = area is not None and area.level == Level.VILLAGE
    sort, size = PageForm(request.GET).layout(sort="number", size=100 if is_village else 50)
    shown = totals(chosen.qs)
    in_ledger = rows.count() if chosen.is_narrowed else shown.households
    paginator = Paginator(in_order(chosen.qs.select_related("household", "village__parent"), sort), size)
    paginator.count = shown.households
    page = paginator.get_page(request.GET.get("page"))
    measures = _measures(request.user, page.object_list)
    state = None
    if is_village:
        ledger = VillageLedger.objects.visible_to(request.user).filter(village=area, year=policy.year).first()
        state = ledger_state(ledger) if ledger else OPEN
    return {
        "page": page,
        "lines": [(row, measures.get(row.household_id, [])) for row in page.object_list],
        "columns": [_column(*column, sort) for column in COLUMNS],
        "sort": sort,
        "size": size,
        "sizes": PageForm.SIZES,
        "totals": shown,
        "in_ledger": in_ledger,
        "state": state,
    }


def _column(key, label, unit, sort):
    """The column's head. Where it is sorted up, the next tap sorts it down."""
    direction = {key: "ascending", f"-{key}": "descending"}.get(sort, "")
    return Column(key, label, unit, direction, f"-{key}" if direction == "ascending" else key)


def _measures(user, rows):
    """Household id → its measures that were not stopped, in the order of the lines."""
    found = {}
    if rows:
        actions = SupportAction.objects.visible_to(user).live()
        of_page = actions.filter(household__in=[row.household_id for row in rows], year=rows[0].year)
        for action in of_page.select_related("measure"):
            found.setdefault(action.household_id, []).append(action.measure.name)
    return found
