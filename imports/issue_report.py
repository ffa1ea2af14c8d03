"""The row-level error file of a delivery: what, where, what was done, who mends it. 问题清单

Written for those who mend the data: an issue a line, and the rows concerned with the columns that
they came with. Who may see a delivery's rows is for the caller to ask of spatial.scope.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from imports import issue_kinds, reconcile
from imports.formula import guarded
from spatial import vocabulary
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from imports.models import Delivery, Issue

HEADS = (
    "行号", "要素", "字段", "种类", "程度", "说明", "处理", "由谁改正", "怎样改正",
    "处理前面积(平方米)", "处理后面积(平方米)", "经度(CGCS2000)", "纬度(CGCS2000)",
)  # fmt: skip
LONGEST_CELL = 32_767
MOST_ROWS = 1_048_575
"""Rows of an XLSX sheet, less the head."""


def summary(delivery: Delivery) -> dict[str, Any]:
    """How many issues of each level, kind and mender; for pages and commands.

    ``levels`` counts by code; ``kinds`` is a list of dictionaries (code, term, level, by, remedy,
    count), the gravest first.
    """
    issues = delivery.found()
    order = list(vocabulary.issue_level_terms())
    counts = Counter((issue.kind, issue.severity) for issue in issues)
    kinds: list[dict[str, Any]] = []
    for (code, level), count in counts.items():
        kind = issue_kinds.of(code)
        kinds.append(
            {
                "code": code, "term": kind.term, "level": level, "by": kind.by,
                "remedy": kind.remedy, "count": count,
            }
        )  # fmt: skip
    kinds.sort(key=lambda kind: (order.index(kind["level"]), -kind["count"], kind["code"]))
    return {
        "issues": len(issues),
        "levels": {level: sum(k["count"] for k in kinds if k["level"] == level) for level in order},
        "by": dict(Counter(issue.remedy_by for issue in issues)),
        "kinds": kinds,
        "rows": len({issue.row for issue in issues if issue.row is not None}),
    }


def write_report(delivery: Delivery, path: Path, format: str) -> None:
    """Write all issues of a delivery to a file: ``xlsx``, ``geojson`` or ``json``.

    Raises InputRefused for another format, and for more issues than a sheet holds.
    """
    writer = WRITERS.get(format)
    if writer is None:
        raise InputRefused(f"不认识格式 {format}。可用：{'、'.join(WRITERS)}。")
    writer(delivery, path)


def told(delivery: Delivery) -> dict[str, Any]:
    """The whole report as JSON: the delivery, the reconciliation, the counts, the issues."""
    return {
        "delivery": delivery.pk,
        "file": delivery.file_name,
        "rows": delivery.row_count,
        "reconciliation": delivery.verdict.get(reconcile.KEY),
        "summary": summary(delivery),
        "issues": [_record(issue) for issue in delivery.found()],
    }


def _record(issue: Issue) -> dict[str, Any]:
    kind = issue_kinds.of(issue.kind)
    place = issue.place
    return {
        "row": issue.row,
        "feature": issue.feature,
        "field": issue.field,
        "kind": issue.kind,
        "term": kind.term,
        "severity": issue.severity,
        "message": issue.message,
        "done": issue.done,
        "by": issue.remedy_by,
        "remedy": kind.remedy,
        "area_before_m2": issue.area_before_m2,
        "area_after_m2": issue.area_after_m2,
        "x": round(place.x, 9) if place else None,
        "y": round(place.y, 9) if place else None,
    }


def _write_json(delivery: Delivery, path: Path) -> None:
    path.write_text(json.dumps(told(delivery), ensure_ascii=False, default=str), encoding="utf-8")


def _write_geojson(delivery: Delivery, path: Path) -> None:
    """A feature an issue, a point where it has a place: RFC 7946, degrees of CGCS2000."""
    features = []
    for issue in delivery.found():
        record = _record(issue)
        x, y = record.pop("x"), record.pop("y")
        features.append(
            {
                "type": "Feature",
                "geometry": None if x is None else {"type": "Point", "coordinates": [x, y]},
                "properties": {**record, "delivered": issue.delivered},
            }
        )
    whole = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(whole, ensure_ascii=False, default=str), encoding="utf-8")


def _write_xlsx(delivery: Delivery, path: Path) -> None:
    import xlsxwriter  # noqa: PLC0415 - only this format needs it

    issues = delivery.found()
    if len(issues) > MOST_ROWS:
        raise InputRefused(
            f"Excel 每张表最多 {MOST_ROWS} 行，问题有 {len(issues)} 条。请改用 --format geojson。"
        )
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        bold = book.add_format({"bold": True})
        _sheet(book, bold, "问题", HEADS, (_cells(issue) for issue in issues))
        _rows_sheet(book, bold, delivery, issues)
        _lines_sheet(book, bold, delivery)


def _cells(issue: Issue) -> list[Any]:
    record = _record(issue)
    levels, menders = vocabulary.issue_level_terms(), vocabulary.issue_by_terms()
    return [
        record["row"], record["feature"], record["field"], record["term"],
        levels.get(issue.severity, issue.severity), record["message"], record["done"],
        menders.get(issue.remedy_by, issue.remedy_by), record["remedy"],
        record["area_before_m2"], record["area_after_m2"], record["x"], record["y"],
    ]  # fmt: skip


def _rows_sheet(book: Any, bold: Any, delivery: Delivery, issues: list[Issue]) -> None:
    """The rows that issues name, once each, with the columns that they came with."""
    rows = {
        issue.row: issue.delivered
        for issue in issues
        if issue.row is not None and issue.delivered is not None
    }
    found = dict.fromkeys(name for record in rows.values() for name in record)
    own = [name for name in delivery.verdict.get("columns", ()) if name in found]
    columns = [*own, *(name for name in found if name not in own)]
    cells = ([row, *(rows[row].get(name) for name in columns)] for row in sorted(rows))
    _sheet(book, bold, "涉及的行", ("行号", *columns), cells)


def _lines_sheet(book: Any, bold: Any, delivery: Delivery) -> None:
    heads = (
        "县", "代码", "交来(个)", "登记面积(平方米)", "入库(个)", "计算面积(平方米)", "原有(个)",
        "不在行政区内(个)", "略过(个)", "差(个)",
    )  # fmt: skip
    cells = (
        [
            line.name, line.code, line.delivered, round(line.delivered_m2, 2), line.stored,
            round(line.stored_m2, 2), line.known, line.outside, line.skipped, line.missing,
        ]
        for line in reconcile.lines(delivery)
    )  # fmt: skip
    _sheet(book, bold, "对账", heads, cells)


def _sheet(
    book: Any, bold: Any, title: str, heads: Iterable[str], lines: Iterable[list[Any]]
) -> None:
    page = book.add_worksheet(title)
    page.freeze_panes(1, 0)
    for at, head in enumerate(heads):
        page.write_string(0, at, guarded(head), bold)
    for line, cells in enumerate(lines, start=1):
        for at, value in enumerate(cells):
            if isinstance(value, bool) or not isinstance(value, int | float | None):
                page.write_string(line, at, guarded(str(value)[:LONGEST_CELL]))
            elif value is not None:
                page.write_number(line, at, value)


WRITERS: dict[str, Callable[[Delivery, Path], None]] = {
    "xlsx": _write_xlsx,
    "geojson": _write_geojson,
    "json": _write_json,
}
