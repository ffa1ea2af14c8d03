"""Images: a GeoTIFF becomes a checked, tiled COG with overviews, dated and outlined. 影像"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyproj
import rasterio
import rasterio.errors
import rasterio.shutil
import shapely
from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction

from imports import crs_verdict
from imports.readers.table import Table
from spatial import crs
from spatial.errors import CrsMissing, InputRefused
from spatial.models import Image

if TYPE_CHECKING:
    from datetime import date

    from django.contrib.gis.geos import MultiPolygon
    from rasterio.io import DatasetReader

    from imports.crs_verdict import Verdict

TILE = 512
STRETCH = (2.0, 98.0)
"""Percent of the values of a 16-bit band that 8 bits show."""
SAMPLE = 1024
"""Side, in pixels, of the thinned image that the stretch is measured on."""
EDGE_POINTS = 21
"""Points along each edge of the footprint: straight lines of the file's CRS, not of degrees."""
REMEDY = "请导出为 8 位或 16 位、3 或 4 个波段（红、绿、蓝、可选透明或近红外）的 GeoTIFF。"


@dataclass(frozen=True)
class RasterLoaded:
    """The image, and whether it was there before."""

    image: Image
    repeated: bool


def load_raster(
    path: str | Path,
    *,
    taken_on: date,
    name: str | None = None,
    crs_option: str | None = None,
    dry_run: bool = False,
) -> RasterLoaded:
    """Store a GeoTIFF as COG under MEDIA_ROOT/imagery with its Image row; footprint in 4490.

    16-bit bands are stretched to 8 bits (2–98 %), the bounds kept in ``Image.stretch``. The same
    file and date again changes nothing. Raises InputRefused, CrsMissing, CrsRefused.
    """
    given = Path(path)
    if not given.is_file():
        raise InputRefused(f"没有文件 {given}。请核对路径。")
    digest = _sha256(given)
    known = Image.objects.filter(source_sha256=digest, taken_on=taken_on).first()
    if known is not None:
        return RasterLoaded(known, repeated=True)
    with _opened(given) as source:
        _check(given.name, source)
        verdict, footprint = _outline(given.name, source, crs_option)
        target = Path(settings.MEDIA_ROOT) / "imagery" / f"{digest[:24]}.tif"
        stretch = _stretch(source)
        image = Image(
            name=(name or given.stem)[:120],
            taken_on=taken_on,
            file=str(target.relative_to(settings.MEDIA_ROOT)),
            source_name=given.name[:255],
            source_sha256=digest,
            delivered_crs=verdict.label,
            resolution_m=_resolution(source, verdict, footprint),
            bands=source.count,
            stretch=stretch,
            footprint=cast("MultiPolygon", GEOSGeometry(footprint.wkt, srid=crs.STORAGE_SRID)),
        )
        if not dry_run:
            with transaction.atomic():
                image.save()
                _write_cog(source, target, verdict, stretch)
                _check_cog(target)
    return RasterLoaded(image, repeated=False)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _opened(path: Path) -> DatasetReader:
    try:
        return rasterio.open(path, driver="GTiff")
    except rasterio.errors.RasterioIOError as error:
        raise InputRefused(
            f"文件 {path.name} 不是可读的 GeoTIFF，可能已损坏。请重新导出。"
        ) from error


def _check(file_name: str, source: DatasetReader) -> None:
    if source.count not in (3, 4) or set(source.dtypes) - {"uint8", "uint16"}:
        kinds = "、".join(sorted(set(source.dtypes)))
        raise InputRefused(f"文件 {file_name} 有 {source.count} 个波段（{kinds}）。{REMEDY}")
    if source.transform.is_identity:
        raise InputRefused(f"文件 {file_name} 没有定位信息（地理变换）。请交带坐标的 GeoTIFF。")
    if source.transform.b or source.transform.d:
        raise InputRefused(f"文件 {file_name} 是旋转影像。请先正射纠正为正北向上的 GeoTIFF。")


