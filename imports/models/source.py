"""How tables of one shape were read last: what a person corrected once is not asked again. 来源"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Source(models.Model):
    """The mapping that a person gave for tables with these columns. 列的对应

    One a target (layer, ``patch``), set of columns and region; the newest word counts.
    """

    target = models.CharField("用于", max_length=40)
    region_code = models.CharField("行政区", max_length=12, blank=True)
    columns_key = models.CharField("列的指纹", max_length=64)
    columns = models.JSONField("列", default=list)
    mapping = models.JSONField("对应", default=dict)
    constants = models.JSONField("统一给出的值", default=dict)
    file_name = models.CharField("文件", max_length=255)
    by = models.ForeignKey(
        "spatial.User", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="经办人",
    )  # fmt: skip
    at = models.DateTimeField("时间", auto_now=True)

    class Meta:
        verbose_name = "列的对应"
        verbose_name_plural = "列的对应"
        ordering: ClassVar = ["-at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("target", "region_code", "columns_key"), name="source_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.target} {self.file_name}"
