"""Policy years, ledgers and risk points in the back office: read only, all of it.

A policy year in force is never edited: a change is a new version, signed and previewed. Ledger
rows are computed, and states move on the pages of the review.
"""

from django.contrib import admin

from accounts.admin_base import READERS, ScopedModelAdmin, TownshipFilter
from households.admin import BY_NUMBER
from ledger.models import LedgerRow, PolicyYear, RiskPoint, VillageLedger


@admin.register(PolicyYear)
class PolicyYearAdmin(ScopedModelAdmin):
    viewers = READERS
    columns = (
        ("年度", "year"),
        ("版本", "version"),
        ("有效", "is_in_force"),
        ("统计起月", "window_start"),
        ("统计月数", "window_months"),
        ("监测标准", "monitoring_line"),
        ("全国脱贫人口平均", "average_line"),
        ("收入较低线", "low_income_line"),
        ("转移性收入占比线", "transfer_share_line"),
        ("上报期限", "report_due_on"),
    )
    list_display = ("year", "version", "is_in_force", "monitoring_line", "average_line", "report_due_on")
    list_filter = ("is_in_force",)


@admin.register(LedgerRow)
class LedgerRowAdmin(ScopedModelAdmin):
    viewers = READERS
    columns = (
        ("乡镇", "village__parent__name"),
        ("村", "village__name"),
        ("户编号", "household__number"),
        ("户主姓名", "household__head_name"),
        ("年度", "year"),
        ("家庭人口数", "persons"),
        ("缺月数", "months_missing"),
        ("预估家庭纯收入", "estimate"),
        ("预估人均纯收入", "per_capita"),
        ("上年人均纯收入", "last_per_capita"),
        ("人均增减额", "change"),
        ("收入下降", "income_falling"),
        ("低于监测标准", "below_monitoring_line"),
        ("低于全国脱贫人口平均", "below_average_line"),
        ("转移性收入占比过高", "high_transfer_share"),
        ("整户无劳力且收入较低", "no_labour_low_income"),
        ("预警等级", "warning"),
        ("原因分析", "cause"),
        ("备注", "remarks"),
    )
    list_display = ("household", "year", "persons", "estimate", "per_capita", "last_per_capita", "warning")
    list_filter = (
        TownshipFilter,
        "year",
        "warning",
        "income_falling",
        "below_monitoring_line",
        "below_average_line",
        "high_transfer_share",
        "no_labour_low_income",
    )
    list_select_related = ("household",)
    search_fields = ("household__number",)
    search_help_text = BY_NUMBER
    # Sorting 20,000 rows by another table's number is for the ledger's own pages.
    ordering = ("village_id", "pk")


@admin.register(VillageLedger)
class VillageLedgerAdmin(ScopedModelAdmin):
    viewers = READERS
    columns = (
        ("乡镇", "village__parent__name"),
        ("村", "village__name"),
        ("年度", "year"),
        ("状态", "state"),
        ("上报时间", "submitted_at"),
        ("审核时间", "reviewed_at"),
        ("验收时间", "accepted_at"),
        ("摘要", "digest"),
    )
    list_display = ("village", "year", "state", "submitted_at", "reviewed_at", "accepted_at")
    list_filter = (TownshipFilter, "year", "state")
    list_select_related = ("village",)
    search_fields = ("village__name", "village__code")
    search_help_text = "按村名或区划代码查"


@admin.register(RiskPoint)
class RiskPointAdmin(ScopedModelAdmin):
    viewers = READERS
    columns = (
        ("村", "household__village__name"),
        ("户编号", "household__number"),
        ("户主姓名", "household__head_name"),
        ("年度", "year"),
        ("风险", "kind"),
        ("状态", "state"),
        ("发现日期", "raised_on"),
        ("消除日期", "eliminated_on"),
    )
    list_display = ("household", "year", "kind", "state", "raised_on", "eliminated_on")
    list_filter = (TownshipFilter, "year", "kind", "state")
    list_select_related = ("household",)
    search_fields = ("household__number",)
    search_help_text = BY_NUMBER