def _outline(
    file_name: str, source: DatasetReader, option: str | None
) -> tuple[Verdict, shapely.MultiPolygon]:
    """The judged CRS, by the same rules as vectors, and the image's rectangle in EPSG:4490."""
    box = shapely.box(*source.bounds)
    step = max(source.bounds.right - source.bounds.left, source.bounds.top - source.bounds.bottom)
    dense = shapely.segmentize(box, step / EDGE_POINTS)
    table = Table(
        file_name=file_name, driver="GTiff", columns=[], numbers=[1], records=[{}],
        geoms=np.array([dense], dtype=object), crs_origin="GeoTIFF",
        crs=pyproj.CRS.from_wkt(source.crs.to_wkt()) if source.crs else None,
    )  # fmt: skip
    if table.crs is None and not option:
        raise CrsMissing(f"影像 {file_name} 没有坐标系。请用 --crs EPSG:n 指明。")
    verdict = crs_verdict.decide(table, option)
    return verdict, shapely.MultiPolygon([verdict.to_storage(table.geoms)[0]])


def _resolution(source: DatasetReader, verdict: Verdict, footprint: shapely.MultiPolygon) -> float:
    """Metres a pixel, north to south; degrees count at the image's own latitude."""
    size = abs(source.transform.e)
    if not verdict.crs.is_geographic:
        return float(size)
    x, y = footprint.centroid.x, footprint.centroid.y
    _, _, metres = pyproj.Geod(ellps="GRS80").inv(x, y, x, y + size)
    return float(metres)


def _stretch(source: DatasetReader) -> dict[str, Any]:
    """The bounds of each 16-bit band that become 0 and 255; empty for 8 bits."""
    if "uint16" not in source.dtypes:
        return {}
    ratio = max(1.0, max(source.height, source.width) / SAMPLE)
    shape = (source.count, int(source.height / ratio) or 1, int(source.width / ratio) or 1)
    sample = source.read(out_shape=shape, masked=True)
    bounds = []
    for band in sample:
        values = band.compressed()
        low, high = np.percentile(values, STRETCH) if values.size else (0.0, 65535.0)
        bounds.append([float(low), float(max(high, low + 1))])
    return {"percent": list(STRETCH), "bounds": bounds, "applied": True}


def _write_cog(
    source: DatasetReader, target: Path, verdict: Verdict, stretch: dict[str, Any]
) -> None:
    """Blocks of the source, stretched if need be, to a plain TIFF and from it to the COG."""
    target.parent.mkdir(parents=True, exist_ok=True)
    plain, ready = target.with_suffix(".plain.tif"), target.with_suffix(".part.tif")
    profile = {
        "driver": "GTiff", "width": source.width, "height": source.height, "count": source.count,
        "dtype": "uint8", "crs": verdict.crs.to_wkt(), "transform": source.transform,
        "tiled": True, "blockxsize": TILE, "blockysize": TILE, "BIGTIFF": "IF_SAFER",
        "photometric": "RGB", "nodata": source.nodata if not stretch else None,
    }  # fmt: skip
    try:
        with rasterio.open(plain, "w", **profile) as copy:
            copy.colorinterp = source.colorinterp
            for _, window in copy.block_windows(1):
                copy.write(_eight_bits(source.read(window=window), stretch), window=window)
                copy.write_mask(source.dataset_mask(window=window), window=window)
        rasterio.shutil.copy(
            plain, ready, driver="COG", compress="DEFLATE", predictor="YES", blocksize=TILE,
            overviews="IGNORE_EXISTING", overview_resampling="average", bigtiff="IF_SAFER",
        )  # fmt: skip
        ready.replace(target)
    finally:
        for leftover in (plain, plain.with_suffix(".tif.msk"), ready):
            leftover.unlink(missing_ok=True)


def _eight_bits(values: np.ndarray, stretch: dict[str, Any]) -> np.ndarray:
    if not stretch:
        return values
    result = np.empty(values.shape, dtype="uint8")
    for at, (low, high) in enumerate(stretch["bounds"]):
        scaled = (values[at].astype("float32") - low) * (255.0 / (high - low))
        result[at] = np.clip(np.rint(scaled), 0, 255).astype("uint8")
    return result


def _check_cog(path: Path) -> None:
    """The file must open, be tiled, and have overviews if it is larger than a tile."""
    with rasterio.open(path) as cog:
        tiled = cog.block_shapes[0] == (TILE, TILE)
        large = max(cog.width, cog.height) > TILE
        if not tiled or (large and not cog.overviews(1)):
            raise InputRefused(
                f"影像转换未通过检查（{path.name}）。请重试；仍不行时换一份 GeoTIFF。"
            )
