"""Batches of patches: ground under examination. 批次, 图斑"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.gis.db import models

from spatial import crs
from spatial.errors import PatchUnknown


class Source(models.TextChoices):
    """Who issued a batch; design section 2. MACHINE: nobody did, a detector proposes."""

    MINISTRY = "部", "部"
    PROVINCE = "省", "省"
    CITY = "市", "市"
    COUNTY = "县", "县"
    PATROL = "巡查", "巡查"
    REPORT = "举报", "举报"
    HOTLINE = "12336", "12336 热线"
    VIDEO = "视频", "视频监控"
    SITE = "选址", "选址"
    LOCAL = "本地", "本地"
    MACHINE = "机器初筛", "机器初筛"


UNISSUED = (Source.SITE, Source.MACHINE)
"""Sources of patches that nobody issued: work on all patches leaves them out, unless their batch is
named; no ratio counts them."""


class Batch(models.Model):
    """Patches issued together. 批次"""

    code = models.SlugField("批次号", max_length=60, unique=True, allow_unicode=True)
    title = models.CharField("名称", max_length=120, blank=True)
    source = models.CharField("来源", max_length=10, choices=Source.choices)
    issued_on = models.DateField("下发日期", null=True, blank=True)
    report_due_on = models.DateField("填报截止日期", null=True, blank=True)
    period = models.CharField("期", max_length=20, blank=True)
    ruleset = models.CharField("规则集", max_length=60, default="land-enforcement")
    owner = models.ForeignKey(
        "spatial.Unit",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="所属单位",
        help_text="选址批次只对本单位可见",
    )
    shared = models.BooleanField("已共享", default=False)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    class Meta:
        verbose_name = "批次"
        verbose_name_plural = "批次"
        ordering = ("-issued_on", "code")

    def __str__(self) -> str:
        return self.title or self.code

    @property
    def is_machine_made(self) -> bool:
        """Whether a detector proposed its patches and nobody issued them. 机器初筛"""
        return self.source == Source.MACHINE


class PatchManager(models.Manager["Patch"]):
    """Finds patches by their address."""

    def by_address(self, address: str) -> Patch:
        """The patch at BATCH/COUNTY/JCBH; raises PatchUnknown with the remedy."""
        parts = address.strip().split("/", 2)
        if len(parts) != 3:
            raise PatchUnknown(f"图斑地址 {address} 应写作 批次/县代码/监测编号")
        batch, county, jcbh = parts
        found = (
            self.filter(batch__code=batch, region__code=county, jcbh=jcbh)
            .select_related("batch", "region")
            .first()
        )
        if found is None:
            raise PatchUnknown(f"没有图斑 {address}。请核对批次、县代码和监测编号。")
        return found


class Patch(models.Model):
    """Ground under examination; key (batch, county, JCBH). 图斑

    Partial dates widen the window of the act: ``before_on`` is the first possible day of the
    earlier image, ``after_on`` the last possible day of the later one. ``ground`` is derived
    (densified in the county's plane, equal-area CRS) and can always be rebuilt.
    """

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="patches", verbose_name="批次")
    region = models.ForeignKey("spatial.Region", models.PROTECT, verbose_name="县级行政区")
    jcbh = models.CharField("监测编号", max_length=60)
    kind = models.CharField("图斑类型", max_length=10, blank=True)
    before_on = models.DateField("前时相", null=True, blank=True)
    before_on_last = models.DateField("前时相（最晚）", null=True, blank=True)
    after_on_first = models.DateField("后时相（最早）", null=True, blank=True)
    after_on = models.DateField("后时相", null=True, blank=True)
    declared_area_m2 = models.DecimalField(
        "监测面积（平方米）", max_digits=18, decimal_places=4, null=True, blank=True
    )
    area_m2 = models.DecimalField("计算面积（平方米）", max_digits=18, decimal_places=2)
    holder = models.ForeignKey(
        "spatial.Holder", models.PROTECT, null=True, blank=True, verbose_name="用地单位"
    )
    project = models.ForeignKey(
        "spatial.Project", models.PROTECT, null=True, blank=True, verbose_name="项目"
    )
    attributes = models.JSONField("标准属性", default=dict)
    delivered = models.JSONField("原始属性", default=dict)
    source_row = models.IntegerField("原始行号", null=True, blank=True)
    zone = models.ForeignKey(
        "spatial.Zone", models.PROTECT, null=True, blank=True, verbose_name="取自管控区"
    )
    delivered_crs = models.CharField("原坐标系", max_length=200, blank=True)
    created_at = models.DateTimeField("入库时间", auto_now_add=True)
    geom = models.MultiPolygonField("图形", srid=crs.STORAGE_SRID)
    ground = models.MultiPolygonField("等积图形（派生）", srid=crs.ENGINE_SRID)

    objects = PatchManager()

    class Meta:
        verbose_name = "图斑"
        verbose_name_plural = "图斑"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("batch", "region", "jcbh"), name="patch_key"),
            models.CheckConstraint(condition=models.Q(geom__isvalid=True), name="patch_geom_valid"),
        ]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="patch_created")]

    def __str__(self) -> str:
        return self.address

    @property
    def address(self) -> str:
        """BATCH/COUNTY/JCBH."""
        return f"{self.batch.code}/{self.region.code}/{self.jcbh}"


class LinkKind(models.TextChoices):
    """What an earlier patch is to a later one on the same ground."""

    SAME = "same", "同一地块重复下发"
    SPLIT = "split", "由前图斑分出"
    MERGED = "merged", "并入本图斑"
    OVERLAP = "overlap", "部分重叠"


class PatchLink(models.Model):
    """Two patches on the same ground, the later with the earlier; derived, rebuildable. 图斑沿革

    Shares are of each patch's own area (0 to 1).
    """

    patch = models.ForeignKey(Patch, models.CASCADE, related_name="earlier_links")
    earlier = models.ForeignKey(Patch, models.CASCADE, related_name="later_links")
    kind = models.CharField("关系", max_length=10, choices=LinkKind.choices)
    overlap_m2 = models.DecimalField("重叠面积（平方米）", max_digits=18, decimal_places=2)
    share_of_patch = models.FloatField("占后图斑的比例")
    share_of_earlier = models.FloatField("占前图斑的比例")

    class Meta:
        verbose_name = "图斑沿革"
        verbose_name_plural = "图斑沿革"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("patch", "earlier"), name="patch_link_once")
        ]

    def __str__(self) -> str:
        return f"{self.patch_id} ← {self.earlier_id} {self.kind}"
