"""Departments from a spreadsheet, on the back office's import page."""

from import_export.fields import Field
from import_export.resources import ModelResource

from accounts.models import Department


class DepartmentResource(ModelResource):
    name = Field(attribute="name", column_name="部门")
    order = Field(attribute="order", column_name="排序")

    class Meta:
        model = Department
        fields = ("name", "order")
        import_id_fields = ("name",)
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True
