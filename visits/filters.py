"""Which waiting visits the queue shows. Everything stands in the address."""

from datetime import date

import django_filters
from django.db.models import Q

from accounts.models import Area
from visits.models import Visit


class QueueFilter(django_filters.FilterSet):
    """The filters above the queue; an empty one shows everything that waits."""

    village = django_filters.ChoiceFilter(label="村", empty_label="全部村", field_name="household__village")
    month = django_filters.ChoiceFilter(label="月份", empty_label="全部月份", method="filter_month")
    kind = django_filters.ChoiceFilter(
        label="哪些",
        empty_label="全部",
        choices=[("doubtful", "要留意的"), ("usual", "没有疑点的"), ("again", "改过再报的")],
        method="filter_kind",
    )

    class Meta:
        model = Visit
        fields = []

    def __init__(self, data, *, queryset, user, months):
        super().__init__(data, queryset=queryset)
        self.filters["village"].extra["choices"] = _villages(user)
        self.filters["month"].extra["choices"] = [
            (month.isoformat()[:7], f"{month.year} 年 {month.month} 月") for month in months
        ]

    def filter_queryset(self, queryset):
        """A value that is no choice chooses nothing, instead of everything."""
        return super().filter_queryset(queryset) if self.form.is_valid() else queryset.none()

    @property
    def is_narrowed(self):
        """Whether any filter is set."""
        return any(self.form[name].value() for name in self.filters)

    def filter_month(self, queryset, name, value):
        return queryset.filter(month=date.fromisoformat(f"{value}-01"))

    def filter_kind(self, queryset, name, value):
        conditions = {
            "doubtful": Q(is_doubtful=True),
            "usual": Q(is_doubtful=False),
            "again": Q(compared_with__isnull=False),
        }
        return queryset.filter(conditions[value])


def _villages(user):
    """The villages in the user's scope, grouped under their townships where there are several."""
    villages = Area.objects.visible_to(user).filter(level=Area.Level.VILLAGE).select_related("parent")
    groups = {}
    for village in villages:
        groups.setdefault(village.parent.name, []).append((village.code, village.name))
    return [*groups.items()] if len(groups) > 1 else [choice for group in groups.values() for choice in group]
