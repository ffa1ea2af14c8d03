"""The image under a printed map: a window of a COG in the map's plane, within the counties."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import rasterio
import rasterio.errors
import shapely
from PIL import Image as Picture
from rasterio.enums import ColorInterp, Resampling
from rasterio.features import geometry_mask
from rasterio.transform import from_bounds
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds

from gisland.reports.maps import in_plane
from spatial import crs
from spatial.models import Region
from tiles.imagery import ENV, ImageUnknown, path_of

if TYPE_CHECKING:
    from gisland.reports.maps import Frame
    from spatial.models import Image

PER_POINT = 2.5
"""Pixels a point of paper: 180 an inch."""
QUALITY = 82


def backdrop(image: Image, frame: Frame, county_ids: tuple[int, ...]) -> bytes | None:
    """The image in the frame as JPEG, white beyond its edge and beyond these counties.

    None where nothing of it lies there or its file is gone: a map stands without it too. Whether
    the reader may see the image is the caller's to ask (``scope.filter_images``).
    """
    size = round(frame.height * PER_POINT), round(frame.width * PER_POINT)
    place = from_bounds(*frame.bounds_m, size[1], size[0])
    try:
        with rasterio.Env(**ENV):
            values = _read(str(path_of(image)), frame, size, place)
    except (ImageUnknown, rasterio.errors.RasterioError):
        return None
    shown = values[-1] > 0
    ground = [
        in_plane(geom, frame.central_meridian)
        for geom in Region.objects.filter(pk__in=county_ids, geom__isnull=False).values_list(
            "geom", flat=True
        )
        if geom is not None
    ]
    shapes = [shape for shape in ground if not shapely.is_empty(shape)]
    if not shapes or not shown.any():
        return None
    shown &= geometry_mask(shapes, out_shape=size, transform=place, invert=True)
    if not shown.any():
        return None
    colours = np.where(shown, _eight_bits(values[:3], image.stretch), 255).astype("uint8")
    written = io.BytesIO()
    Picture.fromarray(np.moveaxis(colours, 0, -1), "RGB").save(written, "JPEG", quality=QUALITY)
    return written.getvalue()


def _read(path: str, frame: Frame, size: tuple[int, int], place: rasterio.Affine) -> np.ndarray:
    """Three bands and alpha; from the coarsest overview that is fine enough."""
    plane = crs.plane_proj4(frame.central_meridian)
    with rasterio.open(path) as source:
        left, _, right, _ = transform_bounds(plane, source.crs, *frame.bounds_m)
        factor = (right - left) / size[1] / abs(source.transform.a)
        fitting = [n for n, own in enumerate(source.overviews(1)) if own <= factor * 1.001]
    level = {"overview_level": fitting[-1]} if fitting else {}
    with (
        rasterio.open(path, **level) as source,
        WarpedVRT(
            source, crs=plane, transform=place, width=size[1], height=size[0],
            resampling=Resampling.bilinear, add_alpha=ColorInterp.alpha not in source.colorinterp,
        ) as warped,
    ):  # fmt: skip
        shade = list(warped.colorinterp).index(ColorInterp.alpha) + 1
        colours = [number for number in range(1, warped.count + 1) if number != shade]
        chosen = colours[:3] if len(colours) > 2 else colours[:1] * 3
        return np.asarray(warped.read([*chosen, shade]))


def _eight_bits(values: np.ndarray, stretch: dict[str, list[list[float]]]) -> np.ndarray:
    """Bands by the image's stretch, where the file holds more than eight bits."""
    if values.dtype == np.uint8:
        return values
    bounds = stretch.get("bounds") or [[0, 65535]] * 3
    scaled = [
        (band.astype("float32") - low) * (255.0 / max(high - low, 1e-9))
        for band, (low, high) in zip(values, (bounds * 3)[:3], strict=True)
    ]
    return np.clip(np.rint(np.stack(scaled)), 0, 255).astype("uint8")
