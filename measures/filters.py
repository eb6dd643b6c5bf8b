"""Which measures a list shows. Everything stands in the address."""

import django_filters
from django.db.models.functions import Substr

from accounts.models import Area, Department, User
from ledger.models import PolicyYear
from measures.models import MeasureLine, SupportAction
from reports.years import current_policy

TOWNSHIP_DIGITS = 9
# How far an area's name stands in, by the digits of its code.
INDENTS = {6: "", 9: "", 12: "　"}


def choose(user, data, day, lines=None):
    """The filters that ``data`` sets on the measures in the user's scope; the year that ``day`` lies in unless it says.

    ``None`` where no policy year is in force, or where a value is no choice, say another's village.
    """
    policy = current_policy(user, day)
    if policy is None:
        return None
    chosen = ActionFilter(
        data,
        queryset=SupportAction.objects.visible_to(user),
        user=user,
        year=policy.year,
        lines=MeasureLine.objects.visible_to(user) if lines is None else lines,
        day=day,
    )
    return chosen if chosen.form.is_valid() else None


class ActionFilter(django_filters.FilterSet):
    """The filters above the list of measures; an empty one shows the whole year."""

    year = django_filters.ChoiceFilter(label="年度", empty_label=None)
    line = django_filters.ChoiceFilter(label="措施线", empty_label="全部", field_name="measure__line")
    state = django_filters.ChoiceFilter(label="状态", empty_label="全部", choices=SupportAction.State.choices)
    department = django_filters.ChoiceFilter(label="牵头部门", empty_label="全部")
    area = django_filters.ChoiceFilter(label="区划", empty_label="全部", method="filter_area")
    due = django_filters.ChoiceFilter(
        label="时限", empty_label="不限", choices=[("overdue", "已过时限")], method="filter_due"
    )

    class Meta:
        model = SupportAction
        fields = []

    def __init__(self, data, *, queryset, user, year, lines, day):
        data = data.copy()
        data.setdefault("year", str(year))
        super().__init__(data, queryset=queryset)
        self.day = day
        # Those in force, by year: the page also says till when that year's measures are due.
        self.policies = {policy.year: policy for policy in PolicyYear.objects.visible_to(user).in_force()}
        self.filters["year"].extra["choices"] = [(each, f"{each} 年度") for each in self.policies]
        self.filters["line"].extra["choices"] = [(line.number, line.name) for line in lines]
        if user.has_role(User.Role.DEPARTMENT):
            # A department's list holds nothing but its own.
            del self.filters["department"]
        else:
            departments = Department.objects.visible_to(user).values_list("pk", "name")
            self.filters["department"].extra["choices"] = list(departments)
        areas = _area_choices(user, queryset)
        if len(areas) > 1 or data.get("area"):
            self.filters["area"].extra["choices"] = areas
        else:
            del self.filters["area"]

    @property
    def policy(self):
        """The policy of the chosen year."""
        return self.policies[int(self.form.cleaned_data["year"])]

    def values(self):
        """What is set, as plain text by name: enough to choose the same again."""
        return {name: value for name, value in self.form.cleaned_data.items() if value}

    @property
    def is_narrowed(self):
        """Whether anything but the year is set."""
        return any(self.form[name].value() for name in self.filters if name != "year")

    def without(self, *names):
        """The measures that the other filters choose."""
        queryset = self.queryset
        for name, value in self.form.cleaned_data.items():
            if name not in names:
                queryset = self.filters[name].filter(queryset, value)
        return queryset

    def filter_area(self, queryset, name, value):
        return queryset.within(value)

    def filter_due(self, queryset, name, value):
        return queryset.overdue(self.day)


def _area_choices(user, actions):
    """The user's areas, villages standing in below their township; for a department the townships of its measures."""
    if user.has_role(*User.AREA_ROLES):
        areas = Area.objects.visible_to(user)
    elif user.has_role(User.Role.DEPARTMENT):
        townships = actions.order_by().annotate(township=Substr("household__village_id", 1, TOWNSHIP_DIGITS))
        areas = Area.objects.filter(pk__in=townships.values("township"))
    else:
        return []
    return [(code, INDENTS[len(code)] + name) for code, name in areas.order_by("code").values_list("code", "name")]
