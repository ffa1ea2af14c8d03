"""Where the invented prefecture lies, what its places are called, and its planes.

Every name and code is invented (示, 例, 样, 范 in each township name); no such place exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from spatial.crs import DENSIFY_M, ENGINE_PROJ4, plane_proj4

Floats = npt.NDArray[np.float64]
Geoms = npt.NDArray[np.object_]

NOTICE = "本数据为程序生成的虚构数据，地名、界线、单位、文号均为虚构，仅供演示"
PROVINCE, PROVINCE_NAME = "990000", "示例省"
CITY, CITY_NAME = "990100", "示范市"
LOCAL_PROJ4 = (
    "+proj=tmerc +lat_0=33 +lon_0=118.5 +k=1 +x_0=0 +y_0=0 "
    "+a=6378137 +rf=298.257222101 +units=m +no_defs"
)
"""The generator's own plane: metres east and north of 118.5 E 33 N."""
DEGREE_DECIMALS = 10
"""Master coordinates are degrees rounded to about 0.01 mm, so that every file agrees."""


@dataclass(frozen=True)
class County:
    """One county: its code, plane, relative position and character."""

    code: str
    name: str
    meridian: int
    epsg: int
    site: tuple[float, float]
    townships: tuple[tuple[str, str], ...]
    target_ratio: float | None
    share: float


COUNTIES = (
    County(
        "990101",
        "东例区",
        120,
        4528,
        (0.62, -0.22),
        (
            ("001", "示湖街道"),
            ("002", "例苑街道"),
            ("100", "样桥镇"),
            ("101", "范塘镇"),
            ("102", "示圩乡"),
        ),
        0.06,
        0.27,
    ),
    County(
        "990102",
        "南例县",
        117,
        4548,
        (-0.28, -0.72),
        (
            ("100", "例川镇"),
            ("101", "示田镇"),
            ("102", "样渡镇"),
            ("103", "范堰镇"),
            ("104", "例荡乡"),
            ("105", "示埠乡"),
        ),
        0.12,
        0.28,
    ),
    County(
        "990103",
        "西岭县",
        117,
        4527,
        (-0.74, 0.18),
        (("100", "样岭镇"), ("101", "范坞镇"), ("200", "例峪乡")),
        None,
        0.17,
    ),
    County(
        "990104",
        "北原市",
        120,
        4490,
        (0.22, 0.66),
        (("001", "示原街道"), ("100", "例集镇"), ("101", "样庄镇"), ("200", "范洼乡")),
        0.22,
        0.28,
    ),
)
BY_CODE = {county.code: county for county in COUNTIES}
EAST, SOUTH, WEST, NORTH = (county.code for county in COUNTIES)


@lru_cache
def _transformer(source: str, target: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def _move(geoms: Geoms, source: str, target: str, decimals: int | None) -> Geoms:
    transformer = _transformer(source, target)

    def step(xy: Floats) -> Floats:
        moved = np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))
        return moved if decimals is None else np.round(moved, decimals)

    return np.asarray(shapely.transform(np.asarray(geoms, object), step), object)


def to_degrees(geoms: Geoms) -> Geoms:
    """The geometries of the local plane as master coordinates in EPSG:4490."""
    return _move(geoms, LOCAL_PROJ4, "EPSG:4490", DEGREE_DECIMALS)


def to_local(geoms: Geoms) -> Geoms:
    """Master coordinates back in the local plane."""
    return _move(geoms, "EPSG:4490", LOCAL_PROJ4, None)


def to_epsg(geoms: Geoms, epsg: int) -> Geoms:
    """Master coordinates in a delivery's CRS, unrounded as a desktop GIS writes them."""
    if epsg == 4490:
        return np.asarray(geoms, object)
    return _move(geoms, "EPSG:4490", f"EPSG:{epsg}", None)


def statutory_m2(geoms: Geoms, meridian: int) -> Floats:
    """The statutory ellipsoidal area of geometries in EPSG:4490, in one county's plane."""
    plane = plane_proj4(meridian)
    flat = shapely.segmentize(_move(geoms, "EPSG:4490", plane, None), DENSIFY_M)
    return np.asarray(shapely.area(_move(flat, plane, ENGINE_PROJ4, None)), float)


def township_code(county: County, index: int) -> str:
    """The 9-digit code of a county's township."""
    return county.code + county.townships[index][0]
