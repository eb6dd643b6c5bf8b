"""How a visit came to be what it is: every accepted delivery, drafts, and what the reviewer asked."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from households.models import Household
from visits.models.visit import Visit
from visits.querysets import VisitDraftQuerySet, VisitPartQuerySet


class VisitVersion(models.Model):
    """One version of a visit: what was recorded, by whom, and the delivery that brought it.

    ``client_uuid`` and ``body_hash`` make a repeated delivery known: the same again gets the same
    answer, another body under the same number is refused. ``content`` is the canonical form
    (``visits.content``) of the whole visit after this version; merging and the list of what changed
    compare two of them. Null ``client_uuid``: the visit as it stood before its first change here.
    """

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="versions", verbose_name="走访")
    version = models.PositiveIntegerField("版本")
    client_uuid = models.UUIDField("递交编号", null=True, unique=True)
    body_hash = models.CharField("递交内容摘要", max_length=64, blank=True)
    content = models.JSONField("内容")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="填报人"
    )
    made_at = models.DateTimeField("时间")
    # The version that a reviewer had last decided on when this one was made; null: none had.
    compared_with = models.PositiveIntegerField("审核过的版本", null=True)
    # Why an approved visit was corrected; "" for an ordinary version.
    reason = models.CharField("更正原因", max_length=200, blank=True)

    objects = VisitPartQuerySet.as_manager()

    class Meta:
        verbose_name = "走访版本"
        verbose_name_plural = "走访版本"
        ordering = ["visit", "version"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "version"], name="visit_version_once"),
            models.CheckConstraint(
                condition=Q(client_uuid=None) | ~Q(body_hash=""), name="visit_version_delivery_has_a_hash"
            ),
        ]

    def __str__(self):
        return f"{self.visit} 第 {self.version} 版"


class VisitDraft(models.Model):
    """What somebody has typed for a month and not reported yet, exactly as typed. Seen by its author only."""

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="drafts", verbose_name="户")
    month = models.DateField("月份", help_text="当月 1 日")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="visit_drafts", verbose_name="填报人"
    )
    # Field name of the form -> list of what stands in it.
    fields = models.JSONField("所填内容")
    saved_at = models.DateTimeField("保存时间")

    objects = VisitDraftQuerySet.as_manager()

    class Meta:
        verbose_name = "走访草稿"
        verbose_name_plural = "走访草稿"
        ordering = ["-saved_at"]
        constraints = [
            models.UniqueConstraint(fields=["household", "month", "author"], name="visit_draft_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="visit_draft_month_is_its_first_day"),
        ]

    def __str__(self):
        return f"{self.household} {self.month:%Y-%m} 草稿"


class FieldComment(models.Model):
    """What a reviewer asks about one field of a returned visit. Stays with the version that it was said of."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="comments", verbose_name="走访")
    version = models.PositiveIntegerField("版本")
    # Key of the field in ``visits.content``, such as "needs" or "entries.W01/12"; "" is the visit as a whole.
    field = models.CharField("字段", max_length=40, blank=True)
    text = models.CharField("意见", max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="审核人")
    at = models.DateTimeField("时间")

    objects = VisitPartQuerySet.as_manager()

    class Meta:
        verbose_name = "退回意见"
        verbose_name_plural = "退回意见"
        ordering = ["visit", "version", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "version", "field"], name="field_comment_once_a_version"),
        ]

    def __str__(self):
        return self.text
