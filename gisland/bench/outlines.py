"""Many outlines at once: lots, traced blobs and shifted copies, in metres."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from imports.demo import shapes

if TYPE_CHECKING:
    from numpy.random import Generator

    from imports.demo.place import Floats, Geoms

CORNERS = np.array([[-1.0, -1], [1, -1], [1, 1], [-1, 1]])


def rects(centres: Floats, areas: Floats, aspect: Floats, angle: Floats) -> Geoms:
    """Turned rectangles."""
    half = np.column_stack([np.sqrt(areas * aspect), np.sqrt(areas / aspect)]) / 2
    corners = CORNERS[None] * half[:, None]
    c, s = np.cos(angle)[:, None], np.sin(angle)[:, None]
    x = centres[:, :1] + corners[..., 0] * c - corners[..., 1] * s
    y = centres[:, 1:] + corners[..., 0] * s + corners[..., 1] * c
    return np.asarray(shapely.polygons(np.round(np.stack([x, y], -1), 4)), object)


def any_rects(rng: Generator, centres: Floats, areas: Floats) -> Geoms:
    """Rectangles of any direction, up to four times as long as wide."""
    count = len(centres)
    return rects(centres, areas, rng.uniform(1, 4, count), rng.uniform(0, np.pi, count))


def blobs(rng: Generator, centres: Floats, areas: Floats, points: int = 36) -> Geoms:
    """Smooth outlines as an interpreter traces them; star-shaped, so always valid."""
    theta = np.linspace(0, 2 * np.pi, points, endpoint=False)
    radius = np.ones((len(centres), points))
    for k in range(2, 8):
        swing = 0.28 * 0.75**k * 1.6 * rng.normal(size=(len(centres), 1))
        radius += swing * np.sin(k * theta + rng.uniform(0, 6.28, (len(centres), 1)))
    radius = np.clip(radius, 0.45, 1.9) * (1 + 0.03 * rng.normal(size=radius.shape))
    radius *= np.sqrt(areas / np.pi / np.mean(radius**2, axis=1))[:, None]
    ring = np.stack(
        [
            centres[:, :1] + radius * np.cos(theta),
            centres[:, 1:] + radius * np.sin(theta),
        ],
        -1,
    )
    return np.asarray(shapely.polygons(np.round(ring, 4)), object)


def stairs(rng: Generator, centres: Floats, areas: Floats) -> Geoms:
    """Outlines that a classified raster of 4 m pixels leaves."""
    traced = blobs(rng, centres, areas)
    return np.array([shapes.stairs(shape, 4.0) for shape in traced], object)


def shifted(rng: Generator, geoms: Geoms, metres: float) -> Geoms:
    """Copies moved by about so many metres: edges that nearly coincide."""
    xy, row = shapely.get_coordinates(geoms, return_index=True)
    moved = xy + rng.normal(0, metres, (len(geoms), 2))[row]
    return np.asarray(shapely.set_coordinates(geoms.copy(), np.round(moved, 4)), object)


def holed(rng: Generator, geoms: Geoms) -> Geoms:
    """The same outlines with a pond left out of their middle, where they stay whole."""
    points = shapely.get_coordinates(shapely.point_on_surface(geoms))
    left = shapely.difference(geoms, any_rects(rng, points, shapely.area(geoms) * 0.08))
    return np.where(shapely.get_type_id(left) == shapely.GeometryType.POLYGON, left, geoms)
