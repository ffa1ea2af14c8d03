"""The only code that opens vector files: shapefile, GeoPackage, GeoJSON, File GDB, by pyogrio."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyogrio
import pyogrio.errors
import pyogrio.raw
import pyproj

from imports.readers import encoding as encodings
from imports.readers import polygons
from imports.readers.bundle import find_sibling
from imports.readers.table import Finding, Table
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imports.readers.bundle import Bundle

DBF_LANGUAGE_BYTE = 29


def read(bundle: Bundle, *, encoding: str | None = None, sublayer: str | None = None) -> Table:
    """All features of the file, in its own CRS with x = east, and what was noticed.

    Raises InputRefused for files without features, unreadable text, and rows whose geometry is
    missing or is no polygon; each message names file, row and remedy.
    """
    findings: list[Finding] = []
    with _openable(bundle, encoding, findings) as path, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Measured")  # told below, as z_dropped
        layer = _choose_layer(bundle, path, sublayer)
        meta, geometry, columns = _raw(bundle, path, layer)
        texts = _Texts(bundle, encoding, findings)
        names, records = texts.decoded(meta, columns, len(geometry))
        declared, origin = _crs(bundle, path, meta)
    if not len(geometry):
        raise InputRefused(f"文件 {bundle.file_name} 没有任何要素。请核对是否导出了空图层。")
    geoms = polygons.only_polygons(bundle.file_name, geometry, str(meta["geometry_type"]), findings)
    return Table(
        file_name=bundle.file_name,
        driver=_driver(bundle),
        columns=names,
        numbers=list(range(1, len(geoms) + 1)),
        records=records,
        geoms=geoms,
        crs=declared,
        crs_origin=origin,
        encoding=texts.codec,
        encoding_origin=texts.origin,
        findings=findings,
        facts={"features": len(geoms), "geometry_type": str(meta["geometry_type"]), "layer": layer},
    )


def _driver(bundle: Bundle) -> str:
    names = {
        "shapefile": "ESRI Shapefile", "geopackage": "GPKG", "geojson": "GeoJSON",
        "filegdb": "OpenFileGDB",
    }  # fmt: skip
    return names[bundle.kind]


@contextmanager
def _openable(bundle: Bundle, encoding: str | None, findings: list[Finding]) -> Iterator[Path]:
    """The path to open: a repaired copy where a part is missing or in another encoding."""
    if bundle.kind == "geojson" and (copied := _as_utf8(bundle, encoding)) is not None:
        with tempfile.TemporaryDirectory(prefix="gisland-") as scratch:
            copy = Path(scratch) / "data.geojson"
            copy.write_text(copied, encoding="utf-8")
            findings.append(Finding("recoded", f"GeoJSON 按 {encoding} 读取。", done="转为 UTF-8"))
            yield copy
        return
    if bundle.kind == "shapefile" and bundle.sibling(".dbf") is None:
        raise InputRefused(
            f"{bundle.file_name} 缺少 .dbf 属性文件。请把 .shp、.shx、.dbf、.prj 一并交来。"
        )
    if bundle.kind == "shapefile" and bundle.sibling(".shx") is None:
        with tempfile.TemporaryDirectory(prefix="gisland-") as scratch:
            yield _with_new_index(bundle, Path(scratch))
            findings.append(
                Finding("missing_shx", "缺少 .shx 索引文件。", done="由 .shp 重建索引，原文件未动")
            )
        return
    yield bundle.main


def _as_utf8(bundle: Bundle, encoding: str | None) -> str | None:
    """The text of a GeoJSON in another encoding that a person named; None where it is UTF-8."""
    data = bundle.main.read_bytes()
    if encodings.readable([data], "utf-8"):
        return None
    try:
        return data.decode(encodings.codec_named(encoding or "") or "ascii")
    except UnicodeDecodeError as error:
        raise InputRefused(
            f"文件 {bundle.file_name} 不是 UTF-8 编码（GeoJSON 规定为 UTF-8）。"
            "请另存为 UTF-8 后重交，或用 --encoding 指明编码。"
        ) from error


def _with_new_index(bundle: Bundle, scratch: Path) -> Path:
    copy = scratch / "data.shp"
    for suffix in (".shp", ".dbf"):
        part = find_sibling(bundle.main, suffix)
        if part is not None:
            shutil.copyfile(part, copy.with_suffix(suffix))
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": True})
    try:
        pyogrio.read_info(copy)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise _unreadable(bundle) from error
    finally:
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": None})
    return copy


def _unreadable(bundle: Bundle) -> InputRefused:
    return InputRefused(f"文件 {bundle.file_name} 打不开，内容已损坏。请重新导出后再交。")


def _choose_layer(bundle: Bundle, path: Path, sublayer: str | None) -> str:
    try:
        layers = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise _unreadable(bundle) from error
    if sublayer and sublayer in layers:
        return sublayer
    if len(layers) == 1 and (not sublayer or bundle.kind == "shapefile"):
        return layers[0]
    if not layers:
        raise InputRefused(f"文件 {bundle.file_name} 中没有带图形的图层。请核对导出内容。")
    raise InputRefused(
        f"文件 {bundle.file_name} 中有图层：{'、'.join(layers)}。请用 --where-layer 指明其中之一。"
    )


def _raw(bundle: Bundle, path: Path, layer: str) -> tuple[dict[str, Any], np.ndarray, list[Any]]:
    codec = "ISO-8859-1" if bundle.kind == "shapefile" else None  # bytes come through one to one
    try:
        meta, _, geometry, columns = pyogrio.raw.read(
            path, layer=layer, encoding=codec, force_2d=True, datetime_as_string=True
        )
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FeatureError,
        pyogrio.errors.FieldError,
        pyogrio.errors.GeometryError,
        UnicodeDecodeError,
        ValueError,
    ) as error:
        raise _unreadable(bundle) from error
    if geometry is None:
        raise InputRefused(f"文件 {bundle.file_name} 没有图形。请核对导出内容。")
    return meta, geometry, columns


class _Texts:
    """Decodes names and values; knows which codec was used and why."""

    def __init__(self, bundle: Bundle, option: str | None, findings: list[Finding]) -> None:
        self.bundle, self.option, self.findings = bundle, option, findings
        self.codec, self.origin = "utf-8", "格式规定"

    def decoded(
        self, meta: dict[str, Any], columns: list[Any], count: int
    ) -> tuple[list[str], list[dict[str, Any]]]:
        """Column names and one dictionary of raw values a row."""
        names = [str(name) for name in meta["fields"]]
        values = [_plain(column) for column in columns]
        if self.bundle.kind == "shapefile":
            names, values = self._decode_dbf(names, values)
        names = _distinct(names)
        if not values:
            return names, [{} for _ in range(count)]
        return names, [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]

    def _decode_dbf(
        self, names: list[str], values: list[list[Any]]
    ) -> tuple[list[str], list[list[Any]]]:
        texts = {text for column in values for text in column if isinstance(text, str)}
        raw = {text: text.encode("latin-1") for text in texts | set(names)}
        cpg, dbf = self.bundle.sibling(".cpg"), self.bundle.sibling(".dbf")
        header = dbf.read_bytes()[:32] if dbf else b"\0" * 32
        decision = encodings.decide(
            self.bundle.file_name,
            raw.values(),
            option=self.option,
            cpg=cpg.read_text("latin-1") if cpg else None,
            language=header[DBF_LANGUAGE_BYTE] if len(header) > DBF_LANGUAGE_BYTE else 0,
        )
        self.codec, self.origin = decision.codec, decision.origin
        self.findings += decision.findings
        known = {text: encodings.decode(data, self.codec) for text, data in raw.items()}
        cut = sum(1 for text, was_cut in known.values() if was_cut)
        if cut:
            message = f"{cut} 个文字值在字段宽度处被截断在半个汉字，去掉了残缺的末字。"
            self.findings.append(Finding("truncated_text", message, done="去掉残缺末字"))
        plain = [
            [known[text][0] if isinstance(text, str) else text for text in column]
            for column in values
        ]
        return [known[name][0] for name in names], plain


def _plain(column: np.ndarray) -> list[Any]:
    """Values as Python's own: NaN and NaT are None, dates ISO text."""
    return [_value(value) for value in column.tolist()]


