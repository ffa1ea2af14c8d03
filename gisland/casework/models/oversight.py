"""Who was told that a clock ran out, and who read what: append-only. 通报, 查阅记录"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Notice(models.Model):
    """A clock of a case was overdue on a day, and a level of office is told so. 逾期通报

    One for each clock, last day and level: asked again, ``check_deadlines`` adds none.
    ``from_name`` is the unit that answers for the case; the office of ``level`` reads it.
    """

    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="notices")
    clock = models.CharField("期限", max_length=30)
    due_on = models.DateField("截止日")
    level = models.CharField("通报到", max_length=20)
    on = models.DateField("通报日期")
    days_overdue = models.PositiveIntegerField("逾期天数")
    from_name = models.CharField("由谁通报", max_length=160)
    made_at = models.DateTimeField("生成时间", auto_now_add=True)

    class Meta:
        verbose_name = "逾期通报"
        verbose_name_plural = "逾期通报"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("case", "clock", "due_on", "level"), name="notice_once"
            ),
            models.CheckConstraint(
                condition=models.Q(on__gt=models.F("due_on")), name="notice_after_due"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=("level", "on"), name="notice_level_on")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.clock} → {self.level}"


class NoticeSeen(models.Model):
    """Somebody at the level that was told says that they have read it. 已阅"""

    notice = models.OneToOneField(Notice, models.PROTECT, related_name="seen")
    by = models.ForeignKey("spatial.User", models.PROTECT, related_name="+", verbose_name="阅者")
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "已阅"
        verbose_name_plural = "已阅"

    def __str__(self) -> str:
        return f"{self.notice_id} {self.by_id}"


class ReadWhat(models.TextChoices):
    """What of a case or clue was read."""

    PAGE = "page", "案件页"
    ORIGINAL = "original", "原件"
    CASE_FILE = "case_file", "案卷"
    CLUE = "clue", "线索"
    PERSONAL = "personal", "个人信息"


class ReadRecord(models.Model):
    """Somebody read a case, a clue, an original or personal data. 查阅记录"""

    what = models.CharField("内容", max_length=12, choices=ReadWhat.choices)
    case = models.ForeignKey("casework.Case", models.PROTECT, null=True, related_name="reads")
    clue = models.ForeignKey("casework.Clue", models.PROTECT, null=True, related_name="reads")
    detail = models.CharField("何件", max_length=200, blank=True)
    by = models.ForeignKey(
        "spatial.User", models.PROTECT, null=True, related_name="+", verbose_name="查阅人"
    )
    by_name = models.CharField("查阅人姓名", max_length=160)
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "查阅记录"
        verbose_name_plural = "查阅记录"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(case__isnull=False) | models.Q(clue__isnull=False),
                name="read_of_something",
            )
        ]

    def __str__(self) -> str:
        return f"{self.by_name} {self.what}"
