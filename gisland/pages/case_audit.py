"""Who read, changed and took out what of the cases of these counties. 审计"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from gisland.casework import reading
from gisland.casework.models import Case, CaseEvent
from gisland.casework.process import process
from imports.models import ExportLog
from spatial.errors import InputRefused
from spatial.scope import login_or_demo, mark_private, request_scope

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from spatial.scope import Scope

ACT = "audit"
KINDS = {"reads": "查阅", "changes": "办理", "exports": "导出"}
PAGE = 100
LONGEST_KEY = 12


@login_or_demo
@require_safe
def case_audit(request: HttpRequest) -> HttpResponse:
    """Readings, steps or exports, the newest first, by person, case and days."""
    scope = request_scope(request)
    scope.require_act(ACT)
    asked = {
        name: request.GET.get(name, "").strip()
        for name in ("kind", "who", "since", "until", "case")
    }
    asked["kind"] = asked["kind"] if asked["kind"] in KINDS else "reads"
    rows = _between({"reads": _reads, "changes": _changes, "exports": _exports}[asked["kind"]](
        scope, asked
    ), asked)  # fmt: skip
    page = Paginator(rows, PAGE).get_page(request.GET.get("page", "1")[:LONGEST_KEY])
    edges = process().edges
    context = {
        "kinds": KINDS,
        "asked": asked,
        "page": page,
        "edges": {code: edge.term for code, edge in edges.items()},
        "steps": [(row, edges[row.edge].term if row.edge in edges else row.edge) for row in page]
        if asked["kind"] == "changes"
        else [],
        "counties": set(scope.county_codes),
    }
    return mark_private(render(request, "gisland/case_audit.html", context))


def _reads(scope: Scope, asked: dict[str, str]) -> QuerySet[Any]:
    rows = reading.readings(scope)
    if asked["case"]:
        rows = rows.filter(case=_key(asked["case"]))
    return rows.filter(by_name__icontains=asked["who"]) if asked["who"] else rows


def _changes(scope: Scope, asked: dict[str, str]) -> QuerySet[Any]:
    seen = Case.objects.filter(scope.patches_q("patch__"))
    rows = CaseEvent.objects.filter(case__in=seen).select_related(
        "case__patch__batch", "case__patch__region"
    )
    rows = rows.defer("case__patch__geom", "case__patch__ground", "case__patch__region__geom")
    if asked["case"]:
        rows = rows.filter(case=_key(asked["case"]))
    rows = rows.filter(by_name__icontains=asked["who"]) if asked["who"] else rows
    return rows.order_by("-at", "-pk")


def _exports(scope: Scope, asked: dict[str, str]) -> QuerySet[Any]:
    """What was taken out by the people of these counties; by those above, if they saw no more."""
    own = Q(by__region__code__in=scope.county_codes)
    own |= Q(asked__counties__contained_by=list(scope.county_codes))
    rows = ExportLog.objects.filter(own)
    return rows.filter(by_name__icontains=asked["who"]) if asked["who"] else rows


def _between(rows: QuerySet[Any], asked: dict[str, str]) -> QuerySet[Any]:
    if asked["since"]:
        rows = rows.filter(at__gte=_start_of(asked["since"]))
    if asked["until"]:
        rows = rows.filter(at__lt=_start_of(asked["until"]) + datetime.timedelta(days=1))
    return rows


def _start_of(text: str) -> datetime.datetime:
    try:
        day = datetime.date.fromisoformat(text)
        return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
    except (ValueError, OverflowError):
        raise InputRefused(f"日期 {text[:20]} 应写作 2026-03-31。") from None


def _key(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > LONGEST_KEY:
        raise InputRefused("案件号应是数字，见案件页的地址。")
    return int(text)
