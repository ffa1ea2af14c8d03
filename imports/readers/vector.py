"""The only code that hands files to GDAL (by pyogrio): what it reads, and in which CRS it is."""

from __future__ import annotations

import codecs
import shutil
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyogrio
import pyogrio.errors
import pyogrio.raw
import pyproj

from imports.readers import (
    aliases,
    batches,
    database_guard,
    dbf_text,
    drivers,
    gml,
    polygons,
    xml_guard,
)
from imports.readers import columns as columns_of
from imports.readers import encoding as encodings
from imports.readers.bundle import find_sibling, inner
from imports.readers.codec_names import codec_named
from imports.readers.crs_text import parsed
from imports.readers.held import Held
from imports.readers.kinds import DRIVERS
from imports.readers.table import Finding, SublayerNeeded, Table
from imports.readers.unreadable import unreadable
from spatial.errors import InputRefused
from spatial.job_progress import silent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

    from imports.readers.bundle import Bundle
    from imports.refusal import BadRows
    from imports.shapes import Given
    from spatial.job_progress import Progress

BLOCK = 1 << 20
TOLD_ELSEWHERE = ("Measured", "One or several characters couldn't be converted")
JSON = ("geojson", "geojsonseq")
OPEN_OPTIONS = {"gml": {"DOWNLOAD_SCHEMA": "NO", "WRITE_GFS": "NO"}}
"""Nothing is fetched from anywhere, and nothing written beside what is read."""
NOT_ALLOWED = drivers.GONE
"""Drivers that are taken out for good: GDAL would choose them by what a file says of itself."""


def read(
    bundle: Bundle,
    *,
    encoding: str | None = None,
    sublayer: str | None = None,
    bad: BadRows | None = None,
    progress: Progress = silent,
) -> Table:
    """All features of the file, in its own CRS with x = east, and what was noticed.

    Raises InputRefused for files without features, unreadable text, and rows whose geometry is
    missing or is no polygon (unless ``bad`` lets them be skipped), naming file, row and remedy.
    """
    findings: list[Finding] = []
    with openable(bundle, encoding, findings) as path, told_by_gdal(findings):
        layer = _choose_layer(bundle, path, sublayer)
        held = batches.read(bundle, path, layer, progress)
        geometry: Any = None
        if held is not None:
            meta, values = held.meta, list[Any](held.columns)
        else:
            meta, geometry, columns = raw_layer(bundle, path, layer)
            values = [columns_of.plain(one) for one in columns]
        names = [str(name) for name in meta["fields"]]
        decision = encodings.Decision("utf-8", "格式规定")
        if bundle.kind == "shapefile":
            decode = dbf_text.decode_columns if held is None else dbf_text.decode_held
            decision, names, values = decode(bundle, names, values, encoding, findings)
        declared, origin = _crs(bundle, path, meta)
        speech = aliases.of_layer(bundle, path, layer)
    aliases.spoken(names, values, speech)
    if held is None and not len(geometry):
        raise InputRefused(f"文件 {bundle.file_name} 没有任何要素。请核对是否导出了空图层。")
    declared_type = str(meta["geometry_type"])
    name = bundle.file_name
    geoms: Given
    records: Sequence[dict[str, Any]]
    if held is None:
        findings += columns_of.check_values(name, values)
        geoms = polygons.only_polygons(name, geometry, declared_type, findings, bad)
        names = columns_of.distinct(names)
        records = columns_of.records_of(names, values, len(geoms))
    else:
        findings += [*columns_of.check_columns(name, values), *held.findings]
        polygons.settle(name, held.missing, declared_type, findings, bad)
        geoms, names = held.shapes, columns_of.distinct(names)
        records = Held(dict(zip(names, values, strict=True)), len(geoms))
    return Table(
        file_name=bundle.file_name,
        driver=DRIVERS[bundle.kind],
        columns=names,
        numbers=range(1, len(geoms) + 1),
        records=records,
        geoms=geoms,
        crs=declared,
        crs_origin=origin,
        encoding=decision.codec,
        encoding_origin=decision.origin,
        encoding_confidence=decision.confidence,
        findings=findings,
        facts={"features": len(geoms), "geometry_type": str(meta["geometry_type"]), "layer": layer},
        aliases={name: alias for name, alias in speech.aliases.items() if name in names},
    )


