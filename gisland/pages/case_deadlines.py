"""What is due and overdue, and what was told upward. 到期与逾期"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from gisland.casework import deadlines, notices
from gisland.casework.clock_rules import book
from gisland.casework.conditions import levels_said
from gisland.casework.models import Case, CaseClock
from gisland.pages.cases import person
from spatial.errors import InputRefused
from spatial.scope import login_or_demo, request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from spatial.scope import Scope

PAGE = 50
MOST_SHOWN = 200
"""Clocks of a past day that the page shows; all are counted."""
LONGEST_KEY = 12


@login_or_demo
@require_safe
def case_deadlines(request: HttpRequest) -> HttpResponse:
    """By clock, how many are overdue, due today, soon; on a past day too; what was told."""
    scope, today = request_scope(request), timezone.localdate()
    as_of = _day(request.GET.get("as_of", ""), today)
    past = deadlines.pressing(scope, as_of) if as_of < today else []
    counts = deadlines.counts(past) if as_of < today else burning(scope, today)
    told = notices.notices_for(scope, person(request)).order_by("-on", "-pk")
    page = Paginator(told, PAGE).get_page(request.GET.get("page", "1")[:LONGEST_KEY])
    return render(
        request,
        "gisland/case_deadlines.html",
        {
            "today": today,
            "as_of": as_of,
            "is_past": as_of < today,
            "counts": [(book().clocks[code], row) for code, row in counts.items()],
            "past": past[:MOST_SHOWN],
            "past_count": len(past),
            "page": page,
            "notices": [(one, _clock_said(one.clock), levels_said([one.level])) for one in page],
            "unread": told.filter(seen=None).count(),
            "listed": Case.objects.filter(scope.patches_q("patch__"), listed=True).count(),
            "escalation": [(levels_said([level]), d) for level, d in book().escalation.items()],
            "burning_days": book().burning_days,
        },
    )


@login_or_demo
@require_POST
def case_notices_seen(request: HttpRequest) -> HttpResponse:
    """Say that notices to the own level were read."""
    scope, by = request_scope(request), person(request)
    ids = [int(one) for one in request.POST.getlist("notice") if _is_key(one)]
    if by is not None:
        count = notices.mark_seen(scope, by, ids)
        messages.success(request, f"{count} 份通报记为已阅。")
    return redirect("case_deadlines")


def burning(scope: Scope, today: datetime.date) -> dict[str, dict[str, int]]:
    """By clock, how many press today, from the clocks as they are stored."""
    soon = today + datetime.timedelta(days=book().burning_days)
    rows = (
        CaseClock.objects.filter(
            case__in=Case.objects.filter(scope.patches_q("patch__")),
            ended_on__isnull=True, paused_since__isnull=True, due_on__lte=soon,
        )
        .values("clock")
        .annotate(
            overdue=Count("pk", filter=Q(due_on__lt=today)),
            due_today=Count("pk", filter=Q(due_on=today)),
            burning=Count("pk", filter=Q(due_on__gt=today)),
        )
        .order_by("clock")
    )  # fmt: skip
    found = {
        row["clock"]: {
            "overdue": row["overdue"], "due_today": row["due_today"], "burning": row["burning"],
        }
        for row in rows
    }  # fmt: skip
    return {code: found[code] for code in book().clocks if code in found}


def pressing_counts(scope: Scope, today: datetime.date) -> dict[str, int]:
    """How many clocks of cases are overdue, due today, soon."""
    found = burning(scope, today).values()
    return {state: sum(row[state] for row in found) for state in deadlines.PRESSING}


def _clock_said(code: str) -> str:
    return book().clocks[code].term if code in book().clocks else code


def _is_key(text: Any) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY


def _day(text: str, today: datetime.date) -> datetime.date:
    if not text.strip():
        return today
    try:
        found = datetime.date.fromisoformat(text.strip())
    except ValueError:
        raise InputRefused(f"日期 {text[:20]} 应写作 2026-03-31。") from None
    if found > today:
        raise InputRefused(f"日期 {found} 晚于今天 {today}。")
    return found
