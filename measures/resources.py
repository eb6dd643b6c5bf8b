"""The catalogue of measures from a spreadsheet, on the back office's import page."""

from django.core.exceptions import ValidationError
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import ForeignKeyWidget, IntegerWidget

from accounts.models import Department
from measures.models import Measure


class MeasureResource(ModelResource):
    """Names, descriptions, departments and order of the measures that stand, found by 代码.

    A new measure needs its rule for whom it suits, which is reviewed code.
    """

    code = Field(attribute="code", column_name="代码")
    name = Field(attribute="name", column_name="措施")
    department = Field(
        attribute="department", column_name="牵头部门", widget=ForeignKeyWidget(Department, field="name")
    )
    description = Field(attribute="description", column_name="做法")
    order = Field(attribute="order", column_name="排序", widget=IntegerWidget())

    class Meta:
        model = Measure
        fields = ("code", "name", "department", "description", "order")
        import_id_fields = ("code",)
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True

    def import_instance(self, instance, row, **kwargs):
        if instance._state.adding:
            raise ValidationError({"code": f"目录里没有代码为“{row.get('代码')}”的措施；新措施要先写好适用条件。"})
        super().import_instance(instance, row, **kwargs)
