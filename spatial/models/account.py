"""People: region, unit and roles. 账号"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models


class Unit(models.Model):
    """An office that people belong to. 单位（机关）"""

    name = models.CharField("名称", max_length=100, unique=True)
    region = models.ForeignKey("spatial.Region", models.PROTECT, verbose_name="行政区")

    class Meta:
        verbose_name = "机关"
        verbose_name_plural = "机关"

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person: sees the ground of one region, by the roles that access.toml defines. 用户"""

    region = models.ForeignKey(
        "spatial.Region", models.PROTECT, null=True, blank=True, verbose_name="行政区"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, verbose_name="机关")
    roles = ArrayField(
        models.CharField(max_length=30), default=list, blank=True, verbose_name="角色"
    )
    display_name = models.CharField("姓名", max_length=60, blank=True)

    class Meta:
        verbose_name = "用户"
        verbose_name_plural = "用户"
        ordering: ClassVar = ["username"]

    def __str__(self) -> str:
        return self.display_name or self.username
