"""是否永农, 是否红线 as issued, against our own control lines. 下发标注核对"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imports import deliveries, values
from imports.checks import settings
from imports.readers.table import Finding
from spatial import sqlfiles
from spatial.models import Layer

if TYPE_CHECKING:
    from imports.models import Delivery


def check(delivery: Delivery, added_ids: list[int]) -> None:
    """An issue for each new patch whose flag our overlay contradicts; one where it can't tell."""
    for field, code in settings.tree()["flag"].items():
        rows = sqlfiles.rows(
            "imports/93_compare_flags", {"added_ids": added_ids, "layer": code, "field": field}
        )
        if rows:
            _compare(delivery, Layer.objects.get(pk=code).term, rows)


def _compare(delivery: Delivery, term: str, rows: list[dict[str, Any]]) -> None:
    unchecked = sum(not row["loaded"] for row in rows)
    if unchecked:
        message = f"{term}未载入，{unchecked} 个图斑的下发标注未核对。"
        deliveries.add_issues(delivery, [Finding("flag_unchecked", message, done="未核对")])
    above = settings.limits().flag_above_m2
    differing = []
    for row in rows:
        said, touched = _said(row["said"]), row["touched_m2"] >= above
        if row["loaded"] and said is not None and said != touched:
            differing.append((row, _message(row, term), "按本系统叠加结果"))
    deliveries.add_issues_at(delivery, "flag_differs", differing)


def _said(word: str) -> bool | None:
    try:
        return values.boolean_of(word)
    except values.BadValue:
        return None


def _message(row: dict[str, Any], term: str) -> str:
    found = f"{row['touched_m2']} m²"
    since = f"（{row['valid_from']} 起的版本）" if row["valid_from"] else ""
    return f"图斑 {row['jcbh']} 下发标注{term}“{row['said']}”，与本库{since}叠加涉及 {found}。"
