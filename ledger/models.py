"""The ledger: a policy year's lines, each household's estimate and flags, each village's state. Plan 二(二)."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from accounts.models import Area
from households.models import Household
from ledger.calc import Terms, Warning
from ledger.querysets import LedgerRowQuerySet, PolicyYearQuerySet, RiskPointQuerySet, VillageLedgerQuerySet
from sumyuan.fields import MoneyField, to_fen
from visits.models import IncomeItem
from visits.months import add_months, months_from

WARNING_LABELS = [
    (Warning.NONE.value, "无"),
    (Warning.YELLOW.value, "黄"),
    (Warning.ORANGE.value, "橙"),
    (Warning.RED.value, "红"),
]


class PolicyYear(models.Model):
    """One version of one year's lines and window. A change makes a new version, it never edits one in force."""

    year = models.PositiveSmallIntegerField("年度")
    version = models.PositiveSmallIntegerField("版本", default=1)
    is_in_force = models.BooleanField("有效", default=False)
    window_start = models.DateField("统计起月", help_text="首月 1 日")
    window_months = models.PositiveSmallIntegerField("统计月数", default=9, help_text="月")
    annual_months = models.PositiveSmallIntegerField("全年月数", default=12, help_text="月")
    monitoring_line = MoneyField("监测标准", help_text="元/人·年")
    average_line = MoneyField("全国脱贫人口平均", help_text="元/人·年")
    low_income_line = MoneyField("收入较低线", help_text="元/人·年")
    transfer_share_line = models.DecimalField("转移性收入占比线", max_digits=5, decimal_places=2, help_text="%")
    large_fall = models.DecimalField("降幅较大", max_digits=5, decimal_places=2, help_text="%")
    growth_county = models.DecimalField(
        "全县农民收入增速", max_digits=5, decimal_places=2, null=True, blank=True, help_text="%"
    )
    growth_province = models.DecimalField(
        "全省农民收入增速", max_digits=5, decimal_places=2, null=True, blank=True, help_text="%"
    )
    report_due_on = models.DateField("上报期限")
    uncounted_items = models.ManyToManyField(
        IncomeItem, blank=True, related_name="+", verbose_name="不计入的项目", help_text="各地口径不一，按年度选定"
    )
    # Names of the fields whose value is an example that the county has yet to confirm.
    to_confirm = models.JSONField("待县确认的参数", default=list, blank=True)
    reason = models.TextField("修改原因", blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="签发人",
    )
    signed_at = models.DateTimeField("签发时间", null=True, blank=True)

    objects = PolicyYearQuerySet.as_manager()
    history = HistoricalRecords(m2m_fields=[uncounted_items])

    class Meta:
        verbose_name = "政策年度"
        verbose_name_plural = "政策年度"
        ordering = ["-year", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["year", "version"], name="policy_year_version_once"),
            models.UniqueConstraint(fields=["year"], condition=Q(is_in_force=True), name="policy_year_one_in_force"),
            models.CheckConstraint(
                condition=Q(window_months__gte=1, annual_months__gte=F("window_months")),
                name="policy_year_window_within_year",
                violation_error_message="统计月数至少 1，且不超过全年月数。",
            ),
            models.CheckConstraint(condition=Q(window_start__day=1), name="policy_year_window_starts_on_first_day"),
        ]

    def __str__(self):
        return f"{self.year} 年度第 {self.version} 版"

    @property
    def months(self):
        """First days of the window's months, in order."""
        return months_from(self.window_start, self.window_months)

    @property
    def last_month(self):
        return add_months(self.window_start, self.window_months - 1)

    @property
    def last_day(self):
        """Last day of the window: whoever is a member then is a person of the household."""
        return add_months(self.last_month, 1) - timedelta(days=1)

    def terms(self):
        """The lines as the calculation takes them: fen and hundredths of a percent."""
        return Terms(
            monitoring_line=to_fen(self.monitoring_line),
            average_line=to_fen(self.average_line),
            low_income_line=to_fen(self.low_income_line),
            transfer_share_line=int(self.transfer_share_line * 100),
            large_fall=int(self.large_fall * 100),
            window_months=self.window_months,
            year_months=self.annual_months,
        )


