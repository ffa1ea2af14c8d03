"""GeoParquet, by pyarrow where it is installed: GDAL's wheels have no Parquet driver."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely

from imports.readers import columns as columns_of
from imports.readers import deep, polygons
from imports.readers.crs_text import parsed
from imports.readers.table import Finding, Table
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from imports.readers.bundle import Bundle
    from imports.refusal import BadRows


def read(bundle: Bundle, *, bad: BadRows | None = None) -> Table:
    """The rows of a GeoParquet file; raises InputRefused where it is none or can't be read."""
    try:
        import pyarrow  # noqa: PLC0415 - large, and only this format needs it
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError as error:
        raise InputRefused(
            f"文件 {bundle.file_name} 是 GeoParquet，本机未装 pyarrow，读不了。"
            "请安装 pyarrow，或另存为 GeoPackage 后再交。"
        ) from error
    try:
        found = pyarrow.parquet.read_table(bundle.main)
    except (pyarrow.ArrowException, OSError) as error:
        raise InputRefused(
            f"文件 {bundle.file_name} 打不开，内容已损坏。请重新导出后再交。"
        ) from error
    primary, about = _about(found.schema.metadata or {})
    if not primary or primary not in found.column_names:
        raise InputRefused(
            f"文件 {bundle.file_name} 是 Parquet 表，但没有图形说明（geo）。请导出为 GeoParquet。"
        )
    return _table(bundle, found, about, primary, bad)


def _about(metadata: dict[bytes, bytes]) -> tuple[str, dict[str, Any]]:
    """The column of geometry and what is said of it; empty where it is no GeoParquet."""
    try:
        told = json.loads(metadata.get(b"geo", b"{}"))
        primary = str(told["primary_column"])
        return primary, dict(told["columns"][primary])
    except (ValueError, KeyError, TypeError, RecursionError):
        return "", {}


def _table(
    bundle: Bundle, found: Any, about: dict[str, Any], primary: str, bad: BadRows | None
) -> Table:
    findings: list[Finding] = []
    if about.get("encoding", "WKB") != "WKB":
        raise InputRefused(
            f"文件 {bundle.file_name} 的图形编码是 {about['encoding']}。请以 WKB 编码导出。"
        )
    wkb = np.array([deep.bare_wkb(blob) for blob in found.column(primary).to_pylist()], object)
    if not len(wkb):
        raise InputRefused(f"文件 {bundle.file_name} 没有任何要素。请核对是否导出了空图层。")
    names = [name for name in found.column_names if name != primary]
    values = [
        columns_of.plain(np.array(found.column(name).to_pylist(), dtype=object)) for name in names
    ]
    findings += columns_of.check_values(bundle.file_name, values)
    kinds = about.get("geometry_types") or []
    geoms = polygons.only_polygons(bundle.file_name, wkb, " ".join(kinds), findings, bad)
    crs, origin = _crs(bundle, about)
    return Table(
        file_name=bundle.file_name,
        driver="GeoParquet",
        columns=columns_of.distinct(names),
        numbers=list(range(1, len(geoms) + 1)),
        records=columns_of.records_of(columns_of.distinct(names), values, len(geoms)),
        geoms=shapely.force_2d(geoms),
        crs=crs,
        crs_origin=origin,
        encoding_origin="格式规定",
        findings=findings,
        facts={"features": len(geoms), "geometry_types": kinds},
    )


def _crs(bundle: Bundle, about: dict[str, Any]) -> tuple[pyproj.CRS | None, str]:
    if "crs" not in about:
        return pyproj.CRS.from_user_input("OGC:CRS84"), "GeoParquet 默认（OGC:CRS84）"
    if about["crs"] is None:
        return None, ""
    try:
        text = about["crs"] if isinstance(about["crs"], str) else json.dumps(about["crs"])
        return parsed(text), "文件内声明"
    except (pyproj.exceptions.CRSError, RecursionError) as error:
        raise InputRefused(
            f"文件 {bundle.file_name} 的坐标系声明读不懂。请用 --crs EPSG:n 指明坐标系。"
        ) from error
