"""Imagery tiles: windows of COGs, warped to the grid, transparent outside the image. 影像瓦片

``WarpedVRT`` reads full resolution whatever the zoom, so the overview is chosen here.
"""

from __future__ import annotations

import io
import math
import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
import rasterio.errors
import shapely
from django.conf import settings
from django.contrib.gis.db.models import Extent
from PIL import Image as Picture
from rasterio.crs import CRS
from rasterio.enums import ColorInterp, Resampling
from rasterio.features import geometry_mask
from rasterio.transform import from_bounds
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds

from spatial import sqlfiles
from spatial.crs import WEB_SRID
from spatial.errors import UnknownLayer
from spatial.models import Region
from tiles.grid import HALF_WORLD_M, Tile

if TYPE_CHECKING:
    from spatial.models import Image
    from spatial.scope import Scope

Counties = tuple[tuple[int, ...], str]
"""Numbers of counties, and marks that change with their boundaries."""

SIDE = 256
QUALITY = 80
WEB = CRS.from_epsg(WEB_SRID)
ENV = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_NUM_THREADS": "1",
    "GDAL_PAM_ENABLED": "NO",
}
DEEPEST = 20
DEEPEST_UNEXPORTED = 16
"""For whoever may not export an image: a tile of zoom 17 is an export (a pixel is 1 m there)."""


class ImageUnknown(UnknownLayer):
    """An image that is not there, or not for this user. 影像不存在"""


def path_of(image: Image) -> Path:
    """The COG of an image; raises ImageUnknown where it is gone or lies outside the store."""
    store = Path(settings.MEDIA_ROOT).resolve()
    path = (store / image.file).resolve()
    if not path.is_relative_to(store) or not path.is_file():
        raise ImageUnknown(f"影像 {image.name} 的文件不在。请数据管理员重新导入该影像。")
    return path


_ASKING = threading.Lock()
"""A prepared geometry builds its index when it is first asked: two threads at once break down."""


def deepest(image: Image, scope: Scope) -> int:
    """The deepest zoom that this user may ask of an image."""
    return DEEPEST if scope.may("export", image.secrecy) else DEEPEST_UNEXPORTED


def bounds_of(image: Image, counties: Counties) -> list[float]:
    """West, south, east, north of what is seen of it: no further than these counties."""
    left, bottom, right, top = image.footprint.extent
    west, south, east, north = _extent(counties)
    found = (max(left, west), max(bottom, south), min(right, east), min(top, north))
    return [round(number, 6) for number in found]


def max_zoom(image: Image, scope: Scope) -> int:
    """The zoom at which a pixel of the image is at least one of the screen, as far as allowed."""
    latitude = math.radians(image.footprint.centroid.y)
    finest = max(image.resolution_m, 0.01) / max(math.cos(latitude), 0.01)
    fits = math.ceil(math.log2(2 * HALF_WORLD_M / SIDE / finest))
    return max(0, min(deepest(image, scope), fits))


def counties_of(scope: Scope) -> Counties:
    """The counties of a scope with what their boundaries are known by, as they are now."""
    ids = tuple(sorted(scope.county_ids))
    return ids, str(sqlfiles.value("tiles/mark_boundaries", {"region_ids": list(ids)}))


def render(image: Image, tile: Tile, counties: Counties) -> bytes | None:
    """The tile as WebP, transparent beyond these counties; None where nothing is left of it."""
    west, south, east, north = tile.reach(0).values()
    left, bottom, right, top = image.footprint.extent
    if left >= east or right <= west or bottom >= north or top <= south:
        return None
    path = path_of(image)
    with rasterio.Env(**ENV):
        try:
            values = _read(str(path), path.stat().st_mtime_ns, tile)
        except rasterio.errors.RasterioError as error:
            raise ImageUnknown(f"影像 {image.name} 的文件读不出来。请重新导入该影像。") from error
    if values is None:
        return None
    values[-1][_beyond(tile, counties)] = 0
    if not values[-1].any():
        return None
    return _webp(_eight_bits(values, image.stretch))


def is_within(tile: Tile, counties: Counties) -> bool:
    """Whether a tile lies wholly within these counties: nothing of it is cut off."""
    box = shapely.box(*tile.bounds_m)
    with _ASKING:
        return bool(shapely.contains_properly(_ground(counties), box))


