"""Rows that reach beyond the counties of the delivery. 伸出行政区"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from imports import deliveries, shapes
from imports.checks import settings
from imports.checks.tiling import repaired
from imports.readers.table import Finding
from spatial import sqlfiles
from spatial.job_progress import silent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imports.checks.incoming import Incoming
    from imports.models import Delivery
    from spatial.job_progress import Progress
    from spatial.models import Region


def check(
    delivery: Delivery,
    incoming: Incoming,
    counties: Sequence[Region],
    progress: Progress = silent,
) -> None:
    """An issue for each row that lies partly outside, with its place and how much."""
    if not counties or any(county.geom is None for county in counties):
        return
    ground = shapely.union_all(
        shapely.from_wkb([bytes(county.geom.wkb) for county in counties if county.geom])
    )
    geoms = repaired(incoming)
    shapely.prepare(ground)
    rows: list[int] = []
    parts: list[np.ndarray] = []
    for start, chunk in shapes.chunks(geoms):
        progress("核对", start, len(geoms))
        at = np.flatnonzero(~shapely.covers(ground, chunk))
        at = at[shapely.intersects(ground, chunk[at])]
        beyond = shapely.difference(chunk[at], ground)
        some = ~shapely.is_empty(beyond)
        rows += incoming.numbers[start + at[some]].tolist()
        parts.append(beyond[some])
    if rows:
        _tell(delivery, rows, np.concatenate(parts), counties[0])


def _tell(delivery: Delivery, numbers: list[int], beyond: np.ndarray, plane: Region) -> None:
    """Measured in the plane of one county: an area does not depend on it but for long edges."""
    limits = settings.limits()
    found = [
        row
        for row in sqlfiles.rows(
            "imports/86_measure_faces",
            {
                "wkb": [bytes(shape) for shape in shapely.to_wkb(beyond)],
                "numbers": numbers,
                "region_id": plane.pk,
                "above_m2": limits.sliver_below_m2,
            },
        )
        if (row["width_m"] or 0) >= limits.sliver_narrower_than_m
    ]
    deliveries.add_issues_at(
        delivery,
        "sticks_out",
        [
            (row, f"第 {row['row']} 行有 {row['area_m2']} m² 在本次行政区外。", "整块保留")
            for row in found[: limits.listed]
        ],
    )
    if len(found) > limits.listed:
        message = f"伸出行政区的共 {len(found)} 行，只列最大的 {limits.listed} 行。"
        deliveries.add_issues(delivery, [Finding("sticks_out", message)])
