"""What lies under a point, in the office's terms, layer by layer. 点查"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

from django.contrib.gis.db.models.functions import Envelope, NumPoints
from django.contrib.gis.geos import Point
from django.db.models import Q
from django.http import JsonResponse
from django.views.decorators.http import require_safe

from spatial import crs, vocabulary
from spatial.dates import said_date
from spatial.errors import InputRefused
from spatial.install import layers_file
from spatial.models import DatasetVersion, Patch, Zone
from spatial.reader import read_once
from spatial.scope import login_or_demo, request_scope
from tiles import layers, vector, versions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from spatial.scope import Scope
    from tiles.layers import TileLayer
    from tiles.versions import Asked

MOST = 50
"""Features of one layer under one point; more are an overlap of the data, and counted."""


@require_safe
@read_once
@login_or_demo
def identify(request: HttpRequest) -> HttpResponse:
    """``?lng=&lat=[&layers=a,b][&version=live|date]``: the features under a point (EPSG:4490)."""
    point = _point(request.GET)
    scope = request_scope(request)
    asked = versions.read(request.GET.get("version", "live"))
    if asked.number is not None:
        raise InputRefused("点查的 version 应为日期（YYYY-MM-DD）或 live。")
    wanted = [layers.find(code) for code in _codes(request.GET.get("layers", ""))]
    chosen = [layer for layer in wanted or layers.catalogue().values() if _may(layer, scope)]
    found = [_under(layer, point, asked, scope) for layer in chosen]
    return JsonResponse(
        {
            "lng": point.x,
            "lat": point.y,
            "on": asked.on.isoformat(),
            "layers": [entry for entry in found if entry["features"] or wanted],
            "refused": [layer.code for layer in wanted if layer not in chosen],
        },
        json_dumps_params={"ensure_ascii": False},
    )


def _point(told: Mapping[str, str]) -> Point:
    numbers = []
    for name, limit in (("lng", 180), ("lat", 90)):
        try:
            number = float(told.get(name, ""))
        except ValueError as error:
            raise InputRefused(f"参数 {name} 应为十进制度数（EPSG:4490）。") from error
        if not math.isfinite(number) or abs(number) > limit:
            raise InputRefused(f"参数 {name} 应在 -{limit} 至 {limit} 之间。")
        numbers.append(number)
    return Point(numbers[0], numbers[1], srid=crs.STORAGE_SRID)


def _codes(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _may(layer: TileLayer, scope: Scope) -> bool:
    if layer.kind == "patches":
        return layer.shown_to(scope)
    return layer.kind == "zones" and scope.may("identify", layer.guard)


def _under(layer: TileLayer, point: Point, asked: Asked, scope: Scope) -> dict[str, Any]:
    if layer.kind == "patches":
        features = [_patch(row, scope) for row in _patches_at(point, scope)]
    else:
        features = [_zone(row) for row in _zones_at(layer, point, asked, scope)]
    return {
        "layer": layer.code,
        "title": layer.title,
        "features": features[:MOST],
        "more": max(0, len(features) - MOST),
    }


def _patches_at(point: Point, scope: Scope) -> list[Patch]:
    rows = Patch.objects.filter(geom__intersects=point).select_related("batch", "region")
    rows = rows.defer("geom", "ground", "delivered", "region__geom").order_by("-after_on", "-pk")
    return list(scope.filter_patches(rows)[: MOST + 1])


def _patch(patch: Patch, scope: Scope) -> dict[str, Any]:
    return {
        "id": patch.pk,
        "address": patch.address,
        "jcbh": patch.jcbh,
        "county": {"code": patch.region.code, "name": patch.region.name},
        "kind": vocabulary.patch_kind_term(patch.kind) if patch.kind else "",
        "before_on": patch.before_on and patch.before_on.isoformat(),
        "after_on": patch.after_on and patch.after_on.isoformat(),
        "area_m2": float(patch.area_m2),
        **vector.label_of(patch, scope),
    }


def _zones_at(layer: TileLayer, point: Point, asked: Asked, scope: Scope) -> list[Zone]:
    """One row a feature, even where it lies in several counties' versions."""
    chosen = versions.choose(layer, asked, scope)
    if not vector.is_own(point, chosen, scope):
        return []
    known = Q(recorded_from=None) | Q(recorded_from__lte=chosen.known_at)
    known &= Q(recorded_until=None) | Q(recorded_until__gt=chosen.known_at)
    rows = Zone.objects.filter(known, version_id__in=chosen.ids, geom__intersects=point)
    rows = rows.select_related("holder", "document", "version__region")
    rows = rows.annotate(box=Envelope("geom"), points=NumPoints("geom"))
    rows = rows.defer("geom", "delivered", "version__region__geom").order_by("source_id", "pk")
    seen: dict[tuple[str, bytes, int], Zone] = {}
    for zone in rows[: 4 * MOST]:
        seen.setdefault((zone.source_id, bytes(zone.box.wkb), zone.points), zone)
    return list(seen.values())


def _zone(zone: Zone) -> dict[str, Any]:
    version = zone.version
    return {
        "id": zone.pk,
        "source_id": zone.source_id,
        "code": zone.code,
        "name": zone.name,
        "attributes": _attributes(zone),
        "area_m2": None if zone.area_m2 is None else float(zone.area_m2),
        "declared_area_m2": None if zone.declared_area_m2 is None else float(zone.declared_area_m2),
        "holder": zone.holder and {"name": zone.holder.name, "code": zone.holder.code},
        "document": _document(zone),
        "version": _version(version),
        "recorded_from": zone.recorded_from and zone.recorded_from.isoformat(),
    }


def _version(version: DatasetVersion) -> dict[str, Any]:
    return {
        "id": version.pk,
        "valid_from": version.valid_from and version.valid_from.isoformat(),
        "county": {"code": version.region.code, "name": version.region.name},
        "source": version.source_name,
    }


def _document(zone: Zone) -> dict[str, Any] | None:
    paper = zone.document
    if paper is None:
        return None
    area = paper.stated_area_m2
    return {
        "number": paper.number,
        "authority": paper.authority,
        "approved_on": paper.approved_on and paper.approved_on.isoformat(),
        "purpose": paper.purpose,
        "stated_area_m2": None if area is None else float(area),
    }


@cache
def _terms(layer_code: str) -> dict[str, dict[str, Any]]:
    tree = layers_file()
    own: dict[str, Any] = tree["layer"].get(layer_code, {}).get("fields", {})
    return {**own, **tree["common"]}


def _attributes(zone: Zone) -> list[dict[str, Any]]:
    """The canonical fields that were delivered, in the order of layers.toml."""
    return [
        {
            "field": name,
            "term": field["term"],
            "value": zone.attributes[name],
            "text": _text(zone, name, zone.attributes[name]),
        }
        for name, field in _terms(zone.layer_id).items()
        if name in zone.attributes
    ]


def _text(zone: Zone, name: str, value: Any) -> str:
    if value is None or value == "":
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        return said_date(value)
    land_class = (zone.layer_id, name) in {("land_use", "code"), ("basic_farmland", "class")}
    if land_class and (term := vocabulary.land_use_term(str(value))) != str(value):
        return f"{value} {term}"
    return str(value)
