"""Long work that people start, watch and fetch the result of."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Area
from jobs.querysets import JobQuerySet


class Job(models.Model):
    """One piece of long work: queued, n of m, done or failed with a reason. Its files are its owner's."""

    class State(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "失败"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField("类型", max_length=40)
    title = models.CharField("名称", max_length=120)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="jobs", verbose_name="发起人"
    )
    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, null=True, blank=True, related_name="jobs", verbose_name="区划"
    )
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.QUEUED)
    done = models.PositiveIntegerField("已做", default=0)
    total = models.PositiveIntegerField("共", default=0)
    message = models.TextField("说明", blank=True)
    parameters = models.JSONField("参数", default=dict, blank=True)
    result = models.JSONField("结果", default=dict, blank=True)
    upload = models.FileField("上传文件", upload_to="uploads/%Y%m", blank=True)
    upload_name = models.CharField("上传文件名", max_length=200, blank=True)
    output = models.FileField("结果文件", upload_to="outputs/%Y%m", blank=True)
    output_name = models.CharField("结果文件名", max_length=200, blank=True)
    created_at = models.DateTimeField("提交时间", auto_now_add=True)
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    # Renewed with every step; a running job that stays silent was killed with its worker.
    heartbeat_at = models.DateTimeField("最近进展", null=True, blank=True)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "任务"
        verbose_name_plural = "任务"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="job_done_within_total"),
        ]

    def __str__(self):
        return self.title

    @property
    def found_errors(self):
        """Whether this is the check of a file, run to its end, that found the file unfit to import."""
        return self.state == self.State.DONE and self.result.get("can_confirm") is False

    @property
    def outcome(self):
        """The state in words that do not call a file with errors done."""
        return "有错误" if self.found_errors else self.get_state_display()

    @property
    def is_finished(self):
        return self.state in (self.State.DONE, self.State.FAILED)
