"""The patches of the seeded prefecture: every kind of outline, a third of them on approvals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gisland.bench import outlines
from gisland.bench.ground import near_villages
from imports.demo.place import COUNTIES, Floats, Geoms, to_degrees

if TYPE_CHECKING:
    from gisland.bench.ground import Workings
    from imports.demo.cells import Ints

KINDS = ("JZ", "TL", "DT", "SJ", "GF", "TD")
BEFORE = ("2023-03-15", "2023-01-18", "2023-06-02", "2023-09-11", "2023-10-08")
AFTER = ("2024-03-20", "2024-02-15", "2024-01-28", "2024-04-16", "2024-05-12")
BLOB, RECT, STAIR, SHIFTED, COPY, LOT = range(6)
SHARES = (0.42, 0.20, 0.14, 0.12, 0.05, 0.07)


def make_patches(
    work: Workings, lots: Geoms, count: int
) -> tuple[Geoms, Ints, list[dict[str, Any]]]:
    """Patches in degrees, the number of their county, and their fields."""
    rng = work.rng
    places = _places(work, lots, count)
    areas = np.clip(np.exp(rng.normal(np.log(2600), 1.15, count)), 200, 50_000)
    kind = rng.choice(len(SHARES), count, p=SHARES)
    geoms = np.empty(count, object)
    for number, draw in (
        (BLOB, outlines.blobs),
        (RECT, outlines.any_rects),
        (STAIR, outlines.stairs),
    ):
        mine = kind == number
        geoms[mine] = draw(rng, places[mine], areas[mine])
    tree = cKDTree(work.middle)
    for number in (SHIFTED, COPY):
        mine = np.flatnonzero(kind == number)
        near = work.local[tree.query(places[mine])[1]]
        geoms[mine] = outlines.shifted(rng, near, 1.0) if number == SHIFTED else near
    mine = np.flatnonzero(kind == LOT)
    geoms[mine] = lots[rng.integers(0, len(lots), len(mine))]
    large = np.flatnonzero(shapely.area(geoms) > 60_000)
    geoms[large] = outlines.any_rects(rng, places[large], areas[large])
    pierced = rng.permutation(count)[: count * 3 // 100]
    geoms[pierced] = outlines.holed(rng, geoms[pierced])
    middle = shapely.get_coordinates(shapely.point_on_surface(geoms))
    county = work.ground.county[cKDTree(work.ground.seeds).query(middle)[1]]
    return to_degrees(geoms), county, [_fields(rng, i, int(c)) for i, c in enumerate(county)]


def _places(work: Workings, lots: Geoms, count: int) -> Floats:
    """A third beside approvals, a third about villages, a third anywhere."""
    rng, third = work.rng, count // 3
    on_lots = shapely.get_coordinates(shapely.centroid(lots))[rng.integers(0, len(lots), third)]
    anywhere = work.ground.seeds[rng.integers(0, len(work.ground.seeds), count - 2 * third)]
    return np.vstack(
        [
            on_lots + rng.normal(0, 60, (third, 2)),
            near_villages(work, third, 400),
            anywhere + rng.normal(0, 100, (len(anywhere), 2)),
        ]
    )


def _fields(rng: np.random.Generator, number: int, county: int) -> dict[str, Any]:
    return {
        "jcbh": f"{COUNTIES[county].code}{number:07d}",
        "kind": KINDS[rng.integers(0, len(KINDS))],
        "before_on": BEFORE[rng.integers(0, len(BEFORE))],
        "after_on": AFTER[rng.integers(0, len(AFTER))],
        "holder": int(rng.integers(0, 400)) if rng.random() < 0.4 else -1,
    }
