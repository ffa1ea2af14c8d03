"""Regions: province … village, dated, each with its central meridian. 行政区"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.contrib.gis.db import models
from django.core.validators import RegexValidator

from spatial import crs
from spatial.errors import UnknownRegion

if TYPE_CHECKING:
    import datetime


class RegionLevel(models.TextChoices):
    """Levels of the administrative division, highest first."""

    PROVINCE = "province", "省级"
    CITY = "city", "市级"
    COUNTY = "county", "县级"
    TOWNSHIP = "township", "乡级"
    VILLAGE = "village", "村级"


class RegionManager(models.Manager["Region"]):
    """Finds regions by code, as they stood on a date."""

    def by_code(self, code: str, on: datetime.date | None = None) -> Region:
        """The region of that code, the newest one valid on the date (default: the newest).

        Raises UnknownRegion with the remedy when the register does not hold it.
        """
        found = self.filter(code=str(code).strip())
        if on is not None:
            found = found.filter(valid_from__lte=on)
        region = found.order_by("-valid_from").first()
        if region is None:
            raise UnknownRegion(
                f"行政区 {code} 未登记。请核对代码，或先用 import_regions 导入行政区。"
            )
        return region


class Region(models.Model):
    """A region and, for counties, the plane its geometry is densified in. 行政区

    A township's geometry is its zone in layer ``township``; here lie only the boundaries of
    province, city and county.
    """

    code = models.CharField(
        "行政区代码", max_length=12, validators=[RegexValidator(r"^\d{6}(\d{3}){0,2}$")]
    )
    name = models.CharField("名称", max_length=100)
    level = models.CharField("级别", max_length=10, choices=RegionLevel.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    central_meridian = models.DecimalField(
        "中央经线",
        max_digits=5,
        decimal_places=1,
        null=True,
        blank=True,
        help_text="度；县级必填，加密和宽度在该高斯平面内计算",
    )
    valid_from = models.DateField("起用日期", default="1949-10-01")
    valid_until = models.DateField("停用日期", null=True, blank=True)
    geom = models.MultiPolygonField("界线", srid=crs.STORAGE_SRID, null=True, blank=True)

    objects = RegionManager()

    class Meta:
        verbose_name = "行政区"
        verbose_name_plural = "行政区"
        ordering = ("code", "valid_from")
        constraints = (
            models.UniqueConstraint(fields=("code", "valid_from"), name="region_code_dated"),
            models.CheckConstraint(
                condition=models.Q(geom__isnull=True) | models.Q(geom__isvalid=True),
                name="region_geom_valid",
            ),
            models.CheckConstraint(
                condition=~models.Q(level="county") | models.Q(central_meridian__isnull=False),
                name="region_county_has_meridian",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.code}"

    @property
    def plane_srid(self) -> int:
        """SRID of the region's Gauss plane."""
        if self.central_meridian is None:
            message = f"{self} 没有中央经线"
            raise UnknownRegion(message)
        return crs.plane_srid(Decimal(self.central_meridian))

    def counties(self) -> models.QuerySet[Region]:
        """The counties in force within this region (itself, if it is one)."""
        if self.level == RegionLevel.COUNTY:
            return Region.objects.filter(pk=self.pk)
        prefix = self.code[:2] if self.level == RegionLevel.PROVINCE else self.code[:4]
        return Region.objects.filter(
            level=RegionLevel.COUNTY, code__startswith=prefix, valid_until__isnull=True
        ).order_by("code")
