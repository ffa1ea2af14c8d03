"""What is known of shapes before the server sees them, so that it need not find it out row by row.

Only hints: a row without one is judged by the server as every row once was.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.models import Region

SHORT_M = 65.0
"""Edges up to here, by the rough measure below, are under the 70 m that are cut in a plane."""
METRES = 111_700.0
"""More than a degree of latitude measures anywhere."""
POLYGONAL = (3, 6)


@dataclass
class Hints:
    """By row: whether the shape is valid, has short edges only, and in which county it begins."""

    sound: np.ndarray
    short: np.ndarray
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


def look(geoms: np.ndarray, homes: Homes) -> Hints:
    """The hints of some shapes in degrees."""
    counts = shapely.get_num_coordinates(geoms)
    told = np.flatnonzero(counts > 1)
    sound = np.zeros(len(geoms), dtype=bool)
    short, home = sound.copy(), np.zeros(len(geoms), dtype=np.int64)
    sound[told] = shapely.is_valid(geoms[told])
    sound &= np.isin(shapely.get_type_id(geoms), POLYGONAL)
    if not len(told):
        return Hints(sound, short, home)
    points = shapely.get_coordinates(geoms)
    starts = (np.cumsum(counts) - counts)[told]
    step = np.diff(points, axis=0, append=points[-1:])
    step[starts[1:] - 1] = 0  # from one shape to the next
    step *= METRES
    step[:, 0] *= np.cos(np.radians(np.abs(points[:, 1]).min()))
    longest = np.maximum.reduceat(np.einsum("ij,ij->i", step, step), starts)
    short[told] = longest < SHORT_M**2
    home[told] = homes.of(points[starts])
    return Hints(sound, short & sound, home)
