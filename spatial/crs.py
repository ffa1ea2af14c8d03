"""The only place that knows coordinate reference systems.

Storage is EPSG:4490 (CGCS2000, longitude first). The engine works in one national equal-area
CRS, where the planar area is the statutory ellipsoidal area (design 4.2; ADR 0001). Every county
has one plane, the Gauss plane of its region's central meridian, in which edges are straight.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

STORAGE_SRID = 4490
"""CGCS2000 geographic, degrees, longitude first as PostGIS stores it."""

ENGINE_SRID = 990003
"""National cylindrical equal-area CRS on the CGCS2000 ellipsoid, metres (private SRID)."""

WEB_SRID = 3857
"""Display only: vector and imagery tiles."""

DENSIFY_M = 70
"""Longest edge before points are inserted on the plane line (国土调查办发〔2008〕32号)."""

SEMI_MAJOR_M, FLATTENING = 6_378_137.0, 1 / 298.257222101
"""The CGCS2000 ellipsoid."""

_ELLIPSOID = "+a=6378137 +rf=298.257222101 +units=m +no_defs"
_MIDDLE, _TRUE_SCALE = 105, 35
ENGINE_PROJ4 = f"+proj=cea +lon_0={_MIDDLE} +lat_ts={_TRUE_SCALE} {_ELLIPSOID}"

UNSPLIT_M = 50
"""Edges up to this length in the engine's CRS are below DENSIFY_M in every plane within China."""

PLANE_BASE = 990200
"""Private SRID of the Gauss plane at 180 W; one more for each half degree eastward."""


def plane_srid(central_meridian: Decimal | float) -> int:
    """The SRID of the Gauss plane (scale 1, false easting 500 km) of a central meridian."""
    steps = (Decimal(str(central_meridian)) + 180) * 2
    if steps != int(steps) or not 0 <= steps <= 720:
        message = f"中央经线 {central_meridian} 无效：应为 -180 至 180 之间 0.5 度的整数倍"
        raise ValueError(message)
    return PLANE_BASE + int(steps)


def plane_proj4(central_meridian: Decimal | float) -> str:
    """The PROJ text of that plane: Gauss-Kruger without zone prefix."""
    return f"+proj=tmerc +lat_0=0 +lon_0={central_meridian} +k=1 +x_0=500000 +y_0=0 {_ELLIPSOID}"


def nearest_meridian(longitude: float) -> Decimal:
    """The central meridian of the 3-degree zone that a longitude lies in."""
    return Decimal(round(longitude / 3) * 3)


def private_crs_rows() -> list[tuple[int, str]]:
    """SRID and PROJ text of every private CRS, for ``spatial_ref_sys``."""
    planes = [(PLANE_BASE + step, plane_proj4(Decimal(step) / 2 - 180)) for step in range(721)]
    return [(ENGINE_SRID, ENGINE_PROJ4), *planes]


def to_degrees(ground: shapely.Geometry) -> shapely.Geometry:
    """Ground of the engine's CRS in degrees that lead back to it, to 10⁻⁸ m.

    PROJ's own way back is a series that ends early: 0.2 to 2 mm off in latitude. Edges are split so
    short that no county's plane adds a point of its own.
    """
    return shapely.transform(shapely.segmentize(ground, UNSPLIT_M), _degrees)


def ring_areas_m2(degrees: NDArray[np.float64], firsts: NDArray[np.int64]) -> NDArray[np.float64]:
    """The areas of closed rings in EPSG:4490, as area_m2() has them, where no edge is densified.

    ``firsts`` are the places at which the points of each ring begin, in order.
    """
    counts = np.diff(firsts, append=len(degrees))
    ground = np.column_stack([np.radians(degrees[:, 0]), _authalic(np.radians(degrees[:, 1]))])
    ground -= np.repeat(ground[firsts], counts, axis=0)  # small numbers keep their digits
    twice = ground[:-1, 0] * ground[1:, 1] - ground[1:, 0] * ground[:-1, 1]
    twice = np.append(twice, 0.0)
    twice[firsts[1:] - 1] = 0  # from one ring to the next
    areas: NDArray[np.float64] = np.abs(np.add.reduceat(twice, firsts)) * SEMI_MAJOR_M**2 / 4
    return areas


def _authalic(latitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """The area of the ellipsoid from the equator up to a latitude, on that of a unit sphere's."""
    root = np.sqrt(FLATTENING * (2 - FLATTENING))
    sine = np.sin(latitude)
    plain = 1 - (root * sine) ** 2
    found: NDArray[np.float64] = (1 - root**2) * (sine / plain + np.arctanh(root * sine) / root)
    return found


def _degrees(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Longitude from x; latitude by Newton's method from y, the authalic area up to it."""
    square = FLATTENING * (2 - FLATTENING)
    true = np.radians(_TRUE_SCALE)
    scale = np.cos(true) / np.sqrt(1 - square * np.sin(true) ** 2)
    area = 2 * scale / SEMI_MAJOR_M * xy[:, 1]
    latitude = np.arcsin(np.clip(area / 2, -1, 1))
    for _ in range(_STEPS):
        sine = np.sin(latitude)
        plain = 1 - square * sine**2
        latitude += (area - _authalic(latitude)) * plain**2 / (2 * (1 - square) * np.cos(latitude))
    longitude = xy[:, 0] / (SEMI_MAJOR_M * scale)
    return np.column_stack([_MIDDLE + np.degrees(longitude), np.degrees(latitude)])


_STEPS = 6
"""Each doubles the digits; from the sphere's latitude four are enough for 10⁻¹² rad."""
