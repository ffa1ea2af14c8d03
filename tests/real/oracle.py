"""The independent computation: shapely and pyproj on the source files, never the database.

The statutory area (国土调查办发〔2008〕32号) from first principles: densify at 70 m in the Gauss
plane of the county's meridian, then sum the ellipsoidal trapezoids under the edges. With u = λ and
v = q(φ), the authalic integral of the ellipsoid, that sum is the shoelace formula; so ground is
taken to the equal-area plane by the formula itself and measured and overlaid by shapely's GEOS.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

SEMI_MAJOR, INVERSE_FLATTENING = 6378137.0, 298.257222101
ECCENTRICITY_2 = (2 - 1 / INVERSE_FLATTENING) / INVERSE_FLATTENING
CENTRE, TRUE_SCALE = 105.0, 35.0
LONGEST_EDGE_M = 70.0
GEOD = pyproj.Geod(a=SEMI_MAJOR, rf=INVERSE_FLATTENING)


@cache
def gauss(meridian: float) -> pyproj.Proj:
    """The Gauss plane of a meridian on the CGCS2000 ellipsoid."""
    return pyproj.Proj(
        proj="tmerc", lat_0=0, lon_0=meridian, k=1, x_0=500000, y_0=0,
        a=SEMI_MAJOR, rf=INVERSE_FLATTENING,
    )  # fmt: skip


def moved(geoms: Any, way: Callable[[np.ndarray, np.ndarray], tuple[Any, Any]]) -> Any:
    """Geometries with every vertex sent through ``way(x, y)``."""
    return shapely.transform(geoms, lambda xy: np.column_stack(way(xy[:, 0], xy[:, 1])))


def degrees_from(geoms: Any, epsg: int) -> Any:
    """Projected geometries in degrees, longitude first."""
    way = pyproj.Transformer.from_crs(epsg, 4326, always_xy=True)
    return moved(geoms, way.transform)


def equal_area(longitude: np.ndarray, latitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Degrees to the equal-area cylinder, by the formula (Snyder 10-13 to 10-15)."""
    e = np.sqrt(ECCENTRICITY_2)
    sine, at = np.sin(np.radians(latitude)), np.radians(TRUE_SCALE)
    q = (1 - e**2) * (sine / (1 - (e * sine) ** 2) + np.arctanh(e * sine) / e)
    scale = np.cos(at) / np.sqrt(1 - (e * np.sin(at)) ** 2)
    return SEMI_MAJOR * scale * np.radians(longitude - CENTRE), SEMI_MAJOR * q / (2 * scale)


def ground(geoms: Any, meridian: float) -> Any:
    """Degrees to measurable ground: densified in the county's plane, then equal-area."""
    plane = gauss(meridian)
    dense = shapely.segmentize(moved(geoms, plane), LONGEST_EDGE_M)
    back = moved(dense, lambda x, y: plane(x, y, inverse=True))
    return moved(back, equal_area)


def geodesic_m2(geom: shapely.Geometry) -> float:
    """The area inside the geodesics between the vertices: another definition of the boundary."""
    return abs(GEOD.geometry_area_perimeter(geom)[0])


def edges_m(geom: shapely.Geometry, meridian: float) -> np.ndarray:
    """Lengths of all edges in the Gauss plane."""
    rings = shapely.get_rings(shapely.get_parts(moved(geom, gauss(meridian))))
    return np.concatenate(
        [np.hypot(*np.diff(shapely.get_coordinates(ring), axis=0).T) for ring in rings]
    )


def overlaps(left: np.ndarray, right: np.ndarray) -> dict[tuple[int, int], float]:
    """Area of each overlap, by the positions of both sides; only where it is above zero."""
    first, second = shapely.STRtree(right).query(left, predicate="intersects")
    areas = shapely.area(shapely.intersection(left[first], right[second]))
    return {
        (int(a), int(b)): float(area)
        for a, b, area in zip(first, second, areas, strict=True)
        if area > 0
    }


def areal(geom: shapely.Geometry) -> shapely.Geometry:
    """Only what has an area: overlay also returns the points and lines in which shapes touch."""
    parts = shapely.get_parts(geom)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def shoelace_m2(points: list[tuple[float, float]]) -> float:
    """The planar area of a ring, by the formula, about its own first point."""
    x0, y0 = points[0]
    ring = [(x - x0, y - y0) for x, y in points]
    return abs(
        sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True)) / 2
    )


def apart(left: Decimal | float, right: Decimal | float) -> float:
    """How far two figures lie apart."""
    return abs(float(left) - float(right))
