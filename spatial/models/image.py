"""Images: when taken, where, which file. 影像"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.gis.db import models

from spatial import crs


class Image(models.Model):
    """A raster that pages show: date, footprint (the valid pixels), checked file. 影像

    An image is never deleted: a better one of the same place and day takes its place
    (``replaced_by``), a wrong one is withdrawn; both then show nowhere.
    """

    name = models.CharField("名称", max_length=120)
    taken_on = models.DateField("拍摄日期")
    file = models.CharField("文件", max_length=400)
    source_name = models.CharField("来源文件", max_length=255)
    source_sha256 = models.CharField("文件指纹", max_length=64)
    delivered_crs = models.CharField("坐标系", max_length=200)
    resolution_m = models.FloatField("分辨率（米）")
    bands = models.PositiveSmallIntegerField("波段数")
    stretch = models.JSONField("拉伸", default=dict)
    secrecy = models.CharField("密级", max_length=10, default="internal")
    footprint = models.MultiPolygonField("范围", srid=crs.STORAGE_SRID)
    record = models.JSONField("入库记录", default=dict)
    by = models.ForeignKey(
        "spatial.User", models.PROTECT, null=True, blank=True, verbose_name="经办人"
    )
    created_at = models.DateTimeField("入库时间", auto_now_add=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_why = models.CharField("撤回原因", max_length=200, blank=True)
    replaced_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name="由其替换"
    )

    class Meta:
        verbose_name = "影像"
        verbose_name_plural = "影像"
        ordering = ("taken_on", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("source_sha256", "taken_on"),
                condition=models.Q(withdrawn_at__isnull=True),
                name="image_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.taken_on}"
