"""The six lines, the catalogue of measures and the actions in the back office."""

from django.contrib import admin

from accounts.admin_base import COUNTY, READERS, ReferenceAdmin, RoleRights, ScopedModelAdmin, TownshipFilter
from households.admin import BY_NUMBER
from measures.models import ActionLog, LineDepartment, Measure, MeasureLine, SupportAction
from measures.resources import MeasureResource


class LineDepartmentInline(RoleRights, admin.TabularInline):
    viewers, adders, changers = READERS, COUNTY, COUNTY
    model = LineDepartment
    extra = 0


@admin.register(MeasureLine)
class MeasureLineAdmin(ScopedModelAdmin):
    viewers, changers = READERS, COUNTY
    columns = (("线", "number"), ("名称", "name"), ("方案要求", "summary"))
    list_display = ("number", "name")
    list_display_links = ("name",)
    fields = ("number", "name", "summary")
    readonly_fields = ("number", "name")
    inlines = (LineDepartmentInline,)


@admin.register(Measure)
class MeasureAdmin(ReferenceAdmin):
    """Whom a measure suits is reviewed code under its code, so measures are not added here."""

    viewers, changers = READERS, COUNTY
    import_resource = MeasureResource
    columns = (
        ("代码", "code"),
        ("措施线", "line__name"),
        ("措施", "name"),
        ("牵头部门", "department__name"),
        ("做法", "description"),
        ("性质", "nature"),
        ("方案条款", "clause"),
        ("见效收入项", "effect_item__name"),
        ("启用", "is_active"),
        ("排序", "order"),
    )
    list_display = ("name", "line", "department", "nature", "effect_item", "is_active")
    list_filter = ("line", "department", "nature", "is_active")
    list_select_related = ("line", "department", "effect_item")
    readonly_fields = ("code", "line", "clause")
    search_fields = ("name", "code")


@admin.register(SupportAction)
class SupportActionAdmin(ScopedModelAdmin):
    viewers = READERS
    columns = (
        ("村", "household__village__name"),
        ("户编号", "household__number"),
        ("户主姓名", "household__head_name"),
        ("年度", "year"),
        ("措施线", "measure__line__name"),
        ("措施", "measure__name"),
        ("牵头部门", "department__name"),
        ("状态", "state"),
        ("理由", "reason"),
        ("完成时限", "due_on"),
        ("开始日期", "started_on"),
        ("完成日期", "finished_on"),
        ("预计年增收（减支）", "expected_gain"),
    )
    list_display = ("household", "year", "measure", "department", "state", "due_on")
    list_filter = (TownshipFilter, "year", "state", "department", "measure__line")
    list_select_related = ("household", "measure", "department")
    search_fields = ("household__number",)
    search_help_text = BY_NUMBER
    ordering = ("-pk",)


@admin.register(ActionLog)
class ActionLogAdmin(ScopedModelAdmin):
    viewers = READERS
    columns = (
        ("村", "action__household__village__name"),
        ("户编号", "action__household__number"),
        ("措施", "action__measure__name"),
        ("日期", "on"),
        ("状态", "state"),
        ("内容", "note"),
        ("金额", "amount"),
        ("记录人", "by__name"),
    )
    list_display = ("action", "on", "state", "amount", "by")
    list_filter = (TownshipFilter, "state", "on")
    list_select_related = ("action__measure", "action__household", "by")
    search_fields = ("action__household__number",)
    search_help_text = BY_NUMBER
    ordering = ("-pk",)