class LedgerRow(models.Model):
    """One household in one policy year: inputs, results, and what people wrote.

    Inputs and results are derived: ``rebuild_ledger`` writes them, ``check_ledger`` compares
    them, nobody edits them. The last block is written by people and never touched by a rebuild.
    Shares and rates are hundredths of a percent.
    """

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="ledger_rows", verbose_name="户")
    year = models.PositiveSmallIntegerField("年度")
    # Where the household lives, kept here so that an area's rows are one range of an index.
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="ledger_rows", verbose_name="村")
    policy = models.ForeignKey(PolicyYear, on_delete=models.PROTECT, related_name="rows", verbose_name="政策版本")

    # Inputs.
    persons = models.PositiveSmallIntegerField("家庭人口数", help_text="人")
    workers = models.PositiveSmallIntegerField("普通及技能劳动力", help_text="人")
    weak_workers = models.PositiveSmallIntegerField("弱半劳动力", help_text="人")
    without_labour = models.PositiveSmallIntegerField("无劳动力及丧失劳动力", help_text="人")
    labour_unknown = models.PositiveSmallIntegerField("劳动技能未填", help_text="人")
    is_monitored = models.BooleanField("监测对象")
    guarantee_open = models.BooleanField("三保障或饮水有问题")
    # Bit k: the k-th month of the window is collected.
    collected_mask = models.PositiveIntegerField("已采集月份")
    months_missing = models.PositiveSmallIntegerField("缺月数", help_text="月")
    wage = MoneyField("工资性收入", help_text="元")
    business = MoneyField("生产经营性收入", help_text="元")
    property = MoneyField("财产性收入", help_text="元")
    transfer = MoneyField("转移性收入", help_text="元")
    business_cost = MoneyField("生产经营性支出", help_text="元")
    claims = MoneyField("理赔收入", help_text="元")
    self_paid = MoneyField("合规自付医疗支出", help_text="元")
    # Null: no last year.
    last_net = MoneyField("上年家庭纯收入", null=True, help_text="元")
    last_persons = models.PositiveSmallIntegerField("上年家庭人口数", null=True, help_text="人")

    # Results.
    net = MoneyField("纯收入合计", help_text="元")
    estimate = MoneyField("预估家庭纯收入", help_text="元")
    per_capita = MoneyField("预估人均纯收入", help_text="元")
    transfer_share = models.PositiveIntegerField("转移性收入占比", null=True, help_text="万分之一")
    last_per_capita = MoneyField("上年人均纯收入", null=True, help_text="元")
    change = MoneyField("人均增减额", null=True, help_text="元")
    change_rate = models.BigIntegerField("增减幅", null=True, help_text="万分之一")
    itemised_estimate = MoneyField("逐项预估", null=True, help_text="元")
    itemised_per_capita = MoneyField("逐项预估人均", null=True, help_text="元")
    estimates_disagree = models.BooleanField("两种预估在线的两侧")
    reference_per_capita = MoneyField("监测参考人均", null=True, help_text="元")
    # Last collected month; null: no month was ever collected.
    tracking_month = models.DateField("跟踪截至月", null=True)
    tracking_estimate = MoneyField("跟踪预估", null=True, help_text="元")
    tracking_per_capita = MoneyField("跟踪预估人均", null=True, help_text="元")
    tracking_share = models.PositiveIntegerField("跟踪转移性收入占比", null=True, help_text="万分之一")
    income_falling = models.BooleanField("收入下降")
    below_monitoring_line = models.BooleanField("低于监测标准")
    below_average_line = models.BooleanField("低于全国脱贫人口平均")
    high_transfer_share = models.BooleanField("转移性收入占比过高")
    no_labour_low_income = models.BooleanField("整户无劳力且收入较低")
    warning = models.PositiveSmallIntegerField("预警等级", choices=WARNING_LABELS)
    computed_at = models.DateTimeField("计算时间")

    # Written by people.
    cause = models.TextField("原因分析", blank=True, default="", db_default="")
    risk_points = models.TextField("减收风险点", blank=True, default="", db_default="")
    remarks = models.TextField("备注", blank=True, default="", db_default="")
    missing_reason = models.TextField("缺月原因", blank=True, default="", db_default="")

    objects = LedgerRowQuerySet.as_manager()

    class Meta:
        verbose_name = "台账行"
        verbose_name_plural = "台账行"
        ordering = ["village_id", "household__number"]
        constraints = [
            models.UniqueConstraint(fields=["household", "year"], name="ledger_row_once_a_year"),
            models.CheckConstraint(condition=Q(persons__gte=1), name="ledger_row_has_persons"),
        ]
        indexes = [models.Index(fields=["year", "village"])]

    def __str__(self):
        return f"{self.household} {self.year} 年度"

    def get_absolute_url(self):
        return reverse("ledger_household", args=[self.year, self.household.number])


