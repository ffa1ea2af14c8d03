"""Where an image lies: the judged CRS, the pixels set upright, the outline of those that count."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyproj
import rasterio
import rasterio.features
import rasterio.warp
import shapely
from affine import Affine
from rasterio.enums import ColorInterp, Resampling
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from imports import crs_verdict
from imports.crs_verdict import from_option
from imports.ground import ground_of
from imports.readers.table import NOTE, Finding, Table
from spatial.errors import CrsMissing, InputRefused
from spatial.models import Region
from spatial.models.region import RegionLevel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rasterio.io import DatasetReader

    from imports.crs_verdict import Verdict
    from imports.raster_bands import Plan
    from imports.raster_source import Source
    from spatial.jobs import Progress

COARSE = 2048
"""Side, in cells, of the thinned image that stretch and outline are measured on."""
ROWS = 128
"""Rows of the image that are read at once. GDAL's own thinning decodes blocks again and again."""
EDGE_POINTS = 21
"""Points along an edge of the outline: straight lines of the file's CRS, not of degrees."""
SPECK = 16
"""Cells below which an island or a hole of the outline is noise."""


@dataclass(frozen=True)
class Thinned:
    """A coarse copy of an image: values, which count, and how cells lie."""

    values: np.ndarray
    counts: np.ndarray
    transform: Affine


@dataclass(frozen=True)
class Upright:
    """Pixels whose rows run west to east and north to south."""

    dataset: DatasetReader
    transform: Affine
    plan: Plan

    @property
    def width(self) -> int:
        """Pixels from west to east."""
        return int(self.dataset.width)

    @property
    def height(self) -> int:
        """Pixels from north to south."""
        return int(self.dataset.height)


def judge(source: Source, option: str | None) -> Verdict:
    """The CRS of an image, by the same rules as vectors and against the registered counties.

    Raises CrsMissing, CrsRefused (Xian 80, Beijing 54, numbers that contradict), InputRefused.
    """
    table = Table(
        file_name=source.name, driver="GTiff", columns=[], numbers=[1], records=[{}],
        geoms=np.array([_dense(_frame(source))], dtype=object), crs=source.crs,
        crs_origin=source.crs_origin,
    )  # fmt: skip
    counties = list(_counties())
    if source.crs is None and not option and not counties:
        raise CrsMissing(f"影像 {source.name} 没有坐标系。请用 --crs EPSG:n 指明。")
    if option:
        from_option(option)
    return crs_verdict.decide(table, option, ground_of(counties))


def _frame(source: Source) -> shapely.Polygon:
    """The image's four corners, in its own CRS."""
    width, height = source.dataset.width, source.dataset.height
    corners = [(0, 0), (width, 0), (width, height), (0, height)]
    return shapely.Polygon([source.transform @ corner for corner in corners])


def _counties() -> list[Region]:
    found = Region.objects.filter(level=RegionLevel.COUNTY, geom__isnull=False)
    return list(found.defer("geom"))


@contextmanager
def upright(source: Source, verdict: Verdict) -> Iterator[Upright]:
    """The image with north up: as it is, flipped, or turned in its own CRS."""
    at = source.transform
    if at.b == 0 and at.d == 0 and at.a > 0 and at.e < 0:
        yield Upright(source.dataset, at, source.plan)
        return
    turned = bool(at.b or at.d)
    dataset, plan = source.dataset, source.plan
    crs = rasterio.crs.CRS.from_wkt(verdict.crs.to_wkt(pyproj.enums.WktVersion.WKT1_GDAL))
    left, bottom, right, top = _frame(source).bounds
    across = float(np.hypot(at.a, at.d))
    down = float(np.hypot(at.b, at.e))
    width, height = max(1, round((right - left) / across)), max(1, round((top - bottom) / down))
    frame = rasterio.transform.from_bounds(left, bottom, right, top, width, height)
    alpha = plan.alpha is not None
    nodata = plan.nodata if plan.nodata is not None else dataset.nodata
    if nodata is None and plan.kind.startswith("float"):
        nodata = float("nan")
    with WarpedVRT(
        dataset, src_crs=crs, src_transform=at, crs=crs, transform=frame, width=width,
        height=height, add_alpha=not alpha, src_nodata=None if alpha else nodata,
        resampling=Resampling.bilinear if turned and plan.palette is None else Resampling.nearest,
    ) as warped:  # fmt: skip
        what = "影像是旋转（倾斜）的。" if turned else "影像的行序由南向北。"
        done = "在原坐标系内重采样为正北向上" if turned else "逐像元翻正，像元值不变"
        source.findings.append(Finding("turned", what, NOTE, done=done))
        shade = list(warped.colorinterp).index(ColorInterp.alpha) + 1
        yield Upright(warped, frame, plan.with_alpha(shade))


