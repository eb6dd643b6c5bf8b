"""The electronic file (电子档案) of a household. Plan 二(一)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from accounts.models import Area
from households import identity
from households.choices import HEAD, RELATIONS, SCHOOLING, STUDENT_STATUS, Cause, Health, Kind, Labour, MonitorKind, Sex
from households.querysets import HouseholdPartQuerySet, HouseholdQuerySet, MemberQuerySet
from sumyuan.fields import EncryptedTextField, MoneyField, keyed_hash


def _words(values):
    return [(value, value) for value in values]


class Household(models.Model):
    """One household on the register. ``kind`` and ``monitor_kind`` are two attributes, not one list."""

    number = models.CharField("户编号", max_length=20, unique=True)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="households", verbose_name="村")
    hamlet = models.CharField("自然村", max_length=30, blank=True, default="", db_default="")
    # The head's name, kept with the head's row: every list shows, sorts and searches by it.
    head_name = models.CharField("户主姓名", max_length=60, blank=True)
    head_pinyin = models.CharField("户主拼音", max_length=200, blank=True)
    kind = models.CharField("户类型", max_length=10, choices=Kind.choices, default=Kind.LIFTED)
    monitor_kind = models.CharField(
        "监测对象类别", max_length=10, choices=MonitorKind.choices, default=MonitorKind.NONE
    )
    identified_on = models.DateField("识别监测时间", null=True, blank=True)
    risk_eliminated = models.BooleanField("风险是否已消除", default=False)
    cause_1 = models.CharField("致贫/返贫风险1", max_length=16, choices=Cause.choices, blank=True)
    cause_2 = models.CharField("致贫/返贫风险2", max_length=16, choices=Cause.choices, blank=True)
    cause_3 = models.CharField("致贫/返贫风险3", max_length=16, choices=Cause.choices, blank=True)
    cause_4 = models.CharField("致贫/返贫风险4", max_length=16, choices=Cause.choices, blank=True)
    cause_5 = models.CharField("致贫/返贫风险5", max_length=16, choices=Cause.choices, blank=True)
    phone = models.CharField("户联系电话", max_length=20, blank=True)
    # Null: not recorded.
    is_dangerous_house = models.BooleanField("是否危房户", null=True, blank=True)
    has_safe_water = models.BooleanField("是否解决安全饮水", null=True, blank=True)
    helper = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="paired_households",
        verbose_name="帮扶责任人账号",
    )
    # As the roster gives them; an account is linked by phone.
    helper_name = models.CharField("帮扶责任人", max_length=40, blank=True)
    helper_phone = models.CharField("帮扶责任人电话", max_length=20, blank=True)
    left_on = models.DateField("销户日期", null=True, blank=True)
    left_reason = models.CharField("销户原因", max_length=60, blank=True)

    objects = HouseholdQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "户"
        verbose_name_plural = "户"
        ordering = ["village_id", "number"]
        indexes = [
            models.Index(fields=["village", "number"]),
            models.Index(fields=["head_pinyin"]),
        ]

    def __str__(self):
        return f"{self.head_name}（{self.number}）"

    def get_absolute_url(self):
        return reverse("household", args=[self.number])

    @property
    def causes(self):
        """The recorded risk causes, in the order given."""
        codes = (self.cause_1, self.cause_2, self.cause_3, self.cause_4, self.cause_5)
        return [Cause(code) for code in codes if code]

    @property
    def is_monitored(self):
        return self.monitor_kind != MonitorKind.NONE

    @property
    def type_label(self):
        """户类型 as the appendix prints it: the monitored kind where there is one, and whether its risk is gone."""
        if not self.is_monitored:
            return self.get_kind_display()
        return f"{self.get_monitor_kind_display()}（{'已消除' if self.risk_eliminated else '未消除'}）"


class Member(models.Model):
    """One person of one household. The same person may leave one household and join another."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="members", verbose_name="户")
    person_number = models.CharField("人口编号", max_length=30, blank=True)
    name = models.CharField("姓名", max_length=60)
    # Full spelling and initials, "zhangsan zs", to search by.
    pinyin = models.CharField("拼音", max_length=200, blank=True, editable=False)
    id_number = EncryptedTextField("证件号码", help_text="18 位身份证，或 20、22 位残疾人证")
    # Keyed hash of the first 18 characters: the person.
    id_key = models.CharField("证件查找键", max_length=64, editable=False)
    relation = models.CharField("与户主关系", max_length=10, choices=_words(RELATIONS))
    sex = models.CharField("性别", max_length=1, choices=Sex.choices, blank=True)
    birth_date = models.DateField("出生日期", null=True, blank=True)
    ethnicity = models.CharField("民族", max_length=20, blank=True)
    # Comma-separated ``Health`` codes in their order; "" is not recorded.
    health = models.CharField("健康状况", max_length=40, blank=True)
    disability_kind = models.PositiveSmallIntegerField("残疾类别", null=True, blank=True)
    disability_grade = models.PositiveSmallIntegerField("残疾等级", null=True, blank=True)
    labour = models.CharField("劳动技能", max_length=10, choices=Labour.choices, blank=True)
    schooling = models.CharField("文化程度", max_length=10, choices=_words(SCHOOLING), blank=True)
    student_status = models.CharField("在校生状况", max_length=10, choices=_words(STUDENT_STATUS), blank=True)
    work_place = models.CharField("务工所在地", max_length=100, blank=True)
    employer = models.CharField("务工企业名称", max_length=100, blank=True)
    work_months = models.PositiveSmallIntegerField("务工时间", null=True, blank=True, help_text="月")
    public_post = models.CharField("公益性岗位", max_length=40, blank=True)
    # Null: not recorded.
    has_resident_medical = models.BooleanField("是否参加城乡居民基本医疗保险", null=True, blank=True)
    has_employee_medical = models.BooleanField("是否参加城镇职工基本医疗保险", null=True, blank=True)
    has_illness_insurance = models.BooleanField("是否参加大病保险", null=True, blank=True)
    has_low_income_allowance = models.BooleanField("是否享受低保", null=True, blank=True)
    has_destitute_support = models.BooleanField("是否特困供养人员", null=True, blank=True)
    # Null: always there.
    joined_on = models.DateField("加入日期", null=True, blank=True)
    # Null: still there.
    left_on = models.DateField("离开日期", null=True, blank=True)
    left_reason = models.CharField("离开原因", max_length=60, blank=True)

    objects = MemberQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "成员"
        verbose_name_plural = "成员"
        ordering = ["household", "pk"]
        indexes = [models.Index(fields=["id_key"])]
        constraints = [
            models.UniqueConstraint(
                fields=["id_key"],
                condition=Q(left_on=None),
                name="person_in_one_household",
                violation_error_message="此人已在另一户。",
            ),
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(left_on=None, relation=HEAD),
                name="household_has_one_head",
                violation_error_message="一户只能有一个户主。",
            ),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(joined_on=None) | Q(left_on__gte=F("joined_on")),
                name="member_leaves_after_joining",
                violation_error_message="离开日期不能早于加入日期。",
            ),
        ]

    def __str__(self):
        return self.name

    def is_present_on(self, day):
        """Whether the member is one on a day, as ``MemberQuerySet.present_on`` has it."""
        return (
            (self.birth_date is None or self.birth_date <= day)
            and (self.joined_on is None or self.joined_on <= day)
            and (self.left_on is None or self.left_on > day)
        )

    def age_on(self, day):
        """Full years on a day; ``None`` without a birth date."""
        born = self.birth_date
        return None if born is None else day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    @property
    def masked_id(self):
        return identity.mask(self.id_number)

    @property
    def health_labels(self):
        return [Health(code).label for code in self.health.split(",") if code]

    @property
    def is_head(self):
        return self.relation == HEAD

    @staticmethod
    def key_of(id_number):
        """The look-up key of a normalised certificate number."""
        return keyed_hash(id_number[:18])


