"""Layers and their versions. 图层, 数据版本"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.gis.db import models


class Nature(models.TextChoices):
    """How a layer grows."""

    SNAPSHOT = "snapshot", "快照（整体更替）"
    LEDGER = "ledger", "台账（逐件增改）"


class Secrecy(models.TextChoices):
    """Who may see a layer at all; access.toml says what each role may do."""

    PUBLIC = "public", "公开"
    INTERNAL = "internal", "内部"
    SECRET = "secret", "秘密"


class Layer(models.Model):
    """A kind of control data: a row, not code; written from layers.toml. 图层"""

    code = models.CharField("代码", max_length=40, primary_key=True)
    term = models.CharField("名称", max_length=40)
    nature = models.CharField("性质", max_length=10, choices=Nature.choices)
    secrecy = models.CharField("密级", max_length=10, choices=Secrecy.choices)
    coverage = models.BooleanField("应无缝覆盖", default=False)

    class Meta:
        verbose_name = "图层"
        verbose_name_plural = "图层"
        ordering = ("code",)

    def __str__(self) -> str:
        return self.term


class LayerField(models.Model):
    """A canonical field of a layer. 标准字段"""

    layer = models.ForeignKey(Layer, models.CASCADE, related_name="fields")
    name = models.CharField("字段", max_length=40)
    term = models.CharField("含义", max_length=40)
    kind = models.CharField("类型", max_length=10)
    required = models.BooleanField("必填", default=False)

    class Meta:
        verbose_name = "标准字段"
        verbose_name_plural = "标准字段"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("layer", "name"), name="layerfield_once")
        ]

    def __str__(self) -> str:
        return f"{self.layer_id}.{self.name}"


class VersionStatus(models.TextChoices):
    """Life of a version."""

    STAGED = "staged", "待启用"
    ACTIVE = "active", "在用"
    RETIRED = "retired", "停用"
    MERGED = "merged", "已并入台账"


class DatasetVersion(models.Model):
    """One snapshot of a layer for a county, or a county's ledger of it. 数据版本

    Which snapshot counts on a date is the newest with ``valid_from`` on or before it, so an
    older version is never touched when a newer one comes. A ledger is one open version per layer
    and county; its rows carry their own dates. ``declared_empty`` is an office's signed word
    that nothing of this kind exists there in that time.
    """

    layer = models.ForeignKey(Layer, models.PROTECT, related_name="versions", verbose_name="图层")
    region = models.ForeignKey("spatial.Region", models.PROTECT, verbose_name="行政区")
    valid_from = models.DateField("有效起", null=True, blank=True)
    valid_until = models.DateField("有效止（不含）", null=True, blank=True)
    status = models.CharField(
        "状态", max_length=10, choices=VersionStatus.choices, default=VersionStatus.STAGED
    )
    declared_empty = models.BooleanField("声明无数据", default=False)
    declared_by = models.CharField("声明人", max_length=100, blank=True)
    delivered_fields = models.JSONField("已交付字段", default=list)
    source_name = models.CharField("来源文件", max_length=255, blank=True)
    source_sha256 = models.CharField("文件指纹", max_length=64, blank=True)
    delivered_crs = models.CharField("原坐标系", max_length=200, blank=True)
    zone_count = models.PositiveIntegerField("要素数", default=0)
    created_at = models.DateTimeField("入库时间", auto_now_add=True)
    activated_at = models.DateTimeField("启用时间", null=True, blank=True)
    retired_at = models.DateTimeField("停用时间", null=True, blank=True)
    restores = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="恢复自"
    )
    """The version that a rollback brought back: this is a copy, so that what was known in between
    stays as it was."""

    class Meta:
        verbose_name = "数据版本"
        verbose_name_plural = "数据版本"
        ordering = ("layer", "region", "valid_from", "id")
        indexes: ClassVar = [
            models.Index(fields=("layer", "region", "status"), name="version_lookup")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(status__in=("staged", "merged"))
                | models.Q(activated_at__isnull=False),
                name="version_active_has_time",
            ),
        ]

    def __str__(self) -> str:
        when = self.valid_from.isoformat() if self.valid_from else "台账"
        return f"{self.layer.term} {self.region.name} {when}"
