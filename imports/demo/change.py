"""What arrives after the demo was judged: one late approval, one new version of the farmland.

``docs/how-to/change.md`` brings these in by hand and follows what they change.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from imports.demo import controls
from imports.demo.ledgers import geoms_of
from imports.demo.manifest import Entry
from imports.demo.place import COUNTIES, NORTH, Geoms, statutory_m2, to_degrees
from imports.demo.writers import column, write, write_txt

if TYPE_CHECKING:
    from imports.demo.world import World

FARMLAND_FROM = "2024-06-01"
FREED = ("plan_road", "plan_freed", "plan_straddles")
ADDED = ("plan_added",)
MARGIN_M = 12.0
"""How far round its patch the added farmland reaches."""


def write_change(folder: Path, world: World) -> list[Entry]:
    """Write the files that arrive later; entries say how each is to be brought in."""
    entries = [_approval(folder, world)] if world.book.belated else []
    return [*entries, _farmland(folder, world)]


def _approval(folder: Path, world: World) -> Entry:
    """One document as coordinate TXT; what such a file can't say goes with the import."""
    paper = world.book.belated[0]
    spec = COUNTIES[paper.county]
    told = {name: str(paper.fields[name]) for name in APPROVAL if paper.fields.get(name)}
    path = Path("change") / "approval-late" / "PW889.txt"
    write_txt(
        folder / path,
        geoms_of([paper]),
        [str(paper.fields["project"])],
        [str(paper.fields["purpose"])],
        4527 if float(paper.geom.centroid.x) < 0 else 4528,
        [str(paper.fields["source_code"])],
    )
    return Entry("layer", "approval", str(path), spec.code, options=told)


APPROVAL = (
    "document", "step", "approved_on", "authority", "ownership", "holder_name", "holder_code",
)  # fmt: skip


def _farmland(folder: Path, world: World) -> Entry:
    """The farmland of one county from June 2024 on: a few fields taken out, one put in."""
    county = [c.code for c in COUNTIES].index(NORTH)
    sheet = controls.farmland(world, 1)
    inside = shapely.area(shapely.intersection(sheet.geoms, world.counties[county])) > 1e-9
    kept = np.flatnonzero(inside & ~shapely.intersects(sheet.geoms, _ground(world, county, FREED)))
    new = _ground(world, county, ADDED, MARGIN_M).difference(shapely.union_all(sheet.geoms[inside]))
    added = np.array([part for part in shapely.get_parts(new) if part.geom_type == "Polygon"])
    codes = [
        *(sheet.columns["code"][i] for i in kept),
        *(f"YN9{n:06d}" for n in range(1, len(added) + 1)),
    ]
    columns: dict[str, Any] = {
        "source_code": codes,
        "code": codes,
        "class": [*sheet.columns["class"][kept], *["0102"] * len(added)],
        "kcxs": [*sheet.columns["kcxs"][kept], *[0.0] * len(added)],
    }
    geoms: Geoms = np.concatenate([sheet.geoms[kept], added])
    sheet = replace(sheet, geoms=geoms, columns=columns)
    table = {column(sheet.layer, name): values for name, values in sheet.columns.items()}
    table["TBMJ"] = np.round(statutory_m2(sheet.geoms, 117), 2)
    path = Path("change") / "basic-farmland" / "YJJBNT_2024.gpkg"
    write(folder / path, sheet.geoms, table, 4490)
    return Entry("layer", sheet.layer, str(path), NORTH, FARMLAND_FROM)


def _ground(
    world: World, county: int, situations: tuple[str, ...], margin: float = 0.0
) -> shapely.Geometry:
    """The patches of some situations in a county, in degrees, perhaps widened."""
    local = [
        shot.geom.buffer(margin, join_style="mitre") if margin else shot.geom
        for shot in world.book.shots
        if shot.county == county and shot.situation in situations
    ]
    return shapely.union_all(to_degrees(np.array(local, object)))
