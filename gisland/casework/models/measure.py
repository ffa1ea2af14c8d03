"""What is to be done about a unit of a campaign, by whom and until when: append-only. 一企一策"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class MeasureState(models.TextChoices):
    """How far a measure is."""

    PLANNED = "planned", "已定"
    DOING = "doing", "办理中"
    DONE = "done", "已办结"


class CampaignMeasure(models.Model):
    """One decision on a unit of a campaign's table; the newest of a unit holds. 处置措施

    ``unit_key`` is what the table's rows are told by (a holder's number, a patch's number, a
    county's code), ``region`` the county that most of its ground lies in.
    """

    campaign = models.CharField("专项", max_length=60)
    table = models.CharField("表", max_length=40)
    unit_key = models.CharField("单元", max_length=40)
    unit_name = models.CharField("名称", max_length=200)
    region = models.ForeignKey("spatial.Region", models.PROTECT, verbose_name="县级行政区")
    measure = models.CharField("处置措施", max_length=60)
    work_group = models.CharField("工作组", max_length=60, blank=True)
    due_on = models.DateField("时限", null=True, blank=True)
    state = models.CharField(
        "进度", max_length=10, choices=MeasureState.choices, default=MeasureState.PLANNED
    )
    note = models.TextField("说明", blank=True)
    by = models.ForeignKey("spatial.User", models.PROTECT, related_name="+", verbose_name="登记人")
    at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "专项处置措施"
        verbose_name_plural = "专项处置措施"
        indexes: ClassVar = [
            models.Index(fields=("campaign", "table", "unit_key", "id"), name="measure_of_unit")
        ]

    def __str__(self) -> str:
        return f"{self.unit_name} {self.measure}"
