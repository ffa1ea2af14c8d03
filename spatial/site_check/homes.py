"""The county that a site is checked in, and whether the purpose can be answered there. 所属县"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from spatial import sqlfiles
from spatial.engine import reads
from spatial.errors import InputRefused, NotAllowed
from spatial.models import DatasetVersion, Layer, Region
from spatial.models.dataset import VersionStatus

if TYPE_CHECKING:
    import datetime

    from django.contrib.gis.geos import MultiPolygon

    from spatial.models import RulesetVersion
    from spatial.scope import Scope

CHINA = (73.0, 3.0, 136.0, 54.0)
"""West, south, east, north in degrees: what lies beyond was read wrongly."""


def home_of(geom: MultiPolygon, region_code: str | None, scope: Scope) -> Region:
    """The county of the user's that holds most of the site; raises NotAllowed, InputRefused."""
    own = set(scope.county_ids)
    if region_code:
        region = Region.objects.by_code(region_code)
        if region.pk in own:
            return region
        own &= set(region.counties().values_list("pk", flat=True))
        if not own:
            raise NotAllowed(f"行政区 {region_code} 不在您的范围内，不能检查。")
    rows = sqlfiles.rows("site_check/10_place_ground", {"geom": bytes(geom.ewkb)})
    inside = [row for row in rows if row["id"] in own]
    if inside:
        return Region.objects.defer("geom").get(pk=inside[0]["id"])
    if rows:
        names = "、".join(row["name"] for row in rows)
        raise NotAllowed(f"选址范围全部在您的行政区之外（{names}），不能检查。请由当地单位检查。")
    drawn = Region.objects.filter(pk__in=own, geom__isnull=False).exists()
    if not drawn and len(own) == 1:
        return Region.objects.get(pk=own.pop())
    raise InputRefused(_nowhere(*geom.extent))


def _nowhere(west: float, south: float, east: float, north: float) -> str:
    where = f"选址范围（{west:.4f}–{east:.4f}°E、{south:.4f}–{north:.4f}°N）"
    if east < CHINA[0] or west > CHINA[2] or north < CHINA[1] or south > CHINA[3]:
        return (
            f"{where}在我国之外。多半是经度和纬度写反了，或坐标系、带号不对；请核对后重新画或粘贴。"
        )
    return (
        f"{where}不在任何已登记的县内，可能落在海上或别的省市。"
        "请核对坐标系、带号和坐标次序；县界未登记的，先由数据管理员导入。"
    )


def require_data(ruleset: RulesetVersion, home: Region, on: datetime.date) -> None:
    """Refuse a purpose of which the county has no data at all: every line would say so alike."""
    layers = [code for code in reads.layers_read(ruleset) if code != "township"]
    known = DatasetVersion.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=on),
        layer_id__in=layers, region=home, status=VersionStatus.ACTIVE,
    )  # fmt: skip
    if known.exists():
        return
    terms = Layer.objects.filter(pk__in=layers).order_by("pk").values_list("term", flat=True)
    raise InputRefused(
        f"{home.name}没有“{ruleset.title}”所需的任何数据（{'、'.join(terms)}），每一项都只能答无数据，"
        "没有检查。请数据管理员先导入这些图层，或换一个用途。"
    )
