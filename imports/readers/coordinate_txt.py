"""界址点坐标 TXT: the exchange text of boundary surveys, parcels as rings of numbered points."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from imports.readers import clean, rings, txt_checks, txt_grammar, txt_plane
from imports.readers.codec_names import codec_named
from imports.readers.table import NOTE, Finding, Table
from imports.refusal import BadRows, refuse_rows
from spatial import units
from spatial.errors import CrsRefused, InputRefused

if TYPE_CHECKING:
    from imports.readers.bundle import Bundle
    from imports.readers.encoding import Decision
    from imports.readers.txt_grammar import Document, Parcel
    from imports.readers.txt_plane import Plane

UNITS = (("公顷", 10_000.0), ("平方米", 1.0), ("亩", float(units.MU_M2)))
FITS = 0.01
"""Share by which a declared area may miss the geometry and still name its unit."""

REMEDY = "按行号改正文件；坐标系或带号有误时改正文件头，或用 --crs EPSG:n 指明。"
COLUMNS = (
    "DKBH", "DKMC", "DKMJ", "YT", "DLBM", "TFH", "地块面积", "界址点数", *txt_grammar.EXTRA,
)  # fmt: skip


def read(
    bundle: Bundle,
    *,
    encoding: str | None = None,
    crs: str | None = None,
    bad: BadRows | None = None,
) -> Table:
    """The parcels of the file, x = east; row numbers are the lines of the parcels' headers.

    Raises InputRefused (CrsRefused for a wrong datum or zone) naming file, lines and remedy; one
    bad parcel refuses the file, unless ``bad`` lets it be skipped. Areas (DKMJ) are in m2,
    whatever unit the file writes.
    """
    document, decision = _document(bundle, encoding)
    plane = txt_plane.judge(document, overridden=bool(crs))
    crs_faults = [fault for fault in document.faults if "坐标系" in fault[1] or "带号" in fault[1]]
    shapes = [shape_of(document, parcel, plane) for parcel in document.parcels]
    if crs_faults:
        _refuse_crs(bundle.file_name, document)
    shapes = _leave_out(bundle.file_name, document, shapes, bad or BadRows())
    records = [
        _record(document, parcel, shape)
        for parcel, shape in zip(document.parcels, shapes, strict=True)
    ]
    _tell_doubles(document)
    document.findings += clean.check_text(
        bundle.file_name,
        {text for record in records for text in record.values() if isinstance(text, str)},
    )
    document.findings += txt_checks.between(document.parcels, shapes)
    if plane.east_first:
        document.findings.append(
            Finding(
                "txt_swapped", "坐标列为 东、北（与标准的 北、东 相反）。", done="按数值判定轴序"
            )
        )
    return Table(
        file_name=bundle.file_name,
        driver="界址点TXT",
        columns=[*COLUMNS, *document.project],
        numbers=[parcel.line for parcel in document.parcels],
        records=records,
        geoms=np.array(shapes, dtype=object),
        crs=plane.crs,
        crs_origin=plane.origin,
        encoding=decision.codec,
        encoding_origin=decision.origin,
        encoding_confidence=decision.confidence,
        findings=document.findings,
        facts={"features": len(shapes), "header": document.header, "project": document.project},
    )


def _leave_out(file_name: str, document: Document, shapes: list[Any], bad: BadRows) -> list[Any]:
    """The shapes of the good parcels, which alone stay in the document; or InputRefused.

    A fault belongs to the parcel on whose lines it stands; one before all parcels to the file.
    """
    lines = np.array([parcel.line for parcel in document.parcels])
    if not bad.skip or any(line < lines[0] for line, _ in document.faults):
        refuse_rows(file_name, document.faults, REMEDY)
    owner = {line: int(lines[lines <= line][-1]) for line, _ in document.faults}
    told = [
        (owner[line], text if line == owner[line] else f"第 {line} 行：{text}")
        for line, text in sorted(document.faults)
    ]
    bad.refuse(file_name, told, REMEDY)
    for parcel in document.parcels:
        if parcel.line in bad.faults:
            bad.records[parcel.line] = {"DKBH": parcel.fields.get("id"), **parcel.fields}
    kept = [at for at, line in enumerate(lines.tolist()) if line not in bad.faults]
    if not kept:
        bad.refuse_all(file_name)
    document.findings = [
        finding
        for finding in document.findings
        if finding.row is None
        or finding.row < lines[0]
        or int(lines[lines <= finding.row][-1]) not in bad.faults
    ]
    document.parcels = [document.parcels[at] for at in kept]
    return [shapes[at] for at in kept]


def _document(bundle: Bundle, encoding: str | None) -> tuple[Document, Decision]:
    codec = codec_named(encoding) or encoding if encoding else None
    try:
        text, decision = txt_grammar.decode(bundle.file_name, bundle.main.read_bytes(), codec)
    except (UnicodeDecodeError, LookupError) as error:
        raise InputRefused(
            f"文件 {bundle.file_name} 的文字读不出来。请另存为 UTF-8 或 GBK，或用 --encoding 指明。"
        ) from error
    document = txt_grammar.parse(text)
    points = any(parcel.rings for parcel in document.parcels)
    if not document.parcels or not points:
        refuse_rows(bundle.file_name, document.faults, REMEDY)
        raise InputRefused(
            f"文件 {bundle.file_name} 中没有地块：应有 [地块坐标] 一节，地块表头行以 @ 结尾。"
            "请按界址点坐标交换格式导出。"
        )
    return document, decision


def _refuse_crs(file_name: str, document: Document) -> None:
    try:
        refuse_rows(file_name, document.faults, REMEDY)
    except InputRefused as error:
        raise CrsRefused(str(error)) from error


def shape_of(document: Document, parcel: Parcel, plane: Plane) -> Any:
    """The parcel's MultiPolygon, x = east; None where faulty. The document is told of all."""
    kind = parcel.fields.get("geometry", "")
    if kind in ("点", "线"):
        document.faults.append((parcel.line, f"地块 {parcel.label} 的图形是“{kind}”，只收“面”"))
        return None
    found = [_ring(document, parcel, name, plane) for name in parcel.rings]
    _check_count(document, parcel)
    if not parcel.rings:
        document.faults.append((parcel.line, f"地块 {parcel.label} 没有界址点"))
    if not found or any(ring is None for ring in found):
        return None
    return rings.assemble(found)


