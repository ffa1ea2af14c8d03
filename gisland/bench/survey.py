"""The survey of the seeded prefecture, as an office would deliver it. 全部虚构"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gisland.bench.county import CULTIVATED, lattice, outlines
from gisland.bench.ground import dissolve_whole, survey_sheet, workings
from imports.demo.place import COUNTIES

if TYPE_CHECKING:
    from imports.demo.cells import Ints
    from imports.demo.place import Floats, Geoms


@dataclass
class Survey:
    """A land-use survey as an office delivers it: shapes in degrees, and what each says."""

    counties: Geoms
    geoms: Geoms
    code: np.ndarray[Any, np.dtype[np.str_]]
    net: Floats
    county: Ints
    township: Ints


def make_survey(polygons: int, seed: int) -> Survey:
    """The survey alone, of about so many polygons, from one seed."""
    work = workings(polygons, seed)
    places, _ = dissolve_whole(work.cells, work.ground.county)
    net = np.array([row["kcxs"] for row in survey_sheet(work).attributes])
    return Survey(
        places, work.survey, work.code, net,
        work.ground.county[work.cell], work.ground.township[work.cell],
    )  # fmt: skip


def make_lattice(polygons: int, seed: int) -> Survey:
    """The same of wavy cells, 32 vertices each: for sizes at which a true survey takes too long."""
    rng = np.random.default_rng(seed)
    cells = lattice(rng, polygons)
    own = len(COUNTIES[0].townships)
    township = np.where(cells.county == 1, own, np.minimum(cells.township, own - 1))
    net = np.round(rng.uniform(0, 0.15, len(cells.code)), 4) * np.isin(cells.code, CULTIVATED)
    return Survey(outlines(cells), cells.geoms, cells.code, net, cells.county, township)
