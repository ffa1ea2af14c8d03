"""Who uses land, for what project, on what paper. 单位, 项目, 批文"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.gis.db import models


class Holder(models.Model):
    """A user of land; matched by code, else by normalised name. 单位"""

    code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    name = models.CharField("名称", max_length=200)
    name_key = models.CharField("名称（归一）", max_length=200, db_index=True)
    kind = models.CharField("性质", max_length=20, blank=True)

    class Meta:
        verbose_name = "单位"
        verbose_name_plural = "单位"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("code",), condition=~models.Q(code=""), name="holder_code_once"
            ),
            models.UniqueConstraint(
                fields=("name_key",), condition=models.Q(code=""), name="holder_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class HolderAlias(models.Model):
    """Another name of a holder. 别名"""

    holder = models.ForeignKey(Holder, models.CASCADE, related_name="aliases")
    name = models.CharField("别名", max_length=200)
    name_key = models.CharField("别名（归一）", max_length=200, db_index=True)

    class Meta:
        verbose_name = "单位别名"
        verbose_name_plural = "单位别名"

    def __str__(self) -> str:
        return self.name


class Project(models.Model):
    """What land is used for; matched by code, else by normalised name. 项目"""

    name = models.CharField("名称", max_length=254)
    name_key = models.CharField("名称（归一）", max_length=254, db_index=True)
    code = models.CharField("项目代码", max_length=60, blank=True)
    holder = models.ForeignKey(Holder, models.PROTECT, null=True, blank=True)

    class Meta:
        verbose_name = "项目"
        verbose_name_plural = "项目"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("code",), condition=~models.Q(code=""), name="project_code_once"
            ),
            models.UniqueConstraint(
                fields=("name_key",), condition=models.Q(code=""), name="project_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Document(models.Model):
    """A paper: number, authority, date, stated area, purpose; one paper, many zones. 批文"""

    layer = models.ForeignKey("spatial.Layer", models.PROTECT, verbose_name="类别")
    number = models.CharField("文号", max_length=120)
    number_key = models.CharField("文号（归一）", max_length=120, db_index=True)
    authority = models.CharField("批准机关", max_length=120, blank=True)
    approved_on = models.DateField("批准日期", null=True, blank=True)
    stated_area_m2 = models.DecimalField(
        "批文面积（平方米）", max_digits=18, decimal_places=4, null=True, blank=True
    )
    purpose = models.CharField("用途", max_length=120, blank=True)

    class Meta:
        verbose_name = "批文"
        verbose_name_plural = "批文"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("layer", "number_key"), name="document_once")
        ]

    def __str__(self) -> str:
        return self.number
