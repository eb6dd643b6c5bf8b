"""Where a visit says another amount than a department reported, or disputes it: for both to look at again."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django import forms
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import allow
from visits.models import IncomeEntry, IncomeItem

Role = User.Role
# Whoever sees households; a department has what it reported itself.
READERS = (*sorted(User.AREA_ROLES), Role.HELPER, Role.DEPARTMENT)
PAGE_SIZE = 50


class Difference(NamedTuple):
    """One entry at odds with a visit: its key, month, item code, and by how much in yuan."""

    pk: int
    month: date
    item: str
    amount: Decimal

    def order(self):
        """The largest first, then the latest."""
        return -abs(self.amount), -self.month.toordinal(), self.pk


class DifferenceForm(forms.Form):
    """The month and the item that the list shows, from the address. ``found`` are those that have differences."""

    month = forms.ChoiceField(label="月份", required=False)
    item = forms.ChoiceField(label="项目", required=False)

    def __init__(self, data, *, items, found):
        super().__init__(data)
        # What the address asks for is a choice although nothing differs there any more.
        asked = parse_month(data.get("month"))
        months = {difference.month for difference in found} | ({asked} if asked else set())
        codes = {difference.item for difference in found} | {data.get("item")}
        self.fields["month"].choices = [("", "全部")] + [
            (f"{month:%Y-%m}", f"{month.year}年{month.month}月") for month in sorted(months, reverse=True)
        ]
        self.fields["item"].choices = [("", "全部"), *((code, name) for code, name in items if code in codes)]

    def clean_month(self):
        return parse_month(self.cleaned_data["month"])


def parse_month(text):
    """The first day of a month written ``2022-06``; ``None`` for anything else."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


@allow(*READERS)
@require_safe
def difference_list(request):
    """The reports at odds with a visit in the user's scope, by the filters of the address, the largest first."""
    entries = IncomeEntry.objects.visible_to(request.user).at_odds()
    # Read once for the order, the choices and both numbers: to find them is the costly part, they are few.
    found = [Difference(*row) for row in entries.order_by().values_list("pk", "month", "item", "difference")]
    items = IncomeItem.objects.visible_to(request.user).values_list("code", "name")
    form = DifferenceForm(request.GET, items=items, found=found)
    if not form.is_valid():
        raise Http404
    month, item = form.cleaned_data["month"], form.cleaned_data["item"]
    chosen = [each for each in found if month in (None, each.month) and item in ("", each.item)]
    page = Paginator(sorted(chosen, key=Difference.order), PAGE_SIZE).get_page(request.GET.get("page"))
    shown = entries.select_related("household__village__parent", "member", "item", "department")
    rows = shown.in_bulk([each.pk for each in page])
    context = {
        "page": page,
        # One that was settled in between is gone.
        "rows": [rows[each.pk] for each in page if each.pk in rows],
        "total": len(found),
        "form": form,
        "is_narrowed": bool(month or item),
        "for_department": request.user.has_role(Role.DEPARTMENT),
    }
    return render(request, "visits/difference_list.html", context)
