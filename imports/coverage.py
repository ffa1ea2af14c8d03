"""What is wrong with a layer that should cover its county without overlaps. 覆盖检查"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imports import deliveries
from spatial import sqlfiles

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imports.models import Delivery
    from spatial.models import DatasetVersion

AT_MOST = 500
"""Pairs that are written down per version: more says nothing more."""


def report_overlaps(delivery: Delivery, versions: Iterable[DatasetVersion]) -> None:
    """An issue for each pair of zones that overlap by more than 0.01 m2, with its place."""
    for version in versions:
        found = sqlfiles.rows(
            "imports/85_list_overlaps", {"version_id": version.pk, "at_most": AT_MOST}
        )
        deliveries.add_issues_at(
            delivery,
            "overlap",
            ((row, _message(row), "原样保留；计算时重叠处只计一次") for row in found),
        )


def _message(row: sqlfiles.Row) -> str:
    one = f"第 {row['row']} 行（{row['one_id']}）"
    other = f"第 {row['other_row']} 行（{row['other_id']}）"
    return f"{one}与{other}重叠 {row['overlap_m2']} m²"
