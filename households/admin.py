"""Households, members and last year's incomes in the back office.

What enters the calculation comes in by import and by visits, so that the ledger follows; here
it is read. Certificate numbers are masked, and searching goes by 户编号 only: a search term
stands in the address.
"""

from django.contrib import admin

from accounts.admin_base import COUNTY, READERS, ScopedModelAdmin, TownshipFilter
from households import identity
from households.models import AnnualIncome, Household, Member

BY_NUMBER = "按户编号查；按姓名或证件号码查，请到“户档案”"


@admin.register(Household)
class HouseholdAdmin(ScopedModelAdmin):
    viewers, changers = READERS, COUNTY
    columns = (
        ("乡镇", "village__parent__name"),
        ("村", "village__name"),
        ("自然村", "hamlet"),
        ("户编号", "number"),
        ("户主姓名", "head_name"),
        ("户类型", "kind"),
        ("监测对象类别", "monitor_kind"),
        ("识别监测时间", "identified_on"),
        ("风险是否已消除", "risk_eliminated"),
        ("致贫/返贫风险1", "cause_1"),
        ("致贫/返贫风险2", "cause_2"),
        ("致贫/返贫风险3", "cause_3"),
        ("致贫/返贫风险4", "cause_4"),
        ("致贫/返贫风险5", "cause_5"),
        ("户联系电话", "phone"),
        ("帮扶责任人", "helper_name"),
        ("帮扶责任人电话", "helper_phone"),
        ("销户日期", "left_on"),
    )
    personal = frozenset({"phone", "helper_phone"})
    list_display = ("number", "head_name", "village", "kind", "monitor_kind", "risk_eliminated", "left_on")
    list_filter = (TownshipFilter, "kind", "monitor_kind", "risk_eliminated", ("left_on", admin.EmptyFieldListFilter))
    list_select_related = ("village__parent",)
    search_fields = ("number",)
    search_help_text = BY_NUMBER
    fieldsets = (
        (None, {"fields": ("number", "head_name", "village", "hamlet", "phone")}),
        ("类型与风险", {"fields": ("kind", "monitor_kind", "identified_on", "risk_eliminated", "recorded_causes")}),
        ("住房与饮水", {"fields": ("is_dangerous_house", "has_safe_water")}),
        ("帮扶", {"fields": ("helper", "helper_name", "masked_helper_phone")}),
        ("销户", {"fields": ("left_on", "left_reason")}),
    )
    # All but the phone: the rest decides scope, estimate or measures.
    readonly_fields = (
        "number",
        "head_name",
        "village",
        "hamlet",
        "kind",
        "monitor_kind",
        "identified_on",
        "risk_eliminated",
        "recorded_causes",
        "is_dangerous_house",
        "has_safe_water",
        "helper",
        "helper_name",
        "masked_phone",
        "masked_helper_phone",
        "left_on",
        "left_reason",
    )

    def get_fieldsets(self, request, obj=None):
        """Whole only for whoever may change it: the phone is masked for those who read."""
        fieldsets = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            return fieldsets
        (_, first), *others = fieldsets
        fields = tuple("masked_phone" if name == "phone" else name for name in first["fields"])
        return [(None, {"fields": fields}), *others]

    @admin.display(description="户联系电话")
    def masked_phone(self, household):
        return identity.mask_phone(household.phone)

    @admin.display(description="帮扶责任人电话")
    def masked_helper_phone(self, household):
        return identity.mask_phone(household.helper_phone)

    @admin.display(description="致贫/返贫风险")
    def recorded_causes(self, household):
        return "、".join(cause.label for cause in household.causes) or "–"

    def subject(self, obj):
        return f"户 {obj.number}"


@admin.register(Member)
class MemberAdmin(ScopedModelAdmin):
    viewers = READERS
    columns = (
        ("乡镇", "household__village__parent__name"),
        ("村", "household__village__name"),
        ("户编号", "household__number"),
        ("人口编号", "person_number"),
        ("姓名", "name"),
        ("证件号码", "masked_id"),
        ("与户主关系", "relation"),
        ("性别", "sex"),
        ("出生日期", "birth_date"),
        ("劳动技能", "labour"),
        ("文化程度", "schooling"),
        ("在校生状况", "student_status"),
        ("务工所在地", "work_place"),
        ("务工时间（月）", "work_months"),
        ("公益性岗位", "public_post"),
        ("是否享受低保", "has_low_income_allowance"),
        ("是否特困供养人员", "has_destitute_support"),
        ("加入日期", "joined_on"),
        ("离开日期", "left_on"),
    )
    personal = frozenset({"masked_id", "person_number"})
    secrets = frozenset({"id_number", "id_key"})
    list_display = ("name", "household", "relation", "sex", "labour", "certificate", "left_on")
    list_filter = (TownshipFilter, "labour", "relation", ("left_on", admin.EmptyFieldListFilter))
    list_select_related = ("household",)
    search_fields = ("household__number",)
    search_help_text = BY_NUMBER
    exclude = ("id_number", "id_key", "pinyin")
    readonly_fields = ("certificate", "health_words")

    @admin.display(description="证件号码")
    def certificate(self, member):
        return member.masked_id

    @admin.display(description="健康状况")
    def health_words(self, member):
        return "、".join(member.health_labels) or "–"

    def get_fields(self, request, obj=None):
        hidden = {*self.exclude, "id", "health"}
        names = [field.name for field in self.opts.concrete_fields if field.name not in hidden]
        at = names.index("name") + 1
        return [*names[:at], "certificate", *names[at:], "health_words"]


@admin.register(AnnualIncome)
class AnnualIncomeAdmin(ScopedModelAdmin):
    viewers = READERS
    columns = (
        ("村", "household__village__name"),
        ("户编号", "household__number"),
        ("户主姓名", "household__head_name"),
        ("年度", "year"),
        ("工资性收入", "wage"),
        ("生产经营性收入", "business"),
        ("财产性收入", "property"),
        ("转移性收入", "transfer"),
        ("生产经营性支出", "business_cost"),
        ("家庭人口数", "persons"),
        ("家庭纯收入", "net"),
    )
    list_display = ("household", "year", "wage", "business", "property", "transfer", "business_cost", "persons")
    list_filter = (TownshipFilter, "year")
    list_select_related = ("household",)
    search_fields = ("household__number",)
    search_help_text = BY_NUMBER
