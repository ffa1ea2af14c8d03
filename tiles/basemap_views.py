"""Tiles of base maps, for whoever has a scope. 底图接口"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_safe

from spatial.reader import read_once
from spatial.scope import login_or_demo
from tiles import basemaps, serve
from tiles.grid import Tile

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
@read_once
@login_or_demo
def basemap(request: HttpRequest, name: str, z: int, x: int, y: int) -> HttpResponse:
    """One tile of one archive; 204 where it holds none."""
    tile, found = Tile(z, x, y), basemaps.describe(name)
    tag = serve.etag(name, found.stamp, tile)
    if (known := serve.unchanged(request, tag, serve.FOREVER)) is not None:
        return known
    body = basemaps.picture(name, tile.z, tile.x, tile.y)
    if body is None:
        return serve.nothing(request, tag=tag, cache=serve.FOREVER)
    return serve.answer(request, body, found.content_type, tag=tag, cache=serve.FOREVER)
