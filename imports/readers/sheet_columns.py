"""Which columns of a table hold its ground: WKT, or the coordinates of points and their parcel."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imports.values import is_null

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imports.readers.sheet_rows import Sheet

WKT = ("WKT", "GEOM", "GEOMETRY", "THE_GEOM", "SHAPE", "图形", "坐标串", "空间坐标")
X = (
    "X",
    "X坐标",
    "坐标X",
    "北坐标",
    "纵坐标",
    "纵坐标X",
    "NORTH",
    "NORTHING",
    "纬度",
    "LAT",
    "LATITUDE",
    "N",
)
Y = (
    "Y",
    "Y坐标",
    "坐标Y",
    "东坐标",
    "横坐标",
    "横坐标Y",
    "EAST",
    "EASTING",
    "经度",
    "LON",
    "LNG",
    "LONG",
    "LONGITUDE",
    "E",
)
PARCEL = (
    "地块编号",
    "DKBH",
    "地块号",
    "地块",
    "宗地号",
    "ZDDM",
    "JCBH",
    "监测编号",
    "图斑编号",
    "TBBH",
    "编号",
    "PARCEL",
    "ID",
    "FID",
)
RING = ("地块圈号", "圈号", "RING", "PART")
POINT = ("界址点号", "点号", "点名", "POINT", "JZD", "序号")


@dataclass(frozen=True)
class Points:
    """Which columns hold the two coordinates, the parcel, the ring and the point's number."""

    x: str
    y: str
    parcel: str | None
    ring: str | None
    point: str | None


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).upper()
    return re.sub(r"[\s_]+|\(.*?\)", "", text)


def speaks(columns: Sequence[str]) -> bool:
    """Whether a row of names is the head of a table with ground."""
    return bool(_one_of(columns, WKT)) or all(_one_of(columns, names) for names in (X, Y))


def _named(sheet: Sheet, names: tuple[str, ...]) -> str | None:
    """The column of one of these names, the first names first; a unit in brackets is ignored."""
    return _one_of(sheet.columns, names)


def _one_of(columns: Sequence[str], names: tuple[str, ...]) -> str | None:
    known = {_plain(column): column for column in reversed(columns)}
    return next((known[_plain(name)] for name in names if _plain(name) in known), None)


def wkt_column(sheet: Sheet) -> str | None:
    """The column named so that holds WKT of any kind, else one that holds nothing but polygons."""
    named = _named(sheet, WKT)
    any_kind = r"\s*(SRID=\d+;)?\s*(MULTI)?(POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)\b"
    polygon = r"\s*(SRID=\d+;)?\s*(MULTI)?POLYGON\b"
    for column in sheet.columns:
        texts = [str(row[column]) for row in sheet.rows if not is_null(row.get(column))]
        pattern = any_kind if column == named else polygon
        fits = [bool(re.match(pattern, text, re.IGNORECASE)) for text in texts]
        if any(fits) and (column == named or all(fits)):
            return column
    return None


def point_columns(sheet: Sheet) -> Points | None:
    """The columns of points; None where there are no two of coordinates."""
    x, y = _named(sheet, X), _named(sheet, Y)
    if x is None or y is None:
        return None
    return Points(x, y, _named(sheet, PARCEL), _named(sheet, RING), _named(sheet, POINT))
