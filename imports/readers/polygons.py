"""WKB of a file to polygons, and nothing but polygons."""

from __future__ import annotations

import numpy as np
import shapely

from imports.readers.table import NOTE, Finding
from imports.refusal import refuse_rows

POLYGONAL = (3, 6)  # shapely's numbers of Polygon and MultiPolygon


def only_polygons(
    file_name: str, geometry: np.ndarray, declared: str, findings: list[Finding]
) -> np.ndarray:
    """Shapely polygons of WKB; ``declared`` is the file's own word for its geometry type.

    Unclosed rings are closed and told, heights dropped and told; raises InputRefused for rows
    without geometry and for points and lines.
    """
    missing = [(at + 1, "没有图形") for at, wkb in enumerate(geometry) if wkb is None]
    geoms = shapely.from_wkb(geometry, on_invalid="ignore")
    broken = [at for at, geom in enumerate(geoms) if geom is None and geometry[at] is not None]
    if broken:
        geoms[broken] = shapely.from_wkb(geometry[broken], on_invalid="fix")
        for at in broken:
            if geoms[at] is None or shapely.is_empty(geoms[at]):
                missing.append((at + 1, "图形残缺，无法读取"))
            else:
                message = f"第 {at + 1} 行的环未闭合。"
                findings.append(Finding("ring_closed", message, row=at + 1, done="首尾闭合"))
    kinds = shapely.get_type_id(geoms)
    others = np.flatnonzero((kinds >= 0) & ~np.isin(kinds, POLYGONAL)).tolist()
    missing += [(row + 1, f"图形是 {geoms[row].geom_type}，不是面") for row in others]
    empty = np.flatnonzero(np.isin(kinds, POLYGONAL) & shapely.is_empty(geoms)).tolist()
    missing += [(row + 1, "图形为空") for row in empty]
    refuse_rows(file_name, missing, "在源数据中补齐或删除这些要素，只交面要素。")
    if " Z" in declared or " M" in declared or declared.startswith(("2.5D", "3D", "Measured")):
        findings.append(
            Finding("z_dropped", f"图形带高程或量测值（{declared}）。", NOTE, done="只取平面坐标")
        )
    if "Curve" in declared or "Surface" in declared:
        findings.append(Finding("linearised", f"图形含曲线（{declared}）。", done="按折线读取"))
    return geoms
