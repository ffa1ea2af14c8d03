"""The cases of an office: what burns first, and one case with its steps. 办案"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gisland.casework import cases, opening, queue, reading
from gisland.casework.clock_rules import book
from gisland.casework.models import Case, ReadWhat
from gisland.casework.process import process
from gisland.errors import status_of
from gisland.pages.case_told import told_of
from spatial.errors import GislandError, InputRefused, PatchUnknown
from spatial.models import Region, User
from spatial.scope import login_or_demo, request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from spatial.scope import Scope

MOST_OPENED = 5000
"""Cases opened by one press; more are opened by the command."""


@login_or_demo
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    """The cases of the user's counties, the nearest last day first."""
    scope, today = request_scope(request), timezone.localdate()
    asked = queue.Asked.of(request.GET)
    found = queue.select(scope, asked, person(request), today)
    page = queue.page(found, request.GET.get("after", ""))
    return render(
        request,
        "gisland/case_list.html",
        {
            "asked": asked,
            "rows": [_row(case, today) for case in page.cases],
            "next_key": page.next_key,
            "total": queue.totals(found),
            "tracks": _tracks(),
            "whens": queue.WHENS,
            "clocks": book().clocks.values(),
            "counties": Region.objects.filter(pk__in=scope.county_ids).order_by("code"),
            "waiting": len(opening.waiting(scope)) if scope.can("assign") else 0,
        },
    )


@login_or_demo
@require_POST
def open_waiting(request: HttpRequest) -> HttpResponse:
    """Open a case for each issued patch of the user's counties that has none."""
    scope = request_scope(request)
    scope.require_act("assign")
    ids = opening.waiting(scope)[:MOST_OPENED]
    opened = cases.open_cases(ids, person(request), timezone.now())
    messages.success(request, f"已为 {len(opened)} 个图斑建案。")
    return redirect("cases")


@login_or_demo
@require_http_methods(["GET", "HEAD", "POST"])
def case_page(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case; a POST takes a step. A refusal comes back with what was typed."""
    scope = request_scope(request)
    case = found(scope, case_id)
    fault, status = "", 200
    given: dict[str, str] = {}
    if request.method == "POST":
        given = request.POST.dict()
        try:
            event = cases.advance(_known(request), case.pk, _move(request))
        except GislandError as error:
            fault = str(error)
            status = status_of(error)
            case = found(scope, case_id)
        else:
            messages.success(request, f"已办理：{process().edges[event.edge].term}。")
            return redirect("case", case.pk)
    reading.record(ReadWhat.PAGE, person(request), case=case)
    told = told_of(scope, case, person(request), timezone.localdate())
    return render(
        request,
        "gisland/case.html",
        {**told, "fault": fault, "given": given, "opened": given.get("edge", "")},
        status=status,
    )


def found(scope: Scope, case_id: int) -> Case:
    """The case, if the scope sees its patch; else PatchUnknown."""
    case = (
        Case.objects.filter(scope.patches_q("patch__"), pk=case_id)
        .select_related("patch__batch", "patch__region", "officer", "unit", "patch__project")
        .first()
    )
    if case is None:
        raise PatchUnknown("没有这个案件，或不在您的行政区内。")
    return case


def person(request: HttpRequest) -> User | None:
    """Who asks, if it is somebody with an account."""
    return request.user if isinstance(request.user, User) else None


def _known(request: HttpRequest) -> User:
    known = person(request)
    if known is None:
        request_scope(request).require_act("handle")  # a visitor may not: said in its words
        raise InputRefused("请先登录。")
    return known


def _move(request: HttpRequest) -> cases.Move:
    given = request.POST
    told: dict[str, Any] = {}
    if given.get("officer"):
        told["officer"] = _number(given["officer"], "承办人")
    told |= {name: given[name] for name in ("clock", "until", "number") if given.get(name)}
    return cases.Move(
        edge=given.get("edge", ""),
        seen=_number(given.get("seen", ""), "页面"),
        at=timezone.now(),
        on=_day(given.get("on", "")),
        reason_code=given.get("reason", ""),
        note=given.get("note", ""),
        told=told,
        evidence=tuple(_number(pk, "材料") for pk in given.getlist("evidence")),
    )


def _number(text: str, what: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise InputRefused(f"{what}的编号有误，请刷新后再操作。")
    return int(text)


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if text.strip() else None
    except ValueError:
        raise InputRefused(f"办理日期 {text} 应写作 2026-03-31。") from None


def _row(case: Any, today: datetime.date) -> dict[str, Any]:
    states = process().states
    left = (case.due_on - today).days if case.due_clock else None
    return {
        "case": case,
        "patch": case.patch,
        "report": states[case.report_state],
        "handling": states[case.handling_state],
        "clock": book().clocks[case.due_clock].term if case.due_clock in book().clocks else "",
        "due_on": case.due_on if case.due_clock else None,
        "said": _left_said(left),
        "burns": left is not None and left <= book().burning_days,
        "overdue": left is not None and left < 0,
    }


def _left_said(left: int | None) -> str:
    if left is None:
        return "—"
    if left < 0:
        return f"逾期 {-left} 天"
    return "今天截止" if left == 0 else f"剩 {left} 天"


def _tracks() -> list[dict[str, Any]]:
    return [
        {
            "code": track,
            "term": term,
            "states": [one for one in process().states.values() if one.track == track],
        }
        for track, term in process().tracks.items()
    ]
