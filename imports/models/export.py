"""What was taken out, by whom, and what was asked for: append-only. 导出记录"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class ExportLog(models.Model):
    """One file taken out; ``mark`` stands in the file itself, so that a copy leads back here."""

    mark = models.CharField("编号", max_length=16, unique=True)
    by = models.ForeignKey(
        "spatial.User", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="账号",
    )  # fmt: skip
    by_name = models.CharField("经办人", max_length=150)
    at = models.DateTimeField("时间", auto_now_add=True)
    what = models.CharField("内容", max_length=40)
    format = models.CharField("格式", max_length=10)
    path = models.CharField("文件", max_length=400)
    rows = models.PositiveIntegerField("要素数")
    crs = models.CharField("坐标系", max_length=200)
    asked = models.JSONField("条件", default=dict)
    told = models.JSONField("结果", default=dict)
    scope_key = models.CharField("范围指纹", max_length=16, blank=True)

    class Meta:
        verbose_name = "导出记录"
        verbose_name_plural = "导出记录"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["by", "at"], name="export_by_at")]

    def __str__(self) -> str:
        return f"{self.mark} {self.what} {self.format}"
