"""The append-only, chained record of what was done in a case. 办案台账"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class CaseEvent(models.Model):
    """One step of a case: who, when, why, with what. 办案记录

    ``hash`` is over all that the row says and over ``previous``, the hash of the event before it:
    whoever changes, removes or inserts one breaks every later one. The database refuses UPDATE
    and DELETE.
    """

    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="ledger")
    number = models.PositiveIntegerField("序号")
    edge = models.CharField("步骤", max_length=30)
    report_state = models.CharField("上报状态", max_length=30)
    handling_state = models.CharField("查处状态", max_length=30)
    round = models.PositiveSmallIntegerField("轮次")
    by = models.ForeignKey(
        "spatial.User", models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )
    by_name = models.CharField("经办人姓名", max_length=160)
    by_level = models.CharField("经办人级别", max_length=20, blank=True)
    at = models.DateTimeField("时间")
    on = models.DateField("办理日期")
    reason_code = models.CharField("理由代码", max_length=40, blank=True)
    note = models.TextField("说明", blank=True)
    told = models.JSONField("内容", default=dict)
    previous = models.CharField("前一条校验值", max_length=64, blank=True)
    hash = models.CharField("校验值", max_length=64, unique=True)

    class Meta:
        verbose_name = "办案记录"
        verbose_name_plural = "办案记录"
        ordering = ("case", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("case", "number"), name="case_event_number")
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.number} {self.edge}"


class Seal(models.Model):
    """The heads of all chains on one moment, so that a cut-off tail is found too. 封存

    ``digest`` is over (case, number, hash) of the last event of every case up to ``last_event``.
    """

    at = models.DateTimeField("时间", auto_now_add=True)
    last_event = models.BigIntegerField("最后一条记录")
    cases = models.PositiveIntegerField("案件数")
    digest = models.CharField("校验值", max_length=64)

    class Meta:
        verbose_name = "封存"
        verbose_name_plural = "封存"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.cases}"
