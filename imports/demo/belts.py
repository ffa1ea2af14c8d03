"""Invented green belts along roads, as the patches of a batch of their own. 廊道绿化"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from imports.demo import controls
from imports.demo.manifest import Entry
from imports.demo.place import COUNTIES, to_degrees, to_local
from imports.demo.writers import write

if TYPE_CHECKING:
    from imports.demo.world import World

BATCH = "LANGDAO2025"
RULESET = "green-belt"
LENGTH_M = 160.0
KINDS = (
    # width in metres, earlier and later image
    (2.5, "20220315", "20230420"),
    (11.0, "20220315", "20230420"),
    (14.0, "20190310", "20200405"),
    (9.0, "20200405", "20211015"),
)
"""Within the standard; too wide since 2021; before 2021; across the day."""
PER_COUNTY = 8
CITY = "990100"


def write_belts(folder: Path, world: World) -> list[Entry]:
    """Strips beside the roads of each county, some too wide: a batch of its own ruleset, which
    ``make_demo_campaigns`` brings in."""
    roads = to_local(controls.roads(world).geoms)
    counties = to_local(world.counties)
    rows: list[dict[str, Any]] = []
    geoms = []
    for number, county in enumerate(COUNTIES):
        for at, (road, place) in enumerate(_places(roads, counties[number])):
            width, before, after = KINDS[at % len(KINDS)]
            strip = shapely.difference(shapely.buffer(road, width), road)
            near = shapely.intersection(strip, shapely.buffer(place, LENGTH_M / 2))
            near = shapely.intersection(near, counties[number])
            if shapely.area(near) < width * LENGTH_M / 4:
                continue
            geoms.append(near)
            rows.append({"XZQDM": county.code, "JCBH": f"LH{len(rows) + 1:04d}", "TBLX": "20",
                         "QSX": before, "HSX": after, "BZ": "虚构图斑"})  # fmt: skip
    if not rows:
        return []
    path = Path("patches") / f"{BATCH}.gpkg"
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    write(folder / path, to_degrees(np.array(geoms, object)), columns, 4490)
    told = {"batch": BATCH, "source": "本地", "period": "2025", "issued_on": "2025-03-01",
            "report_due_on": "2025-12-31", "ruleset": RULESET}  # fmt: skip
    return [Entry("campaign", "patch", str(path), CITY, options=told)]


def _places(
    roads: Any, county: shapely.Geometry
) -> list[tuple[shapely.Geometry, shapely.Geometry]]:
    """Places along the roads of a county, evenly: the road and a point on its edge."""
    found = []
    inner = shapely.buffer(county, -LENGTH_M)
    for road in roads:
        mine = shapely.intersection(road.boundary, inner)
        length = shapely.length(mine)
        if not length:
            continue
        lines = shapely.line_merge(mine)
        longest = max(shapely.get_parts(lines), key=shapely.length)
        share = max(1, PER_COUNTY // max(1, len(roads)) + 1)
        found += [
            (road, shapely.line_interpolate_point(longest, (i + 0.5) / share, normalized=True))
            for i in range(share)
        ]
    return found[:PER_COUNTY]
