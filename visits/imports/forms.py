"""The file to import, and what has to be said beside it: last year's income its year, a payment list its item."""

from pathlib import PurePath

from django import forms
from django.template.defaultfilters import filesizeformat

from accounts.models import User
from visits.models import FeedRight

# A roster of 60,000 persons has some 12 MB; as .xls some 60 MB.
MAX_MEGABYTES = 80
SUFFIXES = (".xlsx", ".xls")


NO_RIGHTS = "县里还没有设本部门可以报的项目。请联系县乡村振兴局，在“管理”的“部门可报项目”里加上。"


class RightField(forms.ModelChoiceField):
    """An item that a department may report. ``names_department``: choices of several departments."""

    names_department = False

    def label_from_instance(self, right):
        words = f"{right.item.name}（{right.item_id}）"
        return f"{right.department} {words}" if self.names_department else words


class UploadForm(forms.Form):
    """One file of one kind. Whether it can be read shows when it is checked."""

    right = RightField(
        FeedRight.objects.none(),
        label="报哪一项",
        help_text="一个文件只报一个项目",
        empty_label="请选择",
        error_messages={"required": "请选择报哪一项。", "invalid_choice": "这一项不归您报，请重新选择。"},
    )
    file = forms.FileField(label="文件", error_messages={"required": "请选择要导入的文件。", "empty": "文件是空的。"})
    year = forms.IntegerField(label="年度", help_text="文件里是哪一年的收入")

    def __init__(self, *args, kind, day, user, **kwargs):
        super().__init__(*args, **kwargs)
        if "item" in kind.needs:
            self._set_rights(user)
        else:
            del self.fields["right"]
        self.suffixes = (*SUFFIXES, ".csv") if kind.name == "areas" else SUFFIXES
        names = "、".join(self.suffixes)
        self.fields["file"].help_text = f"{names}，不超过 {MAX_MEGABYTES} MB"
        self.fields["file"].widget.attrs["accept"] = ",".join(self.suffixes)
        if "year" in kind.needs:
            self.fields["year"].initial = day.year - 1
            self.fields["year"].min_value, self.fields["year"].max_value = 2014, day.year
            self.fields["year"].widget.attrs |= {"min": 2014, "max": day.year, "inputmode": "numeric"}
        else:
            del self.fields["year"]

    def _set_rights(self, user):
        rights = FeedRight.objects.visible_to(user).filter(is_active=True).select_related("department", "item")
        self.fields["right"].queryset = rights
        self.fields["right"].names_department = not user.has_role(User.Role.DEPARTMENT)
        if not rights.exists():
            self.fields["right"].help_text = NO_RIGHTS

    @property
    def parameters(self):
        """What the kind needs beside the file, by name, fit to be kept with a job."""
        right = self.cleaned_data.get("right")
        if right is not None:
            return {"item": right.item_id, "department": right.department.name}
        return {name: self.cleaned_data[name] for name in ("year",) if name in self.fields}

    @property
    def words(self):
        """The same in the title of a job; "" where nothing has to be said."""
        right, year = self.cleaned_data.get("right"), self.cleaned_data.get("year")
        if right is not None:
            return f"（{right.department} {right.item}）"
        return f"（{year} 年）" if year else ""

    def clean_file(self):
        file = self.cleaned_data["file"]
        if PurePath(file.name).suffix.lower() not in self.suffixes:
            raise forms.ValidationError(f"只收 {'、'.join(self.suffixes)} 文件。请在 Excel 中另存后再上传。")
        if file.size > MAX_MEGABYTES * 1024 * 1024:
            raise forms.ValidationError(
                f"文件有 {filesizeformat(file.size)}，超过 {MAX_MEGABYTES} MB。请拆成几个文件再导入。"
            )
        return file

    def clean_year(self):
        year, field = self.cleaned_data["year"], self.fields["year"]
        if not field.min_value <= year <= field.max_value:
            raise forms.ValidationError(f"年度应在 {field.min_value} 到 {field.max_value} 之间。")
        return year
