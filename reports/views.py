"""Exports: choose an area, wait for the file, fetch it."""

from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.clock import today
from accounts.models import User
from accounts.permissions import allow
from jobs.models import Job
from jobs.services import start_job, with_progress
from reports.forms import ExportForm
from reports.services import EXPORT_JOB

RECENT = 20


@allow(*sorted(User.AREA_ROLES))
@require_http_methods(["GET", "POST"])
def report_index(request):
    """The export form, which ``?area=…&year=…`` fills in, and the user's last exports."""
    form = ExportForm(request.POST or None, user=request.user, day=today(), initial=request.GET.dict())
    if form.is_valid():
        area, year = form.cleaned_data["area"], form.cleaned_data["year"]
        job = start_job(
            kind=EXPORT_JOB,
            title=f"导出 {area.name} {year} 年度台账{'（每村一个文件）' if form.split else ''}",
            owner=request.user,
            area=area,
            parameters={"year": year, "split": form.split},
        )
        return redirect("job", job.pk)
    exports = Job.objects.visible_to(request.user).filter(owner=request.user, kind=EXPORT_JOB)[:RECENT]
    return render(
        request,
        "reports/report_index.html",
        {"form": form, "exports": with_progress(exports), "has_ids": request.user.role != User.Role.AUDITOR},
    )
