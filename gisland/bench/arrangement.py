"""The pieces once more by an independent engine: nodes, faces and labels by shapely's own GEOS.

It takes the patches and the parts of the zones as they are derived, and nothing of the partition:
lines are noded and polygonized patch by patch, faces are labelled by a point of theirs against
all parts nearby, and faces with the same zones are summed before anything is rounded.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from gisland.bench.rivals import CENT, read_parts, read_patches
from spatial import sqlfiles

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas

    Labels = frozenset[int]
    Sums = dict[Labels, float]


@dataclass(frozen=True)
class Compared:
    """How the stored pieces compare: a row is a patch and a set of zones, in either engine."""

    patches: int
    pieces: int
    off: int
    largest_m2: float


def compare(
    run_id: int, layers: Sequence[str], sample: int, say: Callable[[str], None]
) -> Compared:
    """The pieces of every n-th patch against the independent arrangement, area by label."""
    patches = read_patches(run_id)
    patches = patches.iloc[:: max(1, len(patches) // sample)]
    parts = pd.concat(
        [read_parts(layer).assign(layer=layer) for layer in dict.fromkeys(("township", *layers))]
    )
    ours = _stored(run_id)
    rows, off, largest = 0, 0, 0.0
    near = _near(patches, parts)
    for number, (patch_id, ground) in enumerate(
        zip(patches["assessment_id"], patches.geometry, strict=True)
    ):
        theirs = arranged(ground, *near[number])
        for label in theirs.keys() | ours[patch_id].keys():
            gap = abs(theirs.get(label, 0.0) - ours[patch_id].get(label, 0.0))
            rows, off, largest = rows + 1, off + (gap > CENT), max(largest, gap)
    say(f"独立核算：{len(patches)} 个图斑、{rows} 个碎块，{off} 个相差 0.01 m² 以上")
    return Compared(len(patches), rows, off, largest)


def arranged(
    ground: shapely.Geometry, grounds: Sequence[shapely.Geometry], zone_ids: Sequence[int]
) -> Sums:
    """The area of each set of zones on a patch."""
    # the lines along which zones were subdivided are cut too: they join again by their labels
    lines = [ground.boundary, *(part.boundary for part in grounds)]
    box = shapely.box(*shapely.buffer(shapely.box(*ground.bounds), 1).bounds)
    noded = shapely.union_all([shapely.clip_by_rect(line, *box.bounds) for line in lines])
    faces = np.asarray(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))))
    sums: dict[frozenset[int], float] = defaultdict(float)
    points = shapely.point_on_surface(faces)
    inside = shapely.intersects(ground, points) if len(faces) else []
    tree = shapely.STRtree(list(grounds))
    for face, point, kept in zip(faces, points, inside, strict=True):
        if kept and face.area > 1e-6:
            found = tree.query(point, predicate="intersects")
            sums[frozenset(int(zone_ids[i]) for i in found)] += face.area
    return sums


def _stored(run_id: int) -> dict[int, Sums]:
    found: dict[int, Sums] = defaultdict(dict)
    for row in sqlfiles.rows("bench/list_pieces", {"run_id": run_id}):
        found[row["assessment_id"]][frozenset(row["zone_ids"])] = row["m2"]
    return found


def _near(
    patches: geopandas.GeoDataFrame, parts: pd.DataFrame
) -> dict[int, tuple[list[shapely.Geometry], list[int]]]:
    """The parts near each patch, of its own county and of those whose townships it lies in."""
    ground = patches.geometry.to_numpy()
    tree = shapely.STRtree(parts["geometry"].to_numpy())
    patch, part = tree.query(ground, predicate="intersects")
    region = parts["region_id"].to_numpy()[part]
    layer = parts["layer"].to_numpy()[part]
    own = patches["region_id"].to_numpy()
    read = {(at, own[at]) for at in range(len(own))}
    read |= set(zip(patch[layer == "township"], region[layer == "township"], strict=True))
    found: dict[int, tuple[list[shapely.Geometry], list[int]]] = {
        at: ([], []) for at in range(len(own))
    }
    shapes, zones = parts["geometry"].to_numpy(), parts["zone_id"].to_numpy()
    for at, which, county in zip(patch, part, region, strict=True):
        if (at, county) in read:
            found[at][0].append(shapes[which])
            found[at][1].append(int(zones[which]))
    return found
