"""界址点坐标 TXT: parcels as rings of numbered points, north before east, eastings with zone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from imports.readers import coordinate_txt
from imports.readers.codec_names import codec_named
from imports.readers.txt_grammar import EXTRA
from imports.writers.table import Result
from spatial.errors import CrsRefused, InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from imports.writers.table import Chunk, Column, Losses, Sheet

DECIMALS, FINE_DECIMALS = 3, 6
"""Places behind the point: a millimetre; finer where a ring would not survive it."""
HECTARE = 10_000
PLACES = {
    "id": ("DKBH", ("jcbh", "source_code", "code")),
    "name": ("DKMC", ("name",)),
    "purpose": ("YT", ("purpose",)),
    "land_class": ("DLBM", ()),
    "area": ("DKMJ", ("declared_area_m2",)),
    "TBLX": ("TBLX", ("kind",)),
    "BZ": ("BZ", ("remark",)),
}
"""Place in a parcel's head: the column that our reader makes of it, and what may stand there."""
AREA = "地块面积按公顷写 4 位小数（1 平方米）"
NO_PLACE = "界址点 TXT 没有这一列的位置"
COMMAS = "文字中的逗号、换行和全角数字会被误读，已改写"
FINE = "边长不足 1 毫米的图形，坐标写到 6 位小数"
LAND_CLASS = re.compile(r"\d{2,4}[A-Z]?")
WIDE = str.maketrans("０１２３４５６７８９．＠－＝：［］", "0123456789.@-=:[]")
"""What readers of such files take for plain ASCII."""


def write_txt(path: Path, sheet: Sheet, chunks: Iterator[Chunk], losses: Losses) -> Result:
    """One file in one Gauss zone; what all parcels share stands in [项目信息].

    Raises CrsRefused for degrees and planes without a zone, InputRefused for characters that the
    encoding lacks.
    """
    if sheet.plane.zone is None:
        raise CrsRefused(
            f"界址点 TXT 写高斯平面坐标，不能写 {sheet.plane.label}。"
            "请用 --crs 指明 CGCS2000 的 3 度或 6 度带，如 EPSG:4528。"
        )
    codec, word = _codec(sheet.encoding)
    places, shared = _places(sheet, losses)
    with path.open("wb") as file:
        file.write(_lines(_head(sheet, shared), codec, "文件头"))
        for chunk in chunks:
            for label, geom, row in zip(chunk.labels, chunk.geoms, chunk.rows, strict=True):
                told = {
                    place: _plain(row[at], sheet.columns[at], label, losses)
                    for place, at in places.items()
                }
                file.write(_lines(_parcel(told, geom, label, losses), codec, label))
    held = {at: PLACES[place][0] for place, at in places.items()}
    named = {column.name for column in shared}
    names = [
        held.get(at, column.name if column.name in named else "")
        for at, column in enumerate(sheet.columns)
    ]
    return Result([path], names, word, driver="界址点TXT", more=coordinate_txt.COLUMNS)


def _codec(asked: str) -> tuple[str, str]:
    found = codec_named(asked)
    if found == "gb18030":
        return "gbk", "GBK"
    if found == "utf-8":
        return "utf-8", "UTF-8"
    raise InputRefused(f"界址点 TXT 只写 GBK 或 UTF-8，不写 {asked}。请改 --encoding。")


def _lines(lines: list[str], codec: str, where: str) -> bytes:
    try:
        return "".join(f"{line}\r\n" for line in lines).encode(codec)
    except UnicodeEncodeError as error:
        raise InputRefused(
            f"{where} 中有 GBK 没有的字“{error.object[error.start]}”。请改用 --encoding UTF-8。"
        ) from error


