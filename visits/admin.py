"""Income items, who reports them, visits and entries in the back office. Only the first two are kept here."""

from django.contrib import admin, messages

from accounts.admin_base import COUNTY, READERS, ReferenceAdmin, ScopedModelAdmin, TownshipFilter
from households.admin import BY_NUMBER
from visits.models import FeedRight, IncomeEntry, IncomeItem, Visit
from visits.resources.items import IncomeItemResource


@admin.register(IncomeItem)
class IncomeItemAdmin(ReferenceAdmin):
    """The class of an item that is in use decides estimates, so it stays once the item stands."""

    viewers, adders, changers = READERS, COUNTY, COUNTY
    import_resource = IncomeItemResource
    columns = (("代码", "code"), ("项目", "name"), ("类别", "income_class"), ("节律", "rhythm"))
    list_display = ("code", "name", "income_class", "rhythm")
    list_filter = ("income_class", "rhythm")
    search_fields = ("code", "name")
    search_help_text = "按代码或项目查"

    def get_readonly_fields(self, request, obj=None):
        return ("code", "income_class") if obj else ()

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if change and "rhythm" in form.changed_data:
            text = "节律影响逐项预估：请到“台账”页重新计算，新数才会出来。"
            self.message_user(request, text, messages.WARNING)


@admin.register(FeedRight)
class FeedRightAdmin(ScopedModelAdmin):
    """Which department reports what. The county decides; those that ship are examples."""

    viewers, adders, changers = READERS, COUNTY, COUNTY
    columns = (("部门", "department__name"), ("代码", "item__code"), ("项目", "item__name"), ("有效", "is_active"))
    list_display = ("department", "item", "is_active")
    list_filter = ("department", "is_active")
    list_select_related = ("department", "item")
    search_fields = ("department__name", "item__name")
    search_help_text = "按部门或项目查"


@admin.register(Visit)
class VisitAdmin(ScopedModelAdmin):
    viewers = READERS
    columns = (
        ("村", "household__village__name"),
        ("户编号", "household__number"),
        ("户主姓名", "household__head_name"),
        ("月份", "month"),
        ("走访日期", "visited_on"),
        ("走访方式", "way"),
        ("填报人", "visitor__name"),
        ("状态", "state"),
        ("住房安全", "is_housing_safe"),
        ("义务教育有保障", "is_schooling_safe"),
        ("基本医疗有保障", "is_medical_safe"),
        ("饮水安全", "is_water_safe"),
        ("存在返贫致贫风险", "has_risk"),
    )
    list_display = ("household", "month", "visited_on", "way", "visitor", "state", "has_risk")
    list_filter = (TownshipFilter, "state", "month", "way", "has_risk")
    list_select_related = ("household", "visitor")
    search_fields = ("household__number",)
    search_help_text = BY_NUMBER
    exclude = ("client_uuid",)


@admin.register(IncomeEntry)
class IncomeEntryAdmin(ScopedModelAdmin):
    viewers = READERS
    columns = (
        ("村", "household__village__name"),
        ("户编号", "household__number"),
        ("户主姓名", "household__head_name"),
        ("月份", "month"),
        ("项目", "item__name"),
        ("成员", "member__name"),
        ("金额", "amount"),
        ("来源", "source"),
        ("部门", "department__name"),
        ("依据", "basis"),
        ("计入", "is_counted"),
    )
    list_display = ("household", "month", "item", "member", "amount", "source", "is_counted")
    list_filter = (TownshipFilter, "source", "is_counted", "item")
    list_select_related = ("household", "item", "member")
    search_fields = ("household__number",)
    search_help_text = BY_NUMBER
    # By the household's number a million rows would be sorted for one page.
    ordering = ("-pk",)
