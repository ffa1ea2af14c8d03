"""The front page: three doors, what waits for the reader, and what data are in force. 首页"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from gisland.pages import home_doors, home_waits
from gisland.pages.home_ratios import news_of
from spatial import data_state
from spatial.imagery_coverage import coverage
from spatial.models import User
from spatial.review import progress
from spatial.scope import login_or_demo, request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from spatial.imagery_coverage import Coverage
    from spatial.scope import Scope

MOST_COLUMNS = 8
"""More counties than that are told in words, a line a layer."""
MOST_PERIODS = 4
"""Quarters of images shown; the newest."""


@login_or_demo
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front page as this reader's region and roles make it."""
    scope, today = request_scope(request), timezone.localdate()
    user = request.user if isinstance(request.user, User) else None
    state = data_state.in_force(today, scope)
    batches = progress.batches(scope, today)
    ratios = news_of(scope, patient="patient" in request.GET)
    context = {
        "today": today,
        "place": user.region.name if user and user.region else "",
        "doors": home_doors.doors(scope, batches, ratios),
        "is_late": ratios.is_late,
        "waits": home_waits.waits(scope, user, state, batches, ratios),
        "state": state,
        "counts": state.counts,
        "is_wide": len(state.counties) > MOST_COLUMNS,
        "imagery": _imagery(scope, state),
    }
    return render(request, "gisland/home.html", context)


def _imagery(scope: Scope, state: data_state.DataState) -> list[dict[str, Any]]:
    """The newest quarters with images: how much of each county they show."""
    found: dict[str, dict[str, Coverage]] = {}
    for row in coverage(scope):
        found.setdefault(row.period, {})[row.county_code] = row
    shown = [
        {
            "period": period,
            "cells": [(name, rows.get(code)) for code, name in state.counties],
            "covered": [row for row in rows.values() if row.images],
        }
        for period, rows in sorted(found.items(), reverse=True)
        if any(row.images for row in rows.values())
    ]
    return shown[:MOST_PERIODS]
