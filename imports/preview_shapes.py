"""What a preview draws and counts: a sample of the shapes, and the counties that they lie in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from imports import shapes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imports.shapes import Given
    from spatial.models import Region

MOST, LARGEST_BYTES = 200, 100_000
"""Features and bytes of a sample: a map of a page draws it at once."""
STEPS = 400
"""Across the whole extent: what is finer than one step is not seen on the page's map."""
COUNTED = 5000
"""Rows whose county is looked up; more are drawn evenly from all."""


def sample(geoms: Given, numbers: Sequence[int]) -> dict[str, Any]:
    """A FeatureCollection (degrees, coarse) of at most MOST shapes in LARGEST_BYTES.

    ``of`` says of how many; ``extent`` is that of all. Drawn evenly over the rows.
    """
    bounds = [float(value) for value in shapes.total_bounds(geoms)]
    step = max(bounds[2] - bounds[0], bounds[3] - bounds[1], 1e-6) / STEPS
    found = [_feature(geoms[at], numbers[at], step) for at in _even(len(geoms), MOST)]
    features = [one for one in found if one is not None]
    while features and _size(features) > LARGEST_BYTES:
        features = [features[at] for at in _even(len(features), len(features) * 3 // 4)]
    return {
        "type": "FeatureCollection",
        "features": features,
        "of": len(geoms),
        "extent": [round(value, 7) for value in bounds],
    }


def _even(count: int, most: int) -> list[int]:
    if count <= most:
        return list(range(count))
    return sorted({int(at) for at in np.linspace(0, count - 1, most)}) if most else []


def _feature(geom: Any, number: int, step: float) -> dict[str, Any] | None:
    shown = shapely.simplify(geom, step, preserve_topology=True)
    shown = shapely.transform(shown, lambda points: np.round(points, 7))
    if shown is None or shown.is_empty:
        return None
    return {
        "type": "Feature",
        "id": number,
        "properties": {"row": number},
        "geometry": json.loads(shapely.to_geojson(shown)),
    }


def _size(features: list[dict[str, Any]]) -> int:
    return len(json.dumps(features, separators=(",", ":")).encode())


def agreement(geoms: Given, counties: Sequence[Region]) -> dict[str, Any]:
    """How many rows lie in which county, by a point within each; ``outside`` in none of them."""
    rows = _even(len(geoms), COUNTED)
    points = shapely.point_on_surface(shapely.make_valid(geoms[rows]))
    known = [county for county in counties if county.geom is not None]
    if not known:
        return {"counted": 0, "outside": 0, "counties": [], "share": None}
    shapes = shapely.from_wkb([bytes(one.geom.wkb) for one in known if one.geom is not None])
    lies_in, held_by = shapely.STRtree(shapes).query(points, predicate="within")
    first: dict[int, int] = {}
    for point, county in zip(lies_in.tolist(), held_by.tolist(), strict=True):
        first.setdefault(point, county)
    held = list(first.values())
    told = [
        {"code": county.code, "name": county.name, "rows": held.count(at)}
        for at, county in enumerate(known)
        if at in set(held)
    ]
    return {
        "counted": len(rows),
        "outside": len(rows) - len(first),
        "counties": sorted(told, key=lambda one: -one["rows"]),
        "share": len(first) / len(rows) if rows else None,
    }
