"""GeoParquet 1.1: typed columns, WKB, the CRS as PROJJSON; row groups as they come."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import shapely

from imports.writers.spreadsheet import PackageMissing
from imports.writers.table import Result

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from imports.writers.table import Chunk, Losses, Sheet

GEOMETRY = "geometry"


def write_parquet(path: Path, sheet: Sheet, chunks: Iterator[Chunk], losses: Losses) -> Result:
    """What geopandas, DuckDB and QGIS read; raises PackageMissing without pyarrow."""
    try:
        import pyarrow  # noqa: PLC0415 - large, and only this format needs it
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError as error:
        raise PackageMissing(
            "没有安装 pyarrow，不能写 GeoParquet。请改用 --format gpkg。"
        ) from error
    kinds = {
        "text": pyarrow.string(), "number": pyarrow.float64(), "date": pyarrow.date32(),
        "boolean": pyarrow.bool_(),
    }  # fmt: skip
    fields = [
        pyarrow.field(column.name, kinds[column.kind], metadata={"term": column.term})
        for column in sheet.columns
    ]
    schema = pyarrow.schema(
        [*fields, pyarrow.field(GEOMETRY, pyarrow.binary())],
        metadata={"geo": json.dumps(_geo(sheet)), "stamp": sheet.stamp},
    )
    with pyarrow.parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for chunk in chunks:
            writer.write_table(pyarrow.table(_columns(sheet, chunk), schema=schema))
    return Result([path], [column.name for column in sheet.columns], "utf-8", driver="Parquet")


def _geo(sheet: Sheet) -> dict[str, Any]:
    return {
        "version": "1.1.0",
        "primary_column": GEOMETRY,
        "columns": {
            GEOMETRY: {
                "encoding": "WKB",
                "geometry_types": ["MultiPolygon"],
                "crs": sheet.plane.crs.to_json_dict(),
            }
        },
    }


def _columns(sheet: Sheet, chunk: Chunk) -> dict[str, Any]:
    found: dict[str, Any] = {
        column.name: [_typed(row[at], column.kind) for row in chunk.rows]
        for at, column in enumerate(sheet.columns)
    }
    found[GEOMETRY] = list(shapely.to_wkb(chunk.geoms))
    return found


def _typed(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "date":
        return date.fromisoformat(value)
    return float(value) if kind == "number" else value
