"""The list of households, the search, the list as a workbook, and the file of one household."""

from tempfile import TemporaryFile

from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.clock import today
from accounts.models import User
from accounts.permissions import allow, signed_in
from households.filters import SORT_CHOICES, BadChoice, choose, in_order
from households.forms import SearchForm
from households.models import Household, Member
from jobs.services import start_job
from ledger.calc import FLAGS
from ledger.explanation import explain
from ledger.models import LedgerRow, RiskPoint
from measures.models import SupportAction
from reports.household_list import LONG, export_households, file_name
from reports.years import current_policy
from visits.models import Visit
from visits.months import add_months, month_number, months_from

Role = User.Role
# Whoever has households by area or by pairing; a department has those of its actions and sees less of them.
READERS = (*sorted(User.AREA_ROLES), Role.HELPER)
# Those who go there, or have to call first.
CALLERS = (Role.VILLAGE, Role.HELPER, Role.TOWNSHIP, Role.DEPARTMENT)
PAGE_SIZE = 50
EXPORT = "export_households"


@allow(*READERS, Role.DEPARTMENT)
@require_safe
@vary_on_headers("HX-Request")
def household_list(request):
    """The households in the user's scope, by the filters of the address."""
    context = _list(request, request.GET)
    context["search"] = SearchForm()
    name = "households/_household_table.html" if request.htmx else "households/household_list.html"
    return render(request, name, context)


@allow(*READERS, Role.DEPARTMENT)
@require_http_methods(["GET", "POST"])
def household_search(request):
    """Households found by what was posted; its pages are turned by post too."""
    if request.method == "GET":
        return redirect("household_list")
    search = SearchForm(request.POST)
    if not search.is_valid():
        context = _list(request, {})
        return render(request, "households/household_list.html", {**context, "search": search})
    context = _list(request, request.POST, search) | {"search": search, "is_search": True}
    return render(request, "households/household_list.html", context)


@allow(*READERS)
@require_http_methods(["GET", "POST"])
def household_export(request):
    """What the list shows, as a workbook: by the filters of the address, or by a posted search. A long one is a job."""
    search = SearchForm(request.POST) if request.method == "POST" else None
    if search is not None and not search.is_valid():
        return redirect("household_list")
    data = request.POST if search else request.GET
    policy, day = _policy(request.user), today()
    households = _choose(request.user, data, policy, search)[1]
    # The words of a search may be a name or an ID number, and go into no job.
    filters = {} if search else {name: value for name, value in data.items() if value and name != "sort"}
    sort = data.get("sort", "")
    if search is None and households.count() > LONG:
        parameters = {"filters": filters, "sort": sort}
        job = start_job(kind=EXPORT, title="导出户名单", owner=request.user, parameters=parameters)
        return redirect("job", job.pk)
    # Closed by the response, when it has been sent.
    output = TemporaryFile()  # noqa: SIM115
    export_households(
        output,
        households,
        user=request.user,
        policy=policy,
        day=day,
        sort=sort,
        filters=filters,
        is_search=search is not None,
    )
    output.seek(0)
    return FileResponse(output, as_attachment=True, filename=file_name(day))


@signed_in
@require_safe
def household_file(request, number):
    """The electronic file of one household. A department sees what its actions need."""
    household = get_object_or_404(
        Household.objects.visible_to(request.user).select_related("village__parent__parent", "helper"), number=number
    )
    policy = _policy(request.user)
    if request.user.has_role(Role.DEPARTMENT):
        return _file_for_department(request, household)
    day = today()
    row = LedgerRow.objects.visible_to(request.user).filter(household=household, year=policy.year)
    row = row.select_related("policy").first()
    explanation = explain(household=household, policy=row.policy if row else policy, row=row, user=request.user)
    members = [line.member for line in explanation.persons]
    actions = SupportAction.objects.visible_to(request.user).filter(household=household, year=policy.year)
    risks = RiskPoint.objects.visible_to(request.user).filter(household=household, year=policy.year)
    context = {
        "household": household,
        "policy": policy,
        "row": row,
        "is_flagged": row is not None and any(getattr(row, flag) for flag in FLAGS),
        "explanation": explanation,
        "present": [member for member in members if not _has_left(member, day)],
        "former": [member for member in members if _has_left(member, day)],
        "months": _months(request.user, household, policy, day),
        "actions": actions.select_related("measure__line", "department"),
        "risks": risks,
        "may_call": request.user.has_role(*CALLERS),
    }
    return render(request, "households/household_file.html", context)


def _file_for_department(request, household):
    actions = SupportAction.objects.visible_to(request.user).filter(household=household)
    context = {
        "household": household,
        "members": Member.objects.visible_to(request.user).filter(household=household).present_on(today()),
        "actions": actions.select_related("measure__line").order_by("-year", "due_on", "pk"),
    }
    return render(request, "households/household_file_department.html", context)


def _policy(user):
    policy = current_policy(user, today())
    if policy is None:
        raise Http404
    return policy


def _choose(user, data, policy, search=None):
    try:
        return choose(user, data, policy=policy, day=today(), search=search)
    except BadChoice as error:
        raise Http404 from error


def _list(request, data, search=None):
    """One page of the chosen households, and how many of how many they are."""
    policy = _policy(request.user)
    chosen, households = _choose(request.user, data, policy, search)
    sort = data.get("sort", "")
    paginator = Paginator(in_order(households, sort), PAGE_SIZE)
    page = paginator.get_page(data.get("page"))
    return {
        "page": page,
        "total": Household.objects.visible_to(request.user).present_on(today()).count(),
        "chosen": chosen,
        "sort": sort,
        "sorts": SORT_CHOICES,
        "policy": policy,
        "is_wide": request.user.has_role(Role.COUNTY, Role.AUDITOR),
        "for_department": request.user.has_role(Role.DEPARTMENT),
    }


def _has_left(member, day):
    return member.left_on is not None and member.left_on <= day


def _months(user, household, policy, day):
    """(month, visit or ``None``, whether it is due) from the window's first month to this one."""
    this_month = day.replace(day=1)
    last = max(policy.last_month, this_month) if this_month >= policy.window_start else policy.last_month
    months = months_from(policy.window_start, month_number(last) - month_number(policy.window_start) + 1)
    visits = Visit.objects.visible_to(user).filter(household=household)
    by_month = {
        visit.month: visit
        for visit in visits.filter(month__gte=months[0], month__lt=add_months(months[-1], 1)).select_related("visitor")
    }
    return [(month, by_month.get(month), month == this_month) for month in months]
