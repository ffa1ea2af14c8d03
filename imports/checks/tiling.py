"""Overlaps and gaps of a layer that should tile its county, found before it is in use. 覆盖检查

Suspects are found on the coordinates of all rows at once; only those are cut and measured. Needs
the temporary tables of the import (staging.place).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from imports import deliveries
from imports.checks import settings
from imports.readers.table import Finding
from spatial import sqlfiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imports.checks.doubles import Pairs
    from imports.checks.incoming import Incoming
    from imports.models import Delivery
    from spatial.models import Layer, Region

GRID = 1e9
"""Coordinates are one where they agree to so many parts of a degree (0.1 mm)."""
CHUNK = 20_000
"""Shapes whose edges are held at a time: a county of a million must not fill the memory."""
NOISE_DEGREES = 1e-13
"""An overlap of two shapes below this (square degrees, about 0.001 m2) is not measured."""


def check(
    delivery: Delivery,
    incoming: Incoming,
    layer: Layer,
    counties: Sequence[Region],
    doubles: Pairs,
) -> None:
    """Issues of what overlaps and, in a layer that should cover its county, of what is missing."""
    if not (layer.coverage or layer.pk in settings.tree()["tiling"]["disjoint"]):
        return
    geoms = repaired(incoming)
    _report_overlaps(delivery, incoming, overlapping(geoms), doubles)
    if layer.coverage:
        for county in counties:
            if county.geom is not None:
                ground = shapely.from_wkb(bytes(county.geom.wkb))
                _report_gaps(delivery, geoms, county, ground)


def repaired(incoming: Incoming) -> np.ndarray:
    """The shapes as they are stored: those that were invalid, repaired."""
    found = sqlfiles.rows("imports/26_list_repaired_shapes")
    if not found:
        return incoming.geoms
    geoms = incoming.geoms.copy()
    order = np.argsort(incoming.numbers)
    at = order[np.searchsorted(incoming.numbers[order], [row["row"] for row in found])]
    geoms[at] = shapely.from_wkb([bytes(row["wkb"]) for row in found])
    return geoms


def overlapping(geoms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The positions of shapes that overlap in pairs, each pair once, lower position first."""
    nothing = np.empty(0, dtype=np.int64)
    if len(geoms) < 2:
        return nothing, nothing
    flagged = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(geoms)))
    if not len(flagged):
        return nothing, nothing
    left, right = shapely.STRtree(geoms).query(geoms[flagged], predicate="intersects")
    pairs = np.unique(np.sort(np.column_stack([flagged[left], right]), axis=1), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    common = shapely.area(shapely.intersection(geoms[pairs[:, 0]], geoms[pairs[:, 1]]))
    kept = pairs[common > NOISE_DEGREES]
    return kept[:, 0], kept[:, 1]


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


def _report_gaps(
    delivery: Delivery, geoms: np.ndarray, county: Region, ground: shapely.Geometry
) -> None:
    limits = settings.limits()
    lines = unshared_edges(np.append(geoms, ground))
    if len(lines) > limits.most_edges:
        message = f"{county.name}：{len(lines)} 条边没有与别的图斑或县界共用，图层不相接。"
        finding = Finding("gap", message, done="未逐处检查缝隙")
        deliveries.add_issues(delivery, [finding])
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


def unshared_edges(geoms: np.ndarray) -> np.ndarray:
    """The edges that no neighbour runs through the other way, the last shape taken as outside."""
    chunks = [geoms[at : at + CHUNK] for at in range(0, len(geoms) - 1, CHUNK)]
    chunks[-1] = chunks[-1][: (len(geoms) - 2) % CHUNK + 1]
    whole = [*((chunk, False) for chunk in chunks), (geoms[-1:], True)]
    signs = [_edges(chunk, turned=turned)[:2] for chunk, turned in whole]
    alone = _alone(*(np.concatenate(column) for column in zip(*signs, strict=True)))
    lines = []
    for (chunk, turned), (keys, _) in zip(whole, signs, strict=True):
        mine, alone = alone[: len(keys)], alone[len(keys) :]
        if mine.any():
            lines.append(_edges(chunk, turned=turned)[2][mine])
    return np.asarray(shapely.linestrings(np.concatenate(lines))) if lines else np.empty(0, object)


def _edges(geoms: np.ndarray, *, turned: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each edge a key (of either direction), +1 or -1 by direction, and its two ends."""
    parts = shapely.get_parts(shapely.orient_polygons(geoms))
    points, ring = shapely.get_coordinates(shapely.get_rings(parts), return_index=True)
    inside = ring[1:] == ring[:-1]
    ends = np.stack([points[:-1][inside], points[1:][inside]], axis=1)
    near = np.round(ends * GRID).astype(np.int64)
    kept = (near[:, 0] != near[:, 1]).any(axis=1)
    ends, start, end = ends[kept], near[kept, 0], near[kept, 1]
    forward = (start[:, 0] < end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] < end[:, 1]))
    low = np.where(forward[:, None], start, end)
    high = np.where(forward[:, None], end, start)
    keys = pd.util.hash_pandas_object(pd.DataFrame(np.hstack([low, high])), index=False)
    return keys.to_numpy(), np.where(forward != turned, 1, -1).astype(np.int8), ends


def _alone(keys: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """Which edges are not run through once in each direction, taken together."""
    order = np.argsort(keys)
    starts = np.flatnonzero(np.diff(keys[order], prepend=keys[order[:1]] + np.uint64(1)))
    sums = np.add.reduceat(signs[order], starts, dtype=np.int64)
    result = np.empty(len(keys), dtype=bool)
    result[order] = np.repeat(sums != 0, np.diff(starts, append=len(keys)))
    return result


def uncovered(lines: np.ndarray, geoms: np.ndarray, ground: shapely.Geometry) -> np.ndarray:
    """The faces between the lines that lie in the ground and in none of the shapes."""
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    if not len(faces):
        return faces
    spots = shapely.point_on_surface(faces)
    shapely.prepare(ground)
    within = shapely.covers(ground, spots)
    met = np.zeros(len(faces), dtype=bool)
    met[shapely.STRtree(geoms).query(spots, predicate="intersects")[0]] = True
    return faces[within & ~met]


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
