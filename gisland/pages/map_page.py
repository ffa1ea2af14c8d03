"""The map: what lies where, and the patches with their first verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from gisland.pages.map_config import map_config
from spatial.scope import login_or_demo, request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_or_demo
def map_page(request: HttpRequest) -> HttpResponse:
    """The map page of this user's region."""
    return render(request, "gisland/map.html", {"map_config": map_config(request_scope(request))})
