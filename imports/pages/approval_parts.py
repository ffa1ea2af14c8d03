"""Parts of the page of approvals: drawings as files, sums, and shapes for its map."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from spatial.errors import InputRefused

if TYPE_CHECKING:
    from imports.approvals import Look

    Row = dict[str, Any]


def collection(drawing: str) -> bytes:
    """A drawn geometry (or several) as a GeoJSON file; raises InputRefused for what is none."""
    try:
        drawn = json.loads(drawing)
        shapes = drawn if isinstance(drawn, list) else [drawn]
        kinds = {shape["type"] for shape in shapes}
    except (ValueError, TypeError, KeyError) as error:
        raise InputRefused("图上画的不是面。请重画。") from error
    if not kinds or kinds - {"Polygon", "MultiPolygon"}:
        raise InputRefused("图上画的不是面。请重画。")
    features = [
        {"type": "Feature", "properties": {}, "geometry": {
            "type": shape["type"], "coordinates": shape.get("coordinates")}}
        for shape in shapes
    ]  # fmt: skip
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    collection = {"type": "FeatureCollection", "crs": named, "features": features}
    return json.dumps(collection).encode()


def sums_of(look: Look) -> Row:
    """The whole area beside what is declared: of the paper, else of its parcels."""
    told = [parcel.declared_m2 for parcel in look.parcels if parcel.declared_m2 is not None]
    declared = look.declared_m2
    if declared is None and len(told) == len(look.parcels):
        declared = sum(told, Decimal(0))
    difference = None if declared is None else look.area_m2 - declared
    return {
        "area_m2": look.area_m2,
        "declared_m2": declared,
        "difference_m2": difference,
        "differs": bool(declared and abs(look.area_m2 - declared) > declared / 100),
    }


def shapes_of(code: str, title: str, features: list[Row], look: Row) -> Row:
    """Features as the map of a page is given them."""
    collection = {"type": "FeatureCollection", "features": features}
    return {"id": code, "title": title, "features": collection, "look": look, "legend": True}


def feature(pk: int, geometry: Row, label: str) -> Row:
    """One shape with its number and name."""
    return {"type": "Feature", "id": pk, "properties": {"label": label}, "geometry": geometry}


def extent(collection: Row) -> list[float] | None:
    """West, south, east, north of features, with as much ground around as they are wide."""
    points: list[tuple[float, float]] = []

    def walk(part: Any) -> None:
        if part and isinstance(part[0], (int, float)):
            points.append((part[0], part[1]))
        else:
            for one in part:
                walk(one)

    for feature in collection["features"]:
        walk(feature["geometry"]["coordinates"])
    if not points:
        return None
    xs, ys = zip(*points, strict=True)
    beside = max(max(xs) - min(xs), max(ys) - min(ys)) / 2
    return [min(xs) - beside, min(ys) - beside, max(xs) + beside, max(ys) + beside]
