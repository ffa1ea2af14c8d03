"""What the review desk filters, orders and sums by: one narrow row a patch. 核查摘要

Derived and always rebuildable. Triggers keep it (sql/desk), so that whoever writes a patch, an
assessment or a fact, by whatever way, leaves it true; ``check_data`` compares it with the facts.
"""

from __future__ import annotations

from django.db import models


class DeskRow(models.Model):
    """A patch as the desk finds it; the columns are those of the view desk_summary. 核查摘要

    Lists of codes have a space before and behind each code. ``land_classes`` is null where the
    assessment read no survey, an area where the mark's answer is not known, ``beyond`` (county id:
    m²) where nothing lies in another county.
    """

    patch = models.OneToOneField(
        "spatial.Patch", models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )
    batch_id = models.BigIntegerField("批次")
    batch_code = models.CharField("批次号", max_length=60)
    region_id = models.BigIntegerField("县级行政区")
    region_code = models.CharField("行政区代码", max_length=12)
    jcbh = models.CharField("监测编号", max_length=60)
    area_m2 = models.DecimalField("计算面积（平方米）", max_digits=18, decimal_places=2)
    declared_area_m2 = models.DecimalField(
        "监测面积（平方米）", max_digits=18, decimal_places=4, null=True
    )
    after_on = models.DateField("后时相", null=True)
    holder_id = models.BigIntegerField("用地单位", null=True)
    project_id = models.BigIntegerField("项目", null=True)
    assessment_id = models.BigIntegerField("现行评定", null=True)
    ruleset_id = models.BigIntegerField("规则版本", null=True)
    label_class = models.CharField("归类", max_length=10)
    label_code = models.CharField("初判", max_length=40)
    borderline = models.BooleanField("临界")
    status = models.CharField("核查状态", max_length=12)
    overtaken = models.BooleanField("判定后初判已变")
    marks_yes = models.TextField("涉及")
    marks_unknown = models.TextField("不能判断")
    on_cultivated_m2 = models.DecimalField(
        "占耕地（平方米）", max_digits=18, decimal_places=2, null=True
    )
    basic_farm_m2 = models.DecimalField(
        "占永农（平方米）", max_digits=18, decimal_places=2, null=True
    )
    townships = models.TextField("乡镇")
    land_classes = models.TextField("地类", null=True)
    beyond = models.JSONField("区外面积", null=True)

    class Meta:
        verbose_name = "核查摘要"
        verbose_name_plural = "核查摘要"
        indexes = (
            models.Index(
                fields=("batch_code", "region_code", "jcbh", "patch"), name="desk_address"
            ),
            # patches that are to be judged for the first time, or by new rules
            models.Index(fields=("batch_id", "ruleset_id"), name="desk_ruleset"),
        )

    def __str__(self) -> str:
        return f"{self.batch_code}/{self.region_code}/{self.jcbh}"
