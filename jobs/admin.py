"""Jobs in the back office: that they ran, for whom, how they ended; never what they read or made."""

from django.contrib import admin

from accounts.admin_base import SYSTEM, ScopedModelAdmin
from jobs.models import Job


@admin.register(Job)
class JobAdmin(ScopedModelAdmin):
    viewers = SYSTEM
    columns = (
        ("名称", "title"),
        ("类型", "kind"),
        ("发起人", "owner__username"),
        ("状态", "state"),
        ("提交时间", "created_at"),
        ("结束时间", "finished_at"),
    )
    list_display = ("title", "kind", "owner", "state", "done", "total", "created_at", "finished_at")
    list_filter = ("state", "kind", "created_at")
    list_select_related = ("owner",)
    fields = (
        "title",
        "kind",
        "owner",
        "area",
        "state",
        "done",
        "total",
        "created_at",
        "started_at",
        "heartbeat_at",
        "finished_at",
    )
    search_fields = ("title", "owner__username")
    search_help_text = "按名称或发起人账号查"
