"""Findings in the back office, to read."""

from django.contrib import admin

from accounts.admin_base import READERS, ScopedModelAdmin, TownshipFilter
from checks.models import Finding
from households.admin import BY_NUMBER


@admin.register(Finding)
class FindingAdmin(ScopedModelAdmin):
    viewers = READERS
    columns = (
        ("村", "household__village__name"),
        ("户编号", "household__number"),
        ("户主姓名", "household__head_name"),
        ("月份", "month"),
        ("成员", "member__name"),
        ("规则", "code"),
        ("程度", "severity"),
        ("内容", "text"),
        ("状态", "state"),
        ("说明", "note"),
        ("发现日期", "found_on"),
        ("最近检出", "seen_on"),
    )
    list_display = ("household", "month", "code", "severity", "text", "state", "seen_on")
    list_filter = (TownshipFilter, "state", "severity", "code", "month")
    list_select_related = ("household", "member")
    search_fields = ("household__number",)
    search_help_text = BY_NUMBER
    ordering = ("-pk",)
