"""Facts about ground that people establish: append-only rows. 事实

Casework writes them; a later row supersedes an earlier one, none is changed or removed. The
database refuses UPDATE and DELETE (trigger, and a role without the right).
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.gis.db import models

from spatial import crs


class Fact(models.Model):
    """What every fact carries. 事实

    A later row takes the place of the one that it ``supersedes``; with ``withdrawn`` it says only
    that the earlier one no longer holds. What was known on a past date is read by ``recorded_at``.
    """

    patch = models.ForeignKey("spatial.Patch", models.PROTECT, related_name="+")
    on = models.DateField("日期")
    by = models.ForeignKey("spatial.User", models.PROTECT, related_name="+", verbose_name="认定人")
    recorded_at = models.DateTimeField("记录时间", auto_now_add=True)
    note = models.TextField("说明", blank=True)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    withdrawn = models.BooleanField("撤回", default=False)

    class Meta:
        abstract = True


class DeterminationKind(models.TextChoices):
    """How a person decided."""

    CONFIRM = "confirm", "确认初判"
    CHANGE = "change", "改判"


class Determination(Fact):
    """A person's decision on a patch: each piece as proposed, or one conclusion. 判定

    ``part`` is the drawn ground that it speaks of; without one, the whole patch.
    """

    part = models.MultiPolygonField("勾绘范围", srid=crs.STORAGE_SRID, null=True, blank=True)

    assessment = models.ForeignKey("spatial.Assessment", models.PROTECT, related_name="+")
    kind = models.CharField("判定方式", max_length=10, choices=DeterminationKind.choices)
    conclusion = models.CharField("结论", max_length=40, blank=True)
    conclusion_class = models.CharField("归类", max_length=10, blank=True)
    reason_code = models.CharField("理由代码", max_length=40, blank=True)
    action = models.ForeignKey(
        "spatial.ReviewAction", models.PROTECT, null=True, blank=True, related_name="determinations"
    )

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
    """Ground put right: how (a code of vocabulary.toml), where, since when. 整改

    ``part`` is the ground put right; without one, the whole patch. ``area_m2`` is the area that
    the acceptance paper states; ratios measure the ground.
    """

    part = models.MultiPolygonField("整改范围", srid=crs.STORAGE_SRID, null=True, blank=True)

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
    """What was found on the spot; ``land_class`` is a code of the survey's classes. 实地结果"""

    result = models.CharField("实地结果", max_length=40)
    purpose = models.CharField("实地用途", max_length=60, blank=True)
    land_class = models.CharField("现状地类", max_length=10, blank=True)

    class Meta:
        verbose_name = "实地结果"
        verbose_name_plural = "实地结果"

    def __str__(self) -> str:
        return f"{self.patch_id} {self.result}"


class SubjectCorrection(Fact):
    """Who uses the ground of a patch, as a person established it. 用地单位更正"""

    holder = models.ForeignKey("spatial.Holder", models.PROTECT, verbose_name="用地单位")

    class Meta:
        verbose_name = "用地单位更正"
        verbose_name_plural = "用地单位更正"

    def __str__(self) -> str:
        return f"{self.patch_id} {self.holder_id}"


class OfficialFigure(models.Model):
    """A figure for a region and period that an authority gave, with its source. 官方数据

    Append-only: the figure recorded last counts. ``quantity`` is a denominator of the ratio.
    """

    region = models.ForeignKey("spatial.Region", models.PROTECT, verbose_name="行政区")
    period = models.CharField("期", max_length=20)
    quantity = models.CharField("指标", max_length=30, default="new_cultivated")
    area_m2 = models.DecimalField("面积（平方米）", max_digits=18, decimal_places=2)
    source = models.CharField("来源", max_length=200)
    by = models.ForeignKey("spatial.User", models.PROTECT, related_name="+", verbose_name="录入人")
    recorded_at = models.DateTimeField("记录时间", auto_now_add=True)

    class Meta:
        verbose_name = "官方数据"
        verbose_name_plural = "官方数据"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(source=""), name="official_figure_sourced"),
            models.CheckConstraint(
                condition=models.Q(area_m2__gte=0), name="official_figure_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.period} {self.quantity}"
