"""Who answers for which ground, and who stands in. 责任分工"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Responsibility(models.Model):
    """A unit, and perhaps one officer of it, answers for a county or township. 责任区

    The most particular one that holds on the day counts: township before county, officer before
    unit alone.
    """

    region = models.ForeignKey("spatial.Region", models.PROTECT, verbose_name="行政区")
    unit = models.ForeignKey("spatial.Unit", models.PROTECT, verbose_name="责任单位")
    officer = models.ForeignKey(
        "spatial.User", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="责任人",
    )  # fmt: skip
    since = models.DateField("起")
    until = models.DateField("止", null=True, blank=True)

    class Meta:
        verbose_name = "责任区"
        verbose_name_plural = "责任区"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="responsibility_forward",
            )
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.unit}"


class Absence(models.Model):
    """Somebody is away, and another acts meanwhile. 请假代理"""

    person = models.ForeignKey(
        "spatial.User", models.PROTECT, related_name="absences", verbose_name="人员"
    )
    deputy = models.ForeignKey(
        "spatial.User", models.PROTECT, related_name="+", verbose_name="代理人"
    )
    since = models.DateField("起")
    until = models.DateField("止")
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "请假代理"
        verbose_name_plural = "请假代理"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(until__gte=models.F("since")), name="absence_forward"
            ),
            models.CheckConstraint(
                condition=~models.Q(person=models.F("deputy")), name="absence_deputy_is_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.since}"
