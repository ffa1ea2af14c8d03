"""WKB of a file to polygons, and nothing but polygons."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import shapely

from imports.readers.table import NOTE, Finding
from imports.refusal import BadRows
from spatial.errors import InputRefused

POLYGONAL = (3, 6)  # shapely's numbers of Polygon and MultiPolygon
KINDS = {
    "Point": "点", "MultiPoint": "点", "LineString": "线", "MultiLineString": "线",
    "GeometryCollection": "组合图形",
}  # fmt: skip


def only_polygons(
    file_name: str,
    geometry: np.ndarray,
    declared: str,
    findings: list[Finding],
    bad: BadRows | None = None,
) -> np.ndarray:
    """Shapely polygons of WKB; ``declared`` is the file's own word for its geometry type.

    Unclosed rings are closed and told, heights dropped and told; raises InputRefused for rows
    without geometry and for points and lines, unless ``bad`` lets them be skipped.
    """
    geoms, missing = polygons_of(geometry, 1, findings)
    settle(file_name, missing, declared, findings, bad)
    return geoms


def polygons_of(
    geometry: np.ndarray, first: int, findings: list[Finding]
) -> tuple[np.ndarray, list[tuple[int, str]]]:
    """Shapes of the WKB of rows from number ``first`` on, and what is wrong with which row."""
    geoms = shapely.from_wkb(geometry, on_invalid="ignore")
    none = np.flatnonzero(shapely.is_missing(geoms)).tolist()
    missing = [(first + at, "没有图形") for at in none if geometry[at] is None]
    broken = [at for at in none if geometry[at] is not None]
    if broken:
        geoms[broken] = shapely.from_wkb(geometry[broken], on_invalid="fix")
        for at in broken:
            if geoms[at] is None or shapely.is_empty(geoms[at]):
                missing.append((first + at, "图形残缺，无法读取"))
            else:
                message = f"第 {first + at} 行的环未闭合。"
                findings.append(Finding("ring_closed", message, row=first + at, done="首尾闭合"))
    kinds = shapely.get_type_id(geoms)
    others = np.flatnonzero((kinds >= 0) & ~np.isin(kinds, POLYGONAL)).tolist()
    missing += [(first + row, f"图形是 {geoms[row].geom_type}，不是面") for row in others]
    empty = np.flatnonzero(np.isin(kinds, POLYGONAL) & shapely.is_empty(geoms)).tolist()
    missing += [(first + row, "图形为空") for row in empty]
    return geoms, missing


def settle(
    file_name: str,
    missing: list[tuple[int, str]],
    declared: str,
    findings: list[Finding],
    bad: BadRows | None,
) -> None:
    """Refuse the rows without a polygon (or note them), and tell what the file's type means."""
    (bad or BadRows()).refuse(file_name, missing, "在源数据中补齐或删除这些要素，只交面要素。")
    if " Z" in declared or " M" in declared or declared.startswith(("2.5D", "3D", "Measured")):
        findings.append(
            Finding("z_dropped", f"图形带高程或量测值（{declared}）。", NOTE, done="只取平面坐标")
        )
    if "Curve" in declared or "Surface" in declared:
        findings.append(Finding("linearised", f"图形含曲线（{declared}）。", done="按折线读取"))


def pick(
    file_name: str, geoms: np.ndarray, what: str, findings: list[Finding], *, close: bool
) -> tuple[list[int], np.ndarray]:
    """The polygons among drawings of many kinds: which rows they are, and their shapes.

    Collections give their polygons, and lines whose ends meet become polygons where ``close`` is
    set; all else is left out. Each is told; raises InputRefused where no polygon is left.
    """
    rows: list[int] = []
    shapes: list[Any] = []
    left: Counter[str] = Counter()
    closed = gathered = 0
    for row, geom in enumerate(geoms):
        parts = [part for part in _leaves(geom) if part.geom_type == "Polygon"]
        others = len(_leaves(geom)) - len(parts)
        if not parts and close and _meets_itself(geom):
            parts, closed, others = [shapely.Polygon(geom.coords)], closed + 1, 0
        if not parts:
            left[
                "空图形" if geom is None or geom.is_empty else KINDS.get(geom.geom_type, "其他")
            ] += 1
            continue
        gathered += bool(others)
        rows.append(row)
        shapes.append(parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts))
    listing = "、".join(f"{kind} {count} 个" for kind, count in left.items())
    if not rows:
        raise InputRefused(f"文件 {file_name} 中没有面（只有{listing or '空图层'}）。{what}")
    if left:
        findings.append(
            Finding("not_polygons", f"文件中另有{listing}，不是面。", done="未读取这些图形")
        )
    if closed:
        message = f"{closed} 条首尾相接的线按面读取。"
        findings.append(Finding("line_as_polygon", message, done="首尾相接的线作为面的边界"))
    if gathered:
        message = f"{gathered} 个要素在面之外还带点或线。"
        findings.append(Finding("not_polygons", message, done="只取其中的面"))
    return rows, np.array(shapes, dtype=object)


def _leaves(geom: Any) -> list[Any]:
    if geom is None or geom.is_empty:
        return []
    if not hasattr(geom, "geoms"):
        return [geom]
    return [leaf for part in geom.geoms for leaf in _leaves(part)]


def _meets_itself(geom: Any) -> bool:
    return geom is not None and geom.geom_type == "LineString" and geom.is_ring