def _places(sheet: Sheet, losses: Losses) -> tuple[dict[str, int], list[Column]]:
    """Which column stands where in a parcel's head, and which are shared by all parcels."""
    places: dict[str, int] = {}
    for place, (name, fields) in PLACES.items():
        found = [sheet.at(field=field) for field in fields] or [sheet.at(name=name)]
        free = [at for at in found if at is not None and at not in places.values()]
        if free:
            places[place] = free[0]
    shared = []
    for at, column in enumerate(sheet.columns):
        if at in places.values():
            continue
        if column.constant is not None and _safe(column.constant):
            shared.append(column)
        else:
            losses.add(NO_PLACE, column.name, "", sheet.count)
    if "area" in places:
        losses.add(AREA, sheet.columns[places["area"]].name, "", sheet.count)
    return places, shared


def _safe(text: str) -> bool:
    """Whether a value may stand behind ``key=``: one line, read back as it is."""
    return text == text.translate(WIDE).strip() and not re.search(r"[\r\n，]", text)


def _head(sheet: Sheet, shared: list[Column]) -> list[str]:
    project = [f"{column.name}={column.constant}" for column in shared]
    return [
        *(["[项目信息]", *project] if project else []),
        "[属性描述]",
        "格式版本号=1.01版本",
        f"数据产生单位={_one_line(sheet.stamp)}",
        f"数据产生日期={sheet.produced_on}",
        "坐标系=2000国家大地坐标系",
        f"几度分带={sheet.plane.degrees}",
        "投影类型=高斯克吕格",
        "计量单位=米",
        f"带号={sheet.plane.zone}",
        f"精度={10**-DECIMALS:g}",
        "转换参数=0,0,0,0,0,0,0",
        "[地块坐标]",
    ]


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _plain(value: Any, column: Column, label: str, losses: Losses) -> str:
    """A value between commas; a number as it is counted, a text as it will be read back."""
    if value is None:
        return ""
    if column.kind == "number":
        return repr(value)
    text = re.sub(r"[\r\n]+", " ", str(value))
    text = text.replace(",", "；").replace("，", "；").translate(WIDE).strip()
    if text != value:
        losses.add(COMMAS, column.name, label)
    return text


def _parcel(told: dict[str, str], geom: Any, label: str, losses: Losses) -> list[str]:
    rings = _rings(geom)
    decimals = DECIMALS
    if not all(_survives(ring, DECIMALS) for ring in rings):
        decimals = FINE_DECIMALS
        losses.add(FINE, "", label)
    points: list[str] = []
    number = 1
    for place, ring in enumerate(rings, start=1):
        first = number
        for at, (east, north) in enumerate(ring):
            closing = at == len(ring) - 1
            name = f"J{first}" if closing else f"J{number}"
            points.append(f"{name},{place},{north:.{decimals}f},{east:.{decimals}f}")
            number += not closing
    extra = [told.get(name, "") for name in EXTRA] if {"TBLX", "BZ"} & told.keys() else []
    land_class = told.get("land_class", "")
    if land_class and not LAND_CLASS.fullmatch(land_class):
        losses.add("地类编码不合规范，读取时不作为编码", "DLBM", label)
    head = [
        str(len(points)), _hectares(told.get("area", ""), geom), told.get("id", ""),
        told.get("name", ""), "面", "", told.get("purpose", ""), land_class, *extra, "@",
    ]  # fmt: skip
    return [",".join(head), *points]


def _hectares(declared: str, geom: Any) -> str:
    """The declared area, else that of the drawing in its plane."""
    area_m2 = float(declared) if declared else float(geom.area)
    return f"{area_m2 / HECTARE:.4f}"


def _rings(geom: Any) -> list[np.ndarray]:
    """Every ring, outer ones clockwise, each part's holes behind it; closed."""
    parts = shapely.get_parts(shapely.orient_polygons(geom, exterior_cw=True))
    return [
        shapely.get_coordinates(ring) for part in parts for ring in (part.exterior, *part.interiors)
    ]


def _survives(ring: np.ndarray, decimals: int) -> bool:
    """Whether the ring keeps its points and crosses nothing when it is rounded."""
    rounded = np.round(ring, decimals)
    if (rounded[1:] == rounded[:-1]).all(axis=1).any():
        return bool((ring[1:] == ring[:-1]).all(axis=1).any())
    return bool(shapely.Polygon(rounded).is_valid)
