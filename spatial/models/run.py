"""Runs and what they found; never changed, only followed. 分析, 评定, 碎块"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib.gis.db import models

from spatial import crs

if TYPE_CHECKING:
    from django.db.models import QuerySet


class RunStatus(models.TextChoices):
    """Life of a run."""

    RUNNING = "running", "进行中"
    DONE = "done", "完成"
    STOPPED = "stopped", "已停止"
    FAILED = "failed", "失败"


class Run(models.Model):
    """One evaluation: ruleset + as_of + pinned versions + known_at + code version. 分析"""

    ruleset = models.ForeignKey("spatial.RulesetVersion", models.PROTECT, verbose_name="规则版本")
    as_of = models.DateField("截至日期")
    known_at = models.DateTimeField("所知截至")
    code_version = models.CharField("程序版本", max_length=60)
    status = models.CharField(
        "状态", max_length=10, choices=RunStatus.choices, default=RunStatus.RUNNING
    )
    scope = models.JSONField("范围", default=dict)
    started_at = models.DateTimeField("开始", auto_now_add=True)
    finished_at = models.DateTimeField("结束", null=True, blank=True)
    applied_at = models.DateTimeField("采用时间", null=True, blank=True)
    patch_total = models.PositiveIntegerField("图斑数", default=0)
    patch_done = models.PositiveIntegerField("已完成", default=0)
    note = models.TextField("说明", blank=True)

    class Meta:
        verbose_name = "分析"
        verbose_name_plural = "分析"
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"分析 {self.pk}"

    def unclosed(self) -> QuerySet[Assessment]:
        """Its patches that no partition closes: kept whole, everything they may touch unknown."""
        return self.assessments.filter(
            fallback=True, pieces__reason__why__contains=[{"kind": "not_closed"}]
        )


class RunPin(models.Model):
    """A version that a run reads. 固定版本"""

    run = models.ForeignKey(Run, models.CASCADE, related_name="pins")
    version = models.ForeignKey("spatial.DatasetVersion", models.PROTECT)

    class Meta:
        verbose_name = "固定版本"
        verbose_name_plural = "固定版本"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("run", "version"), name="runpin_once")
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.version_id}"


class Assessment(models.Model):
    """What one run found on one patch. 评定

    ``facts`` are the values that the tests read (dates, kind, group sums), so that a verdict can
    be checked without the database. ``is_current`` is derived: the newest applied one.
    """

    patch = models.ForeignKey("spatial.Patch", models.PROTECT, related_name="assessments")
    run = models.ForeignKey(Run, models.CASCADE, related_name="assessments")
    label_class = models.CharField("归类", max_length=10, blank=True)
    label_code = models.CharField("初判", max_length=40, blank=True)
    label_term = models.CharField("初判名称", max_length=60, blank=True)
    style = models.CharField("样式", max_length=20, blank=True)
    borderline = models.BooleanField("临界", default=False)
    area_m2 = models.DecimalField("面积（平方米）", max_digits=18, decimal_places=2)
    exact_area_m2 = models.FloatField("面积（未取整）")
    ignored_count = models.PositiveIntegerField("忽略碎片数", default=0)
    ignored_m2 = models.DecimalField("忽略碎片面积", max_digits=18, decimal_places=2, default=0)
    subject = models.ForeignKey(
        "spatial.Holder", models.PROTECT, null=True, blank=True, verbose_name="用地单位"
    )
    subject_from = models.CharField("单位来源", max_length=40, blank=True)
    facts = models.JSONField("判定所用值", default=dict)
    gaps = models.JSONField("缺少的数据", default=list)
    fallback = models.BooleanField("网格法重算", default=False)
    is_current = models.BooleanField("现行", default=False)
    applied_at = models.DateTimeField("采用时间", null=True, blank=True)

    class Meta:
        verbose_name = "评定"
        verbose_name_plural = "评定"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("run", "patch"), name="assessment_once"),
            models.UniqueConstraint(
                fields=("patch",), condition=models.Q(is_current=True), name="assessment_current"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["run"], condition=models.Q(is_current=True), name="assessment_current_run"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patch_id} {self.label_term}"


class Piece(models.Model):
    """All ground of one patch with the same zones in every pinned version. 碎块

    ``zones`` maps layer code to zone ids. ``area_m2`` is rounded so that the pieces of a patch
    add up to it exactly; ``exact_area_m2`` is the measured area before that.
    """

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="pieces")
    seq = models.PositiveIntegerField("序号")
    county = models.ForeignKey("spatial.Region", models.PROTECT, verbose_name="县级行政区")
    township_code = models.CharField("乡镇代码", max_length=12, blank=True)
    zones = models.JSONField("管控区", default=dict)
    area_m2 = models.DecimalField("面积（平方米）", max_digits=18, decimal_places=2)
    exact_area_m2 = models.FloatField("面积（未取整）")
    sliver = models.BooleanField("碎片", default=False)
    conclusion = models.CharField("初判", max_length=40, blank=True)
    conclusion_class = models.CharField("归类", max_length=10, blank=True)
    reason = models.JSONField("理由", default=dict)
    ground = models.MultiPolygonField("等积图形", srid=crs.ENGINE_SRID)

    class Meta:
        verbose_name = "碎块"
        verbose_name_plural = "碎块"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("assessment", "seq"), name="piece_once")
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id}#{self.seq}"


class PieceNotion(models.Model):
    """Whether a notion holds on a piece: yes, or unknown (no row: no). 碎块所属概念

    ``net_m2`` is the area less 田坎 where the notion reads a land-use version, and null where it
    does not; with ``net_unknown`` because its coefficient was not delivered. ``why`` names what
    is missing where the answer is unknown: see spatial/engine/gaps.py.
    """

    piece = models.ForeignKey(Piece, models.CASCADE, related_name="notions")
    notion = models.CharField("概念", max_length=40)
    answer = models.BooleanField("成立", null=True)
    net_m2 = models.DecimalField("净面积", max_digits=18, decimal_places=2, null=True)
    net_unknown = models.BooleanField("净面积不明", default=False)
    why = models.JSONField("不能判断的原因", default=list)
    zones = models.JSONField("依据的管控区", default=list)

    class Meta:
        verbose_name = "碎块所属概念"
        verbose_name_plural = "碎块所属概念"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("piece", "notion"), name="piece_notion_once")
        ]

    def __str__(self) -> str:
        return f"{self.piece_id} {self.notion}"


class AssessmentConclusion(models.Model):
    """The ground of one conclusion on one patch. 初判面积"""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="conclusions")
    code = models.CharField("初判", max_length=40)
    term = models.CharField("名称", max_length=60)
    conclusion_class = models.CharField("归类", max_length=10)
    area_m2 = models.DecimalField("面积（平方米）", max_digits=18, decimal_places=2)
    residual = models.BooleanField("低于标注门槛", default=False)

    class Meta:
        verbose_name = "初判面积"
        verbose_name_plural = "初判面积"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("assessment", "code", "conclusion_class"), name="assessment_conclusion_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.term} {self.area_m2}"


class AssessmentMark(models.Model):
    """A mark on a patch: yes, no, or no data. 涉及"""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="marks")
    code = models.CharField("涉及", max_length=40)
    term = models.CharField("名称", max_length=60)
    severity = models.PositiveSmallIntegerField("严重程度", null=True)
    answer = models.BooleanField("涉及", null=True)
    area_m2 = models.DecimalField("面积（平方米）", max_digits=18, decimal_places=2, default=0)
    unknown_m2 = models.DecimalField("不能判断的面积", max_digits=18, decimal_places=2, default=0)
    net = models.BooleanField("净面积", default=False)

    class Meta:
        verbose_name = "涉及"
        verbose_name_plural = "涉及"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("assessment", "code"), name="assessment_mark_once")
        ]

    def __str__(self) -> str:
        return f"{self.term} {self.area_m2}"
