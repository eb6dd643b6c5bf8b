"""One month of one household: what the visit saw, and what was earned."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.clock import today
from accounts.models import User
from accounts.permissions import signed_in
from households.models import Household
from visits.models import IncomeClass, IncomeEntry, Visit
from visits.months import add_months

Role = User.Role


@signed_in
@require_safe
def visit_page(request, number, month):
    """The visit of a month, with every amount that any source told for it. A department sees no visits."""
    household = get_object_or_404(
        Household.objects.visible_to(request.user).select_related("village__parent__parent"), number=number
    )
    if request.user.has_role(Role.DEPARTMENT):
        raise PermissionDenied
    first_day = _first_day(month)
    if first_day > today():
        raise Http404
    visits = Visit.objects.visible_to(request.user).select_related("visitor", "reviewed_by")
    entries = (
        IncomeEntry.objects.visible_to(request.user)
        .filter(household=household, month=first_day)
        .select_related("item", "member", "department", "visit")
        .order_by("item_id", "source", "member_key")
    )
    following = add_months(first_day, 1)
    visit = visits.filter(household=household, month=first_day).first()
    context = {
        "household": household,
        "month": first_day,
        "previous": add_months(first_day, -1),
        "following": following if following <= today() else None,
        "visit": visit,
        "guarantees": _guarantees(visit) if visit else [],
        "classes": _by_class(entries),
    }
    return render(request, "visits/visit.html", context)


def _first_day(text):
    """The month of the address, "2022-06"; another form is 404, so that a month has one address."""
    try:
        first_day = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise Http404 from error
    if f"{first_day:%Y-%m}" != text:
        raise Http404
    return first_day


def _guarantees(visit):
    """(words, yes, no or ``None`` for not asked) of the four guarantees."""
    names = ("is_housing_safe", "is_schooling_safe", "is_medical_safe", "is_water_safe")
    return [(Visit._meta.get_field(name).verbose_name, getattr(visit, name)) for name in names]


def _by_class(entries):
    """(class, its entries, sum of those that count in yuan), classes in the order of the form."""
    found = {}
    for entry in entries:
        found.setdefault(entry.item.income_class, []).append(entry)
    return [
        (income_class, found[income_class], sum(entry.amount for entry in found[income_class] if entry.is_counted))
        for income_class in IncomeClass
        if income_class in found
    ]
