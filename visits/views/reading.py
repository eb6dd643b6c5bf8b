"""The reading page of a visit: everything it says, every amount with its source."""

from django.shortcuts import render

from accounts.clock import today
from visits.models import IncomeClass, IncomeEntry, Visit
from visits.months import add_months


def reading_page(request, household, month):
    """The visit of a month, with every amount that any source told for it."""
    visits = Visit.objects.visible_to(request.user).select_related("visitor", "reviewed_by")
    entries = (
        IncomeEntry.objects.visible_to(request.user)
        .filter(household=household, month=month)
        .select_related("item", "member", "department", "visit")
        .order_by("item_id", "source", "member_key")
    )
    following = add_months(month, 1)
    visit = visits.filter(household=household, month=month).first()
    context = {
        "household": household,
        "month": month,
        "previous": add_months(month, -1),
        "following": following if following <= today() else None,
        "visit": visit,
        "guarantees": _guarantees(visit) if visit else [],
        "classes": _by_class(entries),
    }
    return render(request, "visits/visit.html", context)


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
