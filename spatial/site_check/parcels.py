"""The ground of a site: parcels as drawn or delivered, joined to one shape. 地块"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon

from spatial import crs
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

REASONS = {
    "Self-intersection": "边界自相交",
    "Ring Self-intersection": "边界自相接",
    "Hole lies outside shell": "内环在外环之外",
    "Holes are nested": "内环互相套叠",
    "Nested shells": "外环互相套叠",
    "Duplicate Rings": "环重复",
    "Interior is disconnected": "内部被分断",
    "Too few points": "不足三个点",
}
LEAST_DEGREES2 = 1e-13
"""Common ground of two parcels below this is how they were written down: about a thousandth m2."""
NAMED = 3


@dataclass(frozen=True)
class Parcel:
    """One parcel of a site: EPSG:4490, longitude first; ``declared_area_m2`` as its paper says."""

    name: str
    geom: MultiPolygon
    declared_area_m2: Decimal | None = None


@dataclass(frozen=True)
class Ground:
    """The parcels as one shape, and what had to be said on the way."""

    geom: MultiPolygon
    parcels: tuple[Parcel, ...]
    notes: tuple[str, ...] = ()

    def fingerprint(self, *more: Any) -> str:
        """The same for the same ground under the same names, whatever order it was drawn in."""
        shape = shapely.normalize(_shape(self.geom))
        digest = hashlib.sha256(shapely.to_wkb(shape))
        told = [[parcel.name, str(parcel.declared_area_m2)] for parcel in self.parcels]
        digest.update(json.dumps([told, *map(str, more)], ensure_ascii=False).encode())
        return digest.hexdigest()


def join(parcels: Sequence[Parcel]) -> Ground:
    """The parcels as one site; common ground counts once and is told.

    Raises InputRefused for what is no ground (empty, self-crossing) or too much of it.
    """
    if not parcels:
        raise InputRefused("没有地块。请画出范围、粘贴坐标或上传文件。")
    if len(parcels) > settings.SITE_PARCELS:
        raise InputRefused(
            f"一次选址最多 {settings.SITE_PARCELS} 个地块，这里有 {len(parcels)} 个。请分次检查。"
        )
    shapes = np.array([_shape(parcel.geom) for parcel in parcels], dtype=object)
    points = int(shapely.get_num_coordinates(shapes).sum())
    if points > settings.SITE_VERTICES:
        raise InputRefused(
            f"选址范围有 {points} 个界址点，超过 {settings.SITE_VERTICES} 个。"
            "请核对是否拿错了文件；确需检查的，请分片或抽稀后再查。"
        )
    for parcel, shape in zip(parcels, shapes, strict=True):
        _require_sound(parcel, shape)
    if len(parcels) == 1:
        return Ground(parcels[0].geom, tuple(parcels))
    whole = shapely.union_all(shapes)
    return Ground(_multi(whole), tuple(parcels), tuple(_overlaps(parcels, shapes)))


def parcels_of(geojson: dict[str, Any]) -> list[Parcel]:
    """The parcels of a GeoJSON geometry, feature or collection in degrees, longitude first.

    Raises InputRefused naming the feature that is no polygon.
    """
    features = _features(geojson)
    found = []
    for number, feature in enumerate(features, start=1):
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        told = feature.get("properties") if isinstance(feature, dict) else None
        name = str((told or {}).get("name") or f"地块 {number}")[:60]
        found.append(Parcel(name, _read(geometry, number)))
    return found


def _features(geojson: Any) -> list[Any]:
    kind = geojson.get("type") if isinstance(geojson, dict) else None
    if kind == "FeatureCollection" and isinstance(geojson.get("features"), list):
        return list(geojson["features"])
    if kind == "Feature":
        return [geojson]
    if kind in ("Polygon", "MultiPolygon"):
        return [{"geometry": geojson}]
    raise InputRefused("选址范围应是 GeoJSON 的面（Polygon、MultiPolygon）、要素或要素集合。")


def _read(geometry: Any, number: int) -> MultiPolygon:
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        kind = geometry.get("type") if isinstance(geometry, dict) else None
        raise InputRefused(f"第 {number} 个要素不是面（{str(kind)[:30]}）。选址检查只收面。")
    try:
        shape = shapely.from_geojson(json.dumps(geometry))
        shape = shapely.force_2d(shape)
    except (shapely.errors.ShapelyError, TypeError, ValueError) as error:
        raise InputRefused(
            f"第 {number} 个要素的坐标读不出来。每个环至少四个点，首尾相同，经度在前。"
        ) from error
    bounds = shapely.bounds(shape)
    if shape.is_empty or not np.isfinite(bounds).all():
        raise InputRefused(f"第 {number} 个要素没有坐标。")
    west, south, east, north = bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise InputRefused(
            f"第 {number} 个要素的坐标不是经纬度（{west:.1f}，{south:.1f}）。"
            "GeoJSON 须用 CGCS2000 经纬度、经度在前；平面坐标请上传界址点文件或粘贴坐标。"
        )
    return _multi(shape)


def _require_sound(parcel: Parcel, shape: shapely.Geometry) -> None:
    if shape.is_empty or not np.isfinite(shapely.bounds(shape)).all():
        raise InputRefused(f"{parcel.name}没有范围。请重新画，或核对坐标。")
    if shapely.is_valid(shape):
        return
    told = shapely.is_valid_reason(shape)
    words, _, place = told.partition("[")
    where = "，".join(f"{float(part):.6f}" for part in place.rstrip("]").split()[:2])
    raise InputRefused(
        f"{parcel.name}的{REASONS.get(words.strip(), '图形无效')}"
        f"{f'（经纬度 {where} 附近）' if where else ''}，量不出面积。"
        "请把交叉的边改开，或核对界址点的次序。"
    )


def _overlaps(parcels: Sequence[Parcel], shapes: np.ndarray) -> list[str]:
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes, predicate="intersects")
    pairs = [
        (int(one), int(two))
        for one, two in zip(first, second, strict=True)
        if one < two
        and shapely.area(shapely.intersection(shapes[one], shapes[two])) > LEAST_DEGREES2
    ]
    if not pairs:
        return []
    named = "、".join(f"{parcels[one].name}与{parcels[two].name}" for one, two in pairs[:NAMED])
    more = f"等 {len(pairs)} 对" if len(pairs) > NAMED else ""
    return [f"{named}{more}相互重叠，重叠部分只计一次。"]


def _shape(geom: GEOSGeometry) -> shapely.Geometry:
    return shapely.from_wkb(bytes(geom.wkb))


def _multi(shape: shapely.Geometry) -> MultiPolygon:
    found = GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=crs.STORAGE_SRID)
    return found if isinstance(found, MultiPolygon) else MultiPolygon(found, srid=crs.STORAGE_SRID)
