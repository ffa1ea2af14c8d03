"""How far the counties are, ranked: the bulletin's table and its first lines. 通报"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from gisland.casework.tallies import Tally
from gisland.pages.issue_tables import notes_of
from gisland.reports.table import Column, Table
from spatial import units

if TYPE_CHECKING:
    from gisland.pages.issue_tables import Issue
    from spatial.engine.ratio_stages import StageRow

FOUR = Decimal("0.0001")


def share(part: Any, whole: Any) -> Decimal | None:
    """A share to four decimals, or None where there is nothing to divide by."""
    if not whole:
        return None
    return (Decimal(str(part)) / Decimal(str(whole))).quantize(FOUR, ROUND_HALF_UP)


def progress_table(issue: Issue) -> Table:
    """The counties by rate of rectification, with what is overdue and was sent back."""
    columns = [
        Column("rank", "名次", "count", "9mm"),
        Column("name", "县区", width="1.2fr"),
        Column("issued", "下发（个）", "count", "1fr"),
        Column("verified", "已核查（个）", "count", "1fr"),
        Column("verified_share", "核查率", "percent", "1fr"),
        Column("illegal_count", "违法（个）", "count", "1fr"),
        Column("illegal", "违法（亩）", "mu", "1fr"),
        Column("rectified", "已整改（亩）", "mu", "1fr"),
        Column("rectified_share", "整改率（按面积）", "percent", "1fr"),
        Column("filed", "立案（件）", "count", "0.8fr"),
        Column("returned", "被退回（件）", "count", "0.9fr"),
        Column("returned_share", "退回率", "percent", "1fr"),
        Column("overdue", "逾期（件）", "count", "0.8fr"),
        Column("overdue_share", "逾期率", "percent", "1fr"),
        Column("closed", "销号（件）", "count", "0.8fr"),
    ]
    rows = [_progress(row, issue.progress.get(row.region_code, Tally()))
            for row in issue.counties.rows]  # fmt: skip
    rows.sort(key=lambda row: (row["rectified_share"] is None, -(row["rectified_share"] or 0),
                               row["overdue_share"] or 0, row["code"]))  # fmt: skip
    shares = [row["rectified_share"] for row in rows]
    for row in rows:
        if (own := row["rectified_share"]) is not None:
            row["rank"] = 1 + sum(1 for one in shares if one is not None and one > own)
    whole = Tally()
    for one in issue.progress.values():
        for name, value in vars(one).items():
            setattr(whole, name, getattr(whole, name) + value)
    total = {**_progress(issue.counties.total, whole), "name": "合计"}
    return Table("各县区核查整改进度", columns, rows, total, notes_of(issue))


def _progress(row: StageRow, tally: Tally) -> dict[str, Any]:
    illegal = row.of("illegal")
    return {
        "code": row.region_code,
        "name": row.region_name,
        "rank": None,
        "issued": row.issued.patch_count,
        "verified": row.verified.patch_count,
        "verified_share": share(row.verified.patch_count, row.issued.patch_count),
        "illegal_count": illegal.patch_count,
        "illegal": illegal.area_m2,
        "rectified": row.rectified.area_m2,
        "rectified_share": share(row.rectified.area_m2, illegal.area_m2),
        "cases": tally.case_count,
        "filed": tally.filed_count,
        "returned": tally.returned_count,
        "returned_share": share(tally.returned_count, tally.case_count),
        "overdue": tally.overdue_count,
        "overdue_share": share(tally.overdue_count, tally.case_count),
        "closed": tally.closed_count,
    }


def progress_sentences(issue: Issue) -> list[str]:
    """The bulletin's first lines; the figures are those of the tables."""
    table = progress_table(issue)
    whole, rows = table.total or {}, table.rows
    word = "认定" if issue.asked.query.basis == "decided" else "初判疑似"
    issued = units.mu(issue.counties.total.issued.area_m2)
    first = (
        f"截至 {issue.asked.as_of}，{issue.asked.place}下发图斑 {whole['issued']} 个、{issued} 亩，"
        f"已核查 {whole['verified']} 个（{units.percent(whole['verified_share'])}）；"
        f"{word}违法 {whole['illegal_count']} 个、{units.mu(whole['illegal'])} 亩，"
        f"已整改 {units.mu(whole['rectified'])} 亩，"
        f"整改率 {units.percent(whole['rectified_share'])}。"
    )
    second = (
        f"逾期 {whole['overdue']} 件（{units.percent(whole['overdue_share'])}），"
        f"被退回 {whole['returned']} 件（{units.percent(whole['returned_share'])}），"
        f"立案 {whole['filed']} 件，销号 {whole['closed']} 件。"
    )
    lines = [first, second]
    ranked = [row for row in rows if row["rectified_share"] is not None]
    if len(ranked) > 1:
        last = ranked[-1]
        lines.append(
            f"整改率最高的是{ranked[0]['name']}（{units.percent(ranked[0]['rectified_share'])}），"
            f"最低的是{last['name']}（{units.percent(last['rectified_share'])}）。"
        )
    worst = max(rows, key=lambda row: row["overdue"], default=None)
    if worst and worst["overdue"]:
        lines.append(f"逾期最多的是{worst['name']}，{worst['overdue']} 件。")
    return lines
