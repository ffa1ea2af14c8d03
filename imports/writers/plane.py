"""The CRS that a file is written in: degrees, or a plane that the ground really lies in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely

from imports import crs_verdict
from spatial import crs as house
from spatial.errors import CrsRefused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

WGS84 = 4326
SLACK_DEG = 0.5
"""How far beyond its zone ground may reach and still be written in it (and be told)."""
CGCS2000 = ("China 2000", "China_2000", "CGCS", "China Geodetic")

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Plane:
    """A CRS that may be written, and the way to it from EPSG:4490; x is always east."""

    crs: pyproj.CRS
    epsg: int | None
    way: pyproj.Transformer | None
    zone: int | None = None
    """Number of its Gauss zone, where it is one of CGCS2000."""
    prefix: bool = False
    notes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """``EPSG:4528 CGCS2000 / …``."""
        return f"EPSG:{self.epsg} {self.crs.name}" if self.epsg else self.crs.name

    @property
    def geographic(self) -> bool:
        """Whether coordinates are degrees."""
        return bool(self.crs.is_geographic)

    @property
    def degrees(self) -> int | None:
        """Width of the Gauss zone: 3 or 6."""
        if self.zone is None:
            return None
        return 6 if self.zone in crs_verdict.SIX_DEGREE else 3

    def convert(self, geoms: np.ndarray) -> np.ndarray:
        """Geometry of EPSG:4490 in this CRS, vertices one to one."""
        way = self.way
        if way is None:
            return geoms

        def moved(points: np.ndarray) -> np.ndarray:
            east, north = way.transform(points[:, 0], points[:, 1], errcheck=True)
            return np.column_stack((east, north))

        return np.asarray(shapely.transform(geoms, moved))


def plane_of(text: str, bounds: Bounds | None) -> Plane:
    """The CRS of that name for ground within these degrees (none: nothing to check).

    Raises CrsRefused for what is no CRS, for datums that need parameters, for CRSs that are
    neither degrees nor a plane, and for a zone that the ground does not lie in.
    """
    found = crs_verdict.from_option(text)
    told = _words(found)
    for word, name in crs_verdict.OLD_DATUMS.items():
        if word in told:
            raise CrsRefused(
                f"不能导出为{name}（{found.name}）：须用当地转换参数，本系统没有。"
                "请导出 CGCS2000（--crs EPSG:4490 或 45xx），再在测绘部门转换。"
            )
    if not (found.is_geographic or found.is_projected) or len(found.axis_info) != 2:
        raise CrsRefused(f"坐标系 {text} 不是经纬度或平面坐标系，请改用 --crs EPSG:4490。")
    epsg = found.to_epsg(min_confidence=70)
    cgcs2000 = any(word in told for word in CGCS2000)
    zone, prefix, notes = _zone(found, text, bounds, told_as=cgcs2000)
    return Plane(found, epsg, _way(found, cgcs2000=cgcs2000), zone, prefix, notes)


def gauss_plane(meridians: Sequence[Decimal | float], bounds: Bounds | None) -> Plane:
    """The 3-degree plane with zone prefix of counties that share one central meridian.

    Raises CrsRefused where they do not, or where the meridian is that of no Chinese zone.
    """
    found = sorted({float(meridian) for meridian in meridians if meridian is not None})
    if len(found) != 1:
        listed = "、".join(f"{meridian:g}°" for meridian in found) or "无"
        raise CrsRefused(
            f"所选要素分属不同中央经线的县（{listed}），一个文件只能用一个带。"
            "请用 --region 分县导出，或用 --crs EPSG:n 指明一个带。"
        )
    zone = found[0] / 3
    if zone != int(zone) or int(zone) not in crs_verdict.THREE_DEGREE:
        raise CrsRefused(
            f"中央经线 {found[0]:g}° 不是国家 3 度带的中央经线。请用 --crs EPSG:n 指明坐标系。"
        )
    return plane_of(f"EPSG:{crs_verdict.gauss_epsg(int(zone), prefix=True)}", bounds)


def _words(found: pyproj.CRS) -> str:
    geodetic = found.geodetic_crs
    datum = geodetic.datum.name if geodetic is not None and geodetic.datum else ""
    return f"{found.name} {geodetic.name if geodetic is not None else ''} {datum}"


def _way(found: pyproj.CRS, *, cgcs2000: bool) -> pyproj.Transformer | None:
    wgs84 = "WGS 84" in _words(found) or "World Geodetic" in _words(found)
    if found.is_geographic and (cgcs2000 or wgs84):
        return None
    source = house.STORAGE_SRID if cgcs2000 else WGS84  # 4490 to 4326: null shift, as on import
    return pyproj.Transformer.from_crs(source, found, always_xy=True)


def _zone(
    found: pyproj.CRS, text: str, bounds: Bounds | None, *, told_as: bool
) -> tuple[int | None, bool, tuple[str, ...]]:
    """Number of a CGCS2000 Gauss zone, whether eastings carry it, and what should be told."""
    if found.is_geographic:
        return None, False, ()
    operation = found.coordinate_operation
    given: dict[str, Any] = {p.name: p.value for p in operation.params} if operation else {}
    gauss = told_as and operation is not None and "Transverse Mercator" in operation.method_name
    if not gauss:
        return None, False, _inside_area(found, text, bounds)
    meridian = float(given.get("Longitude of natural origin", 0))
    false_east = int(float(given.get("False easting", 0)) // 1_000_000)
    six = found.to_epsg(min_confidence=70) in _six_degree_codes()
    zone = round((meridian + 3) / 6) if six else round(meridian / 3)
    notes = _inside_zone(text, meridian, 3.0 if six else 1.5, bounds)
    return zone, bool(false_east), notes


def _six_degree_codes() -> set[int]:
    zones = crs_verdict.SIX_DEGREE
    return {
        base + zone for base in (crs_verdict.WITH_PREFIX[6], crs_verdict.PLAIN[6]) for zone in zones
    }


def _inside_zone(text: str, meridian: float, half: float, bounds: Bounds | None) -> tuple[str, ...]:
    if bounds is None:
        return ()
    over = max(abs(bounds[0] - meridian), abs(bounds[2] - meridian)) - half
    zone = f"{meridian - half:g}–{meridian + half:g}°E"
    where = f"{bounds[0]:.4f}–{bounds[2]:.4f}°E，{text} 的带为 {zone}"
    if over > SLACK_DEG:
        raise CrsRefused(
            f"要素不在该带内：要素在 {where}。请换相应的带，或用 --region 分区导出，"
            "或导出经纬度（--crs EPSG:4490）。"
        )
    if over > 1e-9:
        return (f"部分要素越出该带 {over:.4f}°：要素在 {where}。坐标仍可用，变形略大。",)
    return ()


def _inside_area(found: pyproj.CRS, text: str, bounds: Bounds | None) -> tuple[str, ...]:
    area = found.area_of_use
    if area is None or bounds is None:
        return ()
    west, south, east, north = bounds
    crossed = area.west > area.east  # over the antimeridian: only the latitudes can be compared
    outside = south < area.south - SLACK_DEG or north > area.north + SLACK_DEG
    if not crossed:
        outside |= west < area.west - SLACK_DEG or east > area.east + SLACK_DEG
    if outside:
        raise CrsRefused(
            f"要素（{west:.3f}–{east:.3f}°E，{south:.3f}–{north:.3f}°N）不在 {text}"
            f"（{found.name}）的适用范围内。请换坐标系，或导出经纬度（--crs EPSG:4490）。"
        )
    return ()
