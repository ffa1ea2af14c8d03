"""A finding that somebody owns, from issue to close-out. 案件"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Case(models.Model):
    """One patch's way through the office. 案件

    ``report_state``, ``handling_state``, ``round``, ``unit``, ``officer``, ``listed`` and
    ``moved_at`` are what the events of the ledger say, kept here to be searched; ``events`` counts
    them, and is what a page has ``seen``.
    """

    patch = models.OneToOneField("spatial.Patch", models.PROTECT, related_name="case")
    report_state = models.CharField("上报状态", max_length=30)
    handling_state = models.CharField("查处状态", max_length=30)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    unit = models.ForeignKey(
        "spatial.Unit", models.PROTECT, null=True, blank=True, verbose_name="承办单位"
    )
    officer = models.ForeignKey(
        "spatial.User", models.PROTECT, null=True, blank=True, related_name="cases",
        verbose_name="承办人",
    )  # fmt: skip
    listed = models.BooleanField("挂牌督办", default=False)
    events = models.PositiveIntegerField("记录数", default=0)
    moved_at = models.DateTimeField("最近办理")
    opened_at = models.DateTimeField("建案时间", auto_now_add=True)

    class Meta:
        verbose_name = "案件"
        verbose_name_plural = "案件"
        indexes: ClassVar = [
            models.Index(fields=("report_state", "id"), name="case_report_state"),
            models.Index(fields=("handling_state", "id"), name="case_handling_state"),
            models.Index(fields=("officer", "id"), name="case_officer"),
        ]

    def __str__(self) -> str:
        return f"案件 {self.pk}"


class CaseClock(models.Model):
    """One clock of a case: when it began, when it is due, when it ended. 期限

    Derived from the ledger and clocks.toml, and can always be rebuilt. Whether it burns or is
    overdue depends on the day that asks, and is not stored.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="clocks")
    clock = models.CharField("期限", max_length=30)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    started_on = models.DateField("起算日")
    due_on = models.DateField("截止日")
    ended_on = models.DateField("办结日", null=True, blank=True)
    paused_since = models.DateField("中止起", null=True, blank=True)
    paused_days = models.PositiveIntegerField("中止天数", default=0)
    extended = models.BooleanField("已延期", default=False)

    class Meta:
        verbose_name = "期限"
        verbose_name_plural = "期限"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("case", "clock"), name="case_clock_once"),
            models.CheckConstraint(
                condition=models.Q(due_on__gte=models.F("started_on")), name="case_clock_forward"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("due_on", "clock"),
                condition=models.Q(ended_on__isnull=True),
                name="case_clock_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.clock} {self.due_on}"
