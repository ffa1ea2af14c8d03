"""Facts about ground that people establish: append-only rows. 事实

Casework writes them; a later row supersedes an earlier one, none is changed or removed. The
database refuses UPDATE and DELETE (trigger, and a role without the right).
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.gis.db import models


class Fact(models.Model):
    """What every fact carries. 事实"""

    patch = models.ForeignKey("spatial.Patch", models.PROTECT, related_name="+")
    on = models.DateField("日期")
    by = models.ForeignKey("spatial.User", models.PROTECT, related_name="+", verbose_name="认定人")
    recorded_at = models.DateTimeField("记录时间", auto_now_add=True)
    note = models.TextField("说明", blank=True)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )

    class Meta:
        abstract = True


class DeterminationKind(models.TextChoices):
    """How a person decided."""

    CONFIRM = "confirm", "确认初判"
    CHANGE = "change", "改判"


class Determination(Fact):
    """A person's decision on a patch: each piece as proposed, or one conclusion. 判定"""

    assessment = models.ForeignKey("spatial.Assessment", models.PROTECT, related_name="+")
    kind = models.CharField("判定方式", max_length=10, choices=DeterminationKind.choices)
    conclusion = models.CharField("结论", max_length=40, blank=True)
    conclusion_class = models.CharField("归类", max_length=10, blank=True)
    reason_code = models.CharField("理由代码", max_length=40, blank=True)

    class Meta:
        verbose_name = "判定"
        verbose_name_plural = "判定"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind="confirm")
                | (~models.Q(conclusion="") & ~models.Q(conclusion_class="")),
                name="determination_change_names_conclusion",
            )
        ]

    def __str__(self) -> str:
        return f"{self.patch_id} {self.kind} {self.conclusion}"


class Rectification(Fact):
    """Ground put right: how, how much, since when. 整改"""

    kind = models.CharField("整改方式", max_length=20)
    area_m2 = models.DecimalField("面积（平方米）", max_digits=18, decimal_places=2)

    class Meta:
        verbose_name = "整改"
        verbose_name_plural = "整改"

    def __str__(self) -> str:
        return f"{self.patch_id} {self.kind}"


class Exclusion(Fact):
    """A patch left out of a ratio, with its reason. 剔除"""

    reason_code = models.CharField("剔除理由", max_length=40)

    class Meta:
        verbose_name = "剔除"
        verbose_name_plural = "剔除"

    def __str__(self) -> str:
        return f"{self.patch_id} {self.reason_code}"


class FieldResult(Fact):
    """What was found on the spot. 实地结果"""

    result = models.CharField("实地结果", max_length=40)
    purpose = models.CharField("实地用途", max_length=60, blank=True)

    class Meta:
        verbose_name = "实地结果"
        verbose_name_plural = "实地结果"

    def __str__(self) -> str:
        return f"{self.patch_id} {self.result}"
