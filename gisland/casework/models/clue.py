"""What somebody noticed and reported: its ground as told, and what became of it. 线索"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.gis.db import models
from django.utils import timezone

from spatial import crs


class ClueState(models.TextChoices):
    """What became of a clue; every other than WAITING is final."""

    WAITING = "waiting", "待处理"
    ACCEPTED = "accepted", "已受理"
    MERGED = "merged", "并入已有案件"
    REFUSED = "refused", "不予受理"


class Outline(models.TextChoices):
    """How the ground of a clue is known."""

    DRAWN = "drawn", "图上勾绘"
    COORDINATES = "coordinates", "坐标"
    CIRCLE = "circle", "以报告位置为圆心的示意范围"


class Clue(models.Model):
    """One report from a patrol, a citizen, the hotline or a camera. 线索

    ``clear_on`` is a day on which it was known not to be there yet: the patch's earlier image;
    without one nothing can be said of the ground before the act, and rules answer 数据不足.
    ``reporter_name``, ``reporter_phone`` and ``party_said`` are personal data: pages show them
    masked, by name only to whoever may and asks, and nothing else gives them out.
    """

    source = models.CharField("来源", max_length=10)
    region = models.ForeignKey("spatial.Region", models.PROTECT, verbose_name="县级行政区")
    found_on = models.DateField("发现日期")
    clear_on = models.DateField("此前确认尚无的日期", null=True, blank=True)
    text = models.TextField("反映内容")
    place_said = models.CharField("位置描述", max_length=200, blank=True)
    geom = models.MultiPolygonField("范围", srid=crs.STORAGE_SRID)
    outline = models.CharField("范围来历", max_length=12, choices=Outline.choices)
    radius_m = models.FloatField("半径（米）", null=True, blank=True)
    area_m2 = models.DecimalField("范围面积（平方米）", max_digits=18, decimal_places=2)
    reporter_name = models.CharField("举报人姓名", max_length=60, blank=True)
    reporter_phone = models.CharField("举报人电话", max_length=40, blank=True)
    party_said = models.CharField("被反映的人或单位", max_length=120, blank=True)

    received_by = models.ForeignKey(
        "spatial.User", models.PROTECT, related_name="+", verbose_name="登记人"
    )
    received_at = models.DateTimeField("收到时间")
    sender_number = models.CharField("报送方编号", max_length=60, blank=True)
    sent_sha256 = models.CharField("报送内容校验值", max_length=64, blank=True)

    state = models.CharField(
        "处理", max_length=10, choices=ClueState.choices, default=ClueState.WAITING
    )
    reason_code = models.CharField("不予受理理由", max_length=40, blank=True)
    note = models.TextField("处理说明", blank=True)
    settled_by = models.ForeignKey(
        "spatial.User", models.PROTECT, null=True, related_name="+", verbose_name="处理人"
    )
    settled_at = models.DateTimeField("处理时间", null=True)
    patch = models.OneToOneField("spatial.Patch", models.PROTECT, null=True, related_name="clue")
    case = models.ForeignKey(
        "casework.Case", models.PROTECT, null=True, related_name="clues", verbose_name="案件"
    )

    class Meta:
        verbose_name = "线索"
        verbose_name_plural = "线索"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("received_by", "sender_number"),
                condition=~models.Q(sender_number=""),
                name="clue_sender_number_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting", settled_at=None)
                | (~models.Q(state="waiting") & models.Q(settled_at__isnull=False)),
                name="clue_settled_has_time",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=("region", "state", "id"), name="clue_waiting")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The number that the office writes on it; its patch is called the same."""
        return f"XS{timezone.localtime(self.received_at):%Y}{self.pk:06d}"


class ClueFile(models.Model):
    """A photo or document that came with a clue; kept as evidence is, under its hash. 线索附件"""

    clue = models.ForeignKey(Clue, models.PROTECT, related_name="files")
    file_name = models.CharField("文件名", max_length=200)
    media_type = models.CharField("格式", max_length=100)
    size_bytes = models.BigIntegerField("大小（字节）")
    sha256 = models.CharField("校验值", max_length=64)
    at = models.DateTimeField("收到时间", auto_now_add=True)

    class Meta:
        verbose_name = "线索附件"
        verbose_name_plural = "线索附件"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("clue", "sha256"), name="clue_file_once")
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_photo(self) -> bool:
        """Whether it is a picture; a document may name who reported it."""
        return self.media_type.startswith("image/")
