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


def shapes_for(look: Look | None, withdrawn: list[Row], met: list[Row]) -> list[Row]:
    """What the map shows: patches met, the paper as it stands, the ground itself on top."""
    shapes: list[Row] = []
    if withdrawn:
        shapes.append(
            shapes_of(
                "withdrawn",
                "将撤回的地块",
                [feature(row["id"], json.loads(row["geometry"]), row["name"]) for row in withdrawn],
                {"color": "#C92A2A", "hatch": "slash", "opacity": 0.25, "term": "将撤回"},
            )
        )
    patches = [
        feature(row["patch"].pk, json.loads(row["patch"].geom.geojson), row["patch"].jcbh)
        for row in met
    ]
    if patches:
        shapes.append(
            shapes_of(
                "met",
                "压盖的图斑",
                patches,
                {
                    "color": "#E8590C",
                    "fill": False,
                    "width": 2,
                    "dash": [6, 4],
                    "term": "压盖的图斑",
                },
            )
        )
    if look is not None:
        known = look.known
        if known and known["old_geometry"]:
            shapes.append(
                shapes_of(
                    "known",
                    "在册地块",
                    [
                        feature(1, known["old_geometry"], "在册"),
                    ],
                    {"color": "#868E96", "hatch": "backslash", "opacity": 0.2, "term": "在册"},
                )
            )
        shapes.append(
            shapes_of(
                "ground",
                "本次地块",
                [
                    feature(at, parcel.geometry, parcel.name)
                    for at, parcel in enumerate(look.parcels, start=1)
                ],
                {"color": "#1C6FB8", "opacity": 0.3, "width": 2.5, "term": "本次地块"},
            )
        )
    return shapes
