"""Ground generalised without gaps: common borders are found once and stay common. Pure.

What is handed in should tile the plane. Where it does not (overlaps, edges that nearly meet) the
parts concerned are joined by overlay instead, and the result is as good as they were: never an
error, for a survey that is not clean must still be drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Geoms = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MOST_OPEN = 0.05
"""Share of border that no neighbour has, up to which the outer border is kept as it is: there the
next county joins. Beyond, the faces lie apart and are simplified all around."""
OFF = 1e-6
"""Share of its ground by which a union may be off before it is done again by overlay."""


@dataclass(frozen=True)
class Borders:
    """Which faces have a border in common, and how long it is."""

    one: Ints
    other: Ints
    length: Floats
    open_share: float
    """How much of all border has a face on one side only."""


def borders_of(faces: Geoms) -> Borders:
    """Common borders of polygons that have their vertices in common."""
    if not len(faces):
        none = np.zeros(0, np.int64)
        return Borders(none, none, np.zeros(0), 1.0)
    rings, owner = shapely.get_rings(faces, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    inside = ring[1:] == ring[:-1]
    face = owner[ring[:-1][inside]]
    length = np.hypot(*(xy[1:] - xy[:-1]).T)[inside]
    points = np.ascontiguousarray(xy).view(np.complex128).ravel()
    _, number = np.unique(points, return_inverse=True)
    start, end = number[:-1][inside], number[1:][inside]
    edge = np.minimum(start, end) * (number.max(initial=0) + 1) + np.maximum(start, end)
    order = np.argsort(edge, kind="stable")
    twice = edge[order][1:] == edge[order][:-1]
    one, other = face[order[:-1][twice]], face[order[1:][twice]]
    shared = length[order[:-1][twice]]
    total = float(length.sum())
    apart = one != other
    pair = np.minimum(one, other)[apart] * len(faces) + np.maximum(one, other)[apart]
    kinds, dense = np.unique(pair, return_inverse=True)
    return Borders(
        kinds // max(len(faces), 1),
        kinds % max(len(faces), 1),
        np.bincount(dense, weights=shared[apart], minlength=len(kinds)).astype(float),
        1 - 2 * float(shared.sum()) / total if total else 1.0,
    )


def absorb_small(labels: Ints, areas: Floats, borders: Borders, smallest: float) -> Ints:
    """Labels in which ground too small to see has that of the neighbour it shares most border with.

    Faces of one label that touch count together. What has no larger neighbour keeps its label.
    """
    count = len(labels)
    same = labels[borders.one] == labels[borders.other]
    links = coo_matrix(
        (np.ones(same.sum()), (borders.one[same], borders.other[same])), (count,) * 2
    )
    total, patch = connected_components(links, directed=False)
    area = np.bincount(patch, weights=areas, minlength=total)
    label = np.zeros(total, np.int64)
    label[patch] = labels
    a = np.concatenate([patch[borders.one[~same]], patch[borders.other[~same]]])
    b = np.concatenate([patch[borders.other[~same]], patch[borders.one[~same]]])
    met = coo_matrix((np.tile(borders.length[~same], 2), (a, b)), (total, total)).tocsr().tocoo()
    rising = (area[met.col] > area[met.row]) & (area[met.row] < smallest)
    small, larger, shared = met.row[rising], met.col[rising], met.data[rising]
    parent = np.arange(total)
    order = np.argsort(shared, kind="stable")  # the longest is written last
    parent[small[order]] = larger[order]
    while (parent[parent] != parent).any():
        parent = parent[parent]
    return np.asarray(label[parent][patch])


def cells_of(faces: Geoms, side: float) -> Ints:
    """The number of the grid cell in which each face has its middle."""
    middle = shapely.bounds(faces).reshape(-1, 2, 2).mean(axis=1)
    column, row = np.floor(middle / side).astype(np.int64).T
    return np.asarray(column * (1 << 32) + row)


def dissolve(faces: Geoms, labels: Ints, cells: Ints) -> tuple[Geoms, Ints]:
    """The faces of one label and one cell as polygons, with the label of each."""
    if not len(faces):
        return faces, labels
    keys = np.stack([labels, cells], axis=1)
    kinds, dense = np.unique(keys, axis=0, return_inverse=True)
    dense = dense.ravel()
    order = np.argsort(dense, kind="stable")
    whole = np.empty(len(kinds), object)
    for at, rows in enumerate(np.split(order, np.cumsum(np.bincount(dense))[:-1])):
        whole[at] = faces[rows[0]] if len(rows) == 1 else _union(faces[rows])
    parts, index = polygons_of(whole)
    return parts, kinds[index, 0]


def _union(faces: Geoms) -> shapely.Geometry:
    """By their common borders; by overlay where that loses or gains ground."""
    area = shapely.area(faces).sum()
    try:
        found = shapely.coverage_union_all(faces)
        if abs(shapely.area(found) - area) <= OFF * area and shapely.is_valid(found):
            return found
    except shapely.GEOSException:
        pass
    return shapely.union_all(shapely.make_valid(faces))


def simplify(faces: Geoms, tolerance: float, *, keep_outer: bool) -> Geoms:
    """Fewer vertices: a common border stays common, so no gap opens."""
    try:
        found = shapely.coverage_simplify(faces, tolerance, simplify_boundary=not keep_outer)
    except shapely.GEOSException:
        found = shapely.simplify(faces, tolerance)
    return np.asarray(found, object)


def polygons_of(geoms: Geoms) -> tuple[Geoms, Ints]:
    """The valid polygons in geometries of any kind, and the row that each comes from."""
    sound = geoms.copy()
    wrong = ~shapely.is_valid(sound)
    sound[wrong] = shapely.make_valid(sound[wrong])
    outer, index = shapely.get_parts(sound, return_index=True)
    parts, within = shapely.get_parts(outer, return_index=True)  # a repair may nest collections
    index = index[within]
    areal = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(parts)
    return np.asarray(parts[areal], object), index[areal]
