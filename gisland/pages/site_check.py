"""Site checks: ask about ground, the unit's checks, one check with what it found. 选址检查"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gisland.errors import status_of
from gisland.pages import site_asked, site_files, site_list, site_shapes, site_told
from gisland.pages.map_config import map_config
from spatial.errors import GislandError, InputRefused
from spatial.scope import login_or_demo, request_scope
from spatial.site_check import check as checks
from spatial.site_check import purposes

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from gisland.pages.site_asked import Form
    from spatial.models import User
    from spatial.scope import Scope

AROUND = 0.6
"""Ground shown around a site, as a share of it."""
LEAST_DEG = 0.002
MOST_TITLE = site_asked.MOST_TITLE


@login_or_demo
@require_http_methods(["GET", "HEAD", "POST"])
def site_check(request: HttpRequest) -> HttpResponse:
    """The form and the unit's checks; a POST judges the ground and leads to the check.

    A refusal comes back on the page with everything that was typed or drawn.
    """
    scope = request_scope(request)
    form = site_asked.Form(purpose=request.GET.get("purpose", ""))
    fault, status = "", 200
    if request.method == "POST":
        scope.require_act(checks.ACT)
        form = site_asked.Form.of(request)
        try:
            parcels, asked = site_asked.read(form)
            site = checks.check(parcels, asked, scope, by=_person(request))
        except GislandError as error:
            fault, status = str(error), status_of(error)
        else:
            if site.repeated:
                messages.info(request, "同一范围、同一用途、同一批数据已查过，这是那一次的结果。")
            return redirect("site_check_result", site.id)
    listed = site_list.page_of(scope, request.GET.get("before", ""))
    return render(
        request,
        "gisland/site_check.html",
        {
            **_form(scope, form, fault),
            "listed": listed,
            "map_config": map_config(scope, layers_open=False),
            "site": {"drawn": form.shapes, "shapes": [], "isResult": False},
        },
        status=status,
    )


@login_or_demo
@require_safe
def site_check_result(request: HttpRequest, site_id: int) -> HttpResponse:
    """One check: lines, tables, what was not checked, and what would be free."""
    scope = request_scope(request)
    site = checks.found(scope, site_id)
    told = site_told.told_of(site, scope, request.GET)
    west, south, east, north = site.patch.geom.extent
    margin = AROUND * max(east - west, north - south, LEAST_DEG)
    bounds = [west - margin, south - margin, east + margin, north + margin]
    form = site_asked.Form(purpose=site.patch.batch.ruleset, title=site.patch.batch.title)
    return render(
        request,
        "gisland/site_result.html",
        {
            **_form(scope, form, ""),
            **told.page(),
            "file_forms": site_files.offered(scope),
            "map_config": _map(scope, bounds),
            "site": {
                "drawn": site_shapes.parcels(site),
                "shapes": site_shapes.shapes(told),
                "isResult": True,
            },
        },
    )


@login_or_demo
@require_POST
def site_check_share(request: HttpRequest, site_id: int) -> HttpResponse:
    """Let the county's other units see the check, or the own unit alone again."""
    scope = request_scope(request)
    checks.share(checks.found(scope, site_id), scope, shared=request.POST.get("shared") == "1")
    return redirect("site_check_result", site_id)


@login_or_demo
@require_POST
def site_check_title(request: HttpRequest, site_id: int) -> HttpResponse:
    """Name the check anew."""
    scope = request_scope(request)
    try:
        site_list.rename(checks.found(scope, site_id), scope, request.POST.get("title", ""))
    except InputRefused as error:
        messages.error(request, str(error))
    return redirect("site_check_result", site_id)


def _person(request: HttpRequest) -> User | None:
    user = request.user
    return user if user.is_authenticated else None


def _form(scope: Scope, form: Form, fault: str) -> dict[str, Any]:
    return {
        "form": form,
        "fault": fault,
        "may_check": scope.can(checks.ACT),
        "purposes": purposes.rulesets(),
        "most_title": MOST_TITLE,
        "form_address": reverse("site_check"),
    }


def _map(scope: Scope, bounds: list[float]) -> dict[str, Any]:
    """The map of a result: the ground under the site quiet, the site and its lines loud."""
    config = map_config(scope, bounds=bounds, layers_open=False, address=False)
    for layer in config["layers"]:
        if layer["id"] in ("patches", "land_use", "approval"):
            layer["visible"] = False
            layer.pop("maxzoom", None)
    return config
