"""The smallest honest Django view that records a visit: who is signed in, whose household, a checked form, the rows.

It writes the rows that ours writes (the visit, its entries, the history of both, its first version) in one
transaction, and nothing is computed from them.
"""

from datetime import date
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from simple_history.utils import bulk_create_with_history

from households.models import Household
from visits.models import IncomeEntry, Visit, VisitVersion


class BareForm(forms.ModelForm):
    class Meta:
        model = Visit
        fields = ["visited_on", "way", "visitors", "needs", "remarks", "has_risk"]


class BareLine(forms.Form):
    amount = forms.DecimalField(min_value=0, decimal_places=2)


@login_required
@transaction.atomic
def bare_visit(request, number, month):
    household = get_object_or_404(Household.objects.visible_to(request.user), number=number)
    form = BareForm(request.POST)
    names = [name for name in request.POST if name.startswith("amount-")]
    lines = [BareLine({"amount": request.POST[name]}) for name in names]
    if not form.is_valid() or not all(line.is_valid() for line in lines):
        raise ValueError(form.errors)
    visit = form.save(commit=False)
    visit.household, visit.month, visit.visitor = household, date.fromisoformat(f"{month}-01"), request.user
    visit.state, visit.submitted_at = Visit.State.SUBMITTED, timezone.now()
    visit.client_uuid = UUID(request.POST["client_uuid"])
    visit.save()
    entries = []
    for name, line in zip(names, lines, strict=True):
        _, item, member = name.split("-")
        entries.append(
            IncomeEntry(
                household=household,
                month=visit.month,
                item_id=item,
                member_id=int(member) or None,
                member_key=int(member),
                amount=line.cleaned_data["amount"],
                source=IncomeEntry.Source.VISIT,
                visit=visit,
            )
        )
    bulk_create_with_history(entries, IncomeEntry, default_user=request.user)
    content = {"fields": request.POST.dict()}
    VisitVersion.objects.create(
        visit=visit,
        version=1,
        client_uuid=visit.client_uuid,
        body_hash="bare",
        content=content,
        made_by=request.user,
        made_at=visit.submitted_at,
    )
    return HttpResponseRedirect("/visits/")


urlpatterns = [path("bare/<str:number>/<str:month>/", bare_visit)]
