"""Deliveries and the issues found in them. 导入, 问题"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.gis.db import models


class DeliveryStatus(models.TextChoices):
    """Life of a delivery."""

    STAGED = "staged", "待启用"
    ACTIVE = "active", "已启用"
    DISCARDED = "discarded", "已放弃"


class Delivery(models.Model):
    """One file brought in: what it was, how it was read, what came of it. 导入"""

    kind = models.CharField("类别", max_length=10)
    layer = models.ForeignKey(
        "spatial.Layer", models.PROTECT, null=True, blank=True, verbose_name="图层"
    )
    batch = models.ForeignKey(
        "spatial.Batch", models.PROTECT, null=True, blank=True, verbose_name="批次"
    )
    versions = models.ManyToManyField("spatial.DatasetVersion", blank=True)
    file_name = models.CharField("文件", max_length=255)
    stored_file = models.CharField("存放", max_length=400, blank=True)
    sha256 = models.CharField("指纹", max_length=64, db_index=True)
    size_bytes = models.BigIntegerField("字节数", default=0)
    options = models.JSONField("选项", default=dict)
    verdict = models.JSONField("判读", default=dict)
    row_count = models.PositiveIntegerField("行数", default=0)
    status = models.CharField("状态", max_length=10, choices=DeliveryStatus.choices)
    by = models.ForeignKey(
        "spatial.User", models.PROTECT, null=True, blank=True, verbose_name="经办人"
    )
    created_at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "导入"
        verbose_name_plural = "导入"
        ordering = ("-id",)

    repeated = False
    """Set on the object that an import returns when the same file was here before."""

    def __str__(self) -> str:
        return f"{self.file_name} ({self.get_status_display()})"

    def settle(self) -> None:
        """Load the issues now: a dry run rolls their rows back."""
        self._settled = list(self.issues.all())

    def found(self) -> list[Issue]:
        """The issues, in the order of rows; also after a dry run."""
        return getattr(self, "_settled", None) or list(self.issues.all())


class Issue(models.Model):
    """Something found in a delivery: what, where, how grave, what was done, who mends it. 问题

    ``kind``, ``severity`` and ``remedy_by`` are codes of vocabulary.toml. ``delivered`` holds the
    row's own columns, so that the error report can show rows that were never stored.
    """

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="issues")
    kind = models.CharField("种类", max_length=40)
    severity = models.CharField("程度", max_length=10)
    row = models.IntegerField("行号", null=True, blank=True)
    feature = models.CharField("要素", max_length=120, blank=True)
    field = models.CharField("字段", max_length=60, blank=True)
    message = models.TextField("说明")
    done = models.CharField("处理", max_length=200, blank=True)
    remedy_by = models.CharField("由谁改正", max_length=10, blank=True)
    delivered = models.JSONField("原始属性", null=True, blank=True)
    area_before_m2 = models.FloatField("处理前面积", null=True, blank=True)
    area_after_m2 = models.FloatField("处理后面积", null=True, blank=True)
    place = models.PointField("位置", srid=4490, null=True, blank=True)

    class Meta:
        verbose_name = "问题"
        verbose_name_plural = "问题"
        ordering: ClassVar = ["delivery", "row", "id"]

    def __str__(self) -> str:
        return self.message