@contextmanager
def openable(bundle: Bundle, encoding: str | None, findings: list[Finding]) -> Iterator[Path]:
    """The path to open: a repaired copy where a part is missing or in another encoding."""
    if bundle.kind in ("gml", "kml"):
        with tempfile.TemporaryDirectory(prefix="gisland-") as scratch:
            name, folder = bundle.file_name, Path(scratch)
            copy = xml_guard.safe_copy(bundle.main, name, folder, encoding, findings)
            if bundle.kind == "gml":
                gml.keep_as_text(copy)
            yield copy
        return
    if bundle.kind in JSON and (copied := _as_utf8(bundle, encoding)) is not None:
        with tempfile.TemporaryDirectory(prefix="gisland-") as scratch:
            copy = Path(scratch) / f"data{bundle.main.suffix.lower()}"
            copy.write_text(copied, encoding="utf-8")
            findings.append(Finding("recoded", f"GeoJSON 按 {encoding} 读取。", done="转为 UTF-8"))
            yield copy
        return
    if bundle.kind == "geopackage":
        database_guard.check(bundle.main, bundle.file_name)
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
    if bundle.kind == "shapefile" and any(part.stem != bundle.main.stem for part in _parts(bundle)):
        with tempfile.TemporaryDirectory(prefix="gisland-") as scratch:
            for part in _parts(bundle):
                (Path(scratch) / f"data{part.suffix.lower()}").symlink_to(part.resolve())
            yield Path(scratch) / "data.shp"
        return
    yield bundle.main


def _parts(bundle: Bundle) -> list[Path]:
    """The shapefile's parts; GDAL looks only for names in the same case."""
    found = (bundle.sibling(suffix) for suffix in (".shp", ".shx", ".dbf", ".prj"))
    return [part for part in found if part is not None]


def _as_utf8(bundle: Bundle, encoding: str | None) -> str | None:
    """The text of a GeoJSON in another encoding that a person named; None where it is UTF-8."""
    if _is_utf8(bundle.main):
        return None
    data = bundle.main.read_bytes()
    try:
        return data.decode(codec_named(encoding or "") or "ascii")
    except UnicodeDecodeError as error:
        raise InputRefused(
            f"文件 {bundle.file_name} 不是 UTF-8 编码（GeoJSON 规定为 UTF-8）。"
            "请另存为 UTF-8 后重交，或用 --encoding 指明编码。"
        ) from error


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


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
        raise unreadable(bundle) from error
    finally:
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": None})
    return copy


def _choose_layer(bundle: Bundle, path: Path, sublayer: str | None) -> str:
    try:
        layers = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise unreadable(bundle) from error
    if sublayer and (meant := inner(sublayer, layers)):
        return meant
    named_in_zip = bundle.path.suffix.lower() == ".zip"
    if len(layers) == 1 and (not sublayer or named_in_zip or bundle.kind == "shapefile"):
        return layers[0]
    if not layers:
        raise InputRefused(f"文件 {bundle.file_name} 中没有带图形的图层。请核对导出内容。")
    if sublayer and named_in_zip:  # one of several files: file/layer
        layers = [f"{sublayer}/{layer}" for layer in layers]
    raise SublayerNeeded(
        f"文件 {bundle.file_name} 中有图层：{'、'.join(layers)}。请用 --where-layer 指明其中之一。",
        layers,
    )


@contextmanager
def told_by_gdal(findings: list[Finding]) -> Iterator[None]:
    """What GDAL warns of within the block becomes findings: what it leaves out is never silent."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    texts = dict.fromkeys(str(one.message) for one in caught if one.category is RuntimeWarning)
    findings += [
        Finding("gdal_warning", f"GDAL：{text[:300]}")
        for text in texts
        if not text.startswith(TOLD_ELSEWHERE)
    ]


def raw_layer(
    bundle: Bundle, path: Path, layer: str | int, *, force_2d: bool = True
) -> tuple[dict[str, Any], np.ndarray, list[Any]]:
    """What GDAL says of a layer: its description, WKB and columns; raises InputRefused."""
    codec = "ISO-8859-1" if bundle.kind == "shapefile" else None  # bytes come through one to one
    try:
        meta, _, geometry, columns = pyogrio.raw.read(
            path, layer=layer, encoding=codec, force_2d=force_2d, datetime_as_string=True,
            **OPEN_OPTIONS.get(bundle.kind, {}),
        )  # fmt: skip
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FeatureError,
        pyogrio.errors.FieldError,
        pyogrio.errors.GeometryError,
        UnicodeDecodeError,
        ValueError,
    ) as error:
        raise unreadable(bundle) from error
    if geometry is None:
        raise InputRefused(f"文件 {bundle.file_name} 没有图形。请核对导出内容。")
    return meta, geometry, columns


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(1_000_000)


def _crs(bundle: Bundle, path: Path, meta: dict[str, Any]) -> tuple[pyproj.CRS | None, str]:
    """What the file says of its CRS, and where it says so."""
    text, origin = meta.get("crs"), "文件内声明"
    if bundle.kind == "shapefile":
        prj = bundle.sibling(".prj")
        text, origin = (_start(prj).decode("utf-8", "replace"), ".prj") if prj else (None, "")
    elif bundle.kind == "geojson" and b'"crs"' not in _start(path):
        origin = "GeoJSON 默认（RFC 7946）"
    if not text or not str(text).strip():
        return None, ""
    try:
        return parsed(str(text)), origin
    except pyproj.exceptions.CRSError as error:
        raise InputRefused(
            f"文件 {bundle.file_name} 的坐标系声明（{origin}）读不懂：{str(text)[:80]}……"
            "请用 --crs EPSG:n 指明坐标系。"
        ) from error
