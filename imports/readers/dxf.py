"""DXF drawings: closed polylines as parcels, with their layer; arcs become chords, and are told."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from typing import TYPE_CHECKING, Any

import pyogrio
import shapely

from imports.readers import columns as columns_of
from imports.readers import encoding as encodings
from imports.readers import polygons, vector
from imports.readers.table import NOTE, WARNING, Finding, Table
from spatial.errors import InputRefused

if TYPE_CHECKING:
    import numpy as np

    from imports.readers.bundle import Bundle

ARC_STEP = 0.25
"""Degrees of arc that one chord stands for: it leaves the arc by 2.4 millionths of the radius."""

CONFIG = {"DXF_CLOSED_LINE_AS_POLYGON": "YES", "OGR_ARC_STEPSIZE": str(ARC_STEP)}
LAYER, HANDLE, TEXT = "图层", "句柄", "文字"
WHAT = "请在 CAD 中把地块画成闭合的多段线（PLINE 后选“闭合”）再导出 DXF。"


def read(bundle: Bundle, *, encoding: str | None = None, sublayer: str | None = None) -> Table:
    """Closed polylines of the drawing (or of its layer ``sublayer``); no CRS, DXF holds none.

    Open lines, texts, hatches, blocks and paper space are left out and counted. Raises
    InputRefused for drawings without closed polylines, and for a layer that isn't there.
    """
    findings: list[Finding] = []
    drawing = bundle.main.read_bytes()
    decision = _encoding(bundle, drawing, encoding)
    meta, wkb, columns = _entities(bundle)
    names = {
        str(name): columns_of.plain(column)
        for name, column in zip(meta["fields"], columns, strict=True)
    }
    layers = [_text(name, decision.codec) for name in names["Layer"]]
    if sublayer and sublayer not in layers and bundle.path.suffix.lower() != ".zip":
        told = "、".join(sorted(set(layers)))
        raise InputRefused(f"文件 {bundle.file_name} 没有图层 {sublayer}。图中有：{told}。")
    every: np.ndarray = shapely.from_wkb(wkb, on_invalid="fix")
    kept = [
        row
        for row in range(len(every))
        if (sublayer not in layers or layers[row] == sublayer)
        and names["PaperSpace"][row] in (None, 0)
        and "Hatch" not in (names["SubClasses"][row] or "")
    ]
    found, geoms = polygons.pick(bundle.file_name, every[kept], WHAT, findings, close=True)
    rows = [kept[at] for at in found]
    if len(kept) < len(every) and not sublayer:
        message = f"图中另有填充或布局空间的对象 {len(every) - len(kept)} 个。"
        findings.append(Finding("not_polygons", message, done="未读取这些对象"))
    findings += _curved(drawing)
    if shapely.has_z(every[rows]).any():
        findings.append(Finding("z_dropped", "图形带高程。", NOTE, done="只取平面坐标"))
    findings += decision.findings
    findings += columns_of.check_values(bundle.file_name, [layers])
    return Table(
        file_name=bundle.file_name,
        driver="DXF",
        columns=[LAYER, HANDLE],
        numbers=[row + 1 for row in rows],
        records=[{LAYER: layers[row], HANDLE: names["EntityHandle"][row]} for row in rows],
        geoms=shapely.force_2d(geoms),
        encoding=decision.codec,
        encoding_origin=decision.origin,
        encoding_confidence=decision.confidence,
        findings=findings,
        facts={"features": len(rows), "entities": len(every), "layers": sorted(set(layers))},
    )


def _entities(bundle: Bundle) -> tuple[dict[str, Any], Any, list[Any]]:
    pyogrio.set_gdal_config_options({**CONFIG, "DXF_ENCODING": "ISO-8859-1"})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            return vector.raw_layer(bundle, bundle.main, "entities", force_2d=False)
    finally:
        pyogrio.set_gdal_config_options(dict.fromkeys([*CONFIG, "DXF_ENCODING"]))


def _encoding(bundle: Bundle, drawing: bytes, option: str | None) -> encodings.Decision:
    """Of the layer names: UTF-8 since AutoCAD 2007, the desktop's own before that."""
    return encodings.decide(
        bundle.file_name, set(re.findall(rb"\n\s*8\r?\n([^\r\n]*)", drawing)), option=option
    )


def _text(value: Any, codec: str) -> str:
    """The name as it was written: GDAL took its bytes for Latin-1, or already read UTF-8."""
    text = str(value or "")
    try:
        return text.encode("latin-1").decode(codec)
    except UnicodeError:
        return text


def _curved(drawing: bytes) -> list[Finding]:
    """What is said of arcs, circles, ellipses and splines: read as chords."""
    count = Counter(re.findall(rb"\n\s*0\r?\n(ARC|CIRCLE|ELLIPSE|SPLINE)\s*?\r?\n", drawing))
    parts = [(_bulges(drawing), "段弧"), (count[b"ARC"] + count[b"CIRCLE"], "个圆或圆弧")]
    parts.append((count[b"ELLIPSE"], "个椭圆"))
    said = "、".join(f"{number} {word}" for number, word in parts if number)
    found = []
    if said:
        done = f"每 {ARC_STEP} 度取一弦，弦离弧不超过半径的百万分之 2.4"
        found.append(Finding("linearised", f"图中有 {said}。", done=done))
    if splines := count[b"SPLINE"]:
        message = f"图中有 {splines} 条样条曲线，界线没有准确的界址点。"
        done = "按折线近似读取，面积会有出入；请以勘测成果的界址点为准"
        found.append(Finding("linearised", message, WARNING, done=done))
    return found


def _bulges(drawing: bytes) -> int:
    """Segments of polylines that are arcs: a bulge (code 42) other than zero."""
    inside = re.sub(rb"\n\s*0\r?\n(ELLIPSE|SPLINE|TEXT|MTEXT|INSERT).*?(?=\n\s*0\r?\n)", b"",
                    drawing, flags=re.DOTALL)  # there code 42 says something else  # fmt: skip
    bulges = re.findall(rb"\n\s*42\r?\n\s*([-+0-9.eE]+)", inside)
    return sum(1 for text in bulges if float(text))
