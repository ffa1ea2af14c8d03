"""违法占耕比: the ratio map, the patches behind a number, the bulletin and the spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe

from gisland.pages import map_config, ratio_bulletin, ratio_form, ratio_shapes, ratio_tables
from gisland.pages.paper_files import XLSX, answer
from gisland.pages.ratio_asked import AddressWrong, PatchParameters, asked_of
from gisland.pages.ratio_figures import Figures, figures_of, regions_of
from gisland.pages.ratio_sentences import headline, share_of
from gisland.reports import charts
from gisland.reports.table import Column, Table
from imports import export_log
from spatial import units, vocabulary
from spatial.engine.ratio_patches import FIGURES, patches_behind
from spatial.engine.ratio_pieces import pieces_behind
from spatial.models import User
from spatial.scope import login_or_demo, request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest

    from gisland.pages.ratio_asked import Asked
    from gisland.pages.ratio_figures import Line

PAGE = 50
UNPLACED = "000"
FIGURE_TERMS = {"numerator": "分子（违法占用耕地）", "denominator": "分母", "all": "全部图斑"}


@login_or_demo
def ratio_page(request: HttpRequest) -> HttpResponse:
    """The figures of the reader's counties: map, ranking, trend and the tables."""
    asked, _ = asked_of(request_scope(request), request.GET)
    figures = figures_of(asked)
    marks = [ratio_bulletin.mark_of(line) for line in figures.lines]
    lines = vocabulary.ratio_lines()
    top = charts.top_of([mark.share for mark in marks], lines)
    return render(
        request,
        "gisland/ratios.html",
        {
            "figures": figures,
            "asked": asked,
            "form": ratio_form.form_of(asked, figures),
            "headline": headline(figures),
            "ranked": [
                {
                    "line": line,
                    "share": units.percent(line.share),
                    "change": _change(line),
                    "bar": mark_safe(charts.bar(mark, top, lines)),
                    "href": _closer(asked, figures, line),
                }
                for line, mark in zip(figures.lines, marks, strict=True)
            ],
            "ratio_lines": [(units.percent(share_of(share)), term) for share, term in lines],
            "trend": mark_safe(ratio_bulletin.trend_chart(figures)),
            "tables": _tables(asked, figures),
            "main": _linked(asked, figures),
            "notes": ratio_tables.notes_of(figures),
            "address": asked.address(),
            "wide_address": asked.address(region=None, level=None),
            "size_address": asked.address(size=None if asked.is_large else "large"),
            "map_config": _map(asked, figures),
            "map_shapes": {"features": ratio_shapes.features(figures),
                           "looks": ratio_shapes.looks(), "title": "违法占耕比"},
        },
    )  # fmt: skip


def _change(line: Line) -> str:
    if line.change is None:
        return ""
    return f"{(line.change * 100).quantize(units.CENT):+}"


def _map(asked: Asked, figures: Figures) -> dict[str, Any]:
    """The page's map: boundaries alone, no image, folded lists, the regions as shapes."""
    config = map_config.map_config(asked.scope)
    layers = [
        {**layer, "style": {**layer["style"], "label_minzoom": 30}}
        for layer in config["layers"]
        if layer["id"] in ("counties", "township")
    ]
    bounds = list(config["bounds"])
    if asked.region is not None and asked.region.geom is not None:
        bounds = list(asked.region.geom.extent)
    return {**config, "layers": layers, "imagery": [], "bounds": bounds, "layers_open": False,
            "address": False}  # fmt: skip


def _closer(asked: Asked, figures: Figures, line: Line) -> str:
    """Where a region's name leads: a county to its townships, a township to its patches."""
    if figures.level == "county":
        return asked.address(region=line.row.code, level=None)
    band = "numerator" if line.numerator_m2 else "all"
    return _behind(asked, _place(figures, line.row.code), band)


def _place(figures: Figures, code: str) -> str:
    return f"{code}{UNPLACED}" if figures.level == "township" and len(code) == 6 else code


def _behind(asked: Asked, code: str, band: str) -> str:
    """The patches behind a number; a county's ground in no township has the code 000."""
    return reverse("ratio_patches") + asked.address(
        region=code or None, band=band, basis=asked.query.basis, size=None
    )


def _linked(asked: Asked, figures: Figures) -> dict[str, Any]:
    """The main table, each number that can be opened with where it leads."""
    table = ratio_tables.main_table(figures)
    opens = {"numerator": "numerator", "denominator": "denominator", "patches": "all",
             "undecided": "undecided"}  # fmt: skip
    if asked.query.denominator == "official":
        del opens["denominator"]

    def cells(row: Any, code: str) -> list[dict[str, Any]]:
        return [
            {
                "text": column.printed(row.get(column.key)),
                "number": column.is_number,
                "key": column.key,
                "href": _behind(asked, code, opens[column.key])
                if column.key in opens and row.get(column.key) else "",
            }
            for column in table.columns
        ]  # fmt: skip

    whole = asked.region.code if asked.region else ""
    return {
        "table": table,
        "share_said": units.percent(figures.total.share),
        "rows": [
            {"code": row["code"], "cells": cells(row, _place(figures, row["code"]))}
            for row in table.rows
        ],
        "residual": table.printed_foot()[:-1],
        "total": cells(table.total or {}, whole),
    }


def _tables(asked: Asked, figures: Figures) -> dict[str, Any]:
    codes = set(asked.scope.county_codes)
    largest = ratio_tables.largest_table(figures)
    return {
        "largest": largest,
        "largest_rows": [
            {"patch": row["patch"] if row["county"] in codes else None, "cells": cells}
            for row, cells in zip(largest.rows, largest.printed_rows(), strict=True)
        ],
        "bands": ratio_tables.bands_table(figures),
        "trend": ratio_tables.trend_table(figures),
        "official": ratio_tables.official_table(figures) if figures.official else None,
    }