class VillageLedger(models.Model):
    """One village's ledger of one policy year: where it stands in the review. Plan 二(二)."""

    class State(models.TextChoices):
        OPEN = "open", "未报"
        SUBMITTED = "submitted", "村已报"
        REVIEWED = "reviewed", "乡镇已审"
        ACCEPTED = "accepted", "县已验收"

    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="village_ledgers", verbose_name="村")
    year = models.PositiveSmallIntegerField("年度")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN, db_default=State.OPEN)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="上报人",
    )
    submitted_at = models.DateTimeField("上报时间", null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="审核人",
    )
    reviewed_at = models.DateTimeField("审核时间", null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="验收人",
    )
    accepted_at = models.DateTimeField("验收时间", null=True, blank=True)
    comment = models.TextField("退回意见", blank=True, default="", db_default="")
    digest = models.CharField("摘要", max_length=64, blank=True, default="", db_default="")

    objects = VillageLedgerQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "村级台账"
        verbose_name_plural = "村级台账"
        ordering = ["village_id", "-year"]
        constraints = [
            models.UniqueConstraint(fields=["village", "year"], name="village_ledger_once_a_year"),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("submitted_by")),
                name="village_ledger_is_not_reviewed_by_its_maker",
                violation_error_message="上报人不能审核自己报的台账。",
            ),
        ]

    def __str__(self):
        return f"{self.village} {self.year} 年度台账"


class RiskPoint(models.Model):
    """One risk of one household in one policy year, followed until it is gone. Plan 三(四)."""

    class Kind(models.TextChoices):
        INCOME_FALLING = "income_falling", "收入下降"
        BELOW_MONITORING_LINE = "below_monitoring_line", "低于监测标准"
        BELOW_AVERAGE_LINE = "below_average_line", "低于全国脱贫人口平均"
        HIGH_TRANSFER_SHARE = "high_transfer_share", "转移性收入占比过高"
        NO_LABOUR_LOW_INCOME = "no_labour_low_income", "整户无劳力且收入较低"

    class State(models.TextChoices):
        OPEN = "open", "未消除"
        UNDER_WAY = "under_way", "帮扶中"
        PROPOSED = "proposed", "拟消除"
        VERIFIED = "verified", "乡镇已核"
        ELIMINATED = "eliminated", "已消除"

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="risk_points", verbose_name="户")
    year = models.PositiveSmallIntegerField("年度")
    kind = models.CharField("风险", max_length=24, choices=Kind.choices)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    raised_on = models.DateField("发现日期")
    eliminated_on = models.DateField("消除日期", null=True, blank=True)
    # The printed figures that raised it, as the ledger row held them that day.
    evidence = models.JSONField("依据", default=dict)

    objects = RiskPointQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "减收风险点"
        verbose_name_plural = "减收风险点"
        ordering = ["-raised_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["household", "year", "kind"], name="risk_point_once_a_year"),
            models.CheckConstraint(
                condition=Q(eliminated_on=None) | Q(eliminated_on__gte=F("raised_on")),
                name="risk_point_ends_after_start",
                violation_error_message="消除日期不能早于发现日期。",
            ),
        ]

    def __str__(self):
        return f"{self.household} {self.get_kind_display()}"
