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
class Chain:
    """What the chain of overlays took, and how well it closes."""

    patches: int
    seconds: float
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


def zones_off(run_id: int, layers: Sequence[str], say: Callable[[str], None]) -> tuple[int, int]:
    """How many (patch, zone) areas differ from the plain intersection, and how many there are.

    A patch reads its own county's versions and those of the townships that it lies in.
    """
    patches = read_patches(run_id)
    tables = []
    for layer in ("township", *(name for name in layers if name != "township")):
        tables.append(_plain(patches, read_parts(layer)))
        say(f"逐区相交：{layer} {len(tables[-1])} 对")
    read = pd.concat(
        [tables[0][["assessment_id", "region_id"]], patches[["assessment_id", "region_id"]]]
    ).drop_duplicates()
    plain = pd.concat(tables).merge(read, on=["assessment_id", "region_id"])
    summed = pd.DataFrame(sqlfiles.rows("bench/sum_zones", {"run_id": run_id}))
    both = plain.merge(summed, on=["assessment_id", "zone_id"], how="outer", suffixes=("", "_sum"))
    gap = (both["m2"].fillna(0) - both["m2_sum"].astype(float).fillna(0)).abs()
    return int((gap > CENT).sum()), len(both)


def _plain(patches: geopandas.GeoDataFrame, parts: geopandas.GeoDataFrame) -> pd.DataFrame:
    """The area of each zone on each patch."""
    ground = patches.geometry.to_numpy()
    patch, part = shapely.STRtree(parts.geometry.to_numpy()).query(ground, predicate="intersects")
    m2 = np.empty(len(patch))
    for low in range(0, len(patch), TOGETHER):
        some = slice(low, low + TOGETHER)
        cut = shapely.intersection(ground[patch[some]], parts.geometry.to_numpy()[part[some]])
        m2[some] = shapely.area(cut)
    pairs = pd.DataFrame(
        {
            "assessment_id": patches["assessment_id"].to_numpy()[patch],
            "zone_id": parts["zone_id"].to_numpy()[part],
            "region_id": parts["region_id"].to_numpy()[part],
            "m2": m2,
        }
    )
    return pairs.groupby(["assessment_id", "zone_id", "region_id"], as_index=False)["m2"].sum()


def chain(run_id: int, layers: Sequence[str], sample: int, say: Callable[[str], None]) -> Chain:
    """``overlay(how="identity")`` with one layer after another, on every n-th patch."""
    patches = read_patches(run_id)
    patches = patches.iloc[:: max(1, len(patches) // sample)][["assessment_id", "geometry"]]
    whole = patches.set_index("assessment_id").geometry.area
    seconds, result = 0.0, patches
    for layer in layers:
        parts = _once(read_parts(layer)).rename(columns={"zone_id": layer})
        started = time.perf_counter()
        result = geopandas.overlay(result, parts, how="identity", keep_geom_type=True)
        spent = time.perf_counter() - started
        seconds += spent
        say(f"geopandas {layer}：{spent:.1f} 秒，{len(result)} 行")
    sums = result.geometry.area.groupby(result["assessment_id"].to_numpy()).sum()
    off = (sums.reindex(whole.index).fillna(0) - whole).abs() > CENT
    return Chain(len(patches), seconds, len(result), int(off.sum()))


def _once(parts: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Each zone in one county's version only: the chain knows no counties."""
    first = parts.groupby("source_id")["zone_id"].transform("min")
    return parts[parts["zone_id"] == first][["zone_id", "geometry"]]