class AnnualIncome(models.Model):
    """What a household earned in a past year (上年度收入明细表), by class, and by item where known."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="annual_incomes", verbose_name="户")
    year = models.PositiveSmallIntegerField("年度")
    wage = MoneyField("工资性收入", default=0, help_text="元")
    business = MoneyField("生产经营性收入", default=0, help_text="元")
    property = MoneyField("财产性收入", default=0, help_text="元")
    transfer = MoneyField("转移性收入", default=0, help_text="元")
    business_cost = MoneyField("生产经营性支出", default=0, help_text="元")
    persons = models.PositiveSmallIntegerField("家庭人口数", help_text="人")
    # Item code -> fen, for the items that the county's file names; each class's items add up to it.
    items = models.JSONField("分项收入", default=dict, blank=True)

    objects = HouseholdPartQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = "上年收入"
        verbose_name_plural = "上年收入"
        ordering = ["household", "-year"]
        constraints = [
            models.UniqueConstraint(fields=["household", "year"], name="annual_income_once_a_year"),
            models.CheckConstraint(
                condition=Q(persons__gte=1),
                name="annual_income_has_persons",
                violation_error_message="家庭人口数至少 1 人。",
            ),
        ]

    def __str__(self):
        return f"{self.household} {self.year} 年"

    # Spelt out: in this class body ``property`` is a field.
    def net(self):
        """Net income of the year, ``Decimal`` yuan."""
        return self.wage + self.business + self.property + self.transfer - self.business_cost
