"""Which rows of a ledger a page shows, and in what order. Everything stands in the address."""

import django_filters
from django import forms
from django.db.models import F

from ledger.models import WARNING_LABELS, LedgerRow, RiskPoint
from ledger.summaries import ANY_FLAG, without_measure

ANY = "any"
# Sort key in the address → column. Every number of the table sorts.
SORTS = {
    "number": "household__number",
    "persons": "persons",
    "workers": "workers",
    "last_per_capita": "last_per_capita",
    "net": "net",
    "estimate": "estimate",
    "per_capita": "per_capita",
    "change_rate": "change_rate",
    "transfer_share": "transfer_share",
    "warning": "warning",
    "months_missing": "months_missing",
}


class LedgerRowFilter(django_filters.FilterSet):
    """The filters above a list of ledger rows; an empty one shows all."""

    flag = django_filters.ChoiceFilter(
        label="标记",
        empty_label="全部户",
        choices=[(ANY, "有任一标记"), *RiskPoint.Kind.choices],
        method="filter_flag",
    )
    warning = django_filters.ChoiceFilter(
        label="预警", empty_label="不限", choices=sorted(WARNING_LABELS, reverse=True)
    )
    missing = django_filters.ChoiceFilter(
        label="采集", empty_label="不限", choices=[("yes", "缺月"), ("no", "月份齐全")], method="filter_missing"
    )
    measure = django_filters.ChoiceFilter(
        label="措施", empty_label="不限", choices=[("none", "有标记、未定措施")], method="filter_measure"
    )
    disagree = django_filters.ChoiceFilter(
        label="两种预估", empty_label="不限", choices=[("yes", "在线的两侧")], method="filter_disagree"
    )

    class Meta:
        model = LedgerRow
        fields = []

    def filter_flag(self, queryset, name, value):
        return queryset.filter(ANY_FLAG) if value == ANY else queryset.filter(**{value: True})

    def filter_missing(self, queryset, name, value):
        return queryset.filter(months_missing__gt=0) if value == "yes" else queryset.filter(months_missing=0)

    def filter_measure(self, queryset, name, value):
        return queryset.filter(without_measure())

    def filter_disagree(self, queryset, name, value):
        return queryset.filter(estimates_disagree=True)

    @property
    def is_narrowed(self):
        """Whether any filter is set."""
        return any(self.form[name].value() for name in self.filters)


class PageForm(forms.Form):
    """How a list is laid out: its order, its page length. A value that does not exist falls back."""

    SIZES = (50, 100)
    sort = forms.ChoiceField(required=False, choices=[(sign + name, name) for name in SORTS for sign in ("", "-")])
    size = forms.TypedChoiceField(required=False, coerce=int, choices=[(size, size) for size in SIZES])

    def layout(self, *, sort, size):
        """(sort key, page length), the given ones where the address names none."""
        self.is_valid()
        return self.cleaned_data.get("sort") or sort, self.cleaned_data.get("size") or size


def in_order(rows, sort):
    """The rows by a sort key of the address; households without that number come last."""
    column = F(SORTS[sort.removeprefix("-")])
    order = column.desc(nulls_last=True) if sort.startswith("-") else column.asc(nulls_last=True)
    return rows.order_by(order, "household__number")
