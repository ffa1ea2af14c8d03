"""What one version changes against another: numbers, and the largest pieces of ground. 比较"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.gis.db import models


class PieceKind(models.TextChoices):
    """What happened to a piece of ground between two versions."""

    GAINED = "gained", "新增"
    LOST = "lost", "减少"
    MOVED = "moved", "地类变化"
    TOLD = "told", "属性改动"


class VersionDiff(models.Model):
    """The comparison of two versions of a layer and county, kept: both never change. 版本比较

    Of a ledger delivery it is what the delivery changed when it was activated.
    """

    old = models.ForeignKey(
        "spatial.DatasetVersion",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="原版本",
    )
    new = models.ForeignKey(
        "spatial.DatasetVersion", models.CASCADE, related_name="diffs", verbose_name="新版本"
    )
    numbers = models.JSONField("数字", default=dict)
    made_at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "版本比较"
        verbose_name_plural = "版本比较"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("old", "new"), nulls_distinct=False, name="versiondiff_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.old_id or '—'} → {self.new_id}"


class DiffPiece(models.Model):
    """A piece of ground that two versions say otherwise about; the largest of a comparison."""

    diff = models.ForeignKey(VersionDiff, models.CASCADE, related_name="pieces")
    kind = models.CharField("变化", max_length=10, choices=PieceKind.choices)
    before = models.CharField("原类", max_length=254, blank=True)
    after = models.CharField("新类", max_length=254, blank=True)
    old_source = models.CharField("原标识", max_length=120, blank=True)
    new_source = models.CharField("新标识", max_length=120, blank=True)
    area_m2 = models.DecimalField("面积", max_digits=18, decimal_places=2)
    geom = models.MultiPolygonField("图形", srid=4490)

    class Meta:
        verbose_name = "变化地块"
        verbose_name_plural = "变化地块"
        ordering: ClassVar = ["diff", "-area_m2", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.area_m2} m²"
