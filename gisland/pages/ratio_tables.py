"""The tables of a ratio page: the same on the page, on paper and in the spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gisland.pages.ratio_figures import LEVEL_TERMS
from gisland.reports.table import Column, Table
from spatial import vocabulary

if TYPE_CHECKING:
    from gisland.pages.ratio_figures import Figures, Line


def main_table(figures: Figures) -> Table:
    """The regions by rank, with numerator, denominator and what stands apart."""
    below = vocabulary.denominator_term(figures.asked.query.denominator)
    other = "整改后" if figures.stage == "整改前" else "整改前"
    columns = [
        Column("rank", "名次", "count", "9mm"),
        Column("name", "行政区", width="23mm"),
        Column("share", f"违法占耕比（{figures.stage}）", "percent", "1fr"),
        Column("change", f"比 {figures.earlier_period}（百分点）", "points", "1fr")
        if figures.earlier_period
        else None,
        Column("numerator", "违法占用耕地（亩）", "mu", "1fr"),
        Column("denominator", f"{below}（亩）", "mu", "1.3fr"),
        Column("other", f"{other}比例", "percent", "1fr"),
        Column("land", "违法用地比例", "percent", "1fr"),
        Column("patches", "图斑（个）", "count", "0.8fr"),
        Column("undecided", "尚未认定（个）", "count", "0.8fr"),
        Column("open", "待定耕地（亩）", "mu", "1fr"),
        Column("low", "低限", "percent", "1fr"),
        Column("high", "高限", "percent", "1fr"),
        Column("remark", "说明", width="28mm"),
    ]
    return Table(
        f"{LEVEL_TERMS[figures.level]}违法占耕比",
        [column for column in columns if column is not None],
        [_cells(line, figures) for line in figures.lines],
        {**_cells(figures.total, figures), "rank": None, "remark": figures.total.row.reason},
        notes_of(figures),
    )


def _cells(line: Line, figures: Figures) -> dict[str, Any]:
    row = line.row
    is_before = figures.stage == "整改前"
    return {
        "rank": line.rank,
        "code": row.code,
        "name": row.name,
        "share": line.share,
        "change": line.change,
        "numerator": line.numerator_m2,
        "denominator": line.denominator_m2,
        "other": row.ratio if is_before else row.ratio_before_rectification,
        "land": row.land_ratio,
        "patches": row.patch_count,
        "undecided": row.undecided_count,
        "open": row.open_cultivated_m2,
        "low": row.ratio_low,
        "high": row.ratio_high,
        "remark": line.remark,
    }


PAPER = ("rank", "name", "share", "change", "numerator", "denominator", "other", "patches",
         "undecided", "remark")  # fmt: skip


def paper_table(figures: Figures) -> Table:
    """What of it a sheet of A4 holds; the bounds have a table of their own there."""
    whole = main_table(figures)
    return Table(
        whole.title,
        [column for column in whole.columns if column.key in PAPER],
        whole.rows,
        whole.total,
        whole.notes,
    )


def bounds_table(figures: Figures) -> Table:
    """Between which shares each region will lie, whatever is found of what is open."""
    whole = main_table(figures)
    kept = ("name", "share", "undecided", "open", "low", "high")
    columns = [column for column in whole.columns if column.key in kept]
    return Table("待定面积与比例的低限、高限", columns, whole.rows, whole.total, whole.notes)


def trend_table(figures: Figures) -> Table:
    """The total of each period."""
    columns = [
        Column("period", "期", width="1fr"),
        Column("remark", "说明", width="2fr"),
        Column("share", "违法占耕比", "percent"),
        Column("numerator", "违法占用耕地（亩）", "mu"),
        Column("denominator", "分母（亩）", "mu"),
        Column("patches", "图斑（个）", "count"),
    ]
    rows = [
        {"period": period, "share": line.share, "numerator": line.numerator_m2,
         "denominator": line.denominator_m2, "patches": line.row.patch_count,
         "remark": f"＊{line.remark}" if line.is_small else line.remark}
        for period, line in figures.trend
    ]  # fmt: skip
    return Table("各期走势", columns, rows, None, notes_of(figures))


def largest_table(figures: Figures) -> Table:
    """The patches that make most of the numerator."""
    columns = [
        Column("address", "图斑（批次/县区/监测编号）", width="2fr"),
        Column("project", "项目", width="2fr"),
        Column("terms", "认定或初判", width="2fr"),
        Column("cultivated_m2", "违法占用耕地（亩）", "mu"),
        Column("cultivated_exact", "违法占用耕地（m²）", "m2"),
        Column("share", "占分子", "percent"),
    ]
    whole = figures.largest[0]["of_cultivated_m2"] if figures.largest else 0
    rows = [
        {
            **row,
            "terms": "、".join(row["terms"]),
            "cultivated_exact": row["cultivated_m2"],
            "share": row["cultivated_m2"] / whole if whole else None,
        }
        for row in figures.largest
    ]
    return Table("占用耕地最多的违法图斑（整改后）", columns, rows, None, notes_of(figures))


def bands_table(figures: Figures) -> Table:
    """Where every square metre stands; the sum is all ground of the patches."""
    columns = [
        Column("term", "分栏", width="1fr"),
        Column("patches", "图斑（个）", "count"),
        Column("area", "面积（亩）", "mu"),
        Column("area_m2", "面积（m²）", "m2"),
        Column("cultivated", "其中耕地（亩）", "mu"),
    ]
    row = figures.total.row
    rows = [
        {"code": code, "term": band["term"], "patches": band["patch_count"],
         "area": band["area_m2"], "area_m2": band["area_m2"],
         "cultivated": band["cultivated_m2"]}
        for code, band in row.bands.items() if band["patch_count"]
    ]  # fmt: skip
    total = {
        "term": "全部图斑",
        "patches": row.patch_count,
        "area": row.area_m2,
        "area_m2": row.area_m2,
        "cultivated": sum((band["cultivated_m2"] for band in row.bands.values()), start=0),
    }
    return Table("面积去向", columns, rows, total, notes_of(figures))


def official_table(figures: Figures) -> Table:
    """The figures that authorities gave, each with its source."""
    columns = [
        Column("name", "行政区", width="1fr"),
        Column("area", "新增建设用地占用耕地（亩）", "mu"),
        Column("source", "来源", width="3fr"),
        Column("recorded", "登记日期"),
    ]
    rows = [
        {"name": name, "area": figure.area_m2, "source": figure.source,
         "recorded": f"{figure.recorded_at:%Y-%m-%d}" if figure.recorded_at else ""}
        for _, name, figure in figures.official
    ]  # fmt: skip
    return Table("上级核定数", columns, rows)


def notes_of(figures: Figures) -> list[str]:
    """How it was counted and on what, printed with every output."""
    found = [f"{figures.title}　{figures.place}　{figures.when}",
             "口径：" + "；".join(figures.said)]  # fmt: skip
    if out := figures.uncounted:
        found.append("不在分子分母内：" + "、".join(
            f"{band['term']} {band['patch_count']} 个" for band in out))  # fmt: skip
    if figures.sources:
        found.append("依据数据：" + "；".join(figures.sources))
    if figures.official:
        found.append("上级核定数：" + "；".join(
            f"{name} {figure.area_m2} m²，{figure.source}" for _, name, figure in figures.official
        ))  # fmt: skip
    return [
        *found,
        "比率是面积之和相除，不作平均；分母为零或没有登记的，不给出比率。初判均为疑似。",
    ]
