"""导入其余: rows that cannot be imported are left out by consent, each told as an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imports import issue_kinds, shapes
from imports.models import Issue
from imports.readers.held import taken
from spatial import sqlfiles

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imports.fields import Canonical
    from imports.models import Delivery
    from imports.readers.table import Table
    from imports.shapes import Given
    from imports.staging import Rows

DONE = "未导入（按“导入其余”略过）"


def drop(table: Table, canonical: Canonical, staged: Rows, geoms: Given) -> tuple[Rows, Given]:
    """Take the bad rows out of the table and its canonical rows; returns what is left of the rest.

    Raises InputRefused, naming all of them, where no row is left.
    """
    if not table.bad.faults:
        return staged, geoms
    _remember_areas(table, canonical)
    kept = table.leave_out()
    canonical.rows = taken(canonical.rows, kept)
    canonical.spans = taken(canonical.spans, kept)
    return taken(staged, kept), shapes.taken(geoms, kept)


def drop_stored(numbers: Iterable[int]) -> None:
    """Take rows that turned out bad out of the temporary tables of the import."""
    rows = sorted(set(numbers))
    if rows:
        sqlfiles.execute("imports/27_drop_rows", {"row_numbers": rows})
        sqlfiles.execute("imports/28_drop_places", {"row_numbers": rows})


def _remember_areas(table: Table, canonical: Canonical) -> None:
    """Keep what the bad rows declare: the reconciliation counts it."""
    for number, attributes in zip(table.numbers, canonical.rows, strict=True):
        if number in table.bad.faults and (area := attributes.get("declared_area_m2")) is not None:
            table.bad.declared_m2[number] = float(area)


def report(delivery: Delivery, table: Table, canonical: Canonical) -> None:
    """An error for each row that was left out: why, and what it says."""
    if not table.bad.faults:
        return
    _remember_areas(table, canonical)
    known = issue_kinds.of("row_skipped")
    records = _records(table)
    Issue.objects.bulk_create(
        [
            Issue(
                delivery=delivery,
                kind=known.code,
                severity=known.level,
                remedy_by=known.by,
                row=row,
                feature=_label(records.get(row, {})),
                message=f"第 {row} 行：{'；'.join(texts)}。",
                done=DONE,
                delivered=_plain(records.get(row)),
            )
            for row, texts in sorted(table.bad.faults.items())
        ],
        batch_size=1000,
    )


def _records(table: Table) -> dict[int, dict[str, Any]]:
    """What the bad rows say, by number: some turn out bad only when they are stored."""
    late = table.bad.faults.keys() - table.bad.records.keys()
    found = {number: table.records[at] for at, number in enumerate(table.numbers) if number in late}
    return found | table.bad.records


def _label(record: dict[str, Any]) -> str:
    """What a row calls itself: the first of its columns that is usually its number or name."""
    known = {name.upper(): value for name, value in record.items()}
    for name in ("JCBH", "DKBH", "BSM", "TBBH", "DKMC", "MC", "NAME", "XMMC", "ID"):
        if known.get(name):
            return str(known[name])[:120]
    return ""


def _plain(record: dict[str, Any] | None) -> dict[str, Any] | None:
    """Values that JSON holds."""
    if record is None:
        return None
    simple = (str, int, float, bool, type(None))
    return {
        name: value if isinstance(value, simple) else str(value) for name, value in record.items()
    }