def _beyond(tile: Tile, counties: Counties) -> np.ndarray:
    """Which pixels of a tile lie beyond these counties."""
    if is_within(tile, counties):
        return np.zeros((SIDE, SIDE), dtype=bool)
    box = shapely.box(*tile.bounds_m)
    with _ASKING:
        ground = shapely.intersection(_ground(counties), box)
    if ground.is_empty:
        return np.ones((SIDE, SIDE), dtype=bool)
    return geometry_mask(
        [ground],
        out_shape=(SIDE, SIDE),
        transform=from_bounds(*tile.bounds_m, SIDE, SIDE),
        all_touched=True,
    )


@lru_cache(64)
def _ground(counties: Counties) -> shapely.Geometry:
    """The ground of counties in the tiles' CRS; kept while their boundaries stay."""
    boundaries = Region.objects.filter(pk__in=counties[0], geom__isnull=False)
    shapes = [
        shapely.from_wkb(bytes(geom.transform(WEB_SRID, clone=True).wkb))
        for geom in boundaries.values_list("geom", flat=True)
        if geom is not None
    ]
    ground = shapely.union_all(shapely.make_valid(shapes))
    shapely.prepare(ground)
    return ground


@lru_cache(64)
def _extent(counties: Counties) -> tuple[float, float, float, float]:
    """The extent of counties in degrees; the whole world where no boundary is registered."""
    found = Region.objects.filter(pk__in=counties[0]).aggregate(box=Extent("geom"))["box"]
    return tuple(found) if found else (-180.0, -90.0, 180.0, 90.0)


@lru_cache(256)
def _levels(path: str, changed: int) -> tuple[tuple[int, ...], float, str, tuple[float, ...]]:
    """Overview factors, pixel size, CRS and bounds of a file; ``changed`` renews the entry."""
    with rasterio.open(path, driver="GTiff") as source:
        return (
            tuple(source.overviews(1)),
            abs(source.transform.a),
            source.crs.to_wkt(),
            tuple(source.bounds),
        )


@lru_cache(1024)
def _overview(path: str, changed: int, zoom: int) -> int | None:
    """The coarsest overview that is still as fine as tiles of a zoom; None for full resolution.

    Asked once a zoom, in the middle of the image: to transform bounds is dearer than to read.
    """
    factors, pixel, wkt, bounds = _levels(path, changed)
    west, south, east, north = transform_bounds(wkt, WEB, *bounds)
    middle = ((west + east) / 2, (south + north) / 2)
    half = HALF_WORLD_M / 2**zoom
    box = (middle[0] - half, middle[1] - half, middle[0] + half, middle[1] + half)
    left, _, right, _ = transform_bounds(WEB, wkt, *box)
    wanted = min(right - left, 100 * (bounds[2] - bounds[0])) / SIDE / pixel
    fitting = [level for level, factor in enumerate(factors) if factor <= wanted * 1.001]
    return fitting[-1] if fitting else None


def _read(path: str, changed: int, tile: Tile) -> np.ndarray | None:
    """Three bands and alpha of the tile, of the file's type."""
    level = _overview(path, changed, tile.z)
    options: dict[str, Any] = {} if level is None else {"overview_level": level}
    with rasterio.open(path, driver="GTiff", **options) as source:
        alpha = ColorInterp.alpha in source.colorinterp
        with WarpedVRT(
            source,
            crs=WEB,
            transform=from_bounds(*tile.bounds_m, SIDE, SIDE),
            width=SIDE,
            height=SIDE,
            resampling=Resampling.bilinear,
            add_alpha=not alpha,
        ) as warped:
            shade = list(warped.colorinterp).index(ColorInterp.alpha) + 1
            colours = [number for number in range(1, warped.count + 1) if number != shade]
            chosen = colours[:3] if len(colours) > 2 else colours[:1] * 3
            return warped.read([*chosen, shade])


def _eight_bits(values: np.ndarray, stretch: dict[str, Any]) -> np.ndarray:
    """Bands by the image's stretch where the file still holds 16 bits; alpha as 0 or 255."""
    if values.dtype == np.uint8:
        return values
    bounds = stretch.get("bounds") or [[0, 65535]] * 3
    result = np.empty(values.shape, dtype="uint8")
    for at in range(3):
        low, high = bounds[min(at, len(bounds) - 1)]
        scaled = (values[at].astype("float32") - low) * (255.0 / max(high - low, 1e-9))
        result[at] = np.clip(np.rint(scaled), 0, 255).astype("uint8")
    result[3] = np.where(values[3] > 0, 255, 0)
    return result


def _webp(values: np.ndarray) -> bytes:
    out = io.BytesIO()
    picture = Picture.fromarray(np.ascontiguousarray(np.moveaxis(values, 0, -1)), "RGBA")
    picture.save(out, "WEBP", quality=QUALITY, method=2)
    return out.getvalue()
