"""Outlines as people and satellites draw them: noise, lots, blobs, pixel stairs, strips."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.geometry import Polygon

if TYPE_CHECKING:
    from numpy.random import Generator

    from imports.demo.place import Floats

XY = tuple[float, float]


def noise(xy: Floats, seed: int, scale: float) -> Floats:
    """A smooth pseudo-random field of about unit variance at the given points."""
    rng = np.random.default_rng(seed)
    total = np.zeros(len(xy))
    weight = 0.0
    for octave in range(4):
        for _ in range(4):
            angle, phase = rng.uniform(0, 2 * np.pi, 2)
            along = xy[:, 0] * np.cos(angle) + xy[:, 1] * np.sin(angle)
            total += 0.55**octave * np.sin(2 * np.pi * 2**octave * along / scale + phase)
            weight += 0.5 * 0.55 ** (2 * octave)
    return np.asarray(total / np.sqrt(weight))


def turned(points: Floats, centre: XY, angle: float) -> Polygon:
    """A polygon from points about the origin, turned by an angle and moved to a centre."""
    c, s = np.cos(angle), np.sin(angle)
    ring = points @ np.array([[c, s], [-s, c]]) + np.asarray(centre)
    return Polygon(np.round(ring, 4))


def lot(rng: Generator, centre: XY, area: float, angle: float) -> Polygon:
    """A surveyed lot: four to six corners, nearly rectangular."""
    aspect = rng.uniform(0.6, 1.7)
    w, h = np.sqrt(area * aspect) / 2, np.sqrt(area / aspect) / 2
    corners = np.array([[-w, -h], [w, -h], [w, h], [-w, h]])
    corners += rng.uniform(-0.06, 0.06, (4, 2)) * [w, h]
    if rng.random() < 0.4:
        cut = rng.uniform(0.25, 0.5)
        corners = np.vstack([corners[:2], [[w, h * (1 - cut)], [w * (1 - cut), h]], corners[3:]])
    return turned(corners, centre, angle)


def strip(rng: Generator, centre: XY, length: float, width: float, angle: float) -> Polygon:
    """A gently bending strip of constant width, such as a lane."""
    t = np.linspace(-0.5, 0.5, 13)
    bend = rng.uniform(-0.12, 0.12) * length
    line = shapely.LineString(np.column_stack([t * length, bend * np.cos(np.pi * t)]))
    ribbon = line.buffer(width / 2, cap_style="flat", join_style="mitre")
    return turned(np.array(ribbon.exterior.coords)[:-1], centre, angle)


def blob(rng: Generator, centre: XY, area: float, points: int = 40) -> Polygon:
    """A smooth outline as an interpreter traces it on the screen."""
    theta = np.linspace(0, 2 * np.pi, points, endpoint=False)
    radius = np.ones(points)
    for k in range(2, 7):
        radius += 0.28 * 0.7**k * 1.6 * rng.normal() * np.sin(k * theta + rng.uniform(0, 6.28))
    radius = np.clip(radius, 0.45, 1.9)
    radius *= np.sqrt(area / np.pi / np.mean(radius**2))
    stretch = rng.uniform(0.75, 1.3)
    ring = np.column_stack([radius * np.cos(theta) * stretch, radius * np.sin(theta) / stretch])
    return turned(ring, centre, rng.uniform(0, np.pi))


def stairs(shape: Polygon, pixel: float) -> Polygon:
    """The outline that a classified raster leaves: the pixels whose centre is inside."""
    west, south, east, north = shape.bounds
    x = np.arange(np.floor(west / pixel), np.ceil(east / pixel)) * pixel
    y = np.arange(np.floor(south / pixel), np.ceil(north / pixel)) * pixel
    gx, gy = (a.ravel() for a in np.meshgrid(x, y))
    inside = shapely.contains_xy(shape, gx + pixel / 2, gy + pixel / 2)
    if not inside.any():
        return shape
    gx, gy = gx[inside], gy[inside]
    merged = shapely.union_all(shapely.box(gx, gy, gx + pixel, gy + pixel))
    largest = max(shapely.get_parts(merged), key=lambda part: part.area)
    return largest.simplify(0)


def holed(rng: Generator, shape: Polygon) -> Polygon:
    """The same outline with a pond or grove left out of its middle."""
    middle = shape.representative_point()
    hole = blob(rng, (middle.x, middle.y), shape.area * 0.08, 14)
    left = shape.difference(hole)
    return left if isinstance(left, Polygon) else shape


def angled(shape: Polygon, chamfer: float) -> Polygon:
    """The ground really built inside a lot: drawn in by a margin."""
    inner = shape.buffer(-chamfer, join_style="mitre")
    return inner if isinstance(inner, Polygon) and not inner.is_empty else shape


def traced(rng: Generator, inner: Polygon) -> Polygon:
    """An interpreter's tracing of built ground, nowhere outside it."""
    drawn = inner.segmentize(max(6.0, np.sqrt(inner.area) / 8))
    middle = np.array([inner.centroid.x, inner.centroid.y])
    ring = np.array(drawn.exterior.coords)[:-1]
    ring = np.round(middle + (ring - middle) * (1 - rng.uniform(0, 0.025, (len(ring), 1))), 4)
    shape = Polygon(ring)
    return shape if shape.is_valid and inner.covers(shape) else inner
