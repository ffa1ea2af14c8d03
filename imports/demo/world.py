"""The whole invented prefecture in memory, before any file is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from imports.demo.campaign import Campaign
from imports.demo.cells import Ground, Ints, make_frame, make_ground
from imports.demo.classes import assign_classes, assign_regions, group_cells, is_construction
from imports.demo.corridors import Corridor, make_corridors
from imports.demo.cover import (
    Converted,
    Faces,
    Survey,
    dissolve,
    make_faces,
    make_survey,
    second_labels,
    survey_labels,
)
from imports.demo.place import COUNTIES, Floats, Geoms, to_local
from imports.demo.sites import Sites

if TYPE_CHECKING:
    from imports.demo.scenes import Book


@dataclass
class World:
    """Ground, faces, both surveys, regions and the book of scenes."""

    ground: Ground
    corridors: list[Corridor]
    faces: Faces
    surveys: tuple[Survey, Survey]
    book: Book
    townships: Geoms
    counties: Geoms
    city: shapely.Geometry

    def local(self, version: int) -> Geoms:
        """The survey polygons of a version in the local plane."""
        return to_local(self.surveys[version].geom)


def make_world(size: int, seed: int, patches: int) -> World:
    """The invented prefecture with about ``size`` survey polygons and ``patches`` patches."""
    rng = np.random.default_rng(seed)
    ground = make_ground(rng, make_frame(rng, size, seed, patches), size)
    assign_regions(ground)
    assign_classes(rng, ground)
    corridors = make_corridors(rng, ground)
    book = Campaign(rng, Sites(rng, ground, corridors, patches), patches).run()
    lots = [
        Converted(shapely.set_precision(lot.geom, 1e-3), lot.code, lot.county) for lot in book.built
    ]
    faces = make_faces(ground, corridors, lots)
    groups = group_cells(rng, ground)
    label, code, carried = survey_labels(rng, faces, ground, groups, corridors)
    net = _net_factors(rng, ground, groups)
    first = make_survey(faces, ground, label, code, carried, net)
    later, names = second_labels(rng, faces, label, code, lots)
    second = make_survey(faces, ground, later, names, carried, net)
    townships, _ = _regions(first, first.township)
    counties, _ = _regions(first, first.county)
    city = shapely.coverage_union_all(first.geom)
    return World(ground, corridors, faces, (first, second), book, townships, counties, city)


def _net_factors(rng: np.random.Generator, ground: Ground, groups: Ints) -> Floats:
    """A field-ridge factor (田坎扣除系数) for each group of cells: more on slopes."""
    hill = ground.frame.hill(ground.seeds)
    factor = np.zeros(int(groups.max()) + 1)
    steep = np.clip((hill + 0.6) / 2.2, 0, 1)
    factor[groups] = np.round(steep * rng.uniform(0.5, 1.0, len(steep)) * 0.15, 4)
    return factor


def _regions(survey: Survey, labels: Ints) -> tuple[Geoms, Ints]:
    """Each label's ground as one geometry, in order of the labels."""
    parts, mark = dissolve(survey.geom, labels)
    kinds = np.unique(mark)
    whole = np.empty(len(kinds), object)
    for i, kind in enumerate(kinds):
        rows = parts[mark == kind]
        whole[i] = rows[0] if len(rows) == 1 else shapely.multipolygons(rows)
    return whole, kinds


def construction(survey: Survey) -> npt.NDArray[np.bool_]:
    """Which survey polygons are construction land."""
    return np.array([is_construction(str(code)) for code in survey.code])


def township_index() -> list[tuple[int, int]]:
    """County number and number within it, for every township in order."""
    return [(c, i) for c, spec in enumerate(COUNTIES) for i in range(len(spec.townships))]
