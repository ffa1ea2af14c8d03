"""Which plane the numbers of a 界址点 TXT are in: columns, zone, width, header and numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyproj

from imports.crs_evidence import SIX_DEGREE, THREE_DEGREE, gauss_epsg
from spatial.errors import CrsRefused

if TYPE_CHECKING:
    from imports.readers.txt_grammar import Document

ZONES = {*SIX_DEGREE, *THREE_DEGREE}
EASTWARD, NORTHWARD = {"east", "longitude"}, {"north", "latitude"}


@dataclass(frozen=True)
class Plane:
    """The CRS (None: not told), and whether the first column is east instead of north."""

    crs: pyproj.CRS | None
    origin: str
    east_first: bool


def role(value: float) -> str:
    """What a number can be: easting with or without zone, northing, longitude, latitude."""
    if int(value // 1_000_000) in ZONES:
        return "east"
    if 1_900_000 <= value <= 6_000_000:
        return "north"
    if 160_000 <= value <= 840_000:
        return "east"
    if 70 <= value <= 140:
        return "longitude"
    if 3 <= value <= 54:
        return "latitude"
    return "?"


def judge(document: Document, *, overridden: bool) -> Plane:
    """Judge columns and CRS; contradictions are added to the document's faults.

    ``overridden``: a person named the CRS, so the header isn't held against the numbers.
    """
    points = [
        point for parcel in document.parcels for ring in parcel.rings.values() for point in ring
    ]
    firsts = {role(point.first) for point in points}
    seconds = {role(point.second) for point in points}
    east_first = firsts <= EASTWARD and seconds <= NORTHWARD
    if not east_first and not (firsts <= NORTHWARD and seconds <= EASTWARD):
        at = next((p for p in points if "?" in (role(p.first), role(p.second))), points[0])
        document.faults.append(
            (at.line, f"看不出坐标列哪列是北、哪列是东（{at.first}, {at.second}）")
        )
        return Plane(None, "", east_first=False)
    if "longitude" in firsts | seconds:
        return Plane(pyproj.CRS.from_epsg(4490), "经纬度", east_first)
    if not overridden:
        _check_datum(document)
    return _gauss(document, east_first=east_first, overridden=overridden)


def _check_datum(document: Document) -> None:
    name = document.header.get("坐标系", "")
    line = document.header_lines.get("坐标系", 1)
    if re.search(r"80|西安|54|北京", name) and "2000" not in name:
        document.faults.append(
            (line, f"坐标系是 {name}，须用转换参数换算为 2000 国家大地坐标系，不能只改标签")
        )
    elif name and not re.search(r"2000|CGCS|WGS", name, re.IGNORECASE):
        document.faults.append((line, f"不认识坐标系 {name}，应为 2000国家大地坐标系"))


def _gauss(document: Document, *, east_first: bool, overridden: bool) -> Plane:
    name = "first" if east_first else "second"
    zones: dict[int, int] = {}
    for parcel in document.parcels:
        for ring in parcel.rings.values():
            for point in ring:
                zones.setdefault(int(getattr(point, name) // 1_000_000), point.line)
    if len(zones) > 1:
        told = "、".join(str(zone) if zone else "无带号" for zone in zones)
        document.faults.append((max(zones.values()), f"一个文件内坐标的带号不一致：{told}"))
        return Plane(None, "", east_first)
    prefix = next(iter(zones))
    if overridden:
        return Plane(None, "", east_first)
    zone = _zone(document, prefix)
    if zone is None:
        return Plane(None, "", east_first)
    try:
        epsg = gauss_epsg(zone, prefix=bool(prefix))
    except CrsRefused as error:
        document.faults.append((document.header_lines.get("带号", 1), str(error)))
        return Plane(None, "", east_first)
    _check_width(document, zone)
    return Plane(pyproj.CRS.from_epsg(epsg), "坐标的带号" if prefix else "文件头的带号", east_first)


def _zone(document: Document, prefix: int) -> int | None:
    text = re.sub(r"\D", "", document.header.get("带号", ""))
    told = int(text) if text else None
    if prefix and told is not None and told != prefix:
        document.faults.append(
            (document.header_lines["带号"], f"文件头 带号={told}，坐标却带带号 {prefix}")
        )
        return None
    return prefix or told


def _check_width(document: Document, zone: int) -> None:
    text = re.sub(r"\D", "", document.header.get("几度分带") or document.header.get("分带") or "")
    width = 6 if zone in SIX_DEGREE else 3
    if text and int(text) != width:
        line = document.header_lines.get("几度分带", document.header_lines.get("分带", 1))
        document.faults.append((line, f"几度分带={text}，带号 {zone} 却是 {width} 度带"))
