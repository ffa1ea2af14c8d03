"""A layer read batch by batch: columns and shapes of which only a part is in memory as such.

For shapefiles, GeoPackages and File GDBs whose columns are texts and numbers and whose type is
polygon; whatever else there is, and whatever GDAL stumbles upon, is read whole (readers.vector).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyogrio
import pyogrio.errors
import pyogrio.raw
import shapely

from imports import wkb
from imports.readers import polygons
from imports.readers.held import Gathering, simple
from imports.shapes import CHUNK, Shapes

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from imports.readers.bundle import Bundle
    from imports.readers.held import Column
    from imports.readers.table import Finding
    from spatial.job_progress import Progress

KINDS = ("shapefile", "geopackage", "filegdb")
TYPES = {
    "Polygon", "MultiPolygon", "Polygon Z", "MultiPolygon Z", "2.5D Polygon", "2.5D MultiPolygon",
}  # fmt: skip
STUMBLED = (
    pa.ArrowException, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError,
    pyogrio.errors.FeatureError, pyogrio.errors.FieldError, pyogrio.errors.GeometryError,
    RuntimeError, OSError, ValueError,
)  # fmt: skip


@dataclass
class Batches:
    """What was read: GDAL's description, columns, shapes, and what is wrong with which row."""

    meta: dict[str, Any]
    columns: list[Column]
    shapes: Shapes
    missing: list[tuple[int, str]]
    findings: list[Finding] = field(default_factory=list)


def read(bundle: Bundle, path: Path, layer: str, progress: Progress) -> Batches | None:
    """All of a layer, or None where it has to be read whole."""
    if bundle.kind not in KINDS:
        return None
    codec = "ISO-8859-1" if bundle.kind == "shapefile" else None  # bytes come through one to one
    try:
        info = pyogrio.read_info(path, layer=layer, encoding=codec, force_feature_count=True)
        if str(info["geometry_type"]) not in TYPES or info["features"] < 1:
            return None
        with pyogrio.raw.open_arrow(
            path, layer=layer, encoding=codec, batch_size=CHUNK, use_pyarrow=True
        ) as (meta, reader):
            return _gathered(meta, reader, int(info["features"]), progress)
    except STUMBLED:
        return None


def _gathered(meta: dict[str, Any], reader: Any, count: int, progress: Progress) -> Batches | None:
    names = [str(name) for name in meta["fields"]]
    kinds = [reader.schema.field(name).type for name in names]
    shape_at = len(reader.schema) - 1
    if len(set(names)) < len(names) or not all(map(simple, kinds)):
        return None
    if len(names) != shape_at or not pa.types.is_binary(reader.schema.field(shape_at).type):
        return None
    columns, found = Gathering(names), Batches(meta, [], Shapes(), [])
    for batch in reader:
        progress("读文件", len(found.shapes), count)
        batch.validate(full=True)  # text that is no UTF-8
        columns.add([batch.column(name) for name in names])
        blobs = wkb.of_arrow(batch.column(shape_at))
        if blobs is not None and blobs.rings is not None:
            found.shapes.append_blobs(blobs)
        else:
            found.shapes.append(_shapes(batch.column(shape_at), found))
    if len(found.shapes) != count:
        return None
    found.columns = columns.columns()
    pa.default_memory_pool().release_unused()
    return found


def _shapes(wkb: pa.Array, found: Batches) -> np.ndarray:
    geometry = wkb.to_numpy(zero_copy_only=False)
    geoms, missing = polygons.polygons_of(geometry, len(found.shapes) + 1, found.findings)
    found.missing += missing
    return shapely.force_2d(geoms) if shapely.has_z(geoms).any() else geoms
