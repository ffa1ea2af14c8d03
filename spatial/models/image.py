"""Images: when taken, where, which file. 影像"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.gis.db import models

from spatial import crs


class Image(models.Model):
    """A raster that pages show: date, footprint, checked file. 影像"""

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
    created_at = models.DateTimeField("入库时间", auto_now_add=True)

    class Meta:
        verbose_name = "影像"
        verbose_name_plural = "影像"
        ordering = ("taken_on", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("source_sha256", "taken_on"), name="image_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.taken_on}"
