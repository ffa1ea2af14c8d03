"""The CRS of coordinates that come without one: by magnitude, zone prefix and the counties.

Numbers tell degrees from metres, the zone and the width of zones, and the order of axes. They
don't tell the datum: what is found here is never more than probable, and always told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyproj

from imports import shapes
from spatial.errors import CrsMissing, CrsRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imports.ground import Ground
    from imports.shapes import Given

SIX_DEGREE = range(13, 24)
THREE_DEGREE = range(25, 46)
WITH_PREFIX = {3: 4488, 6: 4478}
PLAIN = {3: 4509, 6: 4489}
"""EPSG less zone number of CGCS2000 Gauss-Kruger, by width of the zone in degrees."""

EASTING, NORTHING = (160_000, 840_000), (1_900_000, 6_000_000)
LONGITUDE, LATITUDE = (70, 140), (3, 54)
REMEDY = "请补上 .prj，或用 --crs EPSG:n 指明（如 3 度带 40 带带带号为 EPSG:4528）。"


@dataclass(frozen=True)
class Guess:
    """A CRS that the numbers speak for, and what they say."""

    crs: pyproj.CRS
    evidence: tuple[str, ...]


def gauss_epsg(zone: int, *, prefix: bool) -> int:
    """EPSG of CGCS2000 Gauss-Kruger: the zone number alone tells 3 or 6 degrees.

    Raises CrsRefused for a number that is no zone of China.
    """
    width = 6 if zone in SIX_DEGREE else 3
    if not is_zone(zone):
        raise CrsRefused(f"带号 {zone} 不存在：6 度带为 13–23，3 度带为 25–45。请核对坐标和带号。")
    return (WITH_PREFIX if prefix else PLAIN)[width] + zone


def is_zone(number: int) -> bool:
    """Whether this is a zone of China, of 3 or 6 degrees."""
    return number in SIX_DEGREE or number in THREE_DEGREE


def within(low: float, high: float, span: tuple[float, float]) -> bool:
    """Whether both values lie in the span."""
    return span[0] <= low and high <= span[1]


def degrees_of(crs: pyproj.CRS, bounds: Sequence[float]) -> tuple[float, float, float, float]:
    """The bounds in degrees, from their corners and the middles of their sides."""
    way = pyproj.Transformer.from_crs(crs, 4490, always_xy=True)
    left, low, right, high = bounds
    west, south, east, north = way.transform_bounds(left, low, right, high, densify_pts=5)
    return float(west), float(south), float(east), float(north)


def row_zones(geoms: Given) -> np.ndarray:
    """The zone prefix of each row's eastings: 0 without prefix, -1 where it isn't one prefix."""
    bounds = shapes.bounds(geoms)
    low, high = bounds[:, 0] // 1_000_000, bounds[:, 2] // 1_000_000
    return np.where(low == high, low, -1).astype(int)


def judge(file_name: str, geoms: Given, ground: Ground | None) -> Guess:
    """The CRS that the numbers and the counties speak for together.

    Raises CrsMissing where they don't settle it, CrsRefused for axes in the wrong order.
    """
    bounds = tuple(float(value) for value in shapes.total_bounds(geoms))
    west, south, east, north = bounds
    refuse_swapped(file_name, bounds)
    if within(west, east, LONGITUDE) and within(south, north, LATITUDE):
        guess = Guess(pyproj.CRS.from_epsg(4490), ("数值是经纬度",))
    elif within(south, north, NORTHING) and is_zone(int(west // 1e6)):
        zone = int(west // 1e6)
        width = 6 if zone in SIX_DEGREE else 3
        crs = pyproj.CRS.from_epsg(gauss_epsg(zone, prefix=True))
        guess = Guess(crs, (f"东坐标带带号 {zone}，为 {width} 度带",))
    elif within(south, north, NORTHING) and within(west, east, EASTING):
        return _plain(file_name, bounds, ground)
    else:
        raise CrsMissing(
            f"文件 {file_name} 没有坐标系（缺少 .prj 或未声明），坐标（如 {west:.3f}, {south:.3f}）"
            f"也看不出是经纬度还是高斯坐标。{REMEDY}"
        )
    return _placed(file_name, guess, bounds, ground)


def _placed(file_name: str, guess: Guess, bounds: Sequence[float], ground: Ground | None) -> Guess:
    found = f"EPSG:{guess.crs.to_epsg()}"
    if ground is None:
        raise CrsMissing(
            f"文件 {file_name} 没有坐标系（缺少 .prj 或未声明）。按数值看像 {found}"
            f"（{guess.evidence[0]}），但没有行政区界线可以印证。确认后请用 --crs {found} 指明。",
            (found,),
        )
    if not ground.near(degrees_of(guess.crs, bounds)):
        raise CrsMissing(
            f"文件 {file_name} 没有坐标系（缺少 .prj 或未声明）。按数值看像 {found}"
            f"（{guess.evidence[0]}），却不在行政区范围（{ground.words}）内。{REMEDY}"
        )
    return Guess(guess.crs, (*guess.evidence, "位置与行政区范围一致"))


def _plain(file_name: str, bounds: Sequence[float], ground: Ground | None) -> Guess:
    """Eastings without zone: the one meridian that puts them on the counties."""
    zones = [
        zone
        for zone in THREE_DEGREE
        if ground is not None
        and ground.near(degrees_of(pyproj.CRS.from_epsg(PLAIN[3] + zone), bounds))
    ]
    if ground is not None and len(zones) > 1:
        inside = [
            zone
            for zone in zones
            if ground.holds(degrees_of(pyproj.CRS.from_epsg(PLAIN[3] + zone), bounds))
        ]
        zones = inside or zones
    if len(zones) == 1:
        crs = pyproj.CRS.from_epsg(PLAIN[3] + zones[0])
        told = f"东坐标不带带号，只有中央经线 {zones[0] * 3}° 使其落在行政区范围内"
        return Guess(crs, (told,))
    told = "、".join(f"EPSG:{PLAIN[3] + zone}（{zone * 3}°）" for zone in zones)
    why = f"以下中央经线都说得通：{told}" if zones else "没有行政区界线可以印证中央经线"
    if ground is not None and not zones:
        why = f"没有一条中央经线使其落在行政区范围（{ground.words}）内"
    raise CrsMissing(
        f"文件 {file_name} 没有坐标系（缺少 .prj 或未声明），东坐标也不带带号；{why}。"
        f"{REMEDY}也可用 --region 指明县。",
        tuple(f"EPSG:{PLAIN[3] + zone}" for zone in zones),
    )


def fitting(bounds: Sequence[float], ground: Ground) -> list[Guess]:
    """The CRS of China in which these numbers would lie on the counties, each with its evidence.

    Those that put all of it on their ground stand alone where there are any.
    """
    west, south, east, north = bounds
    found: list[Guess] = []
    if within(west, east, LONGITUDE) and within(south, north, LATITUDE):
        found = [Guess(pyproj.CRS.from_epsg(4490), ("数值是经纬度",))]
    elif (
        within(south, north, NORTHING) and is_zone(int(west // 1e6)) and west // 1e6 == east // 1e6
    ):
        zone = int(west // 1e6)
        crs = pyproj.CRS.from_epsg(gauss_epsg(zone, prefix=True))
        found = [Guess(crs, (f"东坐标带带号 {zone}",))]
    elif within(south, north, NORTHING) and within(west, east, EASTING):
        for zone in (*THREE_DEGREE, *SIX_DEGREE):
            width, meridian = (3, zone * 3) if zone in THREE_DEGREE else (6, zone * 6 - 3)
            crs = pyproj.CRS.from_epsg(gauss_epsg(zone, prefix=False))
            found.append(Guess(crs, (f"{width} 度带中央经线 {meridian}°，东坐标不带带号",)))
    placed = [(one, degrees_of(one.crs, bounds)) for one in found]
    near = [(one, place) for one, place in placed if ground.near(place)]
    inside = [(one, place) for one, place in near if ground.holds(place)]
    return [one for one, _ in inside or near]


def refuse_swapped(file_name: str, bounds: Sequence[float]) -> None:
    """Raise CrsRefused where the first column is north: CGCS2000's own order, not GIS files'."""
    west, south, east, north = bounds
    if within(west, east, LATITUDE) and within(south, north, LONGITUDE):
        raise CrsRefused(
            f"文件 {file_name} 的坐标轴序颠倒：第一列是纬度（{west:.6f}），第二列是经度"
            f"（{south:.6f}）。请按 经度、纬度（东、北）的次序重新导出。"
        )
    eastward = is_zone(int(south // 1e6)) or within(south, north, EASTING)
    if within(west, east, NORTHING) and eastward:
        raise CrsRefused(
            f"文件 {file_name} 的坐标轴序颠倒：第一列是北坐标（{west:.3f}），第二列是东坐标"
            f"（{south:.3f}）。请按 东、北 的次序重新导出。"
        )
