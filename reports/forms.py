"""What to export: area, year, and whether every village gets its own file."""

from itertools import groupby

from django import forms
from django.db.models import Exists, OuterRef

from accounts.models import Area
from ledger.models import LedgerRow, PolicyYear
from reports.services import SPLIT_BY_VILLAGE
from reports.years import current_policy


class ExportForm(forms.Form):
    """The areas are those of the user, villages under their township; a wider one is no choice."""

    area = forms.ChoiceField(label="区划")
    year = forms.TypedChoiceField(label="年度", coerce=int)
    by_village = forms.BooleanField(
        label="每村一个文件",
        required=False,
        help_text="打成一个压缩包；选乡镇或全县时用。",
    )

    def __init__(self, *args, user, day, **kwargs):
        super().__init__(*args, **kwargs)
        self._areas = {area.code: area for area in Area.objects.visible_to(user).order_by("code")}
        self.fields["area"].choices = _grouped(self._areas)
        self.fields["year"].choices = [(year, f"{year} 年度") for year in _years(user, day)]

    def clean_area(self):
        return self._areas[self.cleaned_data["area"]]

    @property
    def split(self):
        return SPLIT_BY_VILLAGE if self.cleaned_data["by_village"] else None

    @property
    def has_areas(self):
        return bool(self._areas)


def _years(user, day):
    """The current policy year first, then the others of which the user has ledger rows, the newest first."""
    policy = current_policy(user, day)
    if policy is None:
        return []
    rows = LedgerRow.objects.visible_to(user).filter(year=OuterRef("year"))
    with_rows = PolicyYear.objects.visible_to(user).in_force().filter(Exists(rows))
    others = with_rows.exclude(year=policy.year).order_by("-year").values_list("year", flat=True)
    return [policy.year, *others]


def _grouped(areas):
    """Choices in groups: counties, townships, then the villages of each township."""
    groups = []
    by_length = sorted(areas.values(), key=lambda area: (len(area.code), area.code))
    for level, here in groupby(by_length, key=lambda area: area.level):
        if level != Area.Level.VILLAGE:
            groups.append((Area.Level(level).label, [(area.code, area.name) for area in here]))
            continue
        for township, villages in groupby(here, key=lambda area: area.code[:9]):
            name = areas[township].name if township in areas else Area.Level.VILLAGE.label
            groups.append((name, [(area.code, area.name) for area in villages]))
    return groups
