"""``/imports/versions/``: what is in force where, what waits, what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Sum
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods

from imports import versions
from imports.pages.gate import user_of
from spatial import data_state
from spatial.errors import GislandError, InputRefused
from spatial.models import DatasetVersion, Layer, Region, Zone
from spatial.models.region import RegionLevel
from spatial.scope import login_or_demo, request_scope

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from spatial.scope import Scope

    Row = dict[str, Any]


@login_or_demo
@require_http_methods(["GET", "HEAD", "POST"])
def version_list(request: HttpRequest) -> HttpResponse:
    """Layers by counties: what is in force; a POST declares that a layer holds nothing there."""
    scope = request_scope(request)
    fault = ""
    if request.method == "POST":
        scope.require_act("import")
        try:
            return _declare_empty(request, scope)
        except GislandError as error:
            fault = str(error)
    counties = _counties(scope)
    layer = request.GET.get("layer", "")
    county = request.GET.get("county", "")
    history = _history(scope, layer, county) if layer or county else None
    context = {
        "counties": counties,
        "rows": _matrix(scope),
        "layers": _layers(scope),
        "asked": {"layer": layer, "county": county},
        "history": history,
        "may_import": scope.can("import"),
        "fault": fault,
        "given": request.POST,
        "today": timezone.localdate(),
    }
    return render(request, "imports/versions.html", context, status=409 if fault else 200)


def _declare_empty(request: HttpRequest, scope: Scope) -> HttpResponse:
    given = request.POST
    start, until = (_day(given.get(name, ""), name) for name in ("start", "until"))
    code = given.get("county", "")
    if code not in scope.county_codes:
        raise InputRefused("请选择您行政区内的县区。")
    if given.get("checked") != "yes":
        raise InputRefused("没有声明：请先勾选确认。")
    made = versions.declare_empty(
        given.get("layer", ""), region_code=code, valid_from=start, valid_until=until,
        by=given.get("by", "").strip() or str(request.user), user=user_of(request),
    )  # fmt: skip
    return redirect("version", version_id=made[0].pk)


def _day(text: str, name: str) -> Any:
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None:
        term = {"start": "起始日期", "until": "截止日期"}[name]
        raise InputRefused(f"{term}“{text[:20]}”不是日期，应写作 2024-03-05。")
    return found


def _counties(scope: Scope) -> list[Region]:
    found = Region.objects.filter(
        pk__in=scope.county_ids, level=RegionLevel.COUNTY, valid_until__isnull=True
    )
    return list(found.defer("geom").order_by("code"))


def _layers(scope: Scope) -> list[Layer]:
    return list(Layer.objects.filter(code__in=scope.layers("verdict")).order_by("nature", "code"))


def _matrix(scope: Scope) -> list[Row]:
    """A row a layer, a cell a county: what counts today and its area, and what waits."""
    state = data_state.in_force(timezone.localdate(), scope)
    areas = areas_of([cell.version.pk for cell in state.cells if cell.version])
    return [
        {
            "layer": layer,
            "cells": [
                {**vars(cell), "area_m2": areas.get(cell.version.pk) if cell.version else None}
                for cell in layer.cells
            ],
        }
        for layer in state.layers
    ]


def areas_of(shown: list[int]) -> dict[int, Any]:
    """The measured area of the (open) zones of versions, by their number, in m2."""
    zones = Zone.objects.filter(version__in=shown, recorded_until__isnull=True)
    return dict(zones.values_list("version").annotate(area=Sum("area_m2")))


def _history(scope: Scope, layer: str, county: str) -> QuerySet[DatasetVersion]:
    found = scope.filter_versions(DatasetVersion.objects.all())
    if layer:
        found = found.filter(layer_id=layer)
    if county:
        found = found.filter(region__code=county)
    return (
        found.select_related("layer", "region")
        .defer("region__geom")
        .order_by("layer", "region__code", "-created_at", "-pk")[:300]
    )
