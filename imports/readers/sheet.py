"""Tables with ground in them: CSV and XLSX with WKT, or with one row for each boundary point."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely

from imports.readers import columns as columns_of
from imports.readers import (
    coordinate_txt,
    deep,
    sheet_head,
    sheet_rows,
    txt_grammar,
    txt_plane,
)
from imports.readers.polygons import POLYGONAL
from imports.readers.sheet_columns import point_columns, speaks, wkt_column
from imports.readers.table import NOTE, Finding, Table
from imports.refusal import BadRows, refuse_rows
from imports.values import is_null
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from imports.readers.bundle import Bundle
    from imports.readers.sheet_columns import Points
    from imports.readers.sheet_rows import Sheet

REMEDY = "按行号改正表格；坐标应为同一坐标系的数值，一个界址点一行。"


def read(
    bundle: Bundle,
    *,
    encoding: str | None = None,
    crs: str | None = None,
    sublayer: str | None = None,
    bad: BadRows | None = None,
) -> Table:
    """The polygons of a table, x = east; row numbers are the file's own lines.

    Raises InputRefused naming rows and remedy: no column with ground, WKT that is none, points
    too few for a ring, coordinates out of order.
    """
    findings: list[Finding] = []
    bad = bad or BadRows()
    sheet = sheet_rows.read(bundle, encoding, sublayer, findings)
    if not wkt_column(sheet):
        sheet_head.seek(bundle.file_name, sheet, speaks, findings)
    values = [[row.get(name) for row in sheet.rows] for name in sheet.columns]
    findings += columns_of.check_values(bundle.file_name, values)
    wkt = wkt_column(sheet)
    if wkt:
        return _of_wkt(bundle, sheet, wkt, findings, bad)
    points = point_columns(sheet)
    if points is None:
        raise InputRefused(
            f"文件 {bundle.file_name} 没有图形：应有一列 WKT（POLYGON…），或每个界址点一行、"
            "带 X/Y（或 经度/纬度）两列和地块编号列。"
            f"现有列：{'、'.join(sheet.columns) or '无'}。"
        )
    return _of_points(bundle, sheet, points, findings, bad, overridden=bool(crs))


def _of_wkt(
    bundle: Bundle, sheet: Sheet, column: str, findings: list[Finding], bad: BadRows
) -> Table:
    texts = [str(row.get(column) or "") for row in sheet.rows]
    srids = {found[1] for text in texts if (found := re.match(r"\s*SRID=(\d+);", text))}
    bare = [deep.bare_wkt(re.sub(r"^\s*SRID=\d+;", "", text)) for text in texts]
    shapes = shapely.from_wkt(bare, on_invalid="ignore")
    faults = [
        (sheet.numbers[at], f"{column} 列不是面的 WKT（{texts[at][:30]}）")
        for at, shape in enumerate(shapes)
        if shape is None or shape.is_empty or shapely.get_type_id(shape) not in POLYGONAL
    ]
    bad.refuse(bundle.file_name, faults, "补齐或删除这些行，只交面。")
    if len(srids) > 1:
        mixed = [(sheet.numbers[0], f"各行的 SRID 不一致：{'、'.join(sorted(srids))}")]
        refuse_rows(bundle.file_name, mixed, "把各坐标系的行分成几个文件。")
    if shapely.has_z(shapes).any():
        findings.append(Finding("z_dropped", "图形带高程。", NOTE, done="只取平面坐标"))
    crs = pyproj.CRS.from_epsg(int(srids.pop())) if srids else None
    names = [name for name in sheet.columns if name != column]
    return _table(
        bundle, sheet, names, findings,
        numbers=sheet.numbers,
        records=[{name: row.get(name) for name in names} for row in sheet.rows],
        geoms=shapely.force_2d(shapes), crs=crs, origin="WKT 的 SRID" if crs else "",
    )  # fmt: skip


def _of_points(
    bundle: Bundle,
    sheet: Sheet,
    at: Points,
    findings: list[Finding],
    bad: BadRows,
    *,
    overridden: bool,
) -> Table:
    document = txt_grammar.Document(findings=findings)
    rows: dict[str, list[dict[str, Any]]] = {}
    parcels: dict[str, txt_grammar.Parcel] = {}
    owners: dict[int, int] = {}
    if at.parcel:
        _fill_merged(sheet, at.parcel, findings)
    for number, row in zip(sheet.numbers, sheet.rows, strict=True):
        if is_null(row.get(at.x)) and is_null(row.get(at.y)):
            continue
        key = str(row.get(at.parcel) if at.parcel else "")
        parcel = parcels.setdefault(key, txt_grammar.Parcel(number, {"id": key}))
        rows.setdefault(key, []).append(row)
        owners[number] = parcel.line
        pair = [_number(row.get(name)) for name in (at.x, at.y)]
        if None in pair:
            told = f"坐标不是数字（{row.get(at.x)}, {row.get(at.y)}）"
            document.faults.append((number, told))
            continue
        ring = str(row.get(at.ring) if at.ring else 1)
        point = txt_grammar.Point(number, float(pair[0] or 0), float(pair[1] or 0))
        parcel.rings.setdefault(ring, []).append(point)
    document.parcels = list(parcels.values())
    if not document.parcels or not any(parcel.rings for parcel in document.parcels):
        refuse_rows(bundle.file_name, document.faults, REMEDY)
        raise InputRefused(f"文件 {bundle.file_name} 没有一行坐标。请核对 {at.x}、{at.y} 两列。")
    plane = txt_plane.judge(document, overridden=overridden)
    shapes = [coordinate_txt.shape_of(document, parcel, plane) for parcel in document.parcels]
    faults = document.faults
    if bad.skip:  # a faulty point costs its parcel
        faults = [(owners.get(row, row), text) for row, text in faults]
    bad.refuse(bundle.file_name, faults, REMEDY)
    if plane.east_first:
        message = f"{at.x} 列是东（经度），{at.y} 列是北（纬度）。"
        findings.append(Finding("txt_swapped", message, NOTE, done="按数值判定轴序"))
    own = [name for name in sheet.columns if name not in (at.x, at.y, at.ring, at.point)]
    names = [name for name in own if all(_one(group, name) for group in rows.values())]
    if len(names) < len(own):
        told = "、".join(name for name in own if name not in names)
        findings.append(
            Finding(
                "point_columns", f"列 {told} 在同一地块内各点不同。", NOTE, done="未作为地块属性"
            )
        )
    return _table(
        bundle, sheet, names, findings,
        numbers=[parcel.line for parcel in document.parcels],
        records=[{name: _told(group, name) for name in names} for group in rows.values()],
        geoms=np.array(shapes, dtype=object), crs=plane.crs, origin=plane.origin,
    )  # fmt: skip


def _fill_merged(sheet: Sheet, column: str, findings: list[Finding]) -> None:
    """Points below the one that names the parcel are its own, where each parcel is named but once:
    the cell was merged over all of them."""
    named = [str(row[column]) for row in sheet.rows if not is_null(row.get(column))]
    if not named or len(named) == len(sheet.rows) or len(set(named)) < len(named):
        return
    above, filled = None, 0
    for row in sheet.rows:
        if not is_null(row.get(column)):
            above = row[column]
        elif above is not None:
            row[column] = above
            filled += 1
    message = f"{column} 列每个地块只写一次，另 {filled} 行为空（合并的单元格）。"
    findings.append(Finding("merged_cells", message, done="空行属上面的地块"))


def _number(raw: Any) -> float | None:
    try:
        value = float(unicodedata.normalize("NFKC", str(raw)).replace(",", "").strip())
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _one(group: list[dict[str, Any]], name: str) -> bool:
    """Whether the points of a parcel say one thing: each of them, or as a merged cell its first."""
    said = [None if is_null(row.get(name)) else str(row[name]) for row in group]
    return len(set(said)) == 1 or (said[0] is not None and not any(said[1:]))


def _told(group: list[dict[str, Any]], name: str) -> Any:
    return next((row[name] for row in group if not is_null(row.get(name))), group[0].get(name))


def _table(  # noqa: PLR0913 - what the two kinds of table differ in
    bundle: Bundle,
    sheet: Sheet,
    columns: list[str],
    findings: list[Finding],
    *,
    numbers: list[int],
    records: list[dict[str, Any]],
    geoms: np.ndarray,
    crs: pyproj.CRS | None,
    origin: str,
) -> Table:
    return Table(
        file_name=bundle.file_name,
        driver=bundle.kind.upper(),
        columns=columns,
        numbers=numbers,
        records=records,
        geoms=geoms,
        crs=crs,
        crs_origin=origin,
        encoding=sheet.codec,
        encoding_origin=sheet.origin,
        encoding_confidence=sheet.confidence,
        findings=findings,
        facts={"features": len(records), "rows": len(sheet.rows), "layer": sheet.name},
    )
