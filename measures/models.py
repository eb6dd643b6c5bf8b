"""Which department does what by when, and what it brought in. Plan 二(三)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from accounts.models import Department
from households.models import Household
from measures.querysets import ActionLogQuerySet, CatalogueQuerySet, SupportActionQuerySet
from sumyuan.fields import MoneyField
from visits.models import IncomeItem


class MeasureLine(models.Model):
    """One of the six lines of measures of plan 二(三)."""

    number = models.PositiveSmallIntegerField("线", primary_key=True)
    name = models.CharField("名称", max_length=20, unique=True)
    summary = models.TextField("方案要求", blank=True)
    departments = models.ManyToManyField(
        Department, through="LineDepartment", related_name="measure_lines", verbose_name="部门"
    )

    objects = CatalogueQuerySet.as_manager()

    class Meta:
        verbose_name = "措施线"
        verbose_name_plural = "措施线"
        ordering = ["number"]
        constraints = [models.CheckConstraint(condition=Q(number__gte=1, number__lte=6), name="six_measure_lines")]

    def __str__(self):
        return self.name


class LineDepartment(models.Model):
    """A department's part in a line. The first lead is accountable; townships answer for every line besides."""

    class Part(models.TextChoices):
        LEAD = "lead", "牵头"
        RESPONSIBLE = "responsible", "责任"

    line = models.ForeignKey(MeasureLine, on_delete=models.CASCADE, related_name="parts", verbose_name="措施线")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="parts", verbose_name="部门")
    part = models.CharField("职责", max_length=12, choices=Part.choices)
    order = models.PositiveSmallIntegerField("排序")

    objects = CatalogueQuerySet.as_manager()

    class Meta:
        verbose_name = "部门分工"
        verbose_name_plural = "部门分工"
        ordering = ["line", "part", "order"]
        constraints = [
            models.UniqueConstraint(fields=["line", "department"], name="department_once_a_line"),
            models.UniqueConstraint(fields=["line", "part", "order"], name="line_department_order_once"),
        ]

    def __str__(self):
        return f"{self.line} {self.get_part_display()} {self.department}"


class Measure(models.Model):
    """One concrete measure of the catalogue. Whom it suits is a function in ``measures.rules`` under its code."""

    class Nature(models.TextChoices):
        DEVELOPMENT = "development", "开发式"
        TRAINING = "training", "培训引导"
        ASSISTANCE = "assistance", "兜底保障"

    code = models.CharField("代码", max_length=30, primary_key=True)
    line = models.ForeignKey(MeasureLine, on_delete=models.PROTECT, related_name="measures", verbose_name="措施线")
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="measures", verbose_name="牵头部门"
    )
    name = models.CharField("措施", max_length=40, unique=True)
    description = models.TextField("做法", blank=True)
    nature = models.CharField("性质", max_length=12, choices=Nature.choices)
    clause = models.CharField("方案条款", max_length=40)
    # Null: it saves cost or changes minds, and shows in no income item.
    effect_item = models.ForeignKey(
        IncomeItem, on_delete=models.PROTECT, null=True, blank=True, related_name="measures", verbose_name="见效收入项"
    )
    is_active = models.BooleanField("启用", default=True)
    order = models.PositiveSmallIntegerField("排序", default=0)

    objects = CatalogueQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "措施"
        verbose_name_plural = "措施目录"
        ordering = ["line", "order", "code"]

    def __str__(self):
        return self.name


class SupportAction(models.Model):
    """One measure for one household in one policy year. Plan 二(三)."""

    class State(models.TextChoices):
        SUGGESTED = "suggested", "建议"
        CONFIRMED = "confirmed", "已确认"
        UNDER_WAY = "under_way", "实施中"
        DONE = "done", "已完成"
        STOPPED = "stopped", "已停止"

    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="support_actions", verbose_name="户"
    )
    year = models.PositiveSmallIntegerField("年度")
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="actions", verbose_name="措施")
    # The department accountable when it was proposed; a later reorganisation does not move it.
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="support_actions", verbose_name="牵头部门"
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.SUGGESTED)
    reason = models.TextField("理由")
    due_on = models.DateField("完成时限")
    started_on = models.DateField("开始日期", null=True, blank=True)
    finished_on = models.DateField("完成日期", null=True, blank=True)
    # Null: not estimated.
    expected_gain = MoneyField("预计年增收（减支）", null=True, blank=True, help_text="元")
    proposed_at = models.DateTimeField("提出时间")

    objects = SupportActionQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "帮扶措施"
        verbose_name_plural = "帮扶措施"
        ordering = ["household", "measure__line", "measure__order"]
        indexes = [models.Index(fields=["year", "department", "state"])]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "year", "measure"],
                name="support_action_once_a_year",
                violation_error_message="这户本年度已有这项措施。",
            ),
            models.CheckConstraint(
                condition=Q(finished_on=None) | Q(started_on=None) | Q(finished_on__gte=F("started_on")),
                name="support_action_finishes_after_start",
                violation_error_message="完成日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                condition=Q(expected_gain=None) | Q(expected_gain__gte=0),
                name="support_action_gain_not_negative",
                violation_error_message="预计增收不能是负数。",
            ),
        ]

    def __str__(self):
        return f"{self.measure}（{self.household}）"


class ActionLog(models.Model):
    """One step in an action: who did what on which day, and what it brought."""

    action = models.ForeignKey(SupportAction, on_delete=models.PROTECT, related_name="logs", verbose_name="措施")
    on = models.DateField("日期")
    state = models.CharField("状态", max_length=10, choices=SupportAction.State.choices)
    note = models.TextField("内容", blank=True)
    # Null: a step without money.
    amount = MoneyField("金额", null=True, blank=True, help_text="元")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="action_logs", verbose_name="记录人"
    )
    at = models.DateTimeField("记录时间", auto_now_add=True)

    objects = ActionLogQuerySet.as_manager()

    class Meta:
        verbose_name = "措施进展"
        verbose_name_plural = "措施进展"
        ordering = ["action", "on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0),
                name="action_log_amount_not_negative",
                violation_error_message="金额不能是负数。",
            ),
        ]

    def __str__(self):
        return f"{self.action} {self.on}"
