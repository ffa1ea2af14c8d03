"""A campaign's figures as tables for page, paper and spreadsheet: one source of numbers. 专项表"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gisland.reports.table import Column, Table

if TYPE_CHECKING:
    from gisland.casework.measures import Measures
    from gisland.casework.models import CampaignMeasure
    from spatial.campaigns.figures import Figures, Line
    from spatial.campaigns.schema import ColumnSpec

UNITS = {"area": "亩", "conclude": "亩", "mark": "亩", "group": "亩"}
KINDS = {"area": "mu", "conclude": "mu", "mark": "mu", "group": "mu", "count": "count",
         "sum": "count", "share": "percent", "low": "percent", "high": "percent",
         "field": "text"}  # fmt: skip


def table_of(figures: Figures, measures: Measures | None = None, *, exact: bool = False) -> Table:
    """The table in 亩; ``exact`` adds each area in m², for the spreadsheet."""
    spec = figures.table
    columns = [Column("unit", spec.unit_term, width="1.6fr")]
    for column in figures.columns:
        columns.append(_column(column))
        if exact and _is_area(column):
            columns.append(Column(f"{column.code}:m2", f"{_head(column)}（m²）", "m2"))
    if measures:
        columns += [Column("measure", "处置措施"), Column("group", "工作组"),
                    Column("due", "时限"), Column("state", "进度")]  # fmt: skip
    rows = [_row(line, figures, measures or {}) for line in figures.lines]
    total = {**_row(figures.total, figures, {}), "unit": f"合计 {len(rows)} 个"}
    return Table(spec.title, columns, rows, total, notes_of(figures))


def _is_area(column: ColumnSpec) -> bool:
    return KINDS[column.kind] == "mu"


def _head(column: ColumnSpec) -> str:
    return f"其中{column.term}" if column.of_which else column.term


def _column(column: ColumnSpec) -> Column:
    unit = column.unit or UNITS.get(column.kind, "")
    head = _head(column) + (f"（{unit}）" if unit else "")
    return Column(column.code, head, KINDS[column.kind], "1fr")


def _row(line: Line, figures: Figures, measures: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"unit": line.name, **line.cells}
    for column in figures.columns:
        if _is_area(column):
            row[f"{column.code}:m2"] = line.cells.get(column.code)
    if found := measures.get(line.key):
        rows = list(found.values())
        row |= {
            "measure": _joined(found, [one.measure for one in rows]),
            "group": _joined(found, [one.work_group for one in rows]),
            "due": _joined(found, [one.due_on.isoformat() if one.due_on else "" for one in rows]),
            "state": _joined(found, [one.get_state_display() for one in rows]),
        }
    return row


def _joined(found: dict[str, CampaignMeasure], told: list[str]) -> str:
    """What the counties set; each with its name where they do not say the same."""
    if len(set(told)) == 1:
        return told[0]
    named = zip(found.values(), told, strict=True)
    return "；".join(f"{row.region.name}{one}" for row, one in named if one)


def notes_of(figures: Figures) -> list[str]:
    """How it was counted, on what, and what was missing: printed with every output."""
    found = [*figures.table.notes]
    if figures.batch is not None:
        batch = figures.batch
        when = f"截至 {batch.as_of}" if batch.as_of else "尚未判定"
        found.append(
            f"地块：批次 {batch.code}，{batch.patch_count} 块，"
            f"已判定 {batch.judged_count} 块，{when}；"
            f"规则集 {figures.table.ruleset}。初判均为疑似，以人工判定为准。"
        )
    if figures.gaps:
        found.append("缺少的数据：" + "、".join(figures.gaps) + "。缺的记为“数据不足”，不当作零。")
    for column in figures.columns:
        if lacking := figures.total.lacking.get(column.code):
            found.append(f"“{column.term}”有 {lacking} 块没有数据，未计入该列。")
        if column.kind == "group" and any(
            line.cells[column.code] is None for line in figures.lines
        ):
            found.append(
                f"“{column.term}”为空的：名下另有您行政区以外的批准或用地，或有关数据不足。"
            )
        if column.kind == "share" and _open(figures):
            found.append(
                f"“{column.term}”的分子、分母都不含数据不足和区外的地；不足的多于已知的不给出。"
                "低限、高限是数据补齐后可能的范围。"
            )
    found.append("亩由平方米合计换算，两位小数；比例是面积之和相除，分母为零的不给出。")
    return found


def _open(figures: Figures) -> bool:
    return bool(figures.total.cells.get("unknown"))
