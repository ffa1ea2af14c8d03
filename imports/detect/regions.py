"""Changed pixels become polygons: cleaned, large enough, with a score. 变化区"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from rasterio.features import shapes
from scipy import ndimage

if TYPE_CHECKING:
    from affine import Affine
    from numpy.typing import NDArray

    from imports.detect.detector import Scores
    from imports.detect.pair import Grid

KERNEL = np.ones((2, 2), dtype=bool)
"""A region must hold a block of this size: single pixels and lines of one pixel are noise."""
BRIDGE = np.ones((3, 3), dtype=bool)
"""Regions one or two pixels apart become one."""
EIGHT = np.ones((3, 3), dtype=bool)
MOST_MOVED = 0.5
"""Pixels by which a simplified outline may leave the stairs of the pixels."""


@dataclass(frozen=True)
class Found:
    """One region, in the CRS of the grid."""

    geom: shapely.Polygon | shapely.MultiPolygon
    score: float
    """Mean of its pixels, 0 to 1."""
    area_m2: float
    """Of the polygon in the plane of the grid."""


def cleaned(
    changed: NDArray[np.bool_], least_pixels: float, valid: NDArray[np.bool_] | None = None
) -> NDArray[np.bool_]:
    """Without specks, gaps of a pixel or two, and small holes and regions."""
    kept = ndimage.binary_opening(changed, KERNEL)
    # beyond the rim lies nothing: closing must not eat there what it has just added
    kept = ndimage.binary_closing(np.pad(kept, 2), BRIDGE)[2:-2, 2:-2]
    kept = ~_large(~kept, least_pixels, None)
    if valid is not None:
        kept &= valid
    return _large(kept, least_pixels, EIGHT)


def _large(
    mask: NDArray[np.bool_], least_pixels: float, touching: NDArray[np.bool_] | None
) -> NDArray[np.bool_]:
    labels, count = ndimage.label(mask, touching)
    if not count:
        return mask
    keep = np.bincount(labels.ravel()) >= least_pixels
    keep[0] = False
    return keep[labels]


def outlined(mask: NDArray[np.bool_], scores: Scores, grid: Grid, least_m2: float) -> list[Found]:
    """The regions of a mask as simplified polygons, the surest first.

    Pixels that touch at a corner are one region, so that no two outlines come nearer than a
    pixel; each moves by half of one at most, and none overlap.
    """
    labels, count = ndimage.label(mask, EIGHT)
    if not count:
        return []
    means = ndimage.mean(scores, labels, np.arange(1, count + 1))
    parts: dict[int, list[shapely.Polygon]] = {}
    for outline, label in shapes(labels, mask, connectivity=4, transform=grid.transform):
        parts.setdefault(int(label), []).append(shapely.geometry.shape(outline))
    found = []
    for label, polygons in parts.items():
        geom = _simple(shapely.union_all(polygons), grid.transform)
        area_m2 = float(shapely.area(geom))
        if area_m2 >= least_m2:
            found.append(Found(geom, float(means[label - 1]), area_m2))
    return sorted(found, key=lambda one: (-one.score, -one.area_m2, one.geom.wkb))


def _simple(geom: shapely.Geometry, transform: Affine) -> shapely.Geometry:
    """Fewer points, never far from the pixels; the pixels' outline where that would not be valid.

    Two parts that meet at a corner may come to overlap: they are then joined.
    """
    simple = shapely.simplify(geom, MOST_MOVED * transform.a, preserve_topology=True)
    if not shapely.is_valid(simple):
        simple = shapely.union_all([shapely.make_valid(part) for part in shapely.get_parts(simple)])
    return simple if simple.geom_type in ("Polygon", "MultiPolygon") else geom
