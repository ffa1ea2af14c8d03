"""What a reviewer of boundary points asks besides: points that crowd, parcels that overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from imports.readers.table import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imports.readers.txt_grammar import Parcel

LEAST_OVERLAP_M2 = 0.01
LEAST_SPACING = 0.01
"""Metres (of degrees: as many degrees are no spacing at all, and are not judged)."""


def between(parcels: Sequence[Parcel], shapes: Sequence[Any]) -> list[Finding]:
    """Findings on the parcels of one file, in their own plane, by the lines of their headers."""
    geoms = np.array(shapes, dtype=object)
    if not len(geoms) or float(np.abs(shapely.total_bounds(geoms)).max()) <= 180:
        return []
    return [*_overlaps(parcels, geoms), *_crowded(parcels, geoms)]


def _overlaps(parcels: Sequence[Parcel], geoms: np.ndarray) -> list[Finding]:
    left, right = shapely.STRtree(geoms).query(geoms, predicate="intersects")
    kept = left < right
    left, right = left[kept], right[kept]
    areas = shapely.area(shapely.intersection(geoms[left], geoms[right]))
    return [
        Finding(
            "overlap",
            f"地块 {parcels[one].label}（第 {parcels[one].line} 行）与地块 {parcels[other].label}"
            f"（第 {parcels[other].line} 行）重叠 {area:.2f} 平方米。",
            row=parcels[other].line,
            done="原样保留",
        )
        for one, other, area in zip(left, right, areas, strict=True)
        if area > LEAST_OVERLAP_M2
    ]


def _crowded(parcels: Sequence[Parcel], geoms: np.ndarray) -> list[Finding]:
    found = []
    for parcel, geom in zip(parcels, geoms, strict=True):
        edges = [
            np.hypot(*np.diff(shapely.get_coordinates(ring), axis=0).T)
            for ring in shapely.get_rings(shapely.get_parts(geom))
        ]
        shortest = float(min(edge.min() for edge in edges))
        if shortest < LEAST_SPACING:
            message = f"地块 {parcel.label} 有相邻界址点间距仅 {shortest:.4f} 米。"
            found.append(Finding("close_points", message, row=parcel.line, done="原样保留"))
    return found
