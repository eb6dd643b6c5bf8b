"""One month of one household: the form for those who visit, the reading page for everybody else."""

from contextlib import suppress
from datetime import date
from uuid import UUID, uuid5

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.clock import today
from accounts.models import User
from accounts.permissions import signed_in, told_in_json, wants_json
from accounts.services import record_event
from households.models import Household, Member
from ledger.services import refresh_ledger
from visits.content import Rows, flatten, unflatten
from visits.forms import NUL, UNREADABLE, VisitForm, fields_of, income_blocks
from visits.models import IncomeItem, Visit
from visits.services import (
    MonthRefused,
    NeedsReason,
    PhotoRefused,
    StaleVisit,
    TokenReused,
    delete_draft,
    keep_photo,
    month_problem,
    record_visit,
    save_draft,
)
from visits.views.formpage import Materials, form_context
from visits.views.reading import ENTERS, reading_page
from visits.wording import Names, field_label, field_value

Role = User.Role
# Never part of what is kept of a form.
NOT_TYPED = {"csrfmiddlewaretoken", "client_uuid", "action", "copy", "seconds", "copied", "replaces", "photos"}
REUSED = "这张表已经用同一个编号报过别的内容。请回到名单，重新打开这一户。"
REASON_LENGTH = 200
# Years of an address that can be meant at all; beyond the calendar's end no month can be reckoned with.
YEARS = range(1990, 2100)


@signed_in
@told_in_json
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def visit_page(request, number, month):
    """The visit of a month. A department sees no visits; who does not visit reads only."""
    households = Household.objects.visible_to(request.user)
    if request.method != "POST":
        households = households.select_related("village__parent__parent")
    household = get_object_or_404(households, number=number)
    if request.user.has_role(Role.DEPARTMENT):
        raise PermissionDenied
    month = first_day(month)
    if request.user.has_role(*ENTERS):
        return _post(request, household, month) if request.method == "POST" else _form(request, household, month)
    if request.method == "POST":
        raise PermissionDenied
    if month > today():
        raise Http404
    return reading_page(request, household, month)


def first_day(text):
    """The month of the address, "2022-06"; another form is 404, so that a month has one address."""
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise Http404 from error
    if f"{month:%Y-%m}" != text or month.year not in YEARS:
        raise Http404
    return month


def _form(request, household, month):
    day = today()
    prefetch_related_objects([household], "members")
    if problem := month_problem(household, household.members.all(), month, day):
        context = {"household": household, "month": month, "problem": problem}
        return render(request, "visits/no_month.html", context, status=404)
    materials = Materials.of(month, day)
    [sheet] = sheets = materials.sheets([household], request.user)
    is_approved = sheet.visit is not None and sheet.visit.state == Visit.State.APPROVED
    if is_approved and "correct" not in request.GET:
        return reading_page(request, household, month)
    [case] = materials.cases(sheets)
    return render(request, "visits/visit_form.html", form_context(sheet, case, materials, request.user))


def _post(request, household, month):
    day = today()
    data, asks_json = request.POST, wants_json(request)
    if data.get("action") == "discard":
        delete_draft(household=household, month=month, user=request.user)
        return redirect(request.path)
    members = list(Member.objects.filter(household=household))
    is_draft = "copy" in data or data.get("action") == "draft"
    problem = month_problem(household, members, month, day) if is_draft else ""
    if is_draft and not problem:
        return _keep(request, household, month, day)
    items = {item.pk: item for item in IncomeItem.objects.order_by()}
    form = VisitForm(data, members=members, items=items, day=day)
    if problem:
        # Nobody said that the form was finished: the month alone is wrong.
        form.errors, form.to_confirm = {"": [problem]}, []
        return _again(request, household, month, day, form)
    token, reason = _token(data, form), _reason(data, form)
    clash = None
    if form.is_valid:
        try:
            recorded = _record(request, household, members, month, form, token, reason, day)
        except MonthRefused as refused:
            form.errors[""] = [str(refused)]
        except NeedsReason:
            form.errors["reason"] = ["这条走访已经审核。要改，写明更正的原因。"]
        except TokenReused:
            if asks_json:
                return JsonResponse({"status": "reused", "message": REUSED}, status=409)
            return _again(request, household, month, day, form, note=REUSED)
        except StaleVisit as stale:
            clash = stale
        else:
            return _saved(request, household, month, recorded, token, asks_json)
    if clash:
        return _clash(request, household, month, clash, token, asks_json)
    if asks_json:
        return JsonResponse({"status": "invalid", "errors": form.errors, "confirm": form.to_confirm}, status=422)
    return _again(request, household, month, day, form)


@transaction.atomic
def _record(request, household, members, month, form, token, reason, day):
    """Record the visit and what follows from it in the ledger, together or not at all."""
    content = _chosen(form.content, form.data, household, month)
    recorded = record_visit(
        household=household,
        members=members,
        month=month,
        user=request.user,
        content=content,
        client_uuid=token,
        base_version=form.base_version,
        replaces=_replaced(form.data),
        day=day,
        filling=form.filling,
        reason=reason,
    )
    if not recorded.is_replay:
        refresh_ledger(household_ids=[household.pk], day=day)
        if reason:
            detail = {"month": f"{month:%Y-%m}", "version": recorded.version}
            record_event(user=request.user, action="更正走访", subject=household.number, detail=detail)
    return recorded


