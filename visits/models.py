"""What was seen and earned in a month, and where each yuan was learnt. Plan 二(一)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from accounts.models import Department
from households.models import Household, Member
from sumyuan.fields import MoneyField
from visits.querysets import IncomeEntryQuerySet, IncomeItemQuerySet, VisitQuerySet


class IncomeClass(models.TextChoices):
    WAGE = "wage", "工资性收入"
    BUSINESS = "business", "生产经营性收入"
    PROPERTY = "property", "财产性收入"
    TRANSFER = "transfer", "转移性收入"
    BUSINESS_COST = "business_cost", "生产经营性支出"
    CLAIM = "claim", "理赔收入"
    RIGID_COST = "rigid_cost", "合规自付等刚性支出"


class Rhythm(models.TextChoices):
    MONTHLY = "monthly", "按月"
    QUARTERLY = "quarterly", "按季"
    SEASONAL = "seasonal", "按季节"
    ONCE = "once", "一次性"


class IncomeItem(models.Model):
    """One line of the collection form, e.g. W01 务工工资."""

    code = models.CharField("代码", max_length=3, primary_key=True)
    name = models.CharField("项目", max_length=20, unique=True)
    income_class = models.CharField("类别", max_length=14, choices=IncomeClass.choices)
    rhythm = models.CharField("节律", max_length=10, choices=Rhythm.choices, default=Rhythm.MONTHLY)

    objects = IncomeItemQuerySet.as_manager()

    class Meta:
        verbose_name = "收入项目"
        verbose_name_plural = "收入项目"
        ordering = ["code"]

    def __str__(self):
        return self.name

    @property
    def is_cost(self):
        return self.income_class in (IncomeClass.BUSINESS_COST, IncomeClass.RIGID_COST)


class Visit(models.Model):
    """The monthly visit to one household.

    A draft or returned visit neither adds income nor makes its month collected.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "已报"
        RETURNED = "returned", "退回"
        APPROVED = "approved", "已审"

    COLLECTED_STATES = (State.SUBMITTED, State.APPROVED)

    class Way(models.TextChoices):
        HOME = "home", "入户"
        PHONE = "phone", "电话"
        WECHAT = "wechat", "微信"

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="visits", verbose_name="户")
    month = models.DateField("月份", help_text="当月 1 日")
    visited_on = models.DateField("走访日期")
    way = models.CharField("走访方式", max_length=8, choices=Way.choices, default=Way.HOME)
    visitor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="visits", verbose_name="填报人"
    )
    visitors = models.CharField("走访人", max_length=100, blank=True)
    member_changes = models.TextField("人员变化", blank=True)
    # The four guarantees (三保障 and water); null: not asked.
    is_housing_safe = models.BooleanField("住房安全", null=True, blank=True)
    is_schooling_safe = models.BooleanField("义务教育有保障", null=True, blank=True)
    is_medical_safe = models.BooleanField("基本医疗有保障", null=True, blank=True)
    is_water_safe = models.BooleanField("饮水安全", null=True, blank=True)
    guarantee_note = models.TextField("三保障及饮水说明", blank=True)
    needs = models.TextField("需求诉求", blank=True)
    has_risk = models.BooleanField("存在返贫致贫风险", default=False)
    risk_note = models.TextField("风险研判", blank=True)
    suggested_measures = models.TextField("建议措施", blank=True)
    remarks = models.TextField("备注", blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    # Given by the client when the form was opened, so that a repeated delivery is the same visit.
    client_uuid = models.UUIDField("表单编号", null=True, blank=True, unique=True)
    version = models.PositiveIntegerField("版本", default=1)
    submitted_at = models.DateTimeField("上报时间", null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reviewed_visits",
        verbose_name="审核人",
    )
    reviewed_at = models.DateTimeField("审核时间", null=True, blank=True)
    review_comment = models.TextField("审核意见", blank=True)

    objects = VisitQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "走访"
        verbose_name_plural = "走访"
        ordering = ["household", "-month"]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "month"],
                name="visit_once_a_month",
                violation_error_message="这户这个月已有走访记录。",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="visit_month_is_its_first_day"),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("visitor")),
                name="visit_is_not_reviewed_by_its_maker",
                violation_error_message="填报人不能审核自己的走访。",
            ),
        ]

    def __str__(self):
        return f"{self.household} {self.month:%Y-%m}"

    def get_absolute_url(self):
        return reverse("visit", args=[self.household.number, f"{self.month:%Y-%m}"])


class IncomeEntry(models.Model):
    """One amount of one item in one month of one household, as one source told it.

    All sources are kept. Per household, month and item exactly one source counts: the feed,
    else the import, else the visit. ``visits.services.settle_entries`` marks which.
    """

    class Source(models.TextChoices):
        VISIT = "visit", "走访"
        IMPORT = "import", "导入"
        FEED = "feed", "部门数据"

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="income_entries", verbose_name="户")
    month = models.DateField("月份", help_text="当月 1 日")
    item = models.ForeignKey(IncomeItem, on_delete=models.PROTECT, related_name="entries", verbose_name="项目")
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="income_entries", verbose_name="成员"
    )
    # The member's id, 0 for the household: a unique key cannot hold a null.
    member_key = models.BigIntegerField("成员键", default=0, editable=False)
    amount = MoneyField("金额", help_text="元")
    source = models.CharField("来源", max_length=6, choices=Source.choices)
    basis = models.CharField("依据", max_length=40, blank=True)
    visit = models.ForeignKey(
        Visit, on_delete=models.CASCADE, null=True, blank=True, related_name="entries", verbose_name="走访"
    )
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="entries", verbose_name="部门"
    )
    is_counted = models.BooleanField("计入", default=True)

    objects = IncomeEntryQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "收入条目"
        verbose_name_plural = "收入条目"
        ordering = ["household", "month", "item", "source"]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "month", "item", "source", "member_key"], name="income_entry_once"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="income_entry_not_negative",
                violation_error_message="金额不能是负数；支出也写正数。",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="income_entry_month_is_its_first_day"),
            models.CheckConstraint(
                condition=Q(member=None, member_key=0) | Q(member_key=F("member_id")),
                name="income_entry_member_key_fits",
            ),
            models.CheckConstraint(
                condition=Q(source="visit", visit__isnull=False) | (~Q(source="visit") & Q(visit=None)),
                name="income_entry_of_a_visit_names_it",
            ),
            models.CheckConstraint(
                condition=Q(source="feed", department__isnull=False) | (~Q(source="feed") & Q(department=None)),
                name="income_entry_of_a_feed_names_its_department",
            ),
        ]

    def __str__(self):
        return f"{self.item} {self.amount}"
