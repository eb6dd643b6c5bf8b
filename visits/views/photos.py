"""Photos of a visit: taken in one at a time, and shown to whoever may see the visit."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.permissions import allow, signed_in
from households.models import Household
from visits.models import Visit, VisitPhoto
from visits.services import PhotoRefused, keep_photo
from visits.views.visit import ENTERS, first_day


@allow(*ENTERS)
@require_POST
def visit_photo_add(request, number, month):
    """One picture (``photo``) under a number of its own (``client_uuid``). Answers in JSON.

    200 ``{"status": "kept", "replay", "address"}`` · 404 ``missing`` while the visit is not reported ·
    422 ``refused``, with what to do in words.
    """
    household = get_object_or_404(Household.objects.visible_to(request.user), number=number)
    visit = Visit.objects.filter(household=household, month=first_day(month)).first()
    if visit is None:
        return JsonResponse({"status": "missing", "message": "这次走访还没有上报，先上报再传照片。"}, status=404)
    upload = request.FILES.get("photo")
    if upload is None:
        return _refused("没有收到照片。请重新选一次。")
    try:
        client_uuid = UUID(request.POST.get("client_uuid", ""))
    except ValueError:
        return _refused("这张照片没有编号。请重新选一次。")
    try:
        photo, is_replay = keep_photo(visit=visit, upload=upload, client_uuid=client_uuid, user=request.user)
    except PhotoRefused as refused:
        return _refused(str(refused))
    address = reverse("visit_photo", args=[number, month, photo.pk])
    return JsonResponse({"status": "kept", "replay": is_replay, "address": address})


def _refused(message):
    return JsonResponse({"status": "refused", "message": message}, status=422)


@signed_in
@require_safe
def visit_photo(request, number, month, pk):
    """The picture itself. Kept by the person's own browser at most, and only for an hour."""
    household = get_object_or_404(Household.objects.visible_to(request.user), number=number)
    if request.user.has_role(User.Role.DEPARTMENT):
        raise PermissionDenied
    photos = VisitPhoto.objects.visible_to(request.user)
    photo = get_object_or_404(photos, visit__household=household, visit__month=first_day(month), pk=pk)
    response = FileResponse(photo.file.open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=3600"
    return response
