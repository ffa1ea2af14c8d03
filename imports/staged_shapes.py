"""What is known of shapes before the server sees them, so that it need not find it out row by row.

Only hints: a row without one is judged by the server as every row once was.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

from imports.readers.held import told_words
from spatial import crs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imports.readers.held import Column
    from imports.wkb import Blobs
    from spatial.models import Region

SHORT_M = 65.0
"""Edges up to here, by the rough measure below, are under the 70 m that are cut in a plane."""
METRES = 111_700.0
"""More than a degree of latitude measures anywhere."""
POLYGONAL = (3, 6)


@dataclass
class Hints:
    """By row: whether the shape is valid, its area where no edge of it is densified (NaN: not
    known), and the county in which it begins (0: not known)."""

    sound: np.ndarray
    area_m2: np.ndarray
    home: np.ndarray


@dataclass
class Homes:
    """The ground of counties, to find where shapes begin."""

    counties: Sequence[Region] = ()
    _grounds: list[tuple[int, shapely.Geometry]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._grounds = [
            (county.pk, shapely.from_wkb(bytes(county.geom.wkb)))
            for county in self.counties
            if county.geom is not None
        ]
        for _, ground in self._grounds:
            shapely.prepare(ground)

    def named(self, codes: Column, start: int, end: int) -> np.ndarray:
        """The county that each of these rows names; 0 for none of them."""
        if codes.codes is None:
            return np.zeros(end - start, dtype=np.int64)
        keys = {county.code: county.pk for county in self.counties}
        known = [*(keys.get(str(word), 0) for word in told_words(codes.words)), 0]
        return np.array(known, dtype=np.int64)[codes.codes[start:end]]

    def of(self, points: np.ndarray) -> np.ndarray:
        """The county in whose interior each point lies; 0 for none of them."""
        found = np.zeros(len(points), dtype=np.int64)
        for key, ground in self._grounds:
            west, south, east, north = ground.bounds
            x, y = points[:, 0], points[:, 1]
            near = np.flatnonzero(
                (found == 0) & (x > west) & (x < east) & (y > south) & (y < north)
            )
            found[near[shapely.contains_xy(ground, x[near], y[near])]] = key
        return found


def look(blobs: Blobs, homes: Homes) -> Hints:
    """The hints of some shapes in degrees."""
    sound = np.asarray(shapely.is_valid(blobs.geoms))
    sound &= np.isin(shapely.get_type_id(blobs.geoms), POLYGONAL)
    rings = blobs.rings
    if rings is None:
        return Hints(sound, np.full(len(sound), np.nan), np.zeros(len(sound), dtype=np.int64))
    begins = np.flatnonzero(np.diff(rings.rows, prepend=-1))
    area = crs.ring_areas_m2(rings.points, rings.firsts) * np.where(rings.outer, 1, -1)
    area_m2 = np.add.reduceat(area, begins)
    area_m2[~(sound & _short(rings.points, rings.firsts, begins))] = np.nan
    return Hints(sound, area_m2, homes.of(rings.points[rings.firsts[begins]]))


def _short(points: np.ndarray, firsts: np.ndarray, begins: np.ndarray) -> np.ndarray:
    """By row: whether all its edges are surely under the 70 m from which they are densified."""
    step = np.diff(points, axis=0, append=points[-1:])
    step[firsts[1:] - 1] = 0  # from one ring to the next
    step *= METRES
    step[:, 0] *= np.cos(np.radians(np.abs(points[:, 1]).min()))
    longest = np.maximum.reduceat(np.einsum("ij,ij->i", step, step), firsts[begins])
    short: np.ndarray = longest < SHORT_M**2
    return short
