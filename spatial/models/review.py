"""What reviewers did at the desk: one row an action, on one patch or on many. 核查处置"""

from __future__ import annotations

from django.db import models

from spatial.models.fact import Fact


class ReviewKind(models.TextChoices):
    """What was done."""

    CONFIRM = "confirm", "确认初判"
    CHANGE = "change", "改判"
    SPLIT = "split", "分割判定"
    REJECT = "reject", "退回初判"
    FIELD_CHECK = "field_check", "转外业核查"
    UNDO = "undo", "撤销"


class ReviewAction(models.Model):
    """One thing that a person did: the facts that came of it name it, an undo undoes it. 处置

    ``asked`` is the filter of a bulk action as its page showed it; ``count`` and ``area_m2`` are
    what it was done to; ``images`` are those that were on the screen of whoever decided.
    """

    kind = models.CharField("处置", max_length=12, choices=ReviewKind.choices)
    by = models.ForeignKey("spatial.User", models.PROTECT, related_name="+", verbose_name="经办人")
    at = models.DateTimeField("时间", auto_now_add=True)
    asked = models.JSONField("筛选条件", default=dict)
    images = models.JSONField("所看影像", default=list)
    count = models.PositiveIntegerField("图斑数", default=0)
    area_m2 = models.DecimalField("面积（平方米）", max_digits=18, decimal_places=2, default=0)
    undoes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="undone_by"
    )

    class Meta:
        verbose_name = "核查处置"
        verbose_name_plural = "核查处置"
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.count}"


class DeskVisit(models.Model):
    """Which patch somebody has open at the desk; no record, only the present. 在看"""

    by = models.OneToOneField("spatial.User", models.CASCADE, primary_key=True, related_name="+")
    patch = models.ForeignKey("spatial.Patch", models.CASCADE, related_name="+")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "在看的图斑"
        verbose_name_plural = "在看的图斑"

    def __str__(self) -> str:
        return f"{self.by_id} {self.patch_id}"


class ReferralKind(models.TextChoices):
    """Why a patch waits although it has a proposal."""

    REJECT = "reject", "退回初判"
    FIELD_CHECK = "field_check", "转外业核查"


class Referral(Fact):
    """A patch that is not decided but sent back, or out into the field, with the reason. 退回, 外业

    It holds until the next decision on the patch, or until it is withdrawn.
    """

    kind = models.CharField("去向", max_length=12, choices=ReferralKind.choices)
    reason_code = models.CharField("理由代码", max_length=40, blank=True)
    action = models.ForeignKey(
        ReviewAction, models.PROTECT, null=True, blank=True, related_name="referrals"
    )

    class Meta:
        verbose_name = "退回与外业"
        verbose_name_plural = "退回与外业"

    def __str__(self) -> str:
        return f"{self.patch_id} {self.kind}"
