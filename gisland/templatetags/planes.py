"""Coordinate systems in the words of offices, with their code. 坐标系"""

from __future__ import annotations

import re

from django import template

register = template.Library()
HOUSE = "2000 国家大地坐标系"
WHOLE = {
    "China Geodetic Coordinate System 2000": f"{HOUSE}，经纬度",
    "WGS 84": "WGS 84，经纬度",
    "WGS 84 / Pseudo-Mercator": "网络地图墨卡托",
}
GAUSS = re.compile(r"CGCS2000 / (3-degree )?Gauss-Kruger (zone|CM) (\d+)E?")


@register.filter
def crs_words(label: str) -> str:
    """``EPSG:4528 CGCS2000 / 3-degree Gauss-Kruger zone 40`` as an office says it; a plane that it
    has no word for stays as it is."""
    found = re.match(r"(EPSG:\d+) (.+)", label or "")
    said = _said(found[2]) if found else None
    return f"{said}（{found[1]}）" if found and said else label


def _said(name: str) -> str | None:
    plane = GAUSS.fullmatch(name)
    if plane is None:
        return WHOLE.get(name)
    width = 3 if plane[1] else 6
    if plane[2] == "zone":
        return f"{HOUSE} {width} 度带第 {plane[3]} 带，东坐标有带号"
    return f"{HOUSE} {width} 度带，中央经线 {plane[3]}°，东坐标没有带号"
