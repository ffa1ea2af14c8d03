"""Files dropped on the page, from their arrival to the delivery that came of them. 上传"""

from __future__ import annotations

import uuid
from pathlib import Path

from django.conf import settings
from django.db import models


class UploadState(models.TextChoices):
    """Life of an upload."""

    RECEIVED = "received", "已上传"
    LOOKING = "looking", "正在判读"
    LOOKED = "looked", "待核对"
    REFUSED = "refused", "未能判读"
    IMPORTING = "importing", "正在导入"
    IMPORTED = "imported", "已导入"
    FAILED = "failed", "导入未完成"
    PARTED = "parted", "分图层导入"


class Upload(models.Model):
    """One file (or one shapefile's parts) that a person sent, and what is to be made of it. 上传"""

    token = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey("spatial.User", models.PROTECT, verbose_name="经办人")
    file_name = models.CharField("文件", max_length=255)
    path = models.CharField("存放", max_length=400)
    size_bytes = models.BigIntegerField("字节数", default=0)
    sha256 = models.CharField("指纹", max_length=64, blank=True, db_index=True)
    target = models.CharField("导入为", max_length=40, blank=True)
    options = models.JSONField("选项", default=dict, blank=True)
    preview = models.JSONField("判读", default=dict, blank=True)
    error = models.TextField("原因", blank=True)
    state = models.CharField(
        "状态", max_length=10, choices=UploadState.choices, default=UploadState.RECEIVED
    )
    job = models.ForeignKey(
        "spatial.Job", models.SET_NULL, null=True, blank=True, verbose_name="后台任务"
    )
    delivery = models.ForeignKey(
        "imports.Delivery", models.SET_NULL, null=True, blank=True, verbose_name="导入",
        related_name="uploads",
    )  # fmt: skip
    image = models.ForeignKey(
        "spatial.Image", models.SET_NULL, null=True, blank=True, verbose_name="影像"
    )
    whole = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, verbose_name="所属上传",
        related_name="parts",
    )  # fmt: skip
    """Of one layer of a file with several: the upload of them all, whose file it reads."""
    created_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = "上传"
        verbose_name_plural = "上传"
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.title}（{self.get_state_display()}）"

    @property
    def title(self) -> str:
        """The file's name, and the layer's within it where it is one of several."""
        layer = self.options.get("sublayer") if self.whole_id else None
        return f"{self.file_name} · {layer}" if layer else self.file_name

    @property
    def file(self) -> Path:
        """Where the file lies; it may be gone when the upload is old."""
        return Path(settings.UPLOAD_DIR) / self.path

    @property
    def busy(self) -> bool:
        """Whether the worker is at it, or soon will be."""
        return self.state in (UploadState.LOOKING, UploadState.IMPORTING)
