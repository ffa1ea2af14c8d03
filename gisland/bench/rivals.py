"""What the partition is compared with: plain intersections, and the chain of geopandas.overlay.

Both run on the GEOS of shapely's wheel, not on PostGIS's: an independent engine. They read the
same subdivided parts and the same patches from the same database.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas
import numpy as np
import pandas as pd
import shapely

from spatial import sqlfiles
from spatial.crs import ENGINE_PROJ4

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CENT = 0.01
"""Areas that differ by more than this (m2) count as off."""

TOGETHER = 500_000
"""Pairs that are intersected at once."""


@dataclass(frozen=True)
class Plain:
    """How the sums over pieces compare with plain intersections, and what those took."""

    compared: int
    off: int
    seconds: float


@dataclass(frozen=True)
class Chain:
    """What the chain of overlays took, and how well it closes."""

    patches: int
    seconds: float
    cpu: float
    rows: int
    patches_off: int


def read_parts(layer: str) -> geopandas.GeoDataFrame:
    """The parts of a layer: zone_id, source_id, region_id, geometry."""
    return _frame(sqlfiles.rows("bench/list_parts", {"layer": layer}))


def read_patches(run_id: int) -> geopandas.GeoDataFrame:
    """The patches of a run: assessment_id, region_id, geometry."""
    return _frame(sqlfiles.rows("bench/list_patches", {"run_id": run_id}))


def _frame(rows: list[sqlfiles.Row]) -> geopandas.GeoDataFrame:
    table = pd.DataFrame(rows)
    ground = shapely.from_wkb(table.pop("wkb").to_numpy())
    return geopandas.GeoDataFrame(table, geometry=ground, crs=ENGINE_PROJ4)


def intersect(run_id: int, layers: Sequence[str], say: Callable[[str], None]) -> Plain:
    """Every (patch, zone) area by plain intersection, beside the sum over the pieces.

    A patch reads its own county's versions and those of the townships that it lies in.
    """
    patches = read_patches(run_id)
    tables, seconds = [], 0.0
    for layer in ("township", *(name for name in layers if name != "township")):
        table, spent = _plain(patches, read_parts(layer))
        tables.append(table)
        seconds += spent
        say(f"逐区相交：{layer} {len(tables[-1])} 对")
    read = pd.concat(
        [tables[0][["assessment_id", "region_id"]], patches[["assessment_id", "region_id"]]]
    ).drop_duplicates()
    plain = pd.concat(tables).merge(read, on=["assessment_id", "region_id"])
    summed = pd.DataFrame(sqlfiles.rows("bench/sum_zones", {"run_id": run_id}))
    both = plain.merge(summed, on=["assessment_id", "zone_id"], how="outer", suffixes=("", "_sum"))
    gap = (both["m2"].fillna(0) - both["m2_sum"].astype(float).fillna(0)).abs()
    return Plain(len(both), int((gap > CENT).sum()), seconds)


def _plain(
    patches: geopandas.GeoDataFrame, parts: geopandas.GeoDataFrame
) -> tuple[pd.DataFrame, float]:
    """The area of each zone on each patch, and the processor seconds of cutting alone."""
    ground = patches.geometry.to_numpy()
    patch, part = shapely.STRtree(parts.geometry.to_numpy()).query(ground, predicate="intersects")
    m2 = np.empty(len(patch))
    started = time.process_time()
    for low in range(0, len(patch), TOGETHER):
        some = slice(low, low + TOGETHER)
        cut = shapely.intersection(ground[patch[some]], parts.geometry.to_numpy()[part[some]])
        m2[some] = shapely.area(cut)
    spent = time.process_time() - started
    pairs = pd.DataFrame(
        {
            "assessment_id": patches["assessment_id"].to_numpy()[patch],
            "zone_id": parts["zone_id"].to_numpy()[part],
            "region_id": parts["region_id"].to_numpy()[part],
            "m2": m2,
        }
    )
    keys = ["assessment_id", "zone_id", "region_id"]
    return pairs.groupby(keys, as_index=False)["m2"].sum(), spent


def chain(run_id: int, layers: Sequence[str], sample: int, say: Callable[[str], None]) -> Chain:
    """``overlay(how="identity")`` with one layer after another, on every n-th patch."""
    patches = read_patches(run_id)
    patches = patches.iloc[:: max(1, len(patches) // sample)][["assessment_id", "geometry"]]
    whole = patches.set_index("assessment_id").geometry.area
    seconds, cpu, result = 0.0, 0.0, patches
    for layer in layers:
        parts = _once(read_parts(layer)).rename(columns={"zone_id": layer})
        started, used = time.perf_counter(), time.process_time()
        result = geopandas.overlay(result, parts, how="identity", keep_geom_type=True)
        spent = time.perf_counter() - started
        seconds += spent
        cpu += time.process_time() - used
        say(f"geopandas {layer}：{spent:.1f} 秒，{len(result)} 行")
    sums = result.geometry.area.groupby(result["assessment_id"].to_numpy()).sum()
    off = (sums.reindex(whole.index).fillna(0) - whole).abs() > CENT
    return Chain(len(patches), seconds, cpu, len(result), int(off.sum()))


def _once(parts: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Each zone in one county's version only: the chain knows no counties."""
    first = parts.groupby("source_id")["zone_id"].transform("min")
    return parts[parts["zone_id"] == first][["zone_id", "geometry"]]