def thin(image: Upright, progress: Progress) -> Thinned:
    """A coarse copy, read from north to south in bounded memory."""
    ratio = max(1.0, max(image.width, image.height) / COARSE)
    rows, columns = max(1, round(image.height / ratio)), max(1, round(image.width / ratio))
    step = max(1, int(ROWS / ratio))
    across = ((np.arange(columns) + 0.5) * image.width / columns).astype(int)
    down = ((np.arange(rows) + 0.5) * image.height / rows).astype(int)
    values, counts = [], []
    for first in range(0, rows, step):
        last = min(first + step, rows)
        top, bottom = down[first], down[last - 1] + 1
        band, counted = image.plan.read(
            image.dataset, Window(0, int(top), image.width, int(bottom - top))
        )
        at = np.ix_(down[first:last] - top, across)
        values.append(band[:, at[0], at[1]])
        counts.append(counted[at])
        progress("读取影像", last, rows)
    scale = Affine.scale(image.width / columns, image.height / rows)
    return Thinned(
        np.concatenate(values, axis=1), np.concatenate(counts, axis=0), image.transform @ scale
    )


def outline_of(
    name: str, image: Upright, thinned: Thinned, verdict: Verdict
) -> shapely.MultiPolygon:
    """The outline of the pixels that count, in EPSG:4490, to within a coarse cell.

    Raises InputRefused for an image without any, and for one beyond all registered counties.
    """
    counts = thinned.counts
    if not counts.any():
        raise InputRefused(f"影像 {name} 没有有效像元（全为无数据或透明）。请重新导出。")
    if counts.all():
        left, bottom, right, top = rasterio.transform.array_bounds(
            image.height, image.width, image.transform
        )
        drawn: shapely.Geometry = shapely.box(left, bottom, right, top)
    else:
        drawn = _drawn(thinned)
    (footprint,) = verdict.to_storage(np.array([_dense(drawn)], dtype=object))
    footprint = _polygons(shapely.make_valid(footprint))
    _refuse_elsewhere(name, footprint, verdict)
    return footprint


def _drawn(thinned: Thinned) -> shapely.Geometry:
    counts = rasterio.features.sieve(thinned.counts.astype("uint8"), SPECK, connectivity=4)
    if not counts.any():
        counts = thinned.counts.astype("uint8")
    faces = rasterio.features.shapes(counts, mask=counts > 0, transform=thinned.transform)
    union = shapely.union_all([shapely.geometry.shape(face) for face, _ in faces])
    cell = max(abs(thinned.transform.a), abs(thinned.transform.e))
    return shapely.simplify(union, cell)


def _dense(shape: shapely.Geometry) -> shapely.Geometry:
    west, south, east, north = shape.bounds
    return shapely.segmentize(shape, max(east - west, north - south) / EDGE_POINTS)


def _polygons(shape: shapely.Geometry) -> shapely.MultiPolygon:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    nested = [inner for part in shapely.get_parts(shape) if part.geom_type == "MultiPolygon"
              for inner in part.geoms]  # fmt: skip
    return shapely.MultiPolygon([*parts, *nested])


def _refuse_elsewhere(name: str, footprint: shapely.MultiPolygon, verdict: Verdict) -> None:
    counties = Region.objects.filter(level=RegionLevel.COUNTY, geom__isnull=False)
    if not counties.exists() or counties.filter(geom__intersects=footprint.wkt).exists():
        return
    west, south, east, north = footprint.bounds
    raise InputRefused(
        f"影像 {name} 按 {verdict.label} 位于 {west:.4f}–{east:.4f}°E、{south:.4f}–{north:.4f}°N，"
        "不在任何已登记的县内。请核对坐标系（可用 --crs 指明），或先用 import_regions 导入所在县。"
    )


def resolution_of(image: Upright, verdict: Verdict, footprint: shapely.MultiPolygon) -> float:
    """Metres a pixel, north to south; degrees count at the image's own latitude."""
    size = abs(image.transform.e)
    if not verdict.crs.is_geographic:
        return float(size * _metres(verdict.crs))
    x, y = footprint.centroid.x, footprint.centroid.y
    _, _, metres = pyproj.Geod(ellps="GRS80").inv(x, y, x, y + size)
    return float(metres)


def _metres(crs: pyproj.CRS) -> float:
    """Metres in a unit of the plane: 1, or a foot's."""
    return float(crs.axis_info[0].unit_conversion_factor) if crs.axis_info else 1.0
