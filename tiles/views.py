"""Vector tiles, TileJSON and the list of layers. 瓦片接口"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.gis.db.models import Extent
from django.http import JsonResponse
from django.views.decorators.http import require_safe

from spatial.errors import NotAllowed
from spatial.levels.ready import ready_for
from spatial.models import Region, Zone
from spatial.reader import read_once
from spatial.scope import login_or_demo, request_scope
from tiles import layers, serve, vector, versions
from tiles.grid import Tile

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from spatial.scope import Scope
    from tiles.layers import TileLayer
    from tiles.versions import Asked, Chosen

WORLD = (-180.0, -85.051129, 180.0, 85.051129)
MAKERS = {"patches": vector.patches, "pieces": vector.pieces, "counties": vector.counties}


@require_safe
@read_once
@login_or_demo
def mvt(request: HttpRequest, layer: str, version: str, z: int, x: int, y: int) -> HttpResponse:
    """One vector tile; empty where the user has no ground or the layer does not show."""
    tile, found, scope = Tile(z, x, y), layers.find(layer), request_scope(request)
    _require(found, tile, scope)
    asked = versions.read(version)
    if found.kind == "zones":
        return _zones(request, found, tile, versions.choose(found, asked, scope))
    vector.require_version(found, asked, scope)
    body = MAKERS[found.kind](found, tile, asked, scope)
    tag = serve.etag(body, scope.key)
    return serve.answer(request, body, serve.MVT, tag=tag, cache=serve.ASK_AGAIN)


def _require(layer: TileLayer, tile: Tile, scope: Scope) -> None:
    scope.require("map", layer.guard)
    if tile.z > layers.DEEPEST:
        raise versions.VersionUnknown(f"矢量瓦片最深到 {layers.DEEPEST} 级，再深由客户端放大。")
    if tile.z > layer.max_zoom(scope):
        raise NotAllowed(f"{layer.title}的 {tile.z} 级瓦片等同导出，您的角色只能看到上一级。")


def _zones(request: HttpRequest, layer: TileLayer, tile: Tile, chosen: Chosen) -> HttpResponse:
    """Snapshots never change, nor do levels unless built anew: the tag is known beforehand.

    What is cut by a boundary is asked for again: the boundary may be drawn anew.
    """
    scope = request_scope(request)
    ground = vector.own_ground(tile, chosen, scope)
    stays = chosen.frozen and chosen.named and ground is None
    cache = serve.FOREVER if stays else serve.ASK_AGAIN
    if not chosen.frozen:
        body = vector.zones(layer, tile, chosen, scope, ground)
        return serve.answer(request, body, serve.MVT, tag=serve.etag(body, scope.key), cache=cache)
    ready = ready_for(tile.z, chosen.built)
    digest = vector.code_digest()
    tag = serve.etag(layer.code, chosen.ids, tile, scope.key, digest, ready.stamp, ground)
    if (known := serve.unchanged(request, tag, cache)) is not None:
        return known
    body = vector.zones(layer, tile, chosen, scope, ground, ready)
    return serve.answer(request, body, serve.MVT, tag=tag, cache=cache)


@require_safe
@read_once
@login_or_demo
def tilejson(request: HttpRequest, layer: str, version: str) -> HttpResponse:
    """TileJSON 3.0 of one layer, as this user may see it."""
    found, scope = layers.find(layer), request_scope(request)
    scope.require("map", found.guard)
    asked = versions.read(version)
    if found.kind != "zones":
        vector.require_version(found, asked, scope)
    chosen = versions.choose(found, asked, scope) if found.kind == "zones" else None
    address = f"/tiles/{layer}/{version}/{{z}}/{{x}}/{{y}}.mvt?v={_stamp(scope)}"
    name = "pieces" if found.kind == "pieces" else found.code
    shown = [
        {
            "id": name,
            "description": found.title,
            "minzoom": found.min_zoom,
            "maxzoom": found.max_zoom(scope),
            "fields": found.described(scope),
        }
    ]
    if _labelled(found, scope):
        title = f"{found.title}注记点，每个要素一个"
        deepest = max(found.label_zoom, found.max_zoom(scope))
        zooms = {"minzoom": found.label_zoom, "maxzoom": deepest}
        shown.append({**shown[0], "id": f"{name}-labels", "description": title, **zooms})
    return JsonResponse(
        {
            "tilejson": "3.0.0",
            "name": found.title,
            "description": _described(found, asked, chosen),
            "tiles": [request.build_absolute_uri("/")[:-1] + address],
            "minzoom": found.min_zoom,
            "maxzoom": found.max_zoom(scope),
            "bounds": _bounds(scope, chosen),
            "vector_layers": shown,
            "versions": list(chosen.ids) if chosen else [],
        },
        json_dumps_params={"ensure_ascii": False},
    )


def _stamp(scope: Scope) -> str:
    """Changes with the scope and the code, so that no older cached tile is taken."""
    return f"{scope.key[:8]}{vector.code_digest()[:4]}"


def _labelled(layer: TileLayer, scope: Scope) -> bool:
    if layer.kind == "zones":
        return bool(layer.told_fields(scope))
    return layer.kind != "pieces"


def _described(layer: TileLayer, asked: Asked, chosen: Chosen | None) -> str:
    if layer.kind != "zones" or chosen is None:
        return f"{layer.title}，{asked.on.isoformat()}"
    return f"{layer.title}，{asked.on.isoformat()}，版本 {len(chosen.ids)} 个"


def _bounds(scope: Scope, chosen: Chosen | None) -> list[float]:
    """West, south, east, north of the user's counties; of the zones where no county is drawn."""
    found = Region.objects.filter(pk__in=scope.county_ids).aggregate(box=Extent("geom"))["box"]
    if found is None and chosen is not None and chosen.ids:
        zones = Zone.objects.filter(version_id__in=chosen.ids)
        found = zones.aggregate(box=Extent("geom"))["box"]
    return [round(number, 6) for number in found or WORLD]


@require_safe
@read_once
@login_or_demo
def index(request: HttpRequest) -> HttpResponse:
    """The layers that this user may see drawn, and where."""
    return JsonResponse(
        {"layers": layers_for(request_scope(request))}, json_dumps_params={"ensure_ascii": False}
    )


def layers_for(scope: Scope) -> list[dict[str, Any]]:
    """What a page needs to draw each layer; for a page's JSON block too."""
    return [
        {
            "id": layer.code,
            "title": layer.title,
            "tiles": f"/tiles/{layer.code}/{{version}}/{{z}}/{{x}}/{{y}}.mvt?v={_stamp(scope)}",
            "tilejson": f"/tiles/{layer.code}/{{version}}.json",
            "minzoom": layer.min_zoom,
            "maxzoom": layer.max_zoom(scope),
            "label_layer": f"{layer.code}-labels" if _labelled(layer, scope) else None,
            "label_minzoom": layer.label_zoom if _labelled(layer, scope) else None,
            "identify": scope.may("identify", layer.guard)
            if layer.kind == "zones"
            else layer.kind == "patches",
            "fields": layer.described(scope),
        }
        for layer in layers.catalogue().values()
        if layer.shown_to(scope)
    ]
