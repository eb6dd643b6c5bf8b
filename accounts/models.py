"""Areas, departments, accounts and what they did."""

from functools import cached_property

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length

from accounts.querysets import AreaQuerySet, AuditEventQuerySet, DepartmentQuerySet, UserQuerySet

models.CharField.register_lookup(Length)


class Area(models.Model):
    """A county, township or village under its national statistical code."""

    class Level(models.TextChoices):
        COUNTY = "county", "县"
        TOWNSHIP = "township", "乡镇"
        VILLAGE = "village", "村"

    CODE_LENGTHS = {6: Level.COUNTY, 9: Level.TOWNSHIP, 12: Level.VILLAGE}

    code = models.CharField("区划代码", max_length=12, primary_key=True, help_text="县 6 位、乡镇 9 位、村 12 位")
    name = models.CharField("名称", max_length=60)
    level = models.CharField("层级", max_length=8, choices=Level.choices)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = "区划"
        verbose_name_plural = "区划"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__length=6, level="county", parent=None)
                | Q(code__length=9, level="township")
                | Q(code__length=12, level="village"),
                name="area_level_fits_code",
                violation_error_message="区划代码的位数与层级不符。",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def full_name(self):
        """Tells apart what bears one name: township, village and code, such as “银坊镇 柳沟村（130630101201）”."""
        above = f"{self.parent.name} " if self.level == self.Level.VILLAGE else ""
        return f"{above}{self.name}（{self.code}）"


class Department(models.Model):
    """A county department that leads or answers for measures."""

    name = models.CharField("部门", max_length=40, unique=True)
    order = models.PositiveSmallIntegerField("排序", default=0)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = "部门"
        verbose_name_plural = "部门"
        ordering = ["order", "name"]

    def __str__(self):
        return self.name


class AccountManager(UserManager.from_queryset(UserQuerySet)):
    """Creates accounts with hashed passwords, and knows who may see which."""

    # Migrations need no more of it than its queries.
    use_in_migrations = False

    def create_superuser(self, username, email=None, password=None, **fields):
        """The first account (``createsuperuser``): the administrator, who opens all others."""
        role = {"role": User.Role.SYSTEM, "name": User.Role.SYSTEM.label}
        return super().create_superuser(username, email, password, **{**role, **fields})


class User(AbstractUser):
    """A person with an account. What they see follows from role, areas and department."""

    class Role(models.TextChoices):
        VILLAGE = "village", "村级干部、驻村工作队"
        HELPER = "helper", "帮扶责任人"
        TOWNSHIP = "township", "乡镇"
        COUNTY = "county", "县乡村振兴局"
        DEPARTMENT = "department", "部门"
        AUDITOR = "auditor", "审计督查"
        SYSTEM = "system", "系统管理员"

    first_name = None
    last_name = None
    name = models.CharField("姓名", max_length=40)
    phone = models.CharField("手机号", max_length=11, blank=True)
    role = models.CharField("角色", max_length=10, choices=Role.choices, default=Role.VILLAGE)
    areas = models.ManyToManyField(Area, blank=True, related_name="users", verbose_name="所管区划")
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="users", verbose_name="部门"
    )

    # Whoever holds one of these sees what lies in the own areas.
    AREA_ROLES = frozenset({Role.VILLAGE, Role.TOWNSHIP, Role.COUNTY, Role.AUDITOR})

    objects = AccountManager()

    class Meta:
        verbose_name = "账号"
        verbose_name_plural = "账号"
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(role="department") | Q(department__isnull=False),
                name="user_of_a_department_names_it",
                violation_error_message="部门账号要选部门。",
            ),
        ]

    def __str__(self):
        return self.name or self.username

    def get_full_name(self):
        return self.name

    def get_short_name(self):
        return self.name

    @cached_property
    def area_codes(self):
        """Codes of the user's own areas, read once a request."""
        return list(self.areas.values_list("code", flat=True))

    def has_role(self, *roles):
        return self.is_active and self.role in roles


class AuditEvent(models.Model):
    """One thing that somebody did. Rows form a chain by hash and are never changed or deleted."""

    at = models.DateTimeField("时间")
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="audit_events", verbose_name="账号"
    )
    action = models.CharField("动作", max_length=40)
    subject = models.CharField("对象", max_length=120, blank=True)
    detail = models.JSONField("内容", default=dict)
    previous_hash = models.CharField("上一条摘要", max_length=64, blank=True)
    hash = models.CharField("摘要", max_length=64, unique=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = "审计记录"
        verbose_name_plural = "审计记录"
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"


class AuditHead(models.Model):
    """The end of the audit chain: one row, locked while an event is added.

    It holds the count and the last hash, so that cutting off the end shows as well.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    count = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="audit_head_is_one_row")]

    def __str__(self):
        return f"{self.count}"
