"""The generic page of a campaign: table, map, register and measures, driven by its file. 专项"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from gisland.casework import measures
from gisland.casework.models import MeasureState
from gisland.errors import status_of
from gisland.pages import campaign_map
from gisland.pages.campaign_tables import notes_of, table_of
from gisland.pages.paper_files import PDF, XLSX, answer
from gisland.reports import pdf, sheet
from imports import export_log
from spatial.campaigns.figures import Figures, Line, figures_of
from spatial.campaigns.ground import batches_of
from spatial.campaigns.read import campaign_of, campaigns
from spatial.errors import GislandError, InputRefused
from spatial.models import User
from spatial.scope import login_or_demo, request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from spatial.campaigns.schema import Campaign, TableSpec
    from spatial.scope import Scope

    Row = dict[str, Any]

PAGE = 50
PATCH_TABLE_PAGE = 200
MOST_ON_PAPER = 2000
GUARD = "internal"
"""The secrecy of the ground that campaigns are about."""


@login_or_demo
@require_safe
def campaign_list(request: HttpRequest) -> HttpResponse:
    """Every campaign, with how much ground of each the reader's counties have."""
    scope = request_scope(request)
    rows = []
    for campaign in campaigns().values():
        newest = [found[0] for name in campaign.rulesets if (found := batches_of(name, scope))]
        rows.append({
            "campaign": campaign,
            "patches": sum(batch.patch_count for batch in newest),
            "as_of": max((batch.as_of for batch in newest if batch.as_of), default=None),
            "missing": len(campaign.rulesets) - len(newest),
        })  # fmt: skip
    return render(request, "gisland/campaign_list.html", {"rows": rows})


@login_or_demo
@require_http_methods(["GET", "HEAD", "POST"])
def campaign_page(request: HttpRequest, code: str) -> HttpResponse:
    """One table of a campaign; ``?unit=`` one row with its ground and measures, which a POST adds
    to. A refusal comes back with what was typed."""
    scope = request_scope(request)
    campaign, table = _asked(request, scope, code)
    figures = _figures(request, table, scope)
    unit = request.GET.get("unit", "")
    line = _line(figures, unit) if unit else None
    fault, status = "", 200
    given: dict[str, str] = {}
    if request.method == "POST":
        given = request.POST.dict()
        try:
            _set(request, scope, campaign, table, line)
        except GislandError as error:
            fault, status = str(error), status_of(error)
        else:
            messages.success(request, "已登记处置措施。")
            return redirect(request.get_full_path())
    shown = Figures(**{**vars(figures), "lines": [line]}) if line else figures
    context = {
        **_told(request, scope, campaign, figures),
        "line": line,
        "unit": _unit_told(request, scope, campaign, table, line) if line else None,
        "map_config": campaign_map.config_of(shown, scope),
        "fault": fault,
        "given": given,
    }
    return render(request, "gisland/campaign.html", context, status=status)


def _tables(campaign: Campaign, scope: Scope) -> list[TableSpec]:
    """Those that the reader may see: who uses ground is told to whoever may identify it."""
    may = scope.may("identify", GUARD)
    return [table for table in campaign.tables if may or not table.names_users]


def _asked(request: HttpRequest, scope: Scope, code: str) -> tuple[Campaign, TableSpec]:
    campaign = campaign_of(code)
    seen = _tables(campaign, scope)
    asked = request.GET.get("table", "")
    table = campaign.table(asked) if asked else next(iter(seen), campaign.tables[0])
    if table is not None and table not in seen:
        scope.require("identify", GUARD)
    if table is None:
        known = "、".join(f"{one.code}（{one.title}）" for one in campaign.tables)
        raise InputRefused(f"这个专项没有这张表。现有：{known}。")
    return campaign, table


def _figures(request: HttpRequest, table: TableSpec, scope: Scope) -> Figures:
    return figures_of(table, scope, batch=request.GET.get("batch", ""))


def _line(figures: Figures, unit: str) -> Line:
    for line in figures.lines:
        if line.key == unit:
            return line
    raise InputRefused(f"这张表没有这个{figures.table.unit_term}，或它不在您的行政区内。")


def _told(
    request: HttpRequest, scope: Scope, campaign: Campaign, figures: Figures
) -> dict[str, Any]:
    """The table with its rows linked, its page, progress, and what the page says around it."""
    today = timezone.localdate()
    found = measures.current(campaign, figures.table.code, scope)
    paged = Paginator(figures.lines, PATCH_TABLE_PAGE).get_page(request.GET.get("page"))
    table = table_of(figures, found)
    shown = replace(table, rows=table.rows[paged.start_index() - 1 : paged.end_index()])
    return {
        "campaign": campaign,
        "tables": [(one, _href(code=one.code)) for one in _tables(campaign, scope)],
        "figures": figures,
        "table": table,
        "paged": paged,
        "rows": [
            (line, cells, _href(request, unit=line.key, page=""))
            for line, cells in zip(paged, shown.page_rows, strict=True)
        ],
        "notes": notes_of(figures),
        "batches": figures.batches,
        "progress": measures.progress(figures, found, today),
        "phases": [{"phase": phase, "past": phase.until < today.isoformat()}
                   for phase in campaign.phases],
        "exports": request.GET.urlencode(),
        "may_set": scope.can(measures.ACT),
        "may_export": scope.may("export", GUARD),
    }  # fmt: skip


