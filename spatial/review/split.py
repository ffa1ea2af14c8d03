"""A patch cut along a drawn line: parts that are decided one by one. 分割"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import shapely
from django.contrib.gis.geos import GEOSGeometry, LineString, MultiPolygon, Polygon
from shapely import ops

from spatial import crs, sqlfiles
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from spatial.models import Patch

MOST_PARTS = 20
LEAST_M2 = Decimal("0.01")


@dataclass(frozen=True)
class Part:
    """One part: its ground (EPSG:4490) and its area; the areas add up to the patch."""

    geom: MultiPolygon
    area_m2: Decimal


def parts_of(patch: Patch, line: LineString) -> list[Part]:
    """The parts into which a line (EPSG:4490) cuts a patch, from north-west to south-east.

    Raises InputRefused for a line that leaves it whole.
    """
    if line.srid != crs.STORAGE_SRID or line.empty or len(line.coords) < 2:
        raise InputRefused("分割线应为至少两点的线（EPSG:4490）。请重新画线。")
    cutter = shapely.from_wkb(bytes(line.wkb))
    if not cutter.is_simple:
        raise InputRefused("分割线自相交。请重新画一条不交叉的线。")
    ground = shapely.from_wkb(bytes(patch.geom.wkb))
    cut = [piece for whole in ground.geoms for piece in ops.split(whole, cutter).geoms]
    cut = [piece for piece in cut if isinstance(piece, shapely.Polygon) and not piece.is_empty]
    if len(cut) <= len(ground.geoms):
        raise InputRefused(
            f"分割线没有把图斑 {patch.address} 分开。请从图斑外起笔，穿过图斑，到图斑外收笔。"
        )
    if len(cut) > MOST_PARTS:
        raise InputRefused(f"分割线把图斑分成 {len(cut)} 块，最多 {MOST_PARTS} 块。请简化。")
    cut.sort(key=lambda piece: (-piece.centroid.y, piece.centroid.x))
    return _measured(patch, cut)


def _measured(patch: Patch, cut: list[shapely.Polygon]) -> list[Part]:
    """Areas as the engine sees ground; the hundredths that rounding leaves go to the largest."""
    geoms = [_multi(piece) for piece in cut]
    areas = [
        sqlfiles.rows("facts/measure_part", {"patch_id": patch.pk, "part": geom.ewkb})[0]
        for geom in geoms
    ]
    rounded = [Decimal(str(found["inside_m2"])).quantize(LEAST_M2) for found in areas]
    if min(rounded) < LEAST_M2:
        raise InputRefused("有一部分的面积不足 0.01 m²。请把分割线画在离边界远些的地方。")
    rest = patch.area_m2 - sum(rounded)
    largest = max(range(len(rounded)), key=rounded.__getitem__)
    rounded[largest] += rest
    return [Part(geom, area) for geom, area in zip(geoms, rounded, strict=True)]


def _multi(piece: shapely.Polygon) -> MultiPolygon:
    found = GEOSGeometry(memoryview(shapely.to_wkb(piece)), srid=crs.STORAGE_SRID)
    if not isinstance(found, Polygon):
        raise TypeError(found.geom_type)
    return MultiPolygon(found, srid=crs.STORAGE_SRID)
