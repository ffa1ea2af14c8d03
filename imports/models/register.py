"""What a register told of patches that were there already: append-only. 登记"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class RegisterEntry(models.Model):
    """One row of a register on one patch; the newest entry that tells a field counts. 登记行

    The patch itself stays as it was issued. ``differs`` holds, for each field in which the patch
    says otherwise, what it says.
    """

    delivery = models.ForeignKey("imports.Delivery", models.PROTECT, related_name="entries")
    patch = models.ForeignKey("spatial.Patch", models.PROTECT, related_name="register_entries")
    row = models.IntegerField("行号")
    attributes = models.JSONField("登记的属性", default=dict)
    differs = models.JSONField("与下发不同的", default=dict)
    delivered = models.JSONField("原始属性", default=dict)
    holder = models.ForeignKey(
        "spatial.Holder", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="用地单位",
    )  # fmt: skip
    project = models.ForeignKey(
        "spatial.Project", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="项目",
    )  # fmt: skip
    recorded_at = models.DateTimeField("记录时间", auto_now_add=True)

    class Meta:
        verbose_name = "登记行"
        verbose_name_plural = "登记行"
        ordering: ClassVar = ["delivery", "row"]

    def __str__(self) -> str:
        return f"{self.patch_id} {self.row}"
