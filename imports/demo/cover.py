"""The survey itself: faces cut by every drawn line, and polygons dissolved from them.

All layers that must agree (land use in both versions, townships, counties, farmland, red line)
are unions of the same faces, so their edges are the same vertices and nothing gaps or overlaps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from imports.demo.place import Floats, Geoms, to_degrees

if TYPE_CHECKING:
    from numpy.random import Generator

    from imports.demo.cells import Ground, Ints
    from imports.demo.corridors import Corridor

SMALL_M2 = 350.0
"""Faces below this join a neighbour, as the survey's minimum mapped polygon demands."""


@dataclass
class Converted:
    """Ground that the second survey shows as construction land."""

    geom: shapely.Geometry
    code: str
    county: int


@dataclass
class Faces:
    """The finest pieces: geometry in degrees, their cell, corridor and converted lot."""

    geom: Geoms
    cell: Ints
    corridor: Ints
    lot: Ints


@dataclass
class Survey:
    """One version of the land-use survey."""

    geom: Geoms
    code: npt.NDArray[np.str_]
    county: Ints
    township: Ints
    corridor: Ints
    net: Floats


def _chunks(geom: shapely.Geometry) -> Geoms:
    """A boundary as lines of at most fifty points, for quick searching."""
    out = []
    for line in shapely.get_parts(shapely.boundary(geom)):
        for ring in shapely.get_parts(line) if line.geom_type.startswith("Multi") else [line]:
            xy = shapely.get_coordinates(ring)
            out += [shapely.LineString(xy[i : i + 50]) for i in range(0, len(xy) - 1, 49)]
    return np.array(out, object)


def _noded(arcs: Geoms, drawn: Geoms) -> Geoms:
    """All lines split wherever they meet; arcs that nothing crosses stay as they are."""
    if not len(drawn):
        return arcs
    touched = np.unique(shapely.STRtree(arcs).query(drawn, predicate="intersects")[1])
    free = np.ones(len(arcs), bool)
    free[touched] = False
    lines = np.concatenate([arcs[touched], drawn])
    cut = shapely.get_parts(shapely.union_all(lines, grid_size=1e-4))
    return np.concatenate([arcs[free], cut])


def _find(tree_geoms: Geoms, points: Geoms) -> Ints:
    """For each point the first geometry that holds it, or -1."""
    found = np.full(len(points), -1)
    if len(tree_geoms):
        point, geom = shapely.STRtree(tree_geoms).query(points, predicate="intersects")
        order = np.argsort(-geom, kind="stable")
        found[point[order]] = geom[order]
    return found


def make_faces(ground: Ground, corridors: list[Corridor], lots: list[Converted]) -> Faces:
    """The finest pieces of the prefecture, cut by cells, corridors and converted lots."""
    ribbons = np.array([c.geom for c in corridors], object)
    outlines = np.array([lot.geom for lot in lots], object)
    drawn = [_chunks(geom) for geom in np.concatenate([ribbons, outlines])]
    lines = _noded(ground.arcs, np.concatenate(drawn) if drawn else np.zeros(0, object))
    faces = np.asarray(shapely.get_parts(shapely.polygonize(lines)), object)
    points = np.asarray(shapely.point_on_surface(faces), object)
    cell = _find(ground.cells, points)
    faces, points, cell = faces[cell >= 0], points[cell >= 0], cell[cell >= 0]
    parts, part_of = shapely.get_parts(ribbons, return_index=True)
    part = _find(np.asarray(parts, object), points)
    corridor = np.where(part >= 0, part_of[part], -1) if len(parts) else part
    return Faces(to_degrees(faces), cell, corridor, _find(outlines, points))


def dissolve(geoms: Geoms, labels: Ints) -> tuple[Geoms, Ints]:
    """One polygon per connected part of each label, and the label of each polygon."""
    kinds, dense = np.unique(labels, return_inverse=True)
    order = np.argsort(dense, kind="stable")
    groups = np.split(order, np.cumsum(np.bincount(dense))[:-1])
    merged = np.empty(len(kinds), object)
    for i, rows in enumerate(groups):
        merged[i] = geoms[rows[0]] if len(rows) == 1 else shapely.coverage_union_all(geoms[rows])
    parts, index = shapely.get_parts(merged, return_index=True)
    return np.asarray(parts, object), kinds[index]


