"""Which households a list shows, and in what order. Everything but a search stands in the address."""

import django_filters
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q
from django.utils.choices import flatten_choices

from accounts.models import Area, User
from households.choices import Kind, MonitorKind
from households.models import Household
from ledger.calc import FLAGS
from ledger.models import WARNING_LABELS, RiskPoint
from measures.models import SupportAction
from visits.models import Visit

ANY, NONE = "any", "none"
# The household's ledger row of the year, joined once under this name.
ROW = "row"
ANY_FLAG = Q(*[(f"{ROW}__{flag}", True) for flag in FLAGS], _connector=Q.OR)
# Sort key in the address → column. With a minus in front: the largest first.
SORTS = {
    "head": "head_pinyin",
    "number": "number",
    "persons": f"{ROW}__persons",
    "per_capita": f"{ROW}__per_capita",
    "change_rate": f"{ROW}__change_rate",
    "transfer_share": f"{ROW}__transfer_share",
    "warning": f"{ROW}__warning",
    "missing": f"{ROW}__months_missing",
}
# What a phone, which shows no column heads, offers in their place.
SORT_CHOICES = [
    ("", "村、户编号"),
    ("head", "姓名"),
    *[
        (f"{sign}{key}", f"{words}{direction}")
        for key, words in (
            ("per_capita", "预估人均"),
            ("change_rate", "增减幅"),
            ("transfer_share", "转移占比"),
            ("persons", "人口"),
            ("warning", "预警"),
        )
        for sign, direction in (("", "，从低到高"), ("-", "，从高到低"))
    ],
]


def with_row(households, year):
    """The households, each with its ledger row of the year as ``row`` (``None`` where it has none)."""
    return households.annotate(row=FilteredRelation("ledger_rows", condition=Q(ledger_rows__year=year))).select_related(
        ROW, "village__parent", "helper"
    )


def in_order(households, sort):
    """The households by a sort key; those without that number come last. No key: by village and number."""
    if sort.removeprefix("-") not in SORTS:
        return households.order_by("village_id", "number")
    column = F(SORTS[sort.removeprefix("-")])
    order = column.desc(nulls_last=True) if sort.startswith("-") else column.asc(nulls_last=True)
    return households.order_by(order, "number")


class BadChoice(ValueError):
    """A filter's value is none of those offered, such as another's village."""


def choose(user, data, *, policy, day, search=None):
    """(the filters, the households they choose); with a valid search form the households that it finds.

    A department gets no filters (``None``): filtering by what it may not see would tell it all the
    same. Raises ``BadChoice``.
    """
    visible = Household.objects.visible_to(user)
    if user.has_role(User.Role.DEPARTMENT):
        households = with_row(visible.present_on(day), policy.year)
        return None, search.narrow(households) if search else households
    chosen = HouseholdFilter({} if search else data, queryset=visible, user=user, year=policy.year, day=day)
    if not chosen.form.is_valid():
        raise BadChoice
    return chosen, search.narrow(with_row(visible, policy.year)) if search else chosen.qs


