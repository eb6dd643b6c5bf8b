"""The township's review: the queue of what waits, many at once, and one visit approved or returned."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponseBadRequest, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.clock import today
from accounts.models import User
from accounts.permissions import allow
from accounts.services import record_event
from checks.services import check_reported
from households.models import Household
from ledger.services import refresh_ledger
from visits.filters import QueueFilter
from visits.forms.review import APPROVE, DecisionForm, chosen_visits
from visits.models import IncomeItem, Visit
from visits.reading import read_visit
from visits.services import ReviewRefused, approve_visits, return_visit
from visits.views.queue import in_queue, queue_lines, with_own
from visits.views.reading import reading_page
from visits.views.visit import first_day

Role = User.Role
# The county and the auditor look on.
READERS = (Role.TOWNSHIP, Role.COUNTY, Role.AUDITOR)
PAGE_SIZE = 50
CHANGED = "这条走访刚刚有了变化，请看过新的内容再审。"


@allow(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def visit_review(request):
    """The visits that wait, those worth a second look first; by post, the ticked ones are approved."""
    if request.method == "POST":
        return _approve_many(request)
    waiting = Visit.objects.visible_to(request.user).filter(state=Visit.State.SUBMITTED)
    unchecked = check_reported(visits=waiting, day=today())
    months = list(waiting.order_by("-month").values_list("month", flat=True).distinct())
    queue = with_own(in_queue(waiting), request.user).select_related("household__village__parent", "visitor")
    chosen = QueueFilter(request.GET or None, queryset=queue, user=request.user, months=months)
    page = Paginator(chosen.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    may_act = request.user.has_role(Role.TOWNSHIP)
    context = {
        "chosen": chosen,
        "page": page,
        "lines": queue_lines(list(page), request.user),
        "total": waiting.count() if chosen.is_narrowed else page.paginator.count,
        "unchecked": unchecked,
        "may_act": may_act,
        "is_wide": request.user.has_role(Role.COUNTY, Role.AUDITOR),
        # Without script, the link that ticks the usual ones asks for the page with them ticked.
        "is_ticked": may_act and request.GET.get("tick") == "usual",
    }
    return render(request, "visits/_review_table.html" if request.htmx else "visits/review.html", context)


@allow(Role.TOWNSHIP)
@require_POST
def visit_decide(request, number, month):
    """Approve or return one visit, with comments beside its fields."""
    household = get_object_or_404(
        Household.objects.visible_to(request.user).select_related("village__parent__parent"), number=number
    )
    month = first_day(month)
    visit = get_object_or_404(Visit.objects.visible_to(request.user), household=household, month=month)
    items = {item.pk: item for item in IncomeItem.objects.visible_to(request.user)}
    reading = read_visit(visit=visit, household=household, month=month, user=request.user, items=items)
    form = DecisionForm(request.POST, fields=reading.fields)
    if not form.is_valid():
        return reading_page(request, household, month, decision=form, status=422)
    try:
        _decide(visit, household, form, request.user)
    except ReviewRefused as refused:
        return reading_page(request, household, month, decision=form, refusal=str(refused), status=409)
    done = "通过" if form.cleaned_data["decision"] == APPROVE else "退回"
    messages.success(request, f"{household.head_name or household.number} {month.month} 月的走访已{done}。")
    return redirect(_queue(request.POST.get("back", "")))


def _approve_many(request):
    if not request.user.has_role(Role.TOWNSHIP):
        raise PermissionDenied
    try:
        chosen = chosen_visits(request.POST.getlist("visit"))
    except ValueError:
        return HttpResponseBadRequest("请重新打开审核页。")
    if not chosen:
        messages.warning(request, "请先勾选要通过的户。")
        return redirect(_queue(request.GET.urlencode()))
    # As they were shown: what changed meanwhile is another version.
    shown = Q(*(Q(pk__in=ids, version=version) for version, ids in chosen.items()), _connector=Q.OR)
    visits = Visit.objects.visible_to(request.user).filter(shown).select_related("household")
    asked = sum(map(len, chosen.values()))
    with transaction.atomic():
        approved = approve_visits(visits=visits, reviewer=request.user)
        if approved:
            detail = {"visits": [f"{visit.household.number} {visit.month:%Y-%m}" for visit in approved]}
            record_event(user=request.user, action="通过走访", subject=f"{len(approved)} 户", detail=detail)
    left = asked - len(approved)
    if approved:
        rest = f"；{left} 户刚有变化或者是您自己填的，没有通过" if left else ""
        messages.success(request, f"通过 {len(approved)} 户{rest}。")
    else:
        messages.warning(request, f"{left} 户刚有变化或者是您自己填的，没有通过。")
    return redirect(_queue(request.GET.urlencode()))


def _queue(query):
    """The address of the queue with the filters the reviewer had; what was ticked is done with."""
    filters = QueryDict(query, mutable=True)
    filters.pop("tick", None)
    address = reverse("visit_review")
    return f"{address}?{filters.urlencode()}" if filters else address


@transaction.atomic
def _decide(visit, household, form, user):
    """Carry the decision out, with the ledger and the trail; ``ReviewRefused`` where it cannot be."""
    said, subject = form.cleaned_data, f"{household.number} {visit.month:%Y-%m}"
    version = said["version"]
    if said["decision"] == APPROVE:
        if not approve_visits(visits=Visit.objects.filter(pk=visit.pk, version=version), reviewer=user):
            raise ReviewRefused(CHANGED)
        record_event(user=user, action="通过走访", subject=subject, detail={"version": version})
        return
    return_visit(visit=visit, reviewer=user, version=version, comment=said["comment"], comments=form.comments)
    # The month is no longer collected, and its income no longer counts.
    refresh_ledger(household_ids=[household.pk], day=today())
    detail = {"version": version, "fields": sorted(form.comments)}
    record_event(user=user, action="退回走访", subject=subject, detail=detail)
