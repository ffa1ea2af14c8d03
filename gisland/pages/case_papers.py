"""What is taken away of cases as papers: the register of all that a filter finds. 办案台账"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.views.decorators.http import require_safe

from gisland.casework import queue
from gisland.pages import case_register
from gisland.pages.cases import person
from gisland.pages.paper_files import XLSX, answer, log, who
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
    found = queue.select(scope, asked, person(request), today)
    table = case_register.register(scope, found, today)
    words = "；".join(asked.said()) or "全部"
    title = f"{case_register.TITLE}　{words}　{today:%Y-%m-%d}"
    data = sheet.workbook(title, [table], stamp=f"取用 {who(request)} {today:%Y-%m-%d}")
    name = f"办案台账-{today:%Y-%m-%d}.xlsx"
    log(request, "case_register", name, rows=len(table.rows), asked=dict(asked.told()))
    return answer(data, XLSX, name)
