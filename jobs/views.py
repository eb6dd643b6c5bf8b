"""Watching long work, and fetching what it made."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.models import Area
from accounts.permissions import signed_in
from accounts.services import record_event
from jobs.models import Job
from jobs.services import can_restart, is_at_hand, is_silent, restart_job, with_progress

PER_PAGE = 30
SHAPES = {Job.State.QUEUED: "○", Job.State.RUNNING: "◐", Job.State.DONE: "●", Job.State.FAILED: "✕"}
FLAWED = "△"


@signed_in
@require_safe
@never_cache
def job_list(request):
    jobs = Job.objects.visible_to(request.user).select_related("owner")
    page = Paginator(jobs, PER_PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    rows = [_shown(job, request.user, now) for job in with_progress(page.object_list)]
    return render(request, "jobs/job_list.html", {"page": page, "rows": rows})


@signed_in
@require_safe
@never_cache
@vary_on_headers("HX-Request")
def job(request, pk):
    found = get_object_or_404(Job.objects.visible_to(request.user).select_related("owner"), pk=pk)
    [found] = with_progress([found])
    template = "jobs/_job_state.html" if request.htmx else "jobs/job.html"
    return render(request, template, _shown(found, request.user, timezone.now()))


@signed_in
@require_POST
def job_restart(request, pk):
    found = _own_job(request.user, pk)
    if restart_job(found, timezone.now()):
        messages.success(request, f"“{found.title}”重新排队了。")
    return redirect("job", pk=pk)


@signed_in
@require_safe
@never_cache
def job_file(request, pk):
    found = _own_job(request.user, pk)
    # The scope may have changed since the file was made.
    if found.area_id and not Area.objects.visible_to(request.user).filter(pk=found.area_id).exists():
        raise Http404
    if not found.output or not found.output.storage.exists(found.output.name):
        raise Http404
    with transaction.atomic():
        record_event(
            user=request.user, action="下载文件", subject=found.title, detail={"job": str(pk), "area": found.area_id}
        )
    return FileResponse(found.output.open("rb"), as_attachment=True, filename=found.output_name)


def _own_job(user, pk):
    """The administrator sees that a job ran; what it read and made is its owner's, in the role that started it."""
    found = get_object_or_404(Job.objects.visible_to(user), pk=pk)
    if not is_at_hand(found, user):
        raise PermissionDenied
    return found


def _shown(job, user, now):
    """What a page says about one job; one whose worker was lost counts as failed."""
    is_lost = is_silent(job, now)
    state = Job.State.FAILED if is_lost else Job.State(job.state)
    is_own = job.owner_id == user.pk
    return {
        "job": job,
        "state": state.value,
        "mark": "flawed" if job.found_errors else state.value,
        "words": state.label if is_lost else job.outcome,
        "shape": FLAWED if job.found_errors else SHAPES[state],
        "is_lost": is_lost,
        "is_finished": is_lost or job.is_finished,
        "is_own": is_own,
        "has_file": is_at_hand(job, user) and bool(job.output),
        "can_restart": is_at_hand(job, user) and can_restart(job, now),
    }
