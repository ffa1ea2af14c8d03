"""Two images on one grid of square metres, read in pieces. 前后影像对"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyproj
import rasterio
import rasterio.errors
import shapely
from affine import Affine
from rasterio.enums import Resampling
from rasterio.features import geometry_mask
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds
from rasterio.windows import Window

from spatial import crs
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rasterio.io import DatasetReader

    from imports.detect.detector import Bands, Valid

MOST_PIXELS = 64_000_000
"""Of the grid; beyond it the grid becomes coarser, and that is told."""
SAMPLE_PIXELS = 250_000
BLOCK = 1024
WINDOW = 512
"""Side of the windows by which the two images are laid upon each other."""
TOO_FINE = 1.5
"""How much finer than the grid an image may be before its pixels are averaged."""


@dataclass(frozen=True)
class Grid:
    """Where the pixels lie."""

    crs: str
    transform: Affine
    height: int
    width: int

    @property
    def pixel_m(self) -> float:
        """Side of a pixel."""
        return float(self.transform.a)

    def part(self, rows: slice, columns: slice) -> Affine:
        """The transform of a part."""
        return self.transform @ Affine.translation(columns.start, rows.start)


@dataclass(frozen=True)
class ImagePair:
    """Two images on a grid; ``bright``: the mean of the bands from which a pixel is a cloud."""

    before: WarpedVRT
    after: WarpedVRT
    grid: Grid
    ground: shapely.Geometry | None = None
    """Only here, in the CRS of the grid."""
    bright: float | None = None

    def blocks(self) -> Iterator[tuple[slice, slice]]:
        """The grid in pieces, row by row."""
        for top in range(0, self.grid.height, BLOCK):
            for left in range(0, self.grid.width, BLOCK):
                yield (
                    slice(top, min(top + BLOCK, self.grid.height)),
                    slice(left, min(left + BLOCK, self.grid.width)),
                )

    def read(self, rows: slice, columns: slice) -> tuple[Bands, Bands, Valid]:
        """One piece of both, and where both hold values on the ground that is asked for."""
        window = Window.from_slices(rows, columns)
        shape = (rows.stop - rows.start, columns.stop - columns.start)
        return self._read(window, shape, self.grid.part(rows, columns))

    def sample(self) -> tuple[Bands, Bands, Valid]:
        """Both thinned to SAMPLE_PIXELS, pixel values as they are."""
        thin = max(1.0, (self.grid.height * self.grid.width / SAMPLE_PIXELS) ** 0.5)
        shape = (max(1, int(self.grid.height / thin)), max(1, int(self.grid.width / thin)))
        whole = Window(0, 0, self.grid.width, self.grid.height)
        scaled = self.grid.transform @ Affine.scale(
            self.grid.width / shape[1], self.grid.height / shape[0]
        )
        return self._read(whole, shape, scaled)

    def windows(self) -> Iterator[tuple[Bands, Bands, Valid]]:
        """Up to nine windows spread over the grid."""
        side = (min(WINDOW, self.grid.height), min(WINDOW, self.grid.width))
        tops, lefts = (
            sorted({round(share * (length - part)) for share in (0.1, 0.5, 0.9)})
            for length, part in zip((self.grid.height, self.grid.width), side, strict=True)
        )
        for top in tops:
            for left in lefts:
                yield self.read(slice(top, top + side[0]), slice(left, left + side[1]))

    def _read(
        self, window: Window, shape: tuple[int, int], transform: Affine
    ) -> tuple[Bands, Bands, Valid]:
        parts, valid = [], np.ones(shape, dtype=bool)
        for image in (self.before, self.after):
            bands = _colours(image)
            values = image.read(bands, window=window, out_shape=(len(bands), *shape))
            values = values.astype("float32")
            valid &= image.dataset_mask(window=window, out_shape=shape) > 0
            valid &= np.isfinite(values).all(axis=0)
            if self.bright is not None:
                valid &= values.mean(axis=0) < self.bright
            parts.append(np.nan_to_num(values))
        if self.ground is not None:
            outside = geometry_mask([self.ground], shape, transform)
            valid &= ~outside
        return parts[0], parts[1], valid


def _colours(image: WarpedVRT) -> list[int]:
    """The bands that hold a picture: an alpha band does not."""
    alpha = rasterio.enums.ColorInterp.alpha
    return [at for at, kind in enumerate(image.colorinterp, start=1) if kind != alpha]


@contextmanager
def opened(
    before: Path,
    after: Path,
    *,
    ground: shapely.Geometry | None = None,
    resolution_m: float | None = None,
    bright: float | None = None,
) -> Iterator[ImagePair]:
    """The pair on the coarser of the two resolutions, or on the one that is given.

    ``ground`` (4490) limits what is compared. Raises InputRefused where the images cannot be read
    or do not overlap.
    """
    with ExitStack() as stack:
        try:
            sources = [stack.enter_context(rasterio.open(path)) for path in (before, after)]
            grid = _grid(*sources, resolution_m)
            laid = [stack.enter_context(_laid(source, grid)) for source in sources]
            own = None if ground is None else _moved(ground, grid.crs)
            yield ImagePair(*laid, grid, own, bright)
        except rasterio.errors.RasterioError as error:
            raise InputRefused(
                f"影像读不出来（{str(error)[:120]}）。请核对文件是否还在、是否完整。"
            ) from error


def _grid(before: DatasetReader, after: DatasetReader, resolution_m: float | None) -> Grid:
    for source in (before, after):
        if source.crs is None:
            raise InputRefused("影像没有坐标系，不能比较。请用 import_raster 导入后再比较。")
    plane = _plane(before)
    aligned = plane == before.crs.to_wkt() and _north_up(before)
    boxes = [transform_bounds(one.crs, plane, *one.bounds, densify_pts=21)
             for one in (before, after)]  # fmt: skip
    west, south = (max(box[at] for box in boxes) for at in (0, 1))
    east, north = (min(box[at] for box in boxes) for at in (2, 3))
    if west >= east or south >= north:
        raise InputRefused("两幅影像没有重叠，不能比较。请选同一地方的前后影像。")
    own = (_pixel_m(one, plane, box) for one, box in zip((before, after), boxes, strict=True))
    pixel_m = max(resolution_m or max(own), ((east - west) * (north - south) / MOST_PIXELS) ** 0.5)
    if aligned and abs(before.transform.a - pixel_m) < 1e-9 * pixel_m:  # on the image's own pixels
        left, top = before.transform.c, before.transform.f
        west = left + np.ceil((west - left) / pixel_m - 1e-6) * pixel_m
        north = top - np.ceil((top - north) / pixel_m - 1e-6) * pixel_m
    width, height = (int((span + 1e-6 * pixel_m) // pixel_m)
                     for span in (east - west, north - south))  # fmt: skip
    if not width or not height:
        raise InputRefused("两幅影像重叠的部分不足一个像元，不能比较。")
    return Grid(plane, Affine(pixel_m, 0, west, 0, -pixel_m, north), height, width)


def _plane(source: DatasetReader) -> str:
    """A CRS in metres: the image's own, else the Gauss plane of its place."""
    own = pyproj.CRS.from_user_input(source.crs)
    if own.is_projected and all(axis.unit_conversion_factor == 1 for axis in own.axis_info):
        return str(source.crs.to_wkt())
    west, _, east, _ = transform_bounds(source.crs, "EPSG:4490", *source.bounds)
    return crs.plane_proj4(crs.nearest_meridian((west + east) / 2))


