"""Which versions have levels for the far zooms. 概略图"""

from __future__ import annotations

from django.db import models


class LevelSet(models.Model):
    """The levels of one version; with ``numbers``, its partition of zone_level is there. 概略图

    Written in the transaction that attaches the partition. A version without a row, or without
    numbers (it is small and wants no levels), is drawn from its zones.
    """

    version = models.OneToOneField(
        "spatial.DatasetVersion", models.CASCADE, primary_key=True, related_name="level_set"
    )
    built_at = models.DateTimeField("制作时间")
    numbers = models.JSONField("各级图形数与顶点数", default=dict)
    seconds = models.FloatField("用时（秒）", default=0)

    class Meta:
        verbose_name = "概略图"
        verbose_name_plural = "概略图"

    def __str__(self) -> str:
        return f"版本 {self.version_id} 的概略图"
