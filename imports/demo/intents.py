"""What every patch is meant to show, measured: the answer that a test compares with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from imports.demo import controls
from imports.demo.claims import ILLEGAL, LEGAL, UNSUPPLIED, split
from imports.demo.manifest import Intent
from imports.demo.place import COUNTIES, WEST, Geoms, statutory_m2, to_degrees, to_local
from imports.demo.world import World, construction

if TYPE_CHECKING:
    from imports.demo.scenes import Shot

LEAST_M2 = 1.0
"""Pieces below this are slivers and are not intended conclusions of their own."""


def survey_of(shot: Shot) -> int:
    """The survey in force at the patch's before date: 0 until the end of 2023, then 1.

    (That of 2020 has the same ground as 0.)
    """
    digits = "".join(ch for ch in shot.before if ch.isdigit())
    return 0 if digits[:4] <= "2023" else 1


def farmland_of(shot: Shot) -> int:
    """The farmland in force between the patch's images: of 2018, or from 2023 on."""
    return 0 if shot.before[:4] < "2023" else 1


class Measure:
    """Measures patches against the surveys, once for all of them."""

    def __init__(self, world: World) -> None:
        """Index what is construction land and what is cultivated in both surveys."""
        self.world = world
        self.west = to_local(world.counties)[[c.code for c in COUNTIES].index(WEST)]
        self.built, self.crops = [], []
        for version, survey in enumerate(world.surveys):
            local = world.local(version)
            self.built.append(shapely.STRtree(local[construction(survey)]))
            rows = np.flatnonzero(np.char.startswith(survey.code, "010"))
            self.crops.append((shapely.STRtree(local[rows]), survey.net[rows]))
        self.farmland = [
            shapely.STRtree(to_local(controls.farmland(world, n).geoms)) for n in (0, 1)
        ]
        self.wild = shapely.STRtree(to_local(controls.redline(world).geoms))

    def pieces(self, shot: Shot) -> list[tuple[str, shapely.Geometry]]:
        """The patch's ground by intended conclusion."""
        spec = COUNTIES[shot.county]
        if spec.code == WEST and shot.situation != "unchanged" and not shot.crosses:
            return [("unknown", shot.geom)]
        if shot.crosses:
            shot.claims = [("unknown", self.west), *shot.claims]
        tree = self.built[survey_of(shot)]
        near = tree.geometries[tree.query(shot.geom, predicate="intersects")]
        return split(
            shot,
            shapely.union_all(near) if len(near) else None,
            lambda name: self.mask(name, shot),
        )

    def mask(self, name: str, shot: Shot) -> shapely.Geometry:
        """What a name stands for, near a patch and at its time."""
        trees = {
            "basic_farm": [self.farmland[farmland_of(shot)]],
            "cultivated": [self.crops[survey_of(shot)][0]],
        }
        trees["solar_barred"] = [*trees["basic_farm"], *trees["cultivated"], self.wild]
        found = [tree.geometries[tree.query(shot.geom)] for tree in trees[name]]
        return shapely.union_all(np.concatenate(found))

    def cultivated(self, shot: Shot, ground: shapely.Geometry) -> float:
        """Net cultivated area of a piece, in the local plane."""
        tree, factor = self.crops[survey_of(shot)]
        rows = tree.query(ground, predicate="intersects")
        if not len(rows):
            return 0.0
        area = shapely.area(shapely.intersection(tree.geometries[rows], ground))
        return float((area * (1 - factor[rows])).sum())


def make_intents(world: World) -> tuple[list[Intent], dict[str, float | None]]:
    """Every patch's intent, and each county's intended illegal share of cultivated land."""
    measure = Measure(world)
    rows: list[tuple[Shot, list[tuple[str, shapely.Geometry]]]] = [
        (shot, measure.pieces(shot)) for shot in world.book.shots
    ]
    flat: Geoms = np.array([geom for _, parts in rows for _, geom in parts], object)
    owner = np.array([shot.county for shot, parts in rows for _ in parts])
    area = np.zeros(len(flat))
    degrees = to_degrees(flat)
    for county, spec in enumerate(COUNTIES):
        area[owner == county] = statutory_m2(degrees[owner == county], spec.meridian)
    intents, at = [], 0
    for shot, parts in rows:
        areas: dict[str, float] = {}
        net: dict[str, float] = {}
        for code, geom in parts:
            areas[code] = round(areas.get(code, 0.0) + float(area[at]), 2)
            net[code] = round(net.get(code, 0.0) + measure.cultivated(shot, geom), 2)
            at += 1
        shot.areas = areas
        intents.append(_intent(shot, areas, net))
    return intents, _ratios(intents)


def _intent(shot: Shot, areas: dict[str, float], net: dict[str, float]) -> Intent:
    region = COUNTIES[shot.county].code
    intended = [code for code, m2 in areas.items() if m2 >= LEAST_M2]
    return Intent(
        f"{shot.batch}/{region}/{shot.jcbh}",
        shot.batch,
        region,
        shot.jcbh,
        shot.kind,
        shot.situation,
        intended,
        areas,
        net,
        shot.crosses,
    )


def _ratios(intents: list[Intent]) -> dict[str, float | None]:
    """Illegal over new construction on cultivated land, 未供即用 counted as new but not illegal;
    of the patches of 2024."""
    found: dict[str, float | None] = {}
    for spec in COUNTIES:
        mine = [i for i in intents if i.region == spec.code and "2024" in i.batch]
        wrong = sum(i.cultivated_net.get(code, 0.0) for i in mine for code in ILLEGAL)
        new = wrong + sum(
            i.cultivated_net.get(code, 0.0) for i in mine for code in (*LEGAL, UNSUPPLIED)
        )
        found[spec.code] = round(wrong / new, 4) if new else None
    return found