def _north_up(source: DatasetReader) -> bool:
    step = source.transform
    return step.b == step.d == 0 and step.a == -step.e > 0


def _pixel_m(source: DatasetReader, plane: str, box: tuple[float, float, float, float]) -> float:
    """Side of a pixel in the plane: exact where that is the image's own, else by area."""
    if plane == source.crs.to_wkt() and _north_up(source):
        return float(source.transform.a)
    west, south, east, north = box
    return float(((east - west) * (north - south) / (source.width * source.height)) ** 0.5)


def _laid(source: DatasetReader, grid: Grid) -> WarpedVRT:
    """An image on the grid: averaged where the grid is much coarser, else between pixels."""
    own = _pixel_m(source, grid.crs, transform_bounds(source.crs, grid.crs, *source.bounds))
    how = Resampling.average if grid.pixel_m > TOO_FINE * own else Resampling.bilinear
    return WarpedVRT(
        source, crs=grid.crs, transform=grid.transform, height=grid.height, width=grid.width,
        resampling=how, add_alpha=source.nodata is None and not _has_alpha(source),
    )  # fmt: skip


def _has_alpha(source: DatasetReader) -> bool:
    return rasterio.enums.ColorInterp.alpha in source.colorinterp


def _moved(ground: shapely.Geometry, plane: str) -> shapely.Geometry:
    way = pyproj.Transformer.from_crs("EPSG:4490", plane, always_xy=True)
    return shapely.transform(ground, way.transform, interleaved=False)
