"""Where a visit says another amount than a department reported, or disputes it: for both to look at again."""

from datetime import date

from django import forms
from django.core.paginator import Paginator
from django.db.models import Count
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


class DifferenceForm(forms.Form):
    """The month and the item that the list shows, from the address. ``found`` are those that have differences."""

    month = forms.ChoiceField(label="月份", required=False)
    item = forms.ChoiceField(label="项目", required=False)

    def __init__(self, data, *, items, found):
        super().__init__(data)
        months = {month for month, _ in found} | {month for month in [parse_month(data.get("month"))] if month}
        codes = {code for _, code in found} | {data.get("item")}
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
    # One count by month and item serves the choices, the total and the filtered number.
    counted = entries.order_by().values_list("month", "item").annotate(Count("pk"))
    found = {(month, item): count for month, item, count in counted}
    items = IncomeItem.objects.visible_to(request.user).values_list("code", "name")
    form = DifferenceForm(request.GET, items=items, found=found)
    if not form.is_valid():
        raise Http404
    month, item = form.cleaned_data["month"], form.cleaned_data["item"]
    if month:
        entries = entries.filter(month=month)
    if item:
        entries = entries.filter(item=item)
    rows = entries.select_related("household__village__parent", "member", "item", "department").largest_first()
    paginator = Paginator(rows, PAGE_SIZE)
    paginator.count = sum(
        count for (its_month, its_item), count in found.items() if month in (None, its_month) and item in ("", its_item)
    )
    context = {
        "page": paginator.get_page(request.GET.get("page")),
        "total": sum(found.values()),
        "form": form,
        "is_narrowed": bool(month or item),
        "for_department": request.user.has_role(Role.DEPARTMENT),
    }
    return render(request, "visits/difference_list.html", context)