def _replaced(data):
    """Numbers of earlier deliveries that the phone never heard of again (``replaces``)."""
    numbers = []
    for text in data.getlist("replaces"):
        with suppress(ValueError):
            numbers.append(UUID(text))
    return numbers


def _chosen(content, data, household, month):
    """The content with the fields for which the person chose, between two versions, what stands already."""
    theirs = [name.removeprefix("choose-") for name in data if name.startswith("choose-") and data[name] == "theirs"]
    visit = Visit.objects.filter(household=household, month=month).first() if theirs else None
    if visit is None:
        return content
    # Of the rows: a visit that came by another way than the form has no version yet.
    stored, chosen = flatten(Rows.of(visit).content()), flatten(content)
    for name in theirs:
        if name in stored:
            chosen[name] = stored[name]
        else:
            chosen.pop(name, None)
    return unflatten(chosen)


def _token(data, form):
    try:
        return UUID(data.get("client_uuid", ""))
    except ValueError:
        form.errors.setdefault("", []).append("这张表没有编号。请回到名单，重新打开这一户再填。")
        return None


def _reason(data, form):
    reason = data.get("reason", "").strip()
    if NUL in reason:
        form.errors["reason"] = [UNREADABLE]
    elif len(reason) > REASON_LENGTH:
        form.errors["reason"] = [f"更正原因最多 {REASON_LENGTH} 个字。"]
    return reason


def _saved(request, household, month, recorded, token, asks_json):
    address = reverse("visit", args=[household.number, f"{month:%Y-%m}"])
    if asks_json:
        answer = {"status": "saved", "version": recorded.version, "replay": recorded.is_replay, "address": address}
        return JsonResponse(answer | {"photos": f"{address}photos/"})
    messages.success(request, f"{household.head_name or household.number} {month.month} 月走访已上报。")
    _keep_photos(request, recorded.visit, token)
    return redirect(f"{reverse('visit_list')}?accepted={token}")


def _keep_photos(request, visit, token):
    """Without script the photos come with the form. One that cannot be kept is named; the visit stands."""
    for position, upload in enumerate(request.FILES.getlist("photos")):
        try:
            # The same number when the form is sent again.
            keep_photo(visit=visit, upload=upload, client_uuid=uuid5(token, str(position)), user=request.user)
        except PhotoRefused as refused:
            messages.warning(
                request, f"第 {position + 1} 张照片没有存上：{refused}走访已经上报，照片可以打开这一户再传。"
            )


def typed_fields(data):
    """What is kept of a form: every field that holds something, as typed but for what no database keeps."""
    fields = {
        name: [text.replace(NUL, "") for text in data.getlist(name)]
        for name in data
        if name not in NOT_TYPED and NUL not in name
    }
    return {name: texts for name, texts in fields.items() if any(texts)}


def _keep(request, household, month, day):
    """Without script: keep the draft, and with "copy" write last month's amount into its field."""
    fields = typed_fields(request.POST)
    name = request.POST.get("copy")
    if name:
        materials = Materials.of(month, day)
        [sheet] = materials.sheets([household], request.user)
        rows = {row.name: row for block in income_blocks(sheet, materials.items, fields) for row in _rows(block)}
        row = rows.get(name.removeprefix("amount-"))
        if row is not None and row.last_text:
            fields[name] = [row.last_text]
    save_draft(household=household, month=month, user=request.user, fields=fields)
    if name:
        return redirect(f"{request.get_full_path()}#row-{name.removeprefix('amount-')}")
    messages.success(request, f"{household.head_name or household.number} {month.month} 月走访存为草稿，还没有上报。")
    return redirect(request.get_full_path())


def _rows(block):
    return (*block.rows, *block.others)


def _again(request, household, month, day, form, note=""):
    """The form once more with everything that was typed and what is wrong at each field."""
    materials = Materials.of(month, day)
    [sheet] = sheets = materials.sheets([household], request.user)
    [case] = materials.cases(sheets)
    if note:
        form.errors.setdefault("", []).append(note)
    context = form_context(
        sheet,
        case,
        materials,
        request.user,
        fields=typed_fields(form.data),
        form=form,
        base_version=form.base_version,
        # A number that was used for something else is given up; a form that was only wrong keeps its own.
        token=None if note else form.data.get("client_uuid") or None,
    )
    return render(request, "visits/visit_form.html", context, status=409 if note else 422)


def _clash(request, household, month, clash, token, asks_json):
    """What somebody else changed meanwhile beside what was delivered, for the person to choose."""
    items = IncomeItem.objects.all()
    names = Names.of(items, household.members.all())
    fields = [
        {
            "field": each.field,
            "label": field_label(each.field, names),
            "mine": field_value(each.field, each.mine),
            "theirs": field_value(each.field, each.theirs),
        }
        for each in clash.clashes
    ]
    who = clash.visit.visitor
    kept = [(name, text) for name, texts in fields_of(clash.merged).items() for text in texts if text]
    # Whoever delivered or stored an unusually large amount has confirmed it: choosing does not ask again.
    kept += [("confirm", name) for name, _ in kept if name.startswith("amount-")]
    if asks_json:
        message = f"{who}在您之后改过这条走访，有 {len(fields)} 处两边不同。"
        answer = {"status": "stale", "message": message, "version": clash.visit.version, "fields": fields}
        return JsonResponse(answer, status=409)
    context = {
        "household": household,
        "month": month,
        "visit": clash.visit,
        "clashes": fields,
        "kept": kept,
        "token": token,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "visits/visit_clash.html", context, status=409)
