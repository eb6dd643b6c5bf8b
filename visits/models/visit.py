"""The monthly visit and what belongs to it. Plan 二(一)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from households.choices import Labour
from households.models import Household, Member
from visits.querysets import VisitPartQuerySet, VisitQuerySet


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

    class Policy(models.TextChoices):
        ALLOWANCE = "allowance", "低保"
        DESTITUTE = "destitute", "特困供养"
        DISABILITY = "disability", "残疾人两项补贴"
        PUBLIC_POST = "public_post", "公益岗位"
        LOAN = "loan", "小额信贷"
        RAIN_DEW = "rain_dew", "雨露计划"
        DIVIDEND = "dividend", "产业分红"
        MEDICAL = "medical", "医保资助"
        RELIEF = "relief", "临时救助"
        INSURANCE = "insurance", "防贫保险"

    class Need(models.TextChoices):
        WORK = "work", "就业"
        INDUSTRY = "industry", "产业技术"
        MONEY = "money", "资金"
        HEALTH = "health", "就医"
        SCHOOL = "school", "就学"
        HOUSING = "housing", "住房"
        WATER = "water", "饮水"
        OTHER = "other", "其他"

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
    # Comma-separated ``Policy`` and ``Need`` codes in their order.
    policies = models.CharField("享受政策", max_length=160, blank=True, default="", db_default="")
    need_kinds = models.CharField("需求类别", max_length=80, blank=True, default="", db_default="")
    # Null: not judged.
    has_risk = models.BooleanField("存在返贫致贫风险", null=True, blank=True)
    # Comma-separated ``Cause`` codes in their order.
    risk_kinds = models.CharField("风险类型", max_length=160, blank=True, default="", db_default="")
    risk_note = models.TextField("风险研判", blank=True)
    has_income_risk = models.BooleanField("有减收风险点", null=True, blank=True)
    income_risk_note = models.TextField("减收风险点", blank=True, default="", db_default="")
    suggested_measures = models.TextField("建议措施", blank=True)
    remarks = models.TextField("备注", blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    # The delivery that made the current version, see ``VisitVersion``.
    client_uuid = models.UUIDField("表单编号", null=True, blank=True, unique=True)
    version = models.PositiveIntegerField("版本", default=1)
    # How the form was filled; ranks visits for a call-back and nothing else. Null: not known.
    fill_seconds = models.PositiveIntegerField("填写用时", null=True, blank=True, help_text="秒")
    copied_values = models.PositiveSmallIntegerField("同上月的项数", null=True, blank=True)
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

    @property
    def is_collected(self):
        """Whether the visit makes its month collected."""
        return self.state in self.COLLECTED_STATES


class MemberChange(models.Model):
    """What a visit learnt of one member, or of somebody who is not on the register yet.

    It is told, not done: the register follows by the national system's export.
    """

    class Kind(models.TextChoices):
        JOINED = "joined", "新增成员"
        LEFT = "left", "减少成员"
        LABOUR = "labour", "劳动能力变化"
        ILLNESS = "illness", "新发大病"
        DISABILITY = "disability", "新残疾"
        SCHOOLING = "schooling", "就学变化"
        RETURNED = "returned", "返乡失业"
        OTHER = "other", "其他"

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="changes", verbose_name="走访")
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="told_changes", verbose_name="成员"
    )
    # The member's id, 0 for somebody new: a unique key cannot hold a null.
    member_key = models.BigIntegerField("成员键", default=0, editable=False)
    kind = models.CharField("变化", max_length=10, choices=Kind.choices)
    # The capacity as it is now, where that is what changed.
    labour = models.CharField("现劳动技能", max_length=10, choices=Labour.choices, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = VisitPartQuerySet.as_manager()

    class Meta:
        verbose_name = "人员变化"
        verbose_name_plural = "人员变化"
        ordering = ["visit", "member_key"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "member_key"], name="member_change_once_a_visit"),
            models.CheckConstraint(
                condition=Q(member=None, member_key=0) | Q(member_key=F("member_id")),
                name="member_change_member_key_fits",
            ),
            models.CheckConstraint(
                condition=Q(kind="joined", member=None) | (~Q(kind="joined") & Q(member__isnull=False)),
                name="member_change_of_a_member_unless_joined",
                violation_error_message="新增成员填在“不在册的人”一行，其余变化填在成员名下。",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.member or ''}".strip()


class WorkAway(models.Model):
    """Where one member worked away in the month of a visit. What it paid is the member's wage entry."""

    class Channel(models.TextChoices):
        SELF = "self", "自己找的"
        KIN = "kin", "亲友介绍"
        GOVERNMENT = "government", "政府组织"
        AGENCY = "agency", "中介或企业招工"
        WORKSHOP = "workshop", "帮扶车间"
        PUBLIC_POST = "public_post", "公益性岗位"

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="work", verbose_name="走访")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="work_away", verbose_name="成员")
    place = models.CharField("务工地点", max_length=60, help_text="到县")
    employer = models.CharField("企业", max_length=60, blank=True)
    industry = models.CharField("行业", max_length=30, blank=True)
    started_on = models.DateField("开始日期", null=True, blank=True)
    ended_on = models.DateField("结束日期", null=True, blank=True)
    channel = models.CharField("渠道", max_length=12, choices=Channel.choices, blank=True)

    objects = VisitPartQuerySet.as_manager()

    class Meta:
        verbose_name = "外出务工"
        verbose_name_plural = "外出务工"
        ordering = ["visit", "member"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "member"], name="work_away_once_a_visit"),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(started_on=None) | Q(ended_on__gte=F("started_on")),
                name="work_away_ends_after_start",
                violation_error_message="结束日期不能早于开始日期。",
            ),
        ]

    def __str__(self):
        return f"{self.member} {self.place}"


class VisitPhoto(models.Model):
    """An optional picture of a visit, made smaller and rid of position and camera data. Never required."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="photos", verbose_name="走访")
    file = models.FileField("照片", upload_to="photos/%Y%m")
    # Given by the phone, so that a repeated delivery is the same photo.
    client_uuid = models.UUIDField("照片编号", unique=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="上传人"
    )
    added_at = models.DateTimeField("上传时间")

    objects = VisitPartQuerySet.as_manager()

    class Meta:
        verbose_name = "走访照片"
        verbose_name_plural = "走访照片"
        ordering = ["visit", "pk"]

    def __str__(self):
        return f"{self.visit} 照片 {self.pk}"