def _href(request: HttpRequest | None = None, code: str = "", **more: str) -> str:
    """An address of this page: a table from its start, or what is asked now with a change."""
    asked = dict(request.GET.items()) if request is not None else {}
    asked |= {"table": code} if code else {}
    asked |= more
    return "?" + urlencode({name: value for name, value in asked.items() if value})


def _unit_told(
    request: HttpRequest, scope: Scope, campaign: Campaign, table: TableSpec, line: Line
) -> Row:
    """One row's ground, patch by patch, and everything set for it."""
    terms = {code: column.term for column in table.columns if column.kind == "conclude"
             for code in column.of}  # fmt: skip
    terms |= {"unknown": "数据不足", "hidden": "区外或无权查看"}
    paged = Paginator(line.ground, PAGE).get_page(request.GET.get("ground"))
    ground = [
        {"ground": one,
         "parts": [(terms.get(code, code), one.area_of([code]))
                   for code in dict.fromkeys(part.code for part in one.parts)]}
        for one in paged
    ]  # fmt: skip
    return {
        "ground": ground,
        "paged": paged,
        "history": measures.history(campaign, table.code, line.key, scope),
        "states": MeasureState.choices,
    }


def _set(
    request: HttpRequest, scope: Scope, campaign: Campaign, table: TableSpec, line: Line | None
) -> None:
    scope.require_act(measures.ACT)
    if line is None or not isinstance(request.user, User):
        raise InputRefused("请先登录，并从表中点开一个单元。")
    given = request.POST
    measures.set_measure(
        campaign, table.code, line,
        measure=given.get("measure", ""),
        work_group=given.get("work_group", ""),
        due_on=given.get("due_on", ""),
        state=given.get("state", ""),
        note=given.get("note", ""),
        by=request.user, at=timezone.now(),
    )  # fmt: skip


@login_or_demo
@require_safe
def campaign_xlsx(request: HttpRequest, code: str) -> HttpResponse:
    """Every table of the campaign as a spreadsheet, with areas in 亩 and m²."""
    scope = request_scope(request)
    scope.require("export", GUARD)
    campaign, _ = _asked(request, scope, code)
    tables = []
    for spec in _tables(campaign, scope):
        batch = request.GET.get("batch", "") if spec.code == request.GET.get("table") else ""
        figures = figures_of(spec, scope, batch=batch)
        tables.append(table_of(figures, measures.current(campaign, spec.code, scope), exact=True))
    stamp = f"取用 {_who(request)} {timezone.localdate():%Y-%m-%d}"
    content = sheet.workbook(campaign.title, tables, stamp=stamp)
    name = f"{campaign.title}.xlsx"
    _log(request, "xlsx", name, sum(len(table.rows) for table in tables))
    return answer(content, XLSX, name)


@login_or_demo
@require_safe
def campaign_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """The table that is shown as a bulletin on paper: map, table, how it was counted."""
    scope = request_scope(request)
    scope.require("export", GUARD)
    campaign, table = _asked(request, scope, code)
    figures = _figures(request, table, scope)
    if len(figures.lines) > MOST_ON_PAPER:
        raise InputRefused(f"本表有 {len(figures.lines)} 行，印不成 PDF。请取 XLSX。")
    drawn = campaign_map.drawing_of(figures)
    data = {
        "title": f"{campaign.title}　{table.title}",
        "subtitle": campaign.about,
        "made_on": timezone.localdate(),
        "by": _who(request),
        "address": request.build_absolute_uri(
            reverse("campaign", args=[code]) + _href(request, page="", unit="")
        ),
        "landscape": True,
        "has_map": drawn is not None,
        "table": table_of(figures, measures.current(campaign, table.code, scope)).on_paper(),
        "notes": [f"依据：{campaign.source}", *campaign.lacks, *notes_of(figures)],
    }
    content = pdf.render("campaign", data, {"map.svg": drawn} if drawn else {})
    name = f"{campaign.title}_{table.title}.pdf"
    _log(request, "pdf", name, len(figures.lines))
    return answer(content, PDF, name, inline=True)


def _log(request: HttpRequest, form: str, name: str, rows: int) -> None:
    """A record of what is given out; without one nothing is."""
    export_log.write_paper(
        "campaign", form, name, rows=rows, asked=dict(request.GET.items()),
        scope=request_scope(request), by=_who(request),
        user=request.user if isinstance(request.user, User) else None,
    )  # fmt: skip


def _who(request: HttpRequest) -> str:
    user = request.user
    if not isinstance(user, User):
        return "演示访客"
    return f"{user.get_full_name() or user.get_username()}{f' {user.unit}' if user.unit else ''}"