def _ring(document: Document, parcel: Parcel, name: str, plane: Plane) -> Any:
    points: list[tuple[float, float]] = []
    where = f"地块 {parcel.label} 第 {name} 圈"
    source = parcel.rings[name]
    for point in source:
        pair = (point.first, point.second) if plane.east_first else (point.second, point.first)
        if points and pair == points[-1]:
            message = f"{where}有连续重复的点。"
            document.findings.append(
                Finding("duplicate_vertex", message, row=point.line, done="只取一个")
            )
            continue
        points.append(pair)
    if len(points) > 1 and points[0] == points[-1]:
        points.pop()
    else:
        message = f"{where}首尾未闭合。"
        document.findings.append(
            Finding("ring_closed", message, NOTE, row=source[0].line, done="首尾闭合")
        )
    if len(set(points)) < 3:
        document.faults.append((parcel.line, f"{where}不足 3 个点"))
        return None
    ring = shapely.Polygon(points)
    if not ring.is_valid:
        reason = shapely.is_valid_reason(ring)
        document.faults.append((parcel.line, f"{where}自相交（{reason}）"))
        return None
    return ring


def _check_count(document: Document, parcel: Parcel) -> None:
    text = parcel.fields.get("count", "")
    lines = sum(len(points) for points in parcel.rings.values())
    closed = sum(
        1
        for points in parcel.rings.values()
        if len(points) > 1 and (points[0].first, points[0].second)
        == (points[-1].first, points[-1].second)
    )  # fmt: skip
    if text.isdigit() and int(text) not in (lines, lines - closed):
        message = f"地块 {parcel.label} 写明 {text} 个界址点，实有 {lines} 个。"
        document.findings.append(
            Finding("point_count", message, row=parcel.line, done="按实有的点读取")
        )


def _record(document: Document, parcel: Parcel, shape: Any) -> dict[str, Any]:
    told = parcel.fields
    record: dict[str, Any] = {
        "DKBH": told.get("id"),
        "DKMC": told.get("name"),
        "DKMJ": _declared_m2(document, parcel, float(shape.area)),
        "YT": told.get("purpose"),
        "DLBM": told.get("land_class"),
        "TFH": told.get("sheet"),
        "地块面积": told.get("area"),
        "界址点数": told.get("count"),
        **{name: told.get(name) for name in txt_grammar.EXTRA},
        **document.project,
    }
    if record["DLBM"] and not re.fullmatch(r"\d{2,4}[A-Z]?", str(record["DLBM"])):
        message = f"地块 {parcel.label} 的地类编码写作“{record['DLBM']}”。"
        document.findings.append(Finding("txt_land_class", message, NOTE, row=parcel.line))
        record["DLBM"] = None
    return record


def _declared_m2(document: Document, parcel: Parcel, planar_m2: float) -> float | None:
    """The declared area in m2: by its own unit, else by the one that fits, else hectares."""
    text = parcel.fields.get("area", "")
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(公顷|平方米|亩|ha|m2|㎡)?", text)
    if not found or float(found[1]) == 0:
        return None
    value = float(found[1])
    unit = {"ha": "公顷", "m2": "平方米", "㎡": "平方米"}.get(found[2], found[2])
    fits = [name for name, size in UNITS if abs(value * size - planar_m2) <= FITS * planar_m2]
    chosen = unit or (fits[0] if fits else "公顷")
    if not unit and fits and chosen != "公顷":
        message = f"地块 {parcel.label} 的面积 {value} 与图形相符的单位是{chosen}，不是公顷。"
        document.findings.append(
            Finding("area_unit", message, row=parcel.line, done=f"按{chosen}读取")
        )
    elif chosen not in fits:
        measured = f"图形面积 {planar_m2 / 10000:.4f} 公顷"
        message = f"地块 {parcel.label} 写明 {value} {chosen}，{measured}。"
        document.findings.append(Finding("area_differs", message, row=parcel.line))
    return round(value * dict(UNITS)[chosen], 4)


def _tell_doubles(document: Document) -> None:
    counts = Counter(parcel.fields.get("id") for parcel in document.parcels)
    for parcel in document.parcels:
        number = parcel.fields.get("id")
        if number and counts[number] > 1:
            message = f"地块编号 {number} 重复出现 {counts[number]} 次。"
            document.findings.append(Finding("duplicate_code", message, row=parcel.line))
