"""Zones: the features of versions and ledgers. 管控区"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.gis.db import models

from spatial import crs


class Zone(models.Model):
    """One feature of a version or ledger. 管控区

    ``geom`` keeps the delivered vertices one to one. ``attributes`` holds the canonical fields,
    typed (dates as ISO text): a key that is absent was not delivered, a null was delivered empty.
    ``source_id`` is the same in every county's version that one feature went into, so that it
    counts once. Ledger rows are never changed: ``recorded_until`` closes one, another follows.
    """

    version = models.ForeignKey(
        "spatial.DatasetVersion",
        models.PROTECT,
        related_name="zones",
        db_index=False,
        db_constraint=False,
    )
    # the database keeps both by one key, of version and layer together (sql/facts/11_key_zones)
    layer = models.ForeignKey("spatial.Layer", models.PROTECT, db_index=False, db_constraint=False)
    source_id = models.CharField("来源标识", max_length=120)
    code = models.CharField("编码", max_length=120, blank=True)
    name = models.CharField("名称", max_length=254, blank=True)
    holder = models.ForeignKey(
        "spatial.Holder",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="单位",
        db_index=False,
    )
    document = models.ForeignKey(
        "spatial.Document",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="zones",
        verbose_name="批文",
        db_index=False,
    )
    attributes = models.JSONField("标准属性", default=dict)
    delivered = models.JSONField("原始属性", default=dict)
    source_row = models.IntegerField("原始行号", null=True, blank=True)
    declared_area_m2 = models.DecimalField(
        "登记面积（平方米）", max_digits=18, decimal_places=4, null=True, blank=True
    )
    area_m2 = models.DecimalField(
        "计算面积（平方米）", max_digits=18, decimal_places=2, null=True, blank=True
    )
    recorded_from = models.DateTimeField("记录起", null=True, blank=True)
    recorded_until = models.DateTimeField("记录止", null=True, blank=True)
    geom = models.MultiPolygonField("图形", srid=crs.STORAGE_SRID)

    class Meta:
        verbose_name = "管控区"
        verbose_name_plural = "管控区"
        indexes: ClassVar = [
            # every index is paid for by each row of a survey that comes in: the first two also
            # serve version and layer alone, and nothing asks for attributes without either
            models.Index(fields=("version", "source_id"), name="zone_source"),
            models.Index(
                fields=("layer", "code"),
                name="zone_code",
                condition=~models.Q(layer="land_use"),  # a class is shared by a tenth of a survey
            ),
            models.Index(
                fields=("holder",),
                name="zone_holder",
                condition=models.Q(holder__isnull=False),
            ),
            models.Index(
                fields=("document",),
                name="zone_document",
                condition=models.Q(document__isnull=False),
            ),
            # ledgers grow for ever; what came or ended since a run is found without reading them
            models.Index(
                fields=("recorded_from",),
                name="zone_recorded_from",
                condition=models.Q(recorded_from__isnull=False),
            ),
            models.Index(
                fields=("recorded_until",),
                name="zone_recorded_until",
                condition=models.Q(recorded_until__isnull=False),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(geom__isvalid=True), name="zone_geom_valid"),
        ]

    def __str__(self) -> str:
        return self.name or self.code or self.source_id
