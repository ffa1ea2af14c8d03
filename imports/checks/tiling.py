"""Overlaps and gaps of a layer that should tile its county, found before it is in use. 覆盖检查

Suspects are found on coordinates, block by block; only those are cut and measured. Needs the
temporary tables of the import (staging.place).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from imports import deliveries, shapes
from imports.checks import blocks, edges, settings
from imports.readers.table import Finding
from spatial import sqlfiles
from spatial.job_progress import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imports.checks.blocks import Block
    from imports.checks.doubles import Pairs
    from imports.checks.edges import Edges
    from imports.checks.incoming import Incoming
    from imports.models import Delivery
    from imports.shapes import Given
    from spatial.job_progress import Progress
    from spatial.models import Layer, Region

MOST_LINES = 40_000
"""Unshared edges of a block beyond which it is no tiling to begin with."""
NOISE_DEGREES = 1e-13
"""An overlap of two shapes below this (square degrees, about 0.001 m2) is not measured."""


def check(
    delivery: Delivery,
    incoming: Incoming,
    layer: Layer,
    counties: Sequence[Region],
    doubles: Pairs,
    progress: Progress = silent,
) -> None:
    """Issues of what overlaps and, in a layer that should cover its county, of what is missing."""
    if not (layer.coverage or layer.pk in settings.tree()["tiling"]["disjoint"]):
        return
    geoms = repaired(incoming)
    total = len(geoms)
    pairs, open_edges = looked_over(geoms, lambda done: progress("核对", done, total))
    _report_overlaps(delivery, incoming, pairs, doubles)
    if layer.coverage:
        grounds = {
            county.pk: shapely.from_wkb(bytes(county.geom.wkb))
            for county in counties
            if county.geom is not None
        }
        around = [edges.of(np.array([ground]), turned=True) for ground in grounds.values()]
        unshared = edges.together([open_edges, *around]).unshared
        told = len(unshared.keys) > settings.limits().most_edges
        lines = np.empty(0, dtype=object) if told else unshared.lines
        for county in counties:
            if county.pk in grounds and told:
                _report_apart(delivery, county, len(unshared.keys))
            elif county.pk in grounds:
                _report_gaps(delivery, geoms, county, grounds[county.pk], lines)


def repaired(incoming: Incoming) -> Given:
    """The shapes as they are stored: those that were invalid, repaired."""
    found = [] if incoming.sound else sqlfiles.rows("imports/26_list_repaired_shapes")
    if not found:
        return incoming.geoms
    order = np.argsort(incoming.numbers)
    at = order[np.searchsorted(incoming.numbers[order], [row["row"] for row in found])]
    return shapes.replaced(
        incoming.geoms, at, shapely.from_wkb([bytes(row["wkb"]) for row in found])
    )


def overlapping(geoms: Given) -> tuple[np.ndarray, np.ndarray]:
    """The positions of shapes that overlap in pairs, each pair once, lower position first."""
    return looked_over(geoms)[0]


def looked_over(
    geoms: Given, progress: Callable[[int], None] | None = None
) -> tuple[tuple[np.ndarray, np.ndarray], Edges]:
    """Overlapping pairs, and the edges that no neighbour runs along, block by block."""
    pairs = [np.empty((0, 2), dtype=np.int64)]
    open_edges: list[Edges] = []
    most = settings.limits().most_edges
    done = 0
    for block in blocks.of(geoms):
        own = edges.of(block.geoms[: block.own], exact=True).unshared
        reaching = edges.of(block.geoms[block.own :], exact=True)
        pairs.append(_pairs(block, edges.together([own, reaching]).unshared))
        if sum(len(part.keys) for part in open_edges) <= 2 * most:  # else it is told as it is
            open_edges.append(edges.rounded(own).unshared)
        done += block.own
        if progress:
            progress(done)
    found = np.unique(np.concatenate(pairs), axis=0)
    return (found[:, 0], found[:, 1]), edges.together(open_edges).unshared


def _suspects(geoms: np.ndarray, unshared: Edges) -> np.ndarray:
    """Where among the shapes those are that may cover ground with another.

    How many shapes cover a place changes only across an edge that is not shared: one place in
    each face between such edges tells for all of it.
    """
    everywhere = np.arange(len(geoms))
    if len(unshared.keys) > MOST_LINES:
        return everywhere
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(unshared.lines)]))
    if not len(faces):
        return everywhere[:0]
    spots = shapely.point_on_surface(faces)
    _, met = shapely.STRtree(spots).query(geoms, predicate="intersects")
    twice = faces[np.bincount(met, minlength=len(faces)) > 1]
    near = shapely.STRtree(geoms).query(twice)[1]  # by their boxes: predicates may fail in GEOS
    found: np.ndarray = np.unique(near)
    return found


def _pairs(block: Block, unshared: Edges) -> np.ndarray:
    """Of the block's own shapes and of those that reach into it: pairs that overlap."""
    at = _suspects(block.geoms, unshared)
    if len(at) < 2:
        return np.empty((0, 2), dtype=np.int64)
    geoms = block.geoms[at]
    faults = shapely.coverage_invalid_edges(geoms)
    flagged = np.flatnonzero(~shapely.is_empty(faults) & (at < block.own))
    if not len(flagged):
        return np.empty((0, 2), dtype=np.int64)
    left, right = shapely.STRtree(geoms).query(geoms[flagged], predicate="intersects")
    pairs = np.unique(np.sort(np.column_stack([flagged[left], right]), axis=1), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    common = shapely.area(shapely.intersection(geoms[pairs[:, 0]], geoms[pairs[:, 1]]))
    return np.sort(block.at[at[pairs[common > NOISE_DEGREES]]].reshape(-1, 2), axis=1)


def _report_overlaps(
    delivery: Delivery, incoming: Incoming, pairs: tuple[np.ndarray, np.ndarray], doubles: Pairs
) -> None:
    limits = settings.limits()
    ones, others = (incoming.numbers[side].tolist() for side in pairs)
    asked = [pair for pair in zip(ones, others, strict=True) if pair not in doubles]
    if not asked:
        return
    found = sqlfiles.rows(
        "imports/85_measure_overlaps",
        {
            "ones": [one for one, _ in asked],
            "others": [other for _, other in asked],
            "above_m2": limits.overlap_above_m2,
        },
    )
    large, small = _sorted(found, "overlap_m2")
    deliveries.add_issues_at(
        delivery,
        "overlap",
        [(row, _overlap(row), "原样保留；计算时重叠处只计一次") for row in large[: limits.listed]],
    )
    _sum_up(delivery, "overlap", "重叠", large[limits.listed :], "overlap_m2")
    _sum_up(delivery, "sliver", "狭小的重叠", small, "overlap_m2")


def _overlap(row: dict[str, Any]) -> str:
    one = f"第 {row['row']} 行（{row['one_name']}）"
    other = f"第 {row['other_row']} 行（{row['other_name']}）"
    return f"{one}与{other}重叠 {row['overlap_m2']} m²。"


def _report_apart(delivery: Delivery, county: Region, count: int) -> None:
    message = f"{county.name}：至少 {count} 条边没有与别的图斑或县界共用，图层不相接。"
    deliveries.add_issues(delivery, [Finding("gap", message, done="未逐处检查缝隙")])


def _report_gaps(
    delivery: Delivery,
    geoms: Given,
    county: Region,
    ground: shapely.Geometry,
    unshared: np.ndarray,
) -> None:
    limits = settings.limits()
    shapely.prepare(ground)
    lines = unshared[shapely.intersects(ground, unshared)]
    if not len(lines):
        return
    faces = uncovered(lines, geoms, ground)
    if not len(faces):
        return
    found = sqlfiles.rows(
        "imports/86_measure_faces",
        {
            "wkb": [bytes(face) for face in shapely.to_wkb(faces)],
            "numbers": list(range(len(faces))),
            "region_id": county.pk,
            "above_m2": limits.overlap_above_m2,
        },
    )
    large, small = _sorted([{**row, "row": None} for row in found], "area_m2")
    told = "没有任何要素覆盖"
    deliveries.add_issues_at(
        delivery,
        "gap",
        [
            (row, f"{county.name}有 {row['area_m2']} m² {told}。", "未填补；该处按无数据处理")
            for row in large[: limits.listed]
        ],
    )
    _sum_up(delivery, "gap", f"{county.name}未覆盖", large[limits.listed :], "area_m2")
    _sum_up(delivery, "sliver", f"{county.name}狭小的缝隙", small, "area_m2")


def uncovered(lines: np.ndarray, geoms: Given, ground: shapely.Geometry) -> np.ndarray:
    """The faces between the lines that lie in the ground and in none of the shapes."""
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    if not len(faces):
        return faces
    spots = shapely.point_on_surface(faces)
    shapely.prepare(ground)
    within = shapely.covers(ground, spots)
    faces, spots = faces[within], spots[within]
    return faces[~_met(spots, geoms)] if len(faces) else faces


def _met(spots: np.ndarray, geoms: Given) -> np.ndarray:
    """Which points lie in one of the shapes."""
    met = np.zeros(len(spots), dtype=bool)
    tree = shapely.STRtree(spots)
    west, south, east, north = shapely.total_bounds(spots)
    low, high = np.array([west, south]), np.array([east, north])
    bounds = shapes.bounds(geoms)
    near = np.flatnonzero((bounds[:, :2] <= high).all(axis=1) & (bounds[:, 2:] >= low).all(axis=1))
    for start in range(0, len(near), shapes.CHUNK):
        at = near[start : start + shapes.CHUNK]
        which, _ = tree.query(shapely.box(*bounds[at].T))
        asked = np.unique(at[which])
        if len(asked):
            met[tree.query(geoms[asked], predicate="intersects")[1]] = True
    return met


def _sorted(found: list[dict[str, Any]], key: str) -> tuple[list[Any], list[Any]]:
    """Those worth a line each, and the slivers."""
    limits = settings.limits()
    small = [
        float(row[key]) < limits.sliver_below_m2
        or (row["width_m"] or 0) < limits.sliver_narrower_than_m
        for row in found
    ]
    large = [row for row, sliver in zip(found, small, strict=True) if not sliver]
    return large, [row for row, sliver in zip(found, small, strict=True) if sliver]


def _sum_up(delivery: Delivery, kind: str, what: str, rest: list[dict[str, Any]], key: str) -> None:
    """One issue for those that are not listed, at the place of the largest."""
    if rest:
        total = sum(row[key] for row in rest)
        message = f"{what}另有 {len(rest)} 处，合计 {total} m²，最大 {rest[0][key]} m²。"
        deliveries.add_issues_at(delivery, kind, [({**rest[0], "row": None}, message, "原样保留")])
