"""Ground measured from rings of numbers: areas, widths, shared edges. For tests/reader.py."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import shapely

Rings = list[Any]
A, F = 6378137.0, 1 / 298.257222101
E2 = F * (2 - F)
E = math.sqrt(E2)
LAT_TS = math.radians(35)
K0 = math.cos(LAT_TS) / math.sqrt(1 - E2 * math.sin(LAT_TS) ** 2)


def area(ground: Rings) -> float:
    """The area of polygons by the shoelace formula, holes taken off."""
    return math.fsum(
        abs(_shoelace(polygon[0])) - math.fsum(abs(_shoelace(hole)) for hole in polygon[1:])
        for polygon in ground
    )


def _shoelace(ring: list[list[float]]) -> float:
    # from the first corner, so that the coordinates are small and nothing is lost
    x0, y0 = ring[0]
    points = [(x - x0, y - y0) for x, y in ring]
    return (
        math.fsum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(points, points[1:], strict=False))
        / 2
    )


def overlap(ground: Rings, other: Rings) -> float:
    """The area that two grounds share; the other's polygons may touch, but not overlap."""
    shape = _shape(ground)
    return math.fsum(
        area(_rings(shapely.intersection(shape, shapely.Polygon(rings[0], rings[1:]))))
        for rings in other
    )


def _rings(shape: Any) -> Rings:
    parts = [
        part
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon" and not part.is_empty
    ]
    return [[list(ring.coords) for ring in (part.exterior, *part.interiors)] for part in parts]


NOTHING_M2 = 0.005
"""What rounds to no hundredth of a square metre says nothing of its own."""


def slivers(pieces: dict[int, Rings], below_m2: float, narrower_m: float) -> dict[int, int]:
    """For each piece whose every part is too small or too thin: the neighbour it joins."""
    thin = {
        number
        for number, ground in pieces.items()
        if area(ground) < NOTHING_M2
        or all(area([polygon]) < below_m2 or width(polygon) < narrower_m for polygon in ground)
    }
    shapes = {number: _shape(ground) for number, ground in pieces.items()} if thin else {}
    joined = {}
    for number in thin:
        beside = {
            other: shapely.length(_shared(shapes[number], shapes[other]))
            for other in pieces
            if other not in thin and shapes[number].intersects(shapes[other])
        }
        if beside:
            joined[number] = min(beside, key=lambda other: (-beside[other], other))
    return joined


def width(polygon: Rings) -> float:
    """The mean width 2S/L, in metres on the ground at the polygon's latitude."""
    latitude = _latitude(polygon[0][0][1])
    along = K0 * math.sqrt(1 - E2 * math.sin(latitude) ** 2) / math.cos(latitude)
    # an equal-area map stretches east-west by as much as it shrinks north-south
    true = shapely.transform(
        _shape([polygon]), lambda xy: np.column_stack((xy[:, 0] / along, xy[:, 1] * along))
    )
    x, y = true.bounds[:2]
    near = shapely.set_precision(
        shapely.transform(true, lambda xy: xy - np.array([x, y])), 0.001
    )  # to the millimetre: a spike has length but no width
    length = shapely.length(shapely.boundary(near))
    return 2 * area([polygon]) / length if length else 0.0


def _latitude(y: float) -> float:
    """The latitude of a northing of the equal-area map, by turns (authalic to geodetic)."""
    wanted = 2 * K0 * y / A
    latitude = math.asin(wanted / _q(math.pi / 2))
    for _ in range(20):
        sine = math.sin(latitude)
        slope = 2 * (1 - E2) * math.cos(latitude) / (1 - E2 * sine**2) ** 2
        latitude += (wanted - _q(latitude)) / slope
    return latitude


def _q(latitude: float) -> float:
    sine = math.sin(latitude)
    return (1 - E2) * (sine / (1 - E2 * sine**2) + math.atanh(E * sine) / E)


def _shape(ground: Rings) -> Any:
    return shapely.MultiPolygon([(rings[0], rings[1:]) for rings in ground])


def _shared(one: Any, other: Any) -> Any:
    return shapely.intersection(shapely.boundary(one), shapely.boundary(other))
