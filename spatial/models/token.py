"""Keys by which machines ask in a person's name. 接口令牌"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

MOST_NAME = 60


class ApiToken(models.Model):
    """One token: only its digest is kept, so whoever reads this table cannot use it. 接口令牌"""

    user = models.ForeignKey(
        "spatial.User", models.PROTECT, related_name="api_tokens", verbose_name="账号"
    )
    name = models.CharField("用途", max_length=MOST_NAME)
    only = models.CharField(
        "只限", max_length=10, blank=True, choices=[("clue", "只报线索")],
        help_text="不选则与账号的权限相同",
    )  # fmt: skip
    head = models.CharField("开头", max_length=8, editable=False)
    digest = models.CharField("摘要", max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField("生成时间", auto_now_add=True)
    used_on = models.DateField("最近使用", null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField("吊销时间", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "接口令牌"
        verbose_name_plural = "接口令牌"
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.name}（{self.head}…）"
