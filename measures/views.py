"""The list of measures, the catalogue, and the county's button that has measures proposed."""

from tempfile import TemporaryFile

from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.clock import today
from accounts.models import Area, User
from accounts.permissions import allow
from jobs.services import start_job
from ledger.models import PolicyYear
from measures.exports import ORDER, export_actions, file_name
from measures.filters import choose
from measures.models import LineDepartment, Measure, MeasureLine, SupportAction
from measures.rules import RULES
from reports.years import current_policy

Role = User.Role
# Whoever sees households, or the measures of their own department.
READERS = (*sorted(User.AREA_ROLES), Role.HELPER, Role.DEPARTMENT)
PAGE_SIZE = 50
ASSIGN_JOB = "assign_measures"
EXPORT_JOB = "export_measures"
# More than these take longer than two seconds to write.
ROWS_AT_ONCE = 5_000


@allow(*READERS)
@require_safe
@vary_on_headers("HX-Request")
def measure_list(request):
    """The measures in the user's scope, by the filters of the address, with counts by line and state."""
    lines = _lines(request.user)
    chosen = choose(request.user, request.GET, today(), lines)
    if chosen is None:
        raise Http404
    summary = _summary(chosen, lines)
    actions = chosen.qs.select_related("household__village__parent", "measure__line", "department")
    paginator = Paginator(actions.order_by(*ORDER), PAGE_SIZE)
    # Counted already, with the lines and states.
    paginator.count = summary["actions"]
    page = paginator.get_page(request.GET.get("page"))
    day = today()
    unfinished = (SupportAction.State.DONE, SupportAction.State.STOPPED)
    for action in page:
        action.is_overdue = action.due_on < day and action.state not in unfinished
    context = {
        "chosen": chosen,
        "page": page,
        "summary": summary,
        "year": chosen.policy.year,
        "policy": chosen.policy,
        "area": _assignable_area(request.user),
        "for_department": request.user.has_role(Role.DEPARTMENT),
    }
    name = "measures/_measure_table.html" if request.htmx else "measures/measure_list.html"
    return render(request, name, context)


@allow(*READERS)
@require_POST
def measure_export(request):
    """What the list of the same filters shows, as a workbook: at once, or as a job where it would take long."""
    chosen = choose(request.user, request.GET, today())
    if chosen is None:
        raise Http404
    rows = chosen.qs.count()
    if rows > ROWS_AT_ONCE:
        job = start_job(
            kind=EXPORT_JOB,
            title=f"导出 {chosen.policy.year} 年度帮扶措施 {rows:,} 项",
            owner=request.user,
            parameters={"filters": chosen.values()},
        )
        return redirect("job", job.pk)
    # Closed by the response, when it has been sent.
    output = TemporaryFile()  # noqa: SIM115
    export_actions(output, chosen, user=request.user, day=today())
    output.seek(0)
    return FileResponse(output, as_attachment=True, filename=file_name(today()))


@allow(*READERS)
@require_safe
def measure_catalogue(request):
    """Every measure: whom it suits, which clause, where its effect shows, and how many in scope have it this year."""
    policy = current_policy(request.user, today())
    year = policy.year if policy else today().year
    measures = Measure.objects.visible_to(request.user).select_related("department", "effect_item")
    lines = list(_lines(request.user).prefetch_related(Prefetch("measures", measures, to_attr="catalogue")))
    actions = SupportAction.objects.visible_to(request.user).live().filter(year=year).order_by()
    counts = dict(actions.values_list("measure").annotate(Count("pk")))
    for line in lines:
        for measure in line.catalogue:
            measure.who = RULES[measure.code].who if measure.code in RULES else ""
            measure.count = counts.get(measure.code, 0)
    return render(request, "measures/measure_catalogue.html", {"lines": lines, "year": year, "policy": policy})


@allow(Role.COUNTY)
@require_POST
def measure_assign(request):
    """Have measures proposed for the flagged households of an area, as a job."""
    area = get_object_or_404(Area.objects.visible_to(request.user), pk=request.POST.get("area", ""))
    years = PolicyYear.objects.visible_to(request.user).in_force().values_list("year", flat=True)
    year = next((year for year in years if str(year) == request.POST.get("year")), None)
    if year is None:
        raise Http404
    job = start_job(
        kind=ASSIGN_JOB,
        title=f"{area.name} {year} 年度提出帮扶措施",
        owner=request.user,
        area=area,
        parameters={"year": year, "area": area.code},
    )
    return redirect("job", job.pk)


def _lines(user):
    parts = LineDepartment.objects.select_related("department")
    return MeasureLine.objects.visible_to(user).prefetch_related(Prefetch("parts", parts))


def _summary(chosen, lines):
    """Measures by line and state and households by line, whatever line and state are chosen; and what is chosen."""
    line, state = (chosen.form.cleaned_data[name] for name in ("line", "state"))
    everything = chosen.without("line", "state").order_by()
    counted = everything.values("measure__line", "state").annotate(count=Count("pk"))
    counts = {(row["measure__line"], row["state"]): row["count"] for row in counted}
    wanted = Q(measure__line=line) if line else Q()
    if state:
        wanted &= Q(state=state)
    households = everything.aggregate(
        **{f"line_{each.number}": _households(Q(measure__line=each.number)) for each in lines},
        all=_households(Q(pk__gt=0)),
        chosen=_households(wanted & Q(pk__gt=0)),
    )
    states = SupportAction.State.values
    return {
        "lines": [
            {
                "line": each,
                "households": households[f"line_{each.number}"],
                "states": [(name, counts.get((each.number, name), 0)) for name in states],
                "actions": sum(counts.get((each.number, name), 0) for name in states),
            }
            for each in lines
        ],
        "states": [
            (state.value, state.label, sum(count for (_, name), count in counts.items() if name == state))
            for state in SupportAction.State
        ],
        "all": sum(counts.values()),
        "all_households": households["all"],
        "actions": sum(
            count
            for (its_line, its_state), count in counts.items()
            if (not line or str(its_line) == line) and (not state or its_state == state)
        ),
        "households": households["chosen"],
    }


def _households(condition):
    return Count("household", distinct=True, filter=condition)


def _assignable_area(user):
    """The area that the county's button is about: the user's first own one; ``None`` for every other role."""
    if not user.has_role(Role.COUNTY) or not user.area_codes:
        return None
    return min(user.area_codes)
