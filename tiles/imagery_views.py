"""Imagery tiles and the list of images, for those who may see them. 影像接口"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import JsonResponse
from django.views.decorators.http import require_safe

from spatial.models import Image
from spatial.reader import read_once
from spatial.scope import login_or_demo, request_scope
from tiles import imagery, serve
from tiles.grid import Tile
from tiles.imagery import ImageUnknown
from tiles.versions import LARGEST_ID

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from spatial.scope import Scope

WEBP = "image/webp"


@require_safe
@read_once
@login_or_demo
def picture(request: HttpRequest, image_id: int, z: int, x: int, y: int) -> HttpResponse:
    """One tile of one image; 204 outside it, refused where it would be an export (zoom 17)."""
    tile, scope = Tile(z, x, y), request_scope(request)
    image = scope.filter_images(Image.objects.filter(pk=min(image_id, LARGEST_ID))).first()
    if image is None:
        raise ImageUnknown(f"没有影像 {image_id}，或您无权查看。")
    if z > imagery.deepest(image, scope):
        scope.require("export", image.secrecy)
        raise ImageUnknown(f"影像 {image_id} 没有 {z} 级瓦片，最深 {imagery.DEEPEST} 级。")
    counties = imagery.counties_of(scope)
    tag = serve.etag(image.pk, image.source_sha256, image.file, tile, scope.key, counties)
    # where a boundary cuts the tile, it may be drawn anew
    cache = serve.FOREVER if imagery.is_within(tile, counties) else serve.ASK_AGAIN
    if (known := serve.unchanged(request, tag, cache)) is not None:
        return known
    body = imagery.render(image, tile, counties)
    if body is None:
        return serve.nothing(request, tag=tag, cache=cache)
    return serve.answer(request, body, WEBP, tag=tag, cache=cache)


@require_safe
@read_once
@login_or_demo
def images(request: HttpRequest) -> HttpResponse:
    """The images over this user's counties, oldest first."""
    return JsonResponse(
        {"images": images_for(request_scope(request))}, json_dumps_params={"ensure_ascii": False}
    )


def images_for(scope: Scope) -> list[dict[str, Any]]:
    """What a page needs to draw each image; for a page's JSON block too."""
    counties = imagery.counties_of(scope)
    return [
        {
            "id": image.pk,
            "name": image.name,
            "taken_on": image.taken_on.isoformat(),
            "resolution_m": image.resolution_m,
            "bounds": imagery.bounds_of(image, counties),
            "minzoom": 0,
            "maxzoom": imagery.max_zoom(image, scope),
            "tiles": f"/imagery/{image.pk}/{{z}}/{{x}}/{{y}}.webp",
        }
        for image in scope.filter_images(Image.objects.order_by("taken_on", "pk"))
    ]
