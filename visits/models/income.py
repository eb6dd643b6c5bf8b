"""What a household earns and spends: the items of the collection form, and each amount with its source."""

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from accounts.models import Department
from households.models import Household, Member
from sumyuan.fields import MoneyField
from visits.querysets import FeedRightQuerySet, IncomeEntryQuerySet, IncomeItemQuerySet


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
        "visits.Visit", on_delete=models.CASCADE, null=True, blank=True, related_name="entries", verbose_name="走访"
    )
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="entries", verbose_name="部门"
    )
    is_counted = models.BooleanField("计入", default=True)
    # What the visit holds against a department's or the county's value of the same item; "" where they agree.
    dispute = models.CharField("不同意见", max_length=200, blank=True, default="", db_default="")

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


class FeedRight(models.Model):
    """One item that one department may report by a payment list. The county decides; the first rows are examples."""

    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="feed_rights", verbose_name="部门"
    )
    item = models.ForeignKey(IncomeItem, on_delete=models.PROTECT, related_name="feed_rights", verbose_name="项目")
    # A right that is withdrawn stays: what was reported under it keeps its source.
    is_active = models.BooleanField("有效", default=True, help_text="去掉勾，这个部门就不能再报这一项")

    objects = FeedRightQuerySet.as_manager()

    class Meta:
        verbose_name = "部门可报项目"
        verbose_name_plural = "部门可报项目"
        ordering = ["department__order", "item"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "item"],
                name="feed_right_once",
                violation_error_message="这个部门已经可以报这一项。",
            ),
        ]

    def __str__(self):
        return f"{self.department} {self.item}"
