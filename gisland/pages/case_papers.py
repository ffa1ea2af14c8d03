"""What is taken away of cases as papers: the register of all that a filter finds, and the drafts of
one case. 办案台账, 文书草稿"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.utils import timezone
from django.views.decorators.http import require_safe

from gisland.casework import queue
from gisland.casework.errors import EdgeRefused
from gisland.casework.findings import ILLEGAL, findings_of
from gisland.casework.paper_fill import fill
from gisland.casework.paper_forms import forms
from gisland.casework.paper_templates import template_for
from gisland.pages import case_register
from gisland.pages.cases import found, person
from gisland.pages.paper_fields import fields_of, footer_of
from gisland.pages.paper_files import DOCX, XLSX, answer, log, who
from gisland.reports import sheet
from spatial.scope import login_or_demo, request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

GUARD = "internal"
"""The secrecy whose export right is asked for, as for every file of patches."""


@login_or_demo
@require_safe
def case_register_xlsx(request: HttpRequest) -> HttpResponse:
    """The register of the cases that the address of the list asks for, as a spreadsheet."""
    scope, today = request_scope(request), timezone.localdate()
    scope.require("export", GUARD)
    asked = queue.Asked.of(request.GET)
    cases = queue.select(scope, asked, person(request), today)
    table = case_register.register(scope, cases, today)
    words = "；".join(asked.said()) or "全部"
    title = f"{case_register.TITLE}　{words}　{today:%Y-%m-%d}"
    data = sheet.workbook(title, [table], stamp=f"取用 {who(request)} {today:%Y-%m-%d}")
    name = f"办案台账-{today:%Y-%m-%d}.xlsx"
    log(request, "case_register", name, rows=len(table.rows), asked=dict(asked.told()))
    return answer(data, XLSX, name)


@login_or_demo
@require_safe
def case_draft(request: HttpRequest, case_id: int, code: str) -> HttpResponse:
    """A draft of one paper of a case, filled in by the office's template; on record before it is
    given out."""
    scope, today = request_scope(request), timezone.localdate()
    scope.require_act("handle" if scope.can("handle") else "review")
    scope.require("export", GUARD)
    case = found(scope, case_id)
    form = forms().forms.get(code)
    if form is None:
        raise Http404("没有这种文书。")
    finding = findings_of([case.patch_id])[case.patch_id]
    if form.finding == ILLEGAL and not finding.illegal_m2:
        raise EdgeRefused(f"这个图斑没有判定为违法的部分，不能起草{form.term}。请先判定。")
    body, template = template_for(code, case.patch.region.code)
    footer = footer_of(scope, case, template=template, by=who(request), made_on=today)
    data = fill(body, fields_of(scope, case, today), footer)
    name = f"{form.term}（草稿）-{case.patch.address.replace('/', '-')}.docx"
    told = {"address": case.patch.address, "paper": code, "events": case.events,
            "template": template}  # fmt: skip
    log(request, "case_draft", name, rows=1, asked=told)
    return answer(data, DOCX, name)
