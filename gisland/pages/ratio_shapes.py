"""The regions of a ratio map, simplified together so that neighbours still meet. 分级图"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import shapely
from django.core.cache import cache

from spatial import sqlfiles, units, vocabulary
from spatial.models import Region, Zone

if TYPE_CHECKING:
    from gisland.pages.ratio_figures import Figures, Line

KEEP_S = 24 * 3600
ACROSS = 1500
"""How many steps of simplification lie across the regions: about a projector's pixels."""
DIGITS = 5


def outlines(county_ids: tuple[int, ...], level: str) -> dict[str, shapely.Geometry]:
    """By code the ground of the regions in force within these counties, in degrees."""
    rows: list[Any]
    if level == "township":
        named = sqlfiles.rows("engine/ratios/list_townships", {"county_ids": list(county_ids)})
        codes = {row["id"]: row["code"] for row in named}
        rows = list(Zone.objects.filter(pk__in=codes).values_list("pk", "geom"))
    else:
        counties = Region.objects.filter(
            pk__in=county_ids, valid_until__isnull=True, geom__isnull=False
        )
        codes = dict(counties.values_list("pk", "code"))
        rows = list(counties.values_list("pk", "geom"))
    key = f"ratio-ground:{_digest(sorted(codes.items()), level)}"
    found: dict[str, str] | None = cache.get(key)
    if found is None:
        order = [codes[pk] for pk, _ in rows]
        shapes = _simplified([shapely.from_wkb(bytes(geom.wkb)) for _, geom in rows])
        found = {code: shape.wkb_hex for code, shape in zip(order, shapes, strict=True)}
        cache.set(key, found, KEEP_S)
    return {code: shapely.from_wkb(told) for code, told in found.items()}


def _digest(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _simplified(shapes: list[Any]) -> list[Any]:
    if not shapes:
        return []
    west, south, east, north = shapely.total_bounds(shapes)
    step = max(east - west, north - south) / ACROSS
    return list(shapely.coverage_simplify(shapes, step))


def features(figures: Figures) -> dict[str, Any]:
    """The regions with their figures, as GeoJSON for the map."""
    ground = outlines(figures.asked.query.county_ids, figures.level)
    lines = {line.row.code: line for line in figures.lines}
    return {
        "type": "FeatureCollection",
        "features": [
            _feature(code, shape, lines[code], figures)
            for code, shape in sorted(
                ground.items(), key=lambda row: _place(lines.get(row[0]))
            )  # the legend lists classes in this order
            if code in lines and not shape.is_empty
        ],
    }


def _place(line: Line | None) -> int:
    level = line.level if line else None
    return len(vocabulary.ratio_classes()) if level is None else level


def _feature(code: str, shape: Any, line: Line, figures: Figures) -> dict[str, Any]:
    geometry = json.loads(shapely.to_geojson(shapely.set_precision(shape, 10.0**-DIGITS)))
    below = "—" if line.denominator_m2 is None else f"{units.mu(line.denominator_m2)} 亩"
    return {
        "type": "Feature",
        "id": code,
        "geometry": geometry,
        "properties": {
            "code": code,
            "name": line.row.name,
            "share": units.percent(line.share),
            "class": -1 if line.level is None else line.level,
            "numerator": f"{units.mu(line.numerator_m2)} 亩",
            "denominator": below,
            "patches": f"{line.row.patch_count} 个",
            "remark": line.remark,
        },
    }


def looks() -> list[dict[str, Any]]:
    """The looks of the classes, lowest first, and last that of no ratio."""
    return [*vocabulary.ratio_classes(), vocabulary.ratio_class(None)]
