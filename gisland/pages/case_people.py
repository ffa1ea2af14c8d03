"""Who handles how many cases, who is away, and handing everything over. 人员与交接"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from gisland.casework import staff
from gisland.errors import status_of
from gisland.pages.cases import person
from spatial.errors import GislandError, InputRefused, NotAllowed
from spatial.scope import login_or_demo, request_scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from spatial.models import User

LONGEST_KEY = 12


@login_or_demo
@require_http_methods(["GET", "HEAD", "POST"])
def case_people(request: HttpRequest) -> HttpResponse:
    """The people; a POST hands over, writes an absence down or ends one."""
    scope, today = request_scope(request), timezone.localdate()
    scope.require_act(staff.ACT)
    by = person(request)
    fault, status = "", 200
    if request.method == "POST":
        try:
            if by is None:
                raise NotAllowed("请先登录。")
            messages.success(request, _act(by, request.POST, today))
            return redirect("case_people")
        except GislandError as error:
            fault, status = str(error), status_of(error)
    return render(
        request,
        "gisland/case_people.html",
        {
            "loads": staff.loads(scope, today),
            "officers": list(staff.officers(scope)),
            "own": list(staff.own_people(by)) if by else [],
            "absences": staff.absences(by, today) if by else [],
            "today": today,
            "fault": fault,
            "given": request.POST,
        },
        status=status,
    )


def _act(by: User, given: Mapping[str, str], today: datetime.date) -> str:
    what = given.get("what", "")
    if what == "hand_over":
        count = staff.hand_over_all(
            by, _key(given, "giver", "移交人"), _key(given, "taker", "接收人"),
            given.get("note", ""), timezone.now(),
        )  # fmt: skip
        return f"已移交 {count} 件案件，每件都有记录。"
    if what == "away":
        span = _day(given.get("since", ""), "起日"), _day(given.get("until", ""), "止日")
        who, deputy = _key(given, "who", "请假人"), _key(given, "deputy", "代理人")
        row = staff.be_away(by, who, deputy, span, given.get("note", ""))
        return f"已登记：{row.person} 请假期间由 {row.deputy} 代理，新分派的案件由代理人承办。"
    if what == "back":
        staff.end_absence(by, _key(given, "absence", "请假记录"), today)
        return "已销假。"
    raise InputRefused("没有这种操作，请刷新后再办。")


def _key(given: Mapping[str, str], name: str, what: str) -> int:
    text = given.get(name, "")
    if not text.isascii() or not text.isdigit() or len(text) > LONGEST_KEY:
        raise InputRefused(f"请选择{what}。")
    return int(text)


def _day(text: str, what: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text.strip())
    except ValueError:
        raise InputRefused(f"请填写{what}（如 2026-03-31）。") from None
