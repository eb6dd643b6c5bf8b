"""One month of one household: what the visit saw, and what was earned."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.clock import today
from accounts.models import User
from accounts.permissions import signed_in
from households.models import Household
from visits.views.reading import reading_page

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
    month = first_day(month)
    if month > today():
        raise Http404
    return reading_page(request, household, month)


def first_day(text):
    """The month of the address, "2022-06"; another form is 404, so that a month has one address."""
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise Http404 from error
    if f"{month:%Y-%m}" != text:
        raise Http404
    return month
