"""GeoJSON as RFC 7946 wants it: degrees, longitude first, outer rings counter-clockwise."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import shapely

from imports.writers.table import Result
from spatial.errors import CrsRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from imports.writers.table import Chunk, Losses, Sheet

STATED = "CGCS2000（EPSG:4490）经纬度，经度在前；与 WGS 84 按零差异视同。"


def require_degrees(sheet: Sheet, name: str) -> None:
    """Raise CrsRefused for a plane: the format knows degrees of WGS 84 alone."""
    if not sheet.plane.geographic or sheet.plane.epsg not in (4490, 4326):
        raise CrsRefused(
            f"{name} 规定用经纬度，不能写 {sheet.plane.label}。请去掉 --crs，或改用 gpkg、shp。"
        )


def write_geojson(path: Path, sheet: Sheet, chunks: Iterator[Chunk], losses: Losses) -> Result:
    """One FeatureCollection; what is empty is null, numbers and truths are typed."""
    require_degrees(sheet, "GeoJSON（RFC 7946）")
    names = [column.name for column in sheet.columns]
    head = {
        "type": "FeatureCollection", "name": sheet.code, "title": sheet.title,
        "coordinates_in": STATED, "stamp": sheet.stamp,
        "columns": {column.name: column.term for column in sheet.columns},
    }  # fmt: skip
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(_text(head)[:-1] + ',"features":[')
        first = True
        for chunk in chunks:
            geoms = shapely.orient_polygons(chunk.geoms, exterior_cw=False)
            for geom, row in zip(geoms, chunk.rows, strict=True):
                file.write("\n" if first else ",\n")
                first = False
                file.write(
                    _text(
                        {
                            "type": "Feature",
                            "properties": dict(zip(names, row, strict=True)),
                            "geometry": _outline(geom),
                        }
                    )
                )
        file.write("\n]}\n")
    return Result([path], names, "utf-8", driver="GeoJSON")


def _outline(geom: Any) -> dict[str, Any]:
    """A polygon, or several, with every digit that the numbers have."""
    parts = [
        [ring.coords[:] for ring in (part.exterior, *part.interiors)]
        for part in shapely.get_parts(geom)
    ]
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
