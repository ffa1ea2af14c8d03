"""The numbers of a comparison, read from its temporary tables. 比较的数字"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from imports.fields import fields_of
from spatial import sqlfiles

if TYPE_CHECKING:
    from spatial.models import DatasetVersion

CHANGES = ("added", "removed", "changed", "told", "same")
MOST_ROWS = 500
"""Ledger rows told one by one; the counts count all of them."""


def numbers_of(new: DatasetVersion, *, ledger: bool) -> dict[str, Any]:
    """Counts and areas of the comparison whose tables are filled, as JSON."""
    known = fields_of(new.layer_id)
    changes: dict[str, dict[str, Any]] = {
        change: {"zones": 0, "old_area_m2": "0.00", "new_area_m2": "0.00"} for change in CHANGES
    }
    for row in sqlfiles.rows("imports/88_count_diff"):
        changes[row.pop("change")] = {name: _text(value) for name, value in row.items()}
    moves = [
        {**row, "area_m2": str(row["area_m2"])} for row in sqlfiles.rows("imports/90_sum_moves")
    ]
    once = {row["kind"]: row["area_m2"] for row in sqlfiles.rows("imports/91_sum_ground_once")}
    rows = _rows(known) if ledger else []
    return {
        "changes": changes,
        "old_area_m2": str(sum((Decimal(row["old_area_m2"]) for row in changes.values()),
                               Decimal(0))),
        "new_area_m2": str(sum((Decimal(row["new_area_m2"]) for row in changes.values()),
                               Decimal(0))),
        "gained_m2": str(once.get("gained") or Decimal("0.00")),
        "lost_m2": str(once.get("lost") or Decimal("0.00")),
        "moved_m2": str(sum((Decimal(row["area_m2"]) for row in moves if row["kind"] == "moved"),
                            Decimal("0.00"))),
        "moves": moves,
        "fields": [
            {**row, "term": known[row["field"]].term if row["field"] in known else row["field"]}
            for row in sqlfiles.rows("imports/89_count_fields")
        ],
        "pieces": sqlfiles.value("imports/93_count_pieces"),
        "row_counts": _counts(rows),
        "rows": rows[:MOST_ROWS],
    }  # fmt: skip


def _rows(known: dict[str, Any]) -> list[dict[str, Any]]:
    """Ledger rows one by one, with the fields that say something else."""
    told = []
    for row in sqlfiles.rows("imports/94_list_ledger_changes"):
        old, new = row["old_attributes"] or {}, row["new_attributes"] or {}
        both = row["old_attributes"] is not None and row["new_attributes"] is not None
        change = "amended" if both else row["change"]
        fields = [
            {
                "field": name,
                "term": known[name].term if name in known else name,
                "old": _said(old.get(name)),
                "new": _said(new.get(name)),
            }
            for name in sorted({*old, *new})
            if both and old.get(name) != new.get(name)
        ]
        told.append(
            {"change": change, "source_id": row["source_id"], "fields": fields,
             "moved": bool(row["has_moved"])}
        )  # fmt: skip
    return told


def _counts(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {
        change: sum(row["change"] == change for row in rows)
        for change in ("added", "amended", "withdrawn")
    }


def _said(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        return f"{value.get('from', '…')} 至 {value.get('to', '…')}"
    return str(value)


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value
