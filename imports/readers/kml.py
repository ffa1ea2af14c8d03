"""KML and KMZ as phones write them: polygons among photos and tracks, in folders, with heights."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pyogrio
import pyogrio.errors
import pyproj
import shapely

from imports.readers import columns as columns_of
from imports.readers import polygons, vector
from imports.readers.bundle import inner
from imports.readers.table import NOTE, Finding, Table
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from imports.readers.bundle import Bundle

FOLDER = "文件夹"
OF_THE_DRIVER = (
    "id", "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility",
    "drawOrder", "icon", "snippet", "gx_media_links",
)  # fmt: skip
"""Columns that say how a placemark is drawn, not what it is."""

WHAT = "请在手机或奥维中把图斑画成面（多边形）再导出；未闭合的线不能当作面。"


def read(bundle: Bundle, *, encoding: str | None = None, sublayer: str | None = None) -> Table:
    """The polygons of all folders (or of the folder ``sublayer``), in EPSG:4326.

    Points, tracks and photos are left out and counted; lines whose ends meet are read as
    polygons and told. Raises InputRefused where no polygon is left.
    """
    findings: list[Finding] = []
    records: list[dict[str, Any]] = []
    shapes: list[np.ndarray] = []
    names: list[str] = []
    with (
        vector.openable(bundle, encoding, findings) as path,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore", RuntimeWarning)  # GDAL on features it leaves out: counted
        for number, layer in _layers(bundle, path, sublayer):
            meta, wkb, columns = vector.raw_layer(bundle, path, number, force_2d=False)
            values = [columns_of.plain(column) for column in columns]
            fields = [str(name) for name in meta["fields"]]
            records += [
                {**row, FOLDER: layer} for row in columns_of.records_of(fields, values, len(wkb))
            ]
            names += [name for name in fields if name not in names]
            shapes.append(shapely.from_wkb(wkb, on_invalid="fix"))
    names = [name for name in names if name not in OF_THE_DRIVER]
    findings += columns_of.check_values(
        bundle.file_name, [[row.get(name) for row in records] for name in names]
    )
    every = np.concatenate(shapes) if shapes else np.array([], dtype=object)
    rows, geoms = polygons.pick(bundle.file_name, every, WHAT, findings, close=True)
    if shapely.has_z(every).any():
        findings.append(Finding("z_dropped", "图形带高程。", NOTE, done="只取平面坐标"))
    used = [name for name in names if any(records[row].get(name) is not None for row in rows)]
    columns = [*used, FOLDER]
    return Table(
        file_name=bundle.file_name,
        driver="KML",
        columns=columns,
        numbers=[row + 1 for row in rows],
        records=[{name: records[row].get(name) for name in columns} for row in rows],
        geoms=shapely.force_2d(geoms),
        crs=pyproj.CRS.from_epsg(4326),
        crs_origin="KML 规定（WGS 84 经纬度）",
        encoding_origin="格式规定",
        findings=findings,
        facts={"features": len(rows), "placemarks": len(every)},
    )


def _layers(bundle: Bundle, path: Any, sublayer: str | None) -> list[tuple[int, str]]:
    try:
        layers = [(at, str(name)) for at, (name, _) in enumerate(pyogrio.list_layers(path))]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise InputRefused(
            f"文件 {bundle.file_name} 打不开，KML 内容不完整。请重新导出后再交。"
        ) from error
    meant = inner(sublayer, [name for _, name in layers])
    chosen = [(at, name) for at, name in layers if sublayer is None or name == meant]
    if chosen or bundle.path.suffix.lower() == ".zip":
        return chosen or layers
    told = "、".join(name for _, name in layers)
    raise InputRefused(
        f"文件 {bundle.file_name} 中有文件夹：{told}。请用 --where-layer 指明其中之一。"
    )
