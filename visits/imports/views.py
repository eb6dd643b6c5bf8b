"""Imports in the browser: upload, look at what would change, confirm."""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.clock import today
from accounts.models import User
from accounts.permissions import allow
from households.sheets import write_table
from households.widgets import mask_numbers
from jobs.models import Job
from jobs.services import is_silent, start_job, with_progress
from visits.imports.forms import UploadForm
from visits.imports.guide import GUIDES
from visits.tasks import IMPORTS

CHECK, WRITE = "import_check", "import_write"
RECENT = 20
# Whoever may import anything; what, each kind says itself.
ROLES = (User.Role.COUNTY, User.Role.SYSTEM, User.Role.DEPARTMENT)


@allow(*ROLES)
@require_safe
def import_index(request):
    """The kinds of file that this account may import, and its last imports."""
    kinds = [(kind, GUIDES[kind.name]) for kind in IMPORTS.values() if request.user.has_role(*kind.roles)]
    jobs = _own_jobs(request.user).filter(kind__in=(CHECK, WRITE))[:RECENT]
    context = {"kinds": kinds, "jobs": with_progress(jobs), "place": _place(request.user)}
    return render(request, "imports/import_index.html", context)


@allow(*ROLES)
@require_http_methods(["GET", "POST"])
def import_upload(request, kind):
    """What the file must hold, and the form to send it. Sending it only checks it."""
    kind = _kind(request.user, kind)
    form = UploadForm(request.POST or None, request.FILES or None, kind=kind, day=today(), user=request.user)
    if form.is_valid():
        file = form.cleaned_data["file"]
        # Some name a file after a person's ID number; a name is kept and shown.
        file.name = mask_numbers(file.name)
        job = start_job(
            kind=CHECK,
            title=f"检查{kind.title}{form.words}",
            owner=request.user,
            parameters={"kind": kind.name, **form.parameters},
            upload=file,
        )
        return redirect("import_check", job.pk)
    context = {
        "kind": kind,
        "guide": GUIDES[kind.name],
        "columns": kind.resource.columns(),
        "form": form,
        "place": _place(request.user),
    }
    return render(request, "imports/import_upload.html", context)


@allow(*ROLES)
@require_safe
def import_template(request, kind):
    """An empty workbook with the columns of this kind, and what they take on a second sheet."""
    kind = _kind(request.user, kind)
    guide = GUIDES[kind.name]
    with TemporaryDirectory(prefix="template-") as folder:
        path = Path(folder, "template.xlsx")
        write_table(path, [column.column_name for column in kind.resource.columns()], [], notes=guide.notes)
        content = BytesIO(path.read_bytes())
    return FileResponse(content, as_attachment=True, filename=f"{kind.title}-模板.xlsx")


@allow(*ROLES)
@require_safe
@never_cache
@vary_on_headers("HX-Request")
def import_check(request, pk):
    """How far the check is; then what the file would change, with the button that imports it."""
    job = _check(request.user, pk)
    [job] = with_progress([job])
    is_lost = is_silent(job, timezone.now())
    is_waiting = not job.is_finished and not is_lost
    if request.htmx and not is_waiting:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {
        "job": job,
        "kind": IMPORTS[job.parameters["kind"]],
        "is_lost": is_lost,
        "is_waiting": is_waiting,
        "written": _written(request.user, job),
        "place": _place(request.user),
    }
    return render(request, "imports/_waiting.html" if request.htmx else "imports/import_check.html", context)


@allow(*ROLES)
@require_POST
def import_confirm(request, pk):
    """Import what was checked. A second click leads to the same import."""
    with transaction.atomic():
        # The lock makes one of two clicks wait for the other.
        get_object_or_404(_own_jobs(request.user).filter(kind=CHECK).select_for_update(), pk=pk)
        job = _check(request.user, pk)
        if not job.result.get("can_confirm"):
            messages.error(request, "文件还有错误，不能导入。请改正后重新上传。")
            return redirect("import_check", pk)
        kind = IMPORTS[job.parameters["kind"]]
        written = _written(request.user, job)
        if written is None or written.state == Job.State.FAILED:
            written = start_job(
                kind=WRITE,
                title=job.title.replace("检查", _place(request.user), 1),
                owner=request.user,
                parameters={"check": str(job.pk), "kind": kind.name, **kind.parameters(job.parameters)},
            )
    return redirect("job", written.pk)


def _place(user):
    """What the person does here, in the word of the navigation: a department reports."""
    return "报送" if user.has_role(User.Role.DEPARTMENT) else "导入"


def _kind(user, name):
    """The kind of that name; 404 where there is none, 403 where it is for other roles."""
    kind = IMPORTS.get(name)
    if kind is None:
        raise Http404
    if not user.has_role(*kind.roles):
        raise PermissionDenied
    return kind


def _check(user, pk):
    """The user's own check of a file; somebody else's, the administrator's too, is not to be found."""
    job = get_object_or_404(_own_jobs(user).filter(kind=CHECK), pk=pk)
    _kind(user, job.parameters["kind"])
    return job


def _written(user, check):
    """The import that followed a check, if any."""
    return _own_jobs(user).filter(kind=WRITE, parameters__check=str(check.pk)).first()


def _own_jobs(user):
    """The administrator sees that anybody's job ran, but here everybody deals with their own files only."""
    return Job.objects.visible_to(user).filter(owner=user)
