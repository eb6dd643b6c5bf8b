"""疑点: what a numbered check found worth looking at again. It accuses nobody and blocks nothing."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from checks.choices import Severity
from checks.querysets import FindingQuerySet
from households.models import Household, Member
from visits.models import Visit
from visits.querysets import VisitPartQuerySet


class Finding(models.Model):
    """One doubt about one household in one month, by the code of its check (``checks.rules``).

    A run opens and fixes findings; a person explains them. An explained one stays quiet while its
    ``values`` stay the same.
    """

    class State(models.TextChoices):
        OPEN = "open", "待核"
        EXPLAINED = "explained", "已说明"
        FIXED = "fixed", "已消除"

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="findings", verbose_name="户")
    month = models.DateField("月份", help_text="当月 1 日")
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="findings", verbose_name="成员"
    )
    # The member's id, 0 for the household: a unique key cannot hold a null.
    member_key = models.BigIntegerField("成员键", default=0, editable=False)
    code = models.CharField("规则", max_length=4)
    severity = models.CharField("程度", max_length=4, choices=Severity.choices)
    # Key of the field in ``visits.content`` that it stands beside; "entries" are
    # all amounts, "" is the household.
    field = models.CharField("字段", max_length=40, blank=True)
    text = models.CharField("内容", max_length=200)
    # What fired it: quantity (``checks.quantities``) -> integer, and facts of the register. Never an ID or a phone.
    values = models.JSONField("依据", default=dict)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    note = models.CharField("说明", max_length=200, blank=True)
    explained_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="说明人",
    )
    explained_at = models.DateTimeField("说明时间", null=True, blank=True)
    found_on = models.DateField("发现日期")
    # The last day on which a run still found it.
    seen_on = models.DateField("最近检出")

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = "疑点"
        verbose_name_plural = "疑点"
        ordering = ["household", "-month", "code", "field"]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "month", "code", "field", "member_key"], name="finding_once_a_month"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="finding_month_is_its_first_day"),
            models.CheckConstraint(
                condition=Q(member=None, member_key=0) | Q(member_key=F("member_id")), name="finding_member_key_fits"
            ),
            models.CheckConstraint(
                condition=~Q(state="explained") | (~Q(note="") & Q(explained_at__isnull=False)),
                name="finding_explained_has_a_note",
                violation_error_message="写明情况才算已说明。",
            ),
        ]
        indexes = [models.Index(fields=["state", "code"])]

    def __str__(self):
        return f"{self.code} {self.text}"


class CheckedVisit(models.Model):
    """The version of a visit that the checks have looked at: what was reported since is looked at next."""

    visit = models.OneToOneField(Visit, on_delete=models.CASCADE, related_name="checked", verbose_name="走访")
    version = models.PositiveIntegerField("查过的版本")

    objects = VisitPartQuerySet.as_manager()

    class Meta:
        verbose_name = "查过的走访"
        verbose_name_plural = "查过的走访"

    def __str__(self):
        return f"{self.visit} 第 {self.version} 版"
