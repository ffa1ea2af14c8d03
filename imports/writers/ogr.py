"""GeoPackage and shapefile, by pyogrio, chunk after chunk."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pyogrio.raw
import shapely

from imports.writers import dbf
from imports.writers.table import Result
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from imports.writers.table import Chunk, Column, Losses, Sheet

LARGEST = 2**31 - 1
"""Bytes of a shapefile's part: most programs read no further."""
LANGUAGE_BYTE = 29
DATE = "datetime64[D]"


def write_gpkg(path: Path, sheet: Sheet, chunks: Iterator[Chunk], losses: Losses) -> Result:
    """A GeoPackage with one layer; names, texts and dates as they are."""
    layer = sheet.code
    for place, chunk in enumerate(chunks):
        data, masks = _arrays(sheet.columns, chunk, lambda text, column, label: text)
        _append(
            path, sheet, chunk.geoms, data, masks, [column.name for column in sheet.columns],
            driver="GPKG", layer=layer, append=place > 0,
            **({} if place else _first_of_gpkg(sheet)),
        )  # fmt: skip
    return Result([path], [column.name for column in sheet.columns], "utf-8", driver="GPKG")


def _first_of_gpkg(sheet: Sheet) -> dict[str, Any]:
    return {
        "layer_options": {"IDENTIFIER": sheet.title, "DESCRIPTION": sheet.stamp},
        "layer_metadata": {"stamp": sheet.stamp, "crs": sheet.plane.label},
    }


def write_shp(path: Path, sheet: Sheet, chunks: Iterator[Chunk], losses: Losses) -> Result:
    """A shapefile with .cpg and .prj, and beside it the list of its columns."""
    codec, word, language = dbf.encoding_of(sheet.encoding)
    names = dbf.short_names(sheet.columns, codec)
    texts = dbf.Texts(codec, path.with_suffix(".cut.csv"), losses)
    fields = [name.encode(codec).decode("latin-1") for name in names]
    for place, chunk in enumerate(chunks):
        data, masks = _arrays(sheet.columns, chunk, texts.disguised)
        _append(
            path, sheet, chunk.geoms, data, masks, fields,
            driver="ESRI Shapefile", layer=path.stem, append=place > 0, encoding="ISO-8859-1",
        )  # fmt: skip
    path.with_suffix(".cpg").write_text(word, encoding="ascii")
    with path.with_suffix(".dbf").open("r+b") as file:
        file.seek(LANGUAGE_BYTE)
        file.write(bytes([language]))
    listed = path.with_suffix(".fields.csv")
    dbf.write_names(listed, sheet.columns, names, sheet.stamp)
    parts = [path.with_suffix(part) for part in (".shp", ".shx", ".dbf", ".prj", ".cpg")]
    for part in parts:
        if part.stat().st_size > LARGEST:
            raise InputRefused(
                f"{part.suffix} 超过 2 GB，许多软件读不了。请按 --region 或 --batch 分开导出，"
                "或改用 --format gpkg。"
            )
    more = [texts.beside] if texts.cut_any else []
    return Result([*parts, listed, *more], names, word, driver="ESRI Shapefile")


def _append(
    path: Path,
    sheet: Sheet,
    geoms: np.ndarray,
    data: list[np.ndarray],
    masks: list[np.ndarray | None],
    names: list[str],
    **how: Any,
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.raw.write(
            path,
            geometry=np.asarray(shapely.to_wkb(geoms), dtype=object),
            field_data=data,
            fields=np.array(names, dtype=object),
            field_mask=masks,
            geometry_type="MultiPolygon",
            promote_to_multi=True,
            crs=sheet.plane.crs.to_wkt("WKT1_GDAL") if sheet.plane.epsg is None
            else f"EPSG:{sheet.plane.epsg}",
            **how,
        )  # fmt: skip


def _arrays(
    columns: tuple[Column, ...], chunk: Chunk, text_of: Any
) -> tuple[list[np.ndarray], list[np.ndarray | None]]:
    """One typed array a column, and where it is empty."""
    data: list[np.ndarray] = []
    masks: list[np.ndarray | None] = []
    for place, column in enumerate(columns):
        values = [row[place] for row in chunk.rows]
        empty = np.array([value is None for value in values], dtype=bool)
        if column.kind == "number":
            data.append(np.array([np.nan if v is None else float(v) for v in values], dtype=float))
        elif column.kind == "date":
            data.append(np.array(["NaT" if v is None else v for v in values], dtype=DATE))
        elif column.kind == "boolean":
            data.append(np.array([bool(v) for v in values], dtype=bool))
        else:
            texts = zip(values, chunk.labels, strict=True)
            data.append(
                np.array(
                    [None if v is None else text_of(str(v), column, label) for v, label in texts],
                    dtype=object,
                )
            )
        masks.append(empty if column.kind in ("number", "boolean") else None)
    return data, masks