@login_or_demo
def ratio_patches(request: HttpRequest) -> HttpResponse:
    """The patches behind one number, the weightiest first, and why each counts there."""
    scope = request_scope(request)
    asked, checked = asked_of(scope, request.GET, PatchParameters)
    code, band, number = (
        checked.get(key, usual)
        for key, usual in (("region", ""), ("band", "numerator"), ("page", 1))
    )
    query, name = asked.query, _region_name(asked, code)
    township = code.removesuffix(UNPLACED) if len(code) == 9 else ""
    rows = patches_behind(query, township, band, first=(number - 1) * PAGE, most=PAGE)
    if number > 1 and not rows:
        raise AddressWrong(f"这个数字背后的图斑没有第 {number} 页。请从第一页看起。")
    why: dict[int, list[dict[str, Any]]] = {}
    shown = {row["patch"] for row in rows}
    for piece in pieces_behind(query, township, band) if rows else []:
        if piece["patch"] in shown:
            why.setdefault(piece["patch"], []).append(piece)
    codes = set(scope.county_codes)
    whole = rows[0] if rows else {"of_count": 0, "of_area_m2": 0, "of_cultivated_m2": 0}
    pages = max(1, -(-whole["of_count"] // PAGE))
    terms = {**FIGURE_TERMS, **vocabulary.ratio_band_terms()}
    return render(
        request,
        "gisland/ratio_patches.html",
        {
            "asked": asked,
            "name": name,
            "term": terms[band],
            "basis": vocabulary.basis_term(query.basis),
            "period": f"{query.period} 期" if query.period else "全部各期",
            "rows": [{**row, "link": row["county"] in codes, "pieces": _pieces(why, row, codes)}
                     for row in rows],
            "whole": whole,
            "residual": _residual(rows, whole) if pages == 1 else None,
            "page": number,
            "pages": pages,
            "earlier": asked.address(page=str(number - 1)) if number > 1 else "",
            "later": asked.address(page=str(number + 1)) if number < pages else "",
            "bands": [(key, term) for key, term in terms.items() if key in (*FIGURES, "all")
                      or key in vocabulary.ratio_band_terms()],
            "band": band,
            "kept": [pair for pair in asked.given if pair[0] != "band"],
            "back": reverse("ratios") + asked.address(region=code[:6] or None, band=None),
        },
    )  # fmt: skip


def _residual(rows: list[dict[str, Any]], whole: dict[str, Any]) -> dict[str, Any] | None:
    """What the printed 亩 of the rows lack to their printed sums."""
    total = {key: whole[f"of_{key}"] for key in ("area_m2", "cultivated_m2")}
    columns = [Column(key, "", "mu") for key in total]
    lacking = Table("", columns, rows, total).residual
    return {key: f"{value:+}" for key, value in lacking.items()} or None


def _pieces(
    why: dict[int, list[dict[str, Any]]], row: dict[str, Any], codes: set[str]
) -> list[dict[str, Any]]:
    """The reasons of a patch's pieces; one that names a patch elsewhere does not name it."""
    found = []
    for piece in why.get(row["patch"], []):
        other = piece["counted_in"]
        hidden = other is not None and other.split("/")[1] not in codes
        found.append({**piece, "why": piece["why"].replace(other, "区外图斑") if hidden else
                      piece["why"]})  # fmt: skip
    return found


def _region_name(asked: Asked, code: str) -> str:
    if not code:
        return "全部"
    if len(code) == 6 and asked.region is not None:
        return asked.region.name
    county = asked.region.name if asked.region else ""
    if code.endswith(UNPLACED):
        return f"{county}（乡镇不明）"
    names = dict(regions_of(asked.query.county_ids, "township"))
    if code not in names:
        raise Http404("没有这个乡镇，或不在您的行政区内。")
    return f"{county}{names[code]}"


@login_or_demo
def ratio_bulletin_pdf(request: HttpRequest) -> HttpResponse:
    """The printed bulletin of the same figures."""
    asked, _ = asked_of(request_scope(request), request.GET)
    figures = figures_of(asked)
    content = ratio_bulletin.bulletin(
        figures,
        made_on=timezone.localdate(),
        by=_who(request),
        address=request.build_absolute_uri(reverse("ratios") + asked.address()),
    )
    name = f"{figures.place}违法占耕比通报.pdf"
    _log(request, "pdf", name, len(figures.lines))
    return answer(content, "application/pdf", name, inline=True)


@login_or_demo
def ratio_xlsx(request: HttpRequest) -> HttpResponse:
    """The spreadsheet of the same figures."""
    asked, _ = asked_of(request_scope(request), request.GET)
    figures = figures_of(asked)
    content = ratio_bulletin.spreadsheet(figures, by=_who(request))
    name = f"{figures.place}违法占耕比.xlsx"
    _log(request, "xlsx", name, len(figures.lines))
    return answer(content, XLSX, name, inline=False)


def _log(request: HttpRequest, form: str, name: str, rows: int) -> None:
    """A record of what is given out; without one nothing is."""
    export_log.write_paper(
        "ratios", form, name, rows=rows, asked=dict(request.GET.items()),
        scope=request_scope(request), by=_who(request),
        user=request.user if isinstance(request.user, User) else None,
    )  # fmt: skip


def _who(request: HttpRequest) -> str:
    user = request.user
    if not user.is_authenticated:
        return "演示访客"
    unit = getattr(user, "unit", None)
    return f"{user.get_full_name() or user.get_username()}{f' {unit}' if unit else ''}"
