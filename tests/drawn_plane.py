"""Drawn ground in the plane: cells of a grid, in metres, and where they lie on the earth."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from pyproj import Transformer

from tests.gathering import MERIDIAN

if TYPE_CHECKING:
    from decimal import Decimal

ORIGIN_EAST, ORIGIN_NORTH = 500_000.0, 3_700_000.0


@cache
def plane_to_geographic(meridian: Decimal | float = MERIDIAN) -> Transformer:
    """Gauss plane (false easting 500 km) to CGCS2000 degrees, longitude first."""
    return Transformer.from_crs(
        f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k=1 +x_0=500000 +y_0=0 "
        "+a=6378137 +rf=298.257222101 +units=m +no_defs",
        "EPSG:4490",
        always_xy=True,
    )


def cells(drawing: str, letter: str, m: float) -> shapely.Geometry:
    """The ground of one letter, in plane metres; the drawing's lower left is the origin."""
    rows = [line.strip() for line in drawing.strip().splitlines()]
    squares = [
        shapely.box(
            ORIGIN_EAST + column * m,
            ORIGIN_NORTH + (len(rows) - 1 - row) * m,
            ORIGIN_EAST + (column + 1) * m,
            ORIGIN_NORTH + (len(rows) - row) * m,
        )
        for row, line in enumerate(rows)
        for column, mark in enumerate(line)
        if mark == letter
    ]
    return shapely.union_all(squares)


def geographic(plane: shapely.Geometry, meridian: Decimal | float = MERIDIAN) -> MultiPolygon:
    """Plane ground as a stored geometry (EPSG:4490)."""
    turned = shapely.transform(
        plane,
        lambda xy: np.column_stack(plane_to_geographic(meridian).transform(xy[:, 0], xy[:, 1])),
    )
    geos = GEOSGeometry(shapely.to_wkb(turned).hex(), srid=4490)
    return geos if geos.geom_type == "MultiPolygon" else MultiPolygon(geos, srid=4490)