def _absorbed(faces: Faces, ground: Ground, label: Ints, area: Floats) -> Ints:
    """Labels in which each small scrap takes that of its longest neighbour in the township."""
    label = label.copy()
    small = np.flatnonzero((area < SMALL_M2) & (faces.corridor < 0) & (faces.lot < 0))
    township = ground.township[faces.cell]
    near = shapely.STRtree(faces.geom).query(faces.geom[small], predicate="intersects")
    whole = (area >= SMALL_M2) & (faces.corridor < 0)
    for k in range(len(small)):
        mine = small[k]
        others = near[1][near[0] == k] if len(small) < 50 else _slice(near, k)
        fit = [o for o in others if o != mine and whole[o] and township[o] == township[mine]]
        if fit:
            shared = shapely.length(shapely.intersection(faces.geom[mine], faces.geom[fit]))
            if shared.max() > 0:
                label[mine] = label[fit[int(np.argmax(shared))]]
    return label


def _slice(near: npt.NDArray[np.int64], k: int) -> npt.NDArray[np.int64]:
    low, high = np.searchsorted(near[0], [k, k + 1])
    return near[1][low:high]


def survey_labels(
    rng: Generator, faces: Faces, ground: Ground, groups: Ints, corridors: list[Corridor]
) -> tuple[Ints, dict[int, str], dict[int, int]]:
    """For the first survey: each face's polygon label, and each label's class and corridor."""
    area = shapely.area(faces.geom) * 1.04e10
    label = groups[faces.cell].astype(np.int64)
    code = {int(g): str(c) for g, c in zip(groups, ground.code, strict=True)}
    label = _absorbed(faces, ground, label, area)
    on = faces.corridor >= 0
    key = np.column_stack([faces.corridor, ground.township[faces.cell], ground.block[faces.cell]])
    fine = np.array([corridors[c].code in ("1003", "1101") for c in faces.corridor]) & on
    key[fine, 2] //= 7
    kinds, row = np.unique(key[on], axis=0, return_inverse=True)
    base = int(groups.max()) + 1
    label[on] = base + row.ravel()
    carried = {base + i: int(kind[0]) for i, kind in enumerate(kinds)}
    code |= {i: corridors[c].code for i, c in carried.items()}
    return label, code, carried


def second_labels(
    rng: Generator, faces: Faces, label: Ints, code: dict[int, str], lots: list[Converted]
) -> tuple[Ints, dict[int, str]]:
    """For the second survey: converted lots stand apart and a few fields changed their crop."""
    later, names = label.copy(), dict(code)
    base = int(label.max()) + 1
    built = (faces.lot >= 0) & (faces.corridor < 0)
    later[built] = base + faces.lot[built]
    names |= {base + i: lot.code for i, lot in enumerate(lots)}
    swap = {"0103": "0102", "0204": "0102", "0404": "0307", "0102": "0204"}
    for key, value in code.items():
        if value in swap and rng.random() < 0.012:
            names[key] = swap[value]
    return later, names


def make_survey(
    faces: Faces,
    ground: Ground,
    label: Ints,
    code: dict[int, str],
    carried: dict[int, int],
    net: Floats,
) -> Survey:
    """One version of the survey: single polygons, none across a township line."""
    township = ground.township[faces.cell]
    places = int(township.max()) + 1
    geom, mixed = dissolve(faces.geom, label * places + township)
    plain, town = mixed // places, mixed % places
    codes = np.array([code[int(k)] for k in plain])
    county_of = np.zeros(places, int)
    county_of[ground.township] = ground.county
    corridor = np.array([carried.get(int(k), -1) for k in plain])
    factor = np.where(np.char.startswith(codes, "010"), net[plain % len(net)], 0.0)
    order = np.lexsort((mixed, town))
    return Survey(
        geom[order],
        codes[order],
        county_of[town][order],
        town[order],
        corridor[order],
        factor[order],
    )
