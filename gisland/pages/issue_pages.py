"""`/cases/papers/`: the tables of issued patches, their spreadsheet and the bulletin. 卫片统计"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from gisland.pages import issue_progress, issue_tables
from gisland.pages.issue_asked import DEFAULTS, GROUP_TERMS, LEVELS, asked_of
from gisland.pages.paper_files import PDF, XLSX, answer, log, who
from gisland.reports import pdf, sheet
from spatial import vocabulary
from spatial.engine.ratios import BASES
from spatial.models import Batch, Patch, Region
from spatial.models.patch import Source
from spatial.scope import login_or_demo, request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from gisland.pages.issue_asked import Asked
    from gisland.pages.issue_tables import Issue


@login_or_demo
def issue_page(request: HttpRequest) -> HttpResponse:
    """The table that the address asks for, and how far the counties are."""
    asked = asked_of(request_scope(request), request.GET)
    issue = issue_tables.issue_of(asked)
    table = issue_tables.stage_table(issue)
    leading = len(issue_tables.leading_columns(issue))
    return render(
        request,
        "gisland/issue_tables.html",
        {
            "asked": asked,
            "issue": issue,
            "table": table,
            "heads": issue_tables.heads(issue),
            "leading": table.columns[:leading],
            "counted": table.columns[leading:],
            "rows": [_linked(asked, row, cells)
                     for row, cells in zip(table.rows, table.page_rows, strict=True)],
            "progress": issue_progress.progress_table(issue),
            "sentences": issue_progress.progress_sentences(issue),
            "notes": issue_tables.notes_of(issue),
            "form": _form(asked),
            "address": asked.address(),
            "api": reverse("api-issue-tables") + asked.address(),
        },
    )  # fmt: skip


def _linked(asked: Asked, row: Any, cells: list[tuple[str, bool]]) -> dict[str, Any]:
    """A row with where its first cell leads: the cases of that county and batch."""
    parts = [("county", row["code"][:6]), ("batch", row["batch"] or asked.batch)]
    told = "&".join(f"{name}={value}" for name, value in parts if value)
    return {"href": f"{reverse('cases')}?{told}" if told else "", "cells": cells}


def _form(asked: Asked) -> dict[str, Any]:
    given = dict(asked.given)
    patches = asked.scope.filter_patches(
        Patch.objects.filter(batch__ruleset=asked.query.ruleset)
    ).exclude(batch__source__in=(Source.SITE, Source.MACHINE))
    batches = Batch.objects.filter(pk__in=patches.values("batch_id")).order_by("issued_on", "code")
    sources = dict.fromkeys(batches.values_list("source", flat=True))
    periods = sorted(set(batches.exclude(period="").values_list("period", flat=True)), reverse=True)
    years = sorted({period[:4] for period in periods}, reverse=True)
    counties = Region.objects.filter(pk__in=asked.scope.county_ids).order_by("code")
    options = {
        "period": ("期", [("", "全部各期"), *((one, one) for one in [*years, *periods])]),
        "group": ("每行", list(GROUP_TERMS.items())),
        "level": ("行政区到", list(LEVELS.items())),
        "region": ("县区", [("", "全部"), *((one.code, one.name) for one in counties)]),
        "source": ("下发级别", [("", "全部"),
                                *((code, vocabulary.source_term(code)) for code in sources)]),
        "batch": ("批次", [("", "全部"), *((one.code, one.code) for one in batches)]),
        "basis": ("口径", [(code, vocabulary.basis_term(code)) for code in reversed(BASES)]),
    }  # fmt: skip
    return {
        "selects": [
            {"name": name, "title": title, "options": choices,
             "chosen": given.get(name, DEFAULTS.get(name, ""))}
            for name, (title, choices) in options.items()
        ],
        "known_at": given.get("known_at", ""),
        "today": timezone.localdate().isoformat(),
        "kept": [(name, value) for name, value in asked.given
                 if name not in options and name != "known_at"],
        "changed": asked.address() != "?",
    }  # fmt: skip


@login_or_demo
def issue_xlsx(request: HttpRequest) -> HttpResponse:
    """The same tables as a spreadsheet: 亩 follow from m² by formula, sums and the check too."""
    asked = asked_of(request_scope(request), request.GET)
    issue = issue_tables.issue_of(asked)
    tables = [issue_tables.stage_table(issue, exact=True), issue_progress.progress_table(issue)]
    title = f"{asked.place}{issue.title}　{issue.when}"
    stamp = issue_tables.stamp(who(request))
    data = sheet.workbook(title, tables, stamp=stamp)
    name = f"{asked.place}卫片图斑统计表-{asked.as_of}.xlsx"
    log(request, "issue_tables", name, rows=len(tables[0].rows), asked=dict(asked.given))
    return answer(data, XLSX, name)


@login_or_demo
def issue_bulletin(request: HttpRequest) -> HttpResponse:
    """The bulletin: how far each county is, ranked, and the table of issued patches."""
    asked = asked_of(request_scope(request), request.GET)
    issue = issue_tables.issue_of(asked)
    address = request.build_absolute_uri(reverse("issue_tables") + asked.address())
    data = bulletin(issue, by=who(request), address=address)
    name = f"{asked.place}卫片执法通报-{asked.as_of}.pdf"
    log(request, "issue_bulletin", name, rows=len(issue.counties.rows), asked=dict(asked.given))
    return answer(data, PDF, name, inline=True)


def bulletin(issue: Issue, *, by: str, address: str) -> bytes:
    """The PDF of the page's own figures."""
    made_on = timezone.localdate()
    notes = issue_tables.notes_of(issue)
    parts: list[dict[str, Any]] = [
        *({"text": line} for line in issue_progress.progress_sentences(issue)),
        {"heading": "各县区核查整改进度（按整改率排名）"},
        {"table": issue_progress.progress_table(issue).on_paper()},
        {"heading": issue.title},
        {"table": issue_tables.paper_table(issue).on_paper()},
        {"heading": "口径与依据"},
        {"notes": notes},
    ]
    data = {
        "title": f"{issue.asked.place}卫片执法情况通报",
        "subtitle": f"{issue.when}　{vocabulary.basis_term(issue.asked.query.basis)}",
        "made_on": made_on, "by": by, "address": address, "landscape": True, "parts": parts,
    }  # fmt: skip
    return pdf.render("plain", data)