class HouseholdFilter(django_filters.FilterSet):
    """The filters above the list of households. ``month`` is the month whose visits are due."""

    area = django_filters.ChoiceFilter(label="区划", empty_label="全部", method="filter_area")
    kind = django_filters.ChoiceFilter(label="户类型", empty_label="全部", choices=Kind.choices)
    monitor = django_filters.ChoiceFilter(
        label="监测对象",
        empty_label="不限",
        choices=[(ANY, "所有监测对象"), *MonitorKind.choices],
        method="filter_monitor",
    )
    flag = django_filters.ChoiceFilter(
        label="标记",
        empty_label="不限",
        choices=[(ANY, "有任一标记"), *RiskPoint.Kind.choices, (NONE, "没有标记")],
        method="filter_flag",
    )
    warning = django_filters.ChoiceFilter(
        label="预警", empty_label="不限", choices=sorted(WARNING_LABELS, reverse=True), field_name=f"{ROW}__warning"
    )
    missing = django_filters.ChoiceFilter(
        label="收入采集", empty_label="不限", choices=[("yes", "缺月"), ("no", "月份齐全")], method="filter_missing"
    )
    labour = django_filters.ChoiceFilter(
        label="劳动力",
        empty_label="不限",
        choices=[("able", "有普通或技能劳动力"), ("weak", "只有弱半劳动力"), (NONE, "整户无劳力")],
        method="filter_labour",
    )
    helper = django_filters.ChoiceFilter(
        label="帮扶责任人",
        empty_label="不限",
        choices=[("linked", "已关联账号"), ("unlinked", "有姓名、未关联账号"), (NONE, "没有帮扶责任人")],
        method="filter_helper",
    )
    visit = django_filters.ChoiceFilter(
        label="走访",
        empty_label="不限",
        choices=[("due", "本月未报"), ("review", "有待审核的"), ("returned", "有被退回的")],
        method="filter_visit",
    )
    measure = django_filters.ChoiceFilter(
        label="措施",
        empty_label="不限",
        choices=[("some", "已有措施"), (NONE, "有标记、没有措施")],
        method="filter_measure",
    )
    register = django_filters.ChoiceFilter(
        label="在册", empty_label="在册户", choices=[("left", "已销户")], method="filter_register"
    )

    # The rest folds away on the page until it is asked for.
    FIRST = ("area", "flag", "missing", "visit")

    class Meta:
        model = Household
        fields = []

    def __init__(self, data, *, queryset, user, year, day):
        super().__init__(data, queryset=with_row(queryset, year))
        self.year, self.day, self.month = year, day, day.replace(day=1)
        self.areas = _area_choices(user)
        self.filters["area"].extra["choices"] = self.areas

    @property
    def first_fields(self):
        """The filters that always show; the area's only where there is more than one to choose."""
        has_choice = len(list(flatten_choices(self.areas))) > 1
        return [self.form[name] for name in self.FIRST if name != "area" or has_choice]

    @property
    def other_fields(self):
        return [self.form[name] for name in self.filters if name not in self.FIRST]

    @property
    def is_narrowed(self):
        """Whether any filter is set."""
        return any(self.form[name].value() for name in self.filters)

    @property
    def is_opened(self):
        """Whether one of the folded filters is set."""
        return any(field.value() for field in self.other_fields)

    def filter_queryset(self, queryset):
        """Households on the register unless those that left are asked for."""
        if not self.form.cleaned_data.get("register"):
            queryset = queryset.present_on(self.day)
        return super().filter_queryset(queryset)

    def filter_area(self, queryset, name, value):
        return queryset.within(value)

    def filter_monitor(self, queryset, name, value):
        if value == ANY:
            return queryset.exclude(monitor_kind=MonitorKind.NONE)
        return queryset.filter(monitor_kind=value)

    def filter_flag(self, queryset, name, value):
        if value == NONE:
            return queryset.filter(row__isnull=False).exclude(ANY_FLAG)
        return queryset.filter(ANY_FLAG if value == ANY else Q(**{f"{ROW}__{value}": True}))

    def filter_missing(self, queryset, name, value):
        return queryset.filter(row__months_missing__gt=0) if value == "yes" else queryset.filter(row__months_missing=0)

    def filter_labour(self, queryset, name, value):
        conditions = {
            "able": Q(row__workers__gt=0),
            "weak": Q(row__workers=0, row__weak_workers__gt=0),
            NONE: Q(row__without_labour=F("row__persons")),
        }
        return queryset.filter(conditions[value])

    def filter_helper(self, queryset, name, value):
        conditions = {
            "linked": Q(helper__isnull=False),
            "unlinked": Q(helper=None) & ~Q(helper_name=""),
            NONE: Q(helper=None, helper_name=""),
        }
        return queryset.filter(conditions[value])

    def filter_visit(self, queryset, name, value):
        visits = Visit.objects.filter(household=OuterRef("pk"))
        if value == "due":
            return queryset.filter(~Exists(visits.collected().filter(month=self.month)))
        state = Visit.State.RETURNED if value == "returned" else Visit.State.SUBMITTED
        return queryset.filter(Exists(visits.filter(state=state)))

    def filter_measure(self, queryset, name, value):
        actions = Exists(SupportAction.objects.live().filter(household=OuterRef("pk"), year=self.year))
        return queryset.filter(actions) if value == "some" else queryset.filter(ANY_FLAG, ~actions)

    def filter_register(self, queryset, name, value):
        return queryset.exclude(Q(left_on=None) | Q(left_on__gt=self.day))


def _area_choices(user):
    """The user's townships and villages, villages grouped under their township; a helper has none."""
    if user.role not in User.AREA_ROLES:
        return []
    areas = list(Area.objects.visible_to(user).select_related("parent"))
    villages = [area for area in areas if area.level == Area.Level.VILLAGE]
    wholes = {area.code for area in areas if area.level == Area.Level.TOWNSHIP}
    counties = [(area.code, area.name) for area in areas if area.level == Area.Level.COUNTY]
    groups = {}
    for area in areas:
        if area.code in wholes:
            groups[area.code] = (area.name, [(area.code, f"{area.name}（全部）")])
    for village in villages:
        township = village.parent
        group = groups.setdefault(township.code, (township.name, []))
        group[1].append((village.code, village.name))
    return [*counties, *groups.values()]
