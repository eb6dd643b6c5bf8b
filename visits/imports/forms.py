"""The file to import, and for last year's income its year."""

from pathlib import PurePath

from django import forms
from django.template.defaultfilters import filesizeformat

# A roster of 60,000 persons has some 12 MB; as .xls some 60 MB.
MAX_MEGABYTES = 80
SUFFIXES = (".xlsx", ".xls")


class UploadForm(forms.Form):
    """One file of one kind. Whether it can be read shows when it is checked."""

    file = forms.FileField(label="文件", error_messages={"required": "请选择要导入的文件。", "empty": "文件是空的。"})
    year = forms.IntegerField(label="年度", help_text="文件里是哪一年的收入")

    def __init__(self, *args, kind, day, **kwargs):
        super().__init__(*args, **kwargs)
        self.suffixes = (*SUFFIXES, ".csv") if kind.name == "areas" else SUFFIXES
        names = "、".join(self.suffixes)
        self.fields["file"].help_text = f"{names}，不超过 {MAX_MEGABYTES} MB"
        self.fields["file"].widget.attrs["accept"] = ",".join(self.suffixes)
        if kind.needs_year:
            self.fields["year"].initial = day.year - 1
            self.fields["year"].min_value, self.fields["year"].max_value = 2014, day.year
            self.fields["year"].widget.attrs |= {"min": 2014, "max": day.year, "inputmode": "numeric"}
        else:
            del self.fields["year"]

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
