"""Templates of papers that an office brought itself. 文书模板"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class PaperTemplate(models.Model):
    """A DOCX by which one kind of draft is made; the newest one of the nearest region counts.

    Without a region it is for all. Templates are added, not changed: a draft tells by which it was
    made.
    """

    paper = models.CharField("文书", max_length=40)
    region = models.ForeignKey(
        "spatial.Region", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="行政区",
    )  # fmt: skip
    file_name = models.CharField("文件名", max_length=200)
    body = models.BinaryField("模板")
    sha256 = models.CharField("校验值", max_length=64)
    by = models.ForeignKey(
        "spatial.User", models.PROTECT, null=True, related_name="+", verbose_name="上传人"
    )
    at = models.DateTimeField("上传时间", auto_now_add=True)
    withdrawn = models.BooleanField("停用", default=False)

    class Meta:
        verbose_name = "文书模板"
        verbose_name_plural = "文书模板"
        indexes: ClassVar = [models.Index(fields=("paper", "region"), name="paper_template_of")]

    def __str__(self) -> str:
        return f"{self.file_name} {self.sha256[:8]}"
