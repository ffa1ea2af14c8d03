"""The printed bulletin and the spreadsheet of a ratio page: the page's own figures. 通报"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely
from django.utils import timezone

from gisland.pages import ratio_shapes, ratio_tables
from gisland.pages.ratio_sentences import headline
from gisland.reports import charts, maps, pdf, sheet
from spatial import crs, units, vocabulary

if TYPE_CHECKING:
    import datetime

    from gisland.pages.ratio_figures import Figures, Line

MAP_MM = (176.0, 92.0)
MOST_BARS = 24
"""More regions than this are ranked in the table alone."""


def mark_of(line: Line, name: str = "") -> charts.Mark:
    """A line's figure for a chart; under another name (a period) a small denominator has a ＊."""
    share = None if line.share is None else float(line.share)
    named = name or line.row.name
    said = units.percent(line.share) + ("＊" if name and line.is_small else "")
    return charts.Mark(named, share, said, line.klass["colour"])


def trend_chart(figures: Figures) -> str:
    """The total over the periods."""
    marks = [mark_of(line, period) for period, line in figures.trend]
    lines = vocabulary.ratio_lines()
    return charts.columns(marks, lines, chosen=figures.asked.query.period or "")


def bulletin(figures: Figures, *, made_on: datetime.date, by: str, address: str) -> bytes:
    """The PDF: sentences, map, ranking, trend, tables, and how it was counted."""
    files = {"trend.svg": trend_chart(figures).encode()}
    ranked = [line for line in figures.lines if line.share is not None][:MOST_BARS]
    if ranked:
        chart = charts.bars([mark_of(line) for line in ranked], vocabulary.ratio_lines())
        files["ranking.svg"] = chart.encode()
    if (drawn := _map(figures)) is not None:
        files["map.svg"] = drawn
    data = {
        "title": f"{figures.place}违法占耕比通报",
        "subtitle": f"{figures.title}　{figures.when}　{figures.stage}",
        "made_on": made_on,
        "by": by,
        "address": address,
        "figures": _figures(figures),
        "sentences": headline(figures),
        "has_map": "map.svg" in files,
        "has_ranking": "ranking.svg" in files,
        "has_trend": len(figures.trend) > 1,
        "ranking": ratio_tables.paper_table(figures).on_paper(),
        "ranking_title": ratio_tables.main_table(figures).title,
        "bounds": ratio_tables.bounds_table(figures).on_paper(),
        "trend": ratio_tables.trend_table(figures).on_paper(),
        "bands": ratio_tables.bands_table(figures).on_paper(),
        "largest": ratio_tables.largest_table(figures).on_paper() if figures.largest else None,
        "official": ratio_tables.official_table(figures).on_paper() if figures.official else None,
        "notes": ratio_tables.notes_of(figures),
    }
    return pdf.render("ratio_bulletin", data, files)


def _figures(figures: Figures) -> list[dict[str, Any]]:
    total = figures.total
    below = vocabulary.denominator_term(figures.asked.query.denominator)
    change = ""
    if figures.earlier_period and total.change is not None:
        change = f"比 {figures.earlier_period} {total.change * 100:+.2f} 个百分点"
    return [
        {"term": f"违法占耕比（{figures.stage}）", "value": units.percent(total.share),
         "colour": total.klass["colour"], "note": change},
        {"term": "违法占用耕地", "value": f"{units.mu(total.numerator_m2)} 亩",
         "note": f"{total.numerator_m2} m²"},
        {"term": below, "value": "—" if total.denominator_m2 is None else
         f"{units.mu(total.denominator_m2)} 亩",
         "note": "" if total.denominator_m2 is None else f"{total.denominator_m2} m²"},
        {"term": "图斑", "value": f"{total.row.patch_count} 个",
         "note": f"尚未认定 {total.row.undecided_count} 个"},
    ]  # fmt: skip


def _map(figures: Figures) -> bytes | None:
    """The choropleth, with the figure on each region."""
    ground = ratio_shapes.outlines(figures.asked.query.county_ids, figures.level)
    shown = {code: shape for code, shape in ground.items() if not shape.is_empty}
    if not shown:
        return None
    west, _, east, _ = shapely.total_bounds(list(shown.values()))
    meridian = crs.nearest_meridian((west + east) / 2)
    frame = maps.frame_of(list(shown.values()), meridian, width_mm=MAP_MM[0], height_mm=MAP_MM[1])
    lines = {line.row.code: line for line in figures.lines}
    shapes = [
        maps.Shape(shape, f"{line.row.name}\n{units.percent(line.share)}", look_of(line.klass))
        for code, shape in shown.items()
        if (line := lines.get(code)) is not None
    ]
    legend = [(look_of(look), look["term"]) for look in vocabulary.ratio_classes()]
    none = vocabulary.ratio_class(None)
    legend.append((look_of(none), "— 没有比率"))
    return maps.draw(frame, [maps.MapLayer("", look_of(none), shapes, legend)])


def look_of(klass: dict[str, Any]) -> maps.Look:
    """How a class of ratio is painted on paper."""
    return maps.Look(
        colour="#343A40" if klass.get("hatch", "none") == "none" else "#868E96",
        width=0.6,
        fill=klass["colour"] if klass.get("hatch", "none") == "none" else "#F1F3F5",
        opacity=0.85,
        hatch=klass.get("hatch", "none"),
    )


def spreadsheet(figures: Figures, *, by: str) -> bytes:
    """The XLSX: the same tables, each with how it was counted."""
    tables = [
        ratio_tables.main_table(figures),
        ratio_tables.trend_table(figures),
        ratio_tables.largest_table(figures),
        ratio_tables.bands_table(figures),
    ]
    if figures.official:
        tables.append(ratio_tables.official_table(figures))
    title = f"{figures.place}{figures.title}　{figures.when}　{figures.stage}"
    return sheet.workbook(title, tables, stamp=f"取用 {by} {timezone.localdate():%Y-%m-%d}")