def _value(value: Any) -> Any:
    if isinstance(value, float) and value != value:
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray):
        return value.hex()
    if isinstance(value, np.ndarray | list | tuple):
        return [_value(item) for item in value]
    if isinstance(value, np.generic):
        return _value(value.item())
    if isinstance(value, str):
        return value.replace("\x00", "")
    return value


def _distinct(names: list[str]) -> list[str]:
    """Names with a number added where two columns share one."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return result


def _crs(bundle: Bundle, path: Path, meta: dict[str, Any]) -> tuple[pyproj.CRS | None, str]:
    """What the file says of its CRS, and where it says so."""
    text, origin = meta.get("crs"), "文件内声明"
    if bundle.kind == "shapefile":
        prj = bundle.sibling(".prj")
        text, origin = (prj.read_text("utf-8", "replace"), ".prj") if prj else (None, "")
    elif bundle.kind == "geojson" and b'"crs"' not in path.read_bytes()[:1_000_000]:
        origin = "GeoJSON 默认（RFC 7946）"
    if not text or not str(text).strip():
        return None, ""
    try:
        return pyproj.CRS.from_user_input(str(text).strip().lstrip("\ufeff")), origin
    except pyproj.exceptions.CRSError as error:
        raise InputRefused(
            f"文件 {bundle.file_name} 的坐标系声明（{origin}）读不懂：{str(text)[:80]}……"
            "请用 --crs EPSG:n 指明坐标系。"
        ) from error
