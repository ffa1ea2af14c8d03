"""What an officer establishes about the ground of a case, from its page: found there, put right."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from gisland.casework import field, put_right
from gisland.pages.case_files import area_of, date_of
from gisland.pages.cases import found, person
from spatial import vocabulary
from spatial.errors import GislandError
from spatial.scope import LoginNeeded, login_or_demo, request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from spatial.models import User


@login_or_demo
@require_POST
def case_result(request: HttpRequest, case_id: int) -> HttpResponse:
    """Register what was found on the spot, as the field page does."""
    case = found(request_scope(request), case_id)
    by, given, today = _person(request), request.POST, timezone.localdate()
    try:
        visit = field.Visit(
            receipt=uuid.uuid4(),
            result=given.get("result", ""),
            on=date_of(given.get("on", ""), "核查日期") or today,
            purpose=given.get("purpose", ""),
            land_class=given.get("land_class", ""),
            note=given.get("note", ""),
            report=given.get("report") == "1",
        )
        told = field.register(by, case.pk, visit, timezone.now())
    except GislandError as error:
        messages.error(request, str(error))
    else:
        if "step_fault" in told:
            messages.error(request, told["step_fault"])
        else:
            step = f"，已办理：{told['step']}" if "step" in told else ""
            messages.success(request, f"已登记外业核查结果{step}。")
    return redirect("case", case.pk)


@login_or_demo
@require_POST
def case_rectify(request: HttpRequest, case_id: int) -> HttpResponse:
    """Register that illegal ground was put right."""
    case = found(request_scope(request), case_id)
    by, given, today = _person(request), request.POST, timezone.localdate()
    try:
        row = put_right.register(
            by, case.pk, kind=given.get("kind", ""), area_m2=area_of(given.get("area_m2", "")),
            on=date_of(given.get("on", ""), "整改日期") or today, today=today,
            note=given.get("note", "")[:2000],
        )  # fmt: skip
    except GislandError as error:
        messages.error(request, str(error))
    else:
        term = vocabulary.rectification_terms()[row.kind]
        messages.success(request, f"已登记整改：{term} {row.area_m2} m²。")
    return redirect("case", case.pk)


def _person(request: HttpRequest) -> User:
    by = person(request)
    if by is None:
        raise LoginNeeded("请先登录，再办理案件。")
    return by
