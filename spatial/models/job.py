"""Long work that a person started: what, how far, what came of it. 后台任务"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class JobState(models.TextChoices):
    """Life of a job."""

    WAITING = "waiting", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "未完成"
    STOPPED = "stopped", "已停止"


class Job(models.Model):
    """One piece of long work, done by the worker process. 后台任务"""

    kind = models.CharField("种类", max_length=40)
    title = models.CharField("名称", max_length=200)
    arguments = models.JSONField("参数", default=dict)
    by = models.ForeignKey(
        "spatial.User", models.PROTECT, null=True, blank=True, verbose_name="经办人"
    )
    state = models.CharField(
        "状态", max_length=10, choices=JobState.choices, default=JobState.WAITING
    )
    phase = models.CharField("步骤", max_length=100, blank=True)
    done = models.BigIntegerField("已做", default=0)
    total = models.BigIntegerField("共", default=0)
    stop_requested = models.BooleanField("要求停止", default=False)
    result = models.JSONField("结果", default=dict)
    error = models.TextField("原因", blank=True)
    created_at = models.DateTimeField("提交时间", auto_now_add=True)
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    beat_at = models.DateTimeField("最近进展", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = "后台任务"
        verbose_name_plural = "后台任务"
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(
                fields=["id"], name="job_open", condition=models.Q(state__in=("waiting", "running"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.get_state_display()}）"

    @property
    def open(self) -> bool:
        """Whether it still waits or runs."""
        return self.state in (JobState.WAITING, JobState.RUNNING)
