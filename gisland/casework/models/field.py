"""What a phone sent and was answered: the same receipt again is not another visit. 外业回执"""

from __future__ import annotations

from django.db import models


class FieldReceipt(models.Model):
    """The answer to one registered visit, by the number that the phone gave it. 外业回执"""

    receipt = models.UUIDField("回执号", unique=True)
    case = models.ForeignKey("casework.Case", models.PROTECT, related_name="+", verbose_name="案件")
    by = models.ForeignKey("spatial.User", models.PROTECT, related_name="+", verbose_name="提交人")
    at = models.DateTimeField("收到时间", auto_now_add=True)
    told = models.JSONField("答复")

    class Meta:
        verbose_name = "外业回执"
        verbose_name_plural = "外业回执"

    def __str__(self) -> str:
        return str(self.receipt)
