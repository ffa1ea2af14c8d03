"""The ground of a clue: drawn, as coordinates, or a point with a radius that is stated as such;
the county that it lies in; what else was found there. 线索范围"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon

from gisland.casework.models import Clue, Outline
from imports.deliveries import FileOptions
from imports.site_ground import read_pasted
from spatial import sqlfiles
from spatial.errors import InputRefused, NotAllowed
from spatial.models import Patch, Region
from spatial.models.patch import UNISSUED
from spatial.site_check.parcels import Parcel, join, parcels_of

if TYPE_CHECKING:
    from decimal import Decimal

    from spatial.scope import Scope

LEAST_RADIUS_M, MOST_RADIUS_M = 5, 500
LEAST_M2 = 1
NEAR_M = 100
NEAR_DAYS = 180
"""Clues older than that are not told as near."""


@dataclass(frozen=True)
class Ground:
    """Where a clue is."""

    geom: MultiPolygon
    outline: Outline
    radius_m: float | None = None


@dataclass(frozen=True)
class Placed:
    """The county of the ground, and how large it is."""

    region: Region
    area_m2: Decimal


@dataclass(frozen=True)
class Near:
    """A patch or another clue on or near the ground."""

    what: str
    id: int
    name: str
    source: str
    case_id: int | None
    distance_m: float
    share: float

    @property
    def said(self) -> str:
        """How near, in words."""
        if self.share >= 0.005:
            return f"覆盖本范围 {self.share:.0%}"
        return f"相距 {self.distance_m:.0f} 米" if self.distance_m >= 1 else "相邻"


def drawn(geojson: Any) -> Ground:
    """Ground as GeoJSON in degrees; raises InputRefused."""
    return _joined(lambda: parcels_of(geojson), Outline.DRAWN)


def pasted(text: str, crs: str = "") -> Ground:
    """Ground as pasted coordinates, in any order and zone; raises InputRefused."""
    read = lambda: list(read_pasted(text, FileOptions(crs=crs or None)).parcels)  # noqa: E731
    return _joined(read, Outline.COORDINATES)


def circle(lon: float, lat: float, radius_m: float) -> Ground:
    """The ground around a reported place; raises InputRefused."""
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise InputRefused(f"位置 {lon:g}, {lat:g} 不是经纬度（度，经度在前）。")
    if not LEAST_RADIUS_M <= radius_m <= MOST_RADIUS_M:
        raise InputRefused(
            f"半径应在 {LEAST_RADIUS_M} 至 {MOST_RADIUS_M} 米之间，现为 {radius_m:g} 米。"
        )
    row = sqlfiles.rows("casework/40_draw_circle", {"lon": lon, "lat": lat, "radius_m": radius_m})
    geom = GEOSGeometry(memoryview(bytes(row[0]["geom"])))
    assert isinstance(geom, MultiPolygon)
    return Ground(geom, Outline.CIRCLE, radius_m)


def place(ground: Ground, region_code: str, scope: Scope) -> Placed:
    """The county of the scope that holds most of it. A county that is told must be that one.

    Raises NotAllowed for ground or a county of others, InputRefused for what is no such ground.
    """
    own = set(scope.county_ids)
    if region_code and region_code not in scope.county_codes:
        raise NotAllowed(f"行政区 {region_code} 不在您的范围内，没有登记。请由当地单位登记。")
    found = sqlfiles.rows("site_check/10_place_ground", {"geom": bytes(ground.geom.ewkb)})
    if not found:
        raise InputRefused("线索的位置不在任何已登记的县内。请核对经纬度是否写反、坐标系和带号。")
    inside = [row for row in found if row["id"] in own]
    if not inside:
        names = "、".join(row["name"] for row in found)
        raise NotAllowed(f"线索的位置在您的行政区之外（{names}），没有登记。请转当地单位。")
    if region_code and region_code != inside[0]["code"]:
        raise InputRefused(
            f"所填行政区 {region_code} 与位置不符：位置在{inside[0]['name']}"
            f"（{inside[0]['code']}）。请核对后再报。"
        )
    region = Region.objects.defer("geom").get(pk=inside[0]["id"])
    area = measure(ground.geom, region)["area_m2"]
    if area < LEAST_M2:
        raise InputRefused(f"线索范围只有 {area} 平方米。请核对坐标，多半是点错了位置。")
    if area > settings.SITE_AREA_M2:
        most = settings.SITE_AREA_M2 // 10000
        raise InputRefused(f"线索范围超过 {most} 公顷。请核对坐标系和单位，或分成几条线索。")
    return Placed(region, area)


def measure(geom: MultiPolygon, region: Region) -> dict[str, Any]:
    """``ground`` as the engine sees it, and ``area_m2``."""
    params = {"geom": bytes(geom.ewkb), "plane_srid": region.plane_srid}
    return dict(sqlfiles.rows("imports/measure_ground", params)[0])


def near(clue: Clue, scope: Scope) -> list[Near]:
    """Issued patches, and clues of the half year before, on or near the ground; nearest first."""
    rows = sqlfiles.rows(
        "casework/41_find_near_ground",
        {
            "geom": bytes(clue.geom.ewkb),
            "within_m": NEAR_M,
            "county_ids": list(scope.county_ids),
            "clue_id": clue.pk,
            "since": clue.found_on - datetime.timedelta(days=NEAR_DAYS),
            "unissued": list(UNISSUED),
        },
    )
    rows = [row for row in rows if (row["what"], row["id"]) != ("patch", clue.patch_id)]
    patches = Patch.objects.filter(pk__in=[r["id"] for r in rows if r["what"] == "patch"])
    names = {("patch", one.pk): one.address for one in patches.select_related("batch", "region")}
    clues = Clue.objects.filter(pk__in=[r["id"] for r in rows if r["what"] == "clue"])
    names |= {("clue", one.pk): one.number for one in clues}
    return [
        Near(
            row["what"], row["id"], names[row["what"], row["id"]], row["source"],
            row["case_id"], row["distance_m"], row["share"] or 0.0,
        )
        for row in rows
    ]  # fmt: skip


def _joined(read: Any, outline: Outline) -> Ground:
    try:
        parcels: list[Parcel] = read()
        return Ground(join(parcels).geom, outline)
    except InputRefused as error:
        said = str(error).replace("选址范围", "线索范围").replace("选址检查", "线索登记")
        error.args = (said.replace("一次选址", "一条线索"), *error.args[1:])
        raise
