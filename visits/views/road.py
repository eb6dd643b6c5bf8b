"""Without a signal: the service worker, the pages that a phone takes along, the outbox, drafts, who is signed in."""

import json
from contextlib import suppress
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.clock import today
from accounts.permissions import allow, signed_in
from households.models import Household, Member
from visits.models import VisitVersion
from visits.road import after, forms_to_fill, road_files, road_version, worker_source
from visits.services import delete_draft, month_problem, save_draft
from visits.views.day import Choice
from visits.views.formpage import Materials, form_context
from visits.views.visit import ENTERS, first_day, typed_fields

CHUNK = 20
ASKED_AT_MOST = 100
# Opened without a signal, the list shows what it showed whatever was filtered.
LIST, OUTBOX = "/visits/", "/visits/outbox/"


def _no_signal():
    return render_to_string("visits/no_signal.html", {"county_name": settings.COUNTY_NAME})


@require_safe
def service_worker(request):
    """The worker with its settings in front: browsers take a new one as soon as a byte of it differs."""
    no_signal = _no_signal()
    setup = {
        "version": road_version(no_signal),
        "files": road_files(),
        "static": settings.STATIC_URL,
        "list": LIST,
        "noSignal": no_signal,
    }
    script = f"const setup = {json.dumps(setup, ensure_ascii=False)};\n{worker_source()}"
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    response["Service-Worker-Allowed"] = "/"
    return response


@require_safe
def manifest(request):
    """What the browser needs to install the site on the phone's first screen."""
    icons = [
        {"src": static(f"img/icon-{name}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        | ({"purpose": "maskable"} if name.startswith("maskable") else {})
        for name, size in (("192", 192), ("512", 512), ("maskable-512", 512))
    ]
    described = {
        "name": f"{settings.COUNTY_NAME}增收帮扶台账",
        "short_name": "增收台账",
        "lang": "zh-CN",
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#fbfaf7",
        "theme_color": "#8c1d18",
        "icons": icons,
    }
    return JsonResponse(described, content_type="application/manifest+json")


@signed_in
@never_cache
@require_GET
def visit_session(request):
    """Who is signed in, and the token that sending takes: asked before anything is sent.

    ``?asked=`` (any number of them) are numbers of deliveries; those of this account that arrived come back in
    ``accepted``. What somebody chose on a page of its own is settled on the phone by that.
    """
    user = request.user
    asked = set()
    for text in request.GET.getlist("asked")[:ASKED_AT_MOST]:
        with suppress(ValueError):
            asked.add(UUID(text))
    arrived = VisitVersion.objects.filter(client_uuid__in=asked, made_by=user) if asked else VisitVersion.objects.none()
    return JsonResponse(
        {
            "account": user.pk,
            "name": user.name,
            "csrf": get_token(request),
            "accepted": [str(number) for number in arrived.values_list("client_uuid", flat=True)],
        }
    )


@signed_in
@never_cache
@require_GET
def outbox(request):
    """The frame of the outbox. What waits is on the phone; the page's script reads it there."""
    return render(request, "visits/outbox.html")


@allow(*ENTERS)
@never_cache
@require_GET
def road_pages(request):
    """The forms that wait in the day's list, some at a time, for the phone to keep.

    ``?after=`` is the key of the form that the last part ended with: what is reported in the meantime then
    moves nothing. JSON: ``{"total", "left", "month", "version", "account", "files", "fixed", "pages":
    [{"address", "html"}], "next"}``; ``left`` counts from this part on, ``next`` is ``null`` in the last one.
    """
    choice = Choice.of(request)
    homes = choice.homes(Household.objects.visible_to(request.user), Member.objects.defer("id_number"))
    forms = forms_to_fill(homes)
    try:
        left = after(forms, request.GET.get("after", ""))
    except ValueError as error:
        raise Http404 from error
    chunk = left[:CHUNK]
    return JsonResponse(
        {
            "total": len(forms),
            "left": len(left),
            "month": f"{choice.month:%Y-%m}",
            "version": road_version(_no_signal()),
            "account": request.user.pk,
            "files": road_files(),
            "fixed": [LIST, OUTBOX],
            "pages": list(_pages(request, chunk)),
            "next": chunk[-1].key if len(left) > CHUNK else None,
        }
    )


def _pages(request, forms):
    """The pages of these forms, read together month by month."""
    households = Household.objects.visible_to(request.user).select_related("village__parent__parent")
    by_number = households.in_bulk({form.number for form in forms}, field_name="number")
    for month, of_month in groupby(forms, key=attrgetter("month")):
        materials = Materials.of(month, today())
        sheets = materials.sheets([by_number[form.number] for form in of_month], request.user)
        for sheet, case in zip(sheets, materials.cases(sheets), strict=True):
            yield _page(request, sheet, case, materials)


def _page(request, sheet, case, materials):
    context = form_context(sheet, case, materials, request.user)
    # A message meant for the page that is opened next must not be used up by one that is put away.
    html = render_to_string("visits/visit_form.html", context | {"messages": []}, request=request)
    return {"address": reverse("visit", args=[sheet.household.number, f"{sheet.month:%Y-%m}"]), "html": html}


@allow(*ENTERS)
@never_cache
@require_POST
def visit_draft(request, number, month):
    """Keep what is being typed, or with ``action=discard`` give it up. Answers in JSON, to the form's script."""
    household = get_object_or_404(Household.objects.visible_to(request.user), number=number)
    month = first_day(month)
    if request.POST.get("action") == "discard":
        delete_draft(household=household, month=month, user=request.user)
        return JsonResponse({"status": "discarded"})
    if problem := month_problem(household, household.members.all(), month, today()):
        return JsonResponse({"status": "invalid", "errors": {"": [problem]}}, status=422)
    save_draft(household=household, month=month, user=request.user, fields=typed_fields(request.POST))
    return JsonResponse({"status": "kept", "saved_at": timezone.localtime().isoformat()})
