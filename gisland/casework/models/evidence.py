"""Photos and documents of a case: the original as it came, its hash, what is told of it. 举证"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.gis.db import models

from spatial import crs


class EvidenceKind(models.TextChoices):
    """What a file is."""

    PHOTO = "photo", "现场照片"
    DOCUMENT = "document", "文书材料"


class PositionSource(models.TextChoices):
    """How the place, the time and the direction of a photo are known."""

    EXIF = "exif", "照片自带"
    DEVICE = "device", "手机定位"
    SAID = "said", "人工填写"


class Evidence(models.Model):
    """One original, never changed; append-only. 举证材料

    The file lies under its own hash. ``paper`` is a kind of document of process.toml. ``azimuth``
    is in degrees from north, clockwise. One that ``replaces`` another takes its place in lists;
    both stay.
    """

    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="evidence")
    kind = models.CharField("种类", max_length=10, choices=EvidenceKind.choices)
    file_name = models.CharField("文件名", max_length=200)
    media_type = models.CharField("格式", max_length=100)
    size_bytes = models.BigIntegerField("大小（字节）")
    sha256 = models.CharField("校验值", max_length=64)
    by = models.ForeignKey("spatial.User", models.PROTECT, related_name="+", verbose_name="提交人")
    at = models.DateTimeField("收到时间", auto_now_add=True)
    note = models.TextField("说明", blank=True)
    receipt = models.UUIDField("回执号", null=True, blank=True, unique=True)

    taken_at = models.DateTimeField("拍摄时间", null=True, blank=True)
    taken_source = models.CharField(
        "时间来源", max_length=10, choices=PositionSource.choices, blank=True
    )
    place = models.PointField("拍摄位置", srid=crs.STORAGE_SRID, null=True, blank=True)
    place_source = models.CharField(
        "位置来源", max_length=10, choices=PositionSource.choices, blank=True
    )
    azimuth = models.FloatField("方位角（度）", null=True, blank=True)
    azimuth_source = models.CharField(
        "方位来源", max_length=10, choices=PositionSource.choices, blank=True
    )
    device = models.CharField("设备", max_length=120, blank=True)

    paper = models.CharField("文书", max_length=40, blank=True)
    number = models.CharField("文号", max_length=120, blank=True)
    dated_on = models.DateField("文书日期", null=True, blank=True)
    area_m2 = models.DecimalField(
        "所载面积（平方米）", max_digits=18, decimal_places=2, null=True, blank=True
    )
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    withdrawn = models.BooleanField("作废", default=False)

    class Meta:
        verbose_name = "举证材料"
        verbose_name_plural = "举证材料"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(azimuth__isnull=True)
                | models.Q(azimuth__gte=0, azimuth__lt=360),
                name="evidence_azimuth",
            )
        ]

    def __str__(self) -> str:
        return self.file_name
