"""The list of income items from a spreadsheet, on the back office's import page."""

from django.core.exceptions import ValidationError
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import CharWidget

from visits.models import IncomeClass, IncomeItem, Rhythm


class WordsWidget(CharWidget):
    """A choice written in words."""

    def __init__(self, choices):
        super().__init__()
        self.choices = choices

    def clean(self, value, row=None, **kwargs):
        for choice in self.choices:
            if str(value or "").strip() in (choice.label, choice.value):
                return choice.value
        raise ValueError(f"“{value}”不在可选范围内：{'、'.join(choice.label for choice in self.choices)}")

    def render(self, value, obj=None, **kwargs):
        return self.choices(value).label if value else ""


class IncomeItemResource(ModelResource):
    """New items, and other names or rhythms of those that stand. Their class stays: estimates rest on it."""

    code = Field(attribute="code", column_name="代码")
    name = Field(attribute="name", column_name="项目")
    income_class = Field(attribute="income_class", column_name="类别", widget=WordsWidget(IncomeClass))
    rhythm = Field(attribute="rhythm", column_name="节律", widget=WordsWidget(Rhythm))

    class Meta:
        model = IncomeItem
        fields = ("code", "name", "income_class", "rhythm")
        import_id_fields = ("code",)
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True

    def import_instance(self, instance, row, **kwargs):
        standing = instance.income_class if not instance._state.adding else None
        super().import_instance(instance, row, **kwargs)
        if standing is not None and instance.income_class != standing:
            raise ValidationError({"income_class": f"{instance.code} 已在使用，类别不能改；请新增一个项目。"})
