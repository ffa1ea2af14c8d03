"""The levels of one version's ground, from near to far, each made from the one before. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from spatial.levels import coverage
from spatial.levels.plan import LEVELS, Merge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from spatial.levels.coverage import Geoms, Ints
    from spatial.levels.plan import Level

EARTH_M = 6_378_137.0
"""The radius that web Mercator takes the ground for."""
POLE = 85.051129
SEEN = 0.5
"""Of what has no neighbour to join, this share of the smallest ground is left out."""


@dataclass(frozen=True)
class Ground:
    """The zones of a version in EPSG:3857: row by row their number, group and geometry."""

    zone_id: Ints
    twin: Ints
    shade: np.ndarray[Any, np.dtype[np.str_]]
    geoms: Geoms


@dataclass(frozen=True)
class Drawn:
    """One level: polygons, and for each the row of the ground (-1: merged), or the shade."""

    level: Level
    faces: Geoms
    row: Ints
    shade: np.ndarray[Any, np.dtype[np.str_]]


def ground_of(rows: list[dict[str, Any]]) -> Ground:
    """Zones as they were read (``levels/20_list_zones``), brought to EPSG:3857."""
    return Ground(
        np.array([row["id"] for row in rows], np.int64),
        np.array([twin(row["source_id"], bytes(row["wkb"])) for row in rows], np.int64),
        np.array([row["shade"] or "" for row in rows], str),
        to_mercator(np.asarray(shapely.from_wkb([bytes(row["wkb"]) for row in rows]), object)),
    )


def twin(source_id: str, wkb: bytes) -> int:
    """The same number for one feature in several counties' versions, and for nothing else."""
    digest = hashlib.blake2b(wkb, digest_size=8, key=source_id.encode()[:64]).digest()
    return int.from_bytes(digest, "big", signed=True)


def to_mercator(geoms: Geoms) -> Geoms:
    """Degrees (EPSG:4490) as metres of EPSG:3857."""

    def turn(xy: Any) -> Any:
        east = np.radians(xy[:, 0]) * EARTH_M
        north = np.arcsinh(np.tan(np.radians(np.clip(xy[:, 1], -POLE, POLE)))) * EARTH_M
        return np.stack([east, north], axis=1)

    return np.asarray(shapely.transform(geoms, turn), object)


def levels_of(
    ground: Ground,
    merge: Merge,
    *,
    is_coverage: bool,
    within: shapely.Geometry | None = None,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[Drawn]:
    """Each level in turn; what is merged is cut to ``within``, so that neighbours adjoin."""
    faces, row = coverage.polygons_of(ground.geoms)
    for done, level in enumerate(LEVELS):
        tell(done, len(LEVELS))
        if level.is_single or merge == Merge.ZONE:
            drawn = _single(level, faces, row, keep_outer=is_coverage)
            if merge == Merge.GROUP:
                drawn = replace(drawn, shade=ground.shade[drawn.row])
            faces, row = drawn.faces, drawn.row
            yield drawn
            if merge != Merge.ZONE:
                shades, label = np.unique(
                    ground.shade[row] if merge == Merge.GROUP else np.zeros(len(row), str),
                    return_inverse=True,
                )
                faces, label = _inside(faces, label.ravel(), within)
            continue
        faces, label = _merged(level, faces, label, is_coverage=is_coverage)
        yield Drawn(level, faces, np.full(len(faces), -1), shades[label])
    tell(len(LEVELS), len(LEVELS))


def _single(level: Level, faces: Geoms, row: Ints, *, keep_outer: bool) -> Drawn:
    """Every polygon by itself; one too small to be seen goes, unless it has neighbours to keep."""
    if not keep_outer:
        sides = shapely.bounds(faces).reshape(-1, 2, 2)
        wide = (sides[:, 1] - sides[:, 0]).max(axis=1) >= level.tolerance_m
        faces, row = faces[wide], row[wide]
    simple = coverage.simplify(faces, level.tolerance_m, keep_outer=keep_outer)
    parts, index = coverage.polygons_of(simple)
    row = row[index]
    return Drawn(level, parts, row, np.full(len(parts), ""))


def _merged(level: Level, faces: Geoms, label: Ints, *, is_coverage: bool) -> tuple[Geoms, Ints]:
    borders = coverage.borders_of(faces)
    areas = shapely.area(faces)
    label = coverage.absorb_small(label, areas, borders, level.smallest_m2)
    keep_outer = is_coverage and borders.open_share <= coverage.MOST_OPEN
    if not keep_outer:
        seen = areas >= level.smallest_m2 * SEEN
        seen[borders.one] = seen[borders.other] = True
        faces, label = faces[seen], label[seen]
    faces, label = coverage.dissolve(faces, label, coverage.cells_of(faces, level.cell_m))
    simple = coverage.simplify(faces, level.tolerance_m, keep_outer=keep_outer)
    parts, index = coverage.polygons_of(simple)
    return parts, label[index]


def _inside(faces: Geoms, label: Ints, within: shapely.Geometry | None) -> tuple[Geoms, Ints]:
    """Only the ground of the county: what lies beyond is in the neighbour's version too."""
    if within is None or not len(faces):
        return faces, label
    shapely.prepare(within)
    over = ~shapely.contains_properly(within, faces)
    cut = faces.copy()
    cut[over] = shapely.intersection(faces[over], within)
    parts, index = coverage.polygons_of(cut)
    return parts, label[index]
