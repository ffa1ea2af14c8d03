"""The map beside an import: lines of counties and townships, images, and what the page adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.gis.db.models import Extent
from django.urls import reverse

from spatial import vocabulary
from spatial.models import Image, Region

if TYPE_CHECKING:
    from spatial.scope import Scope

CHINA = (73.0, 18.0, 135.0, 54.0)
LINES = (
    # layer of the tiles, title, looks like, first zoom, first and last zoom of its labels
    ("township", "乡镇界", "township", 9, 11, 13),
    ("counties", "县级界", "county", 5, 7, 11),
)
LAST_TILE_ZOOM = 15
"""What everybody's tiles reach; beyond, lines are enlarged."""


def ground_map(scope: Scope, *, bounds: list[float] | None = None, **more: Any) -> dict[str, Any]:
    """What ``createMap`` needs; ``bounds`` in degrees, else those of the user's counties."""
    config: dict[str, Any] = {
        "bounds": bounds or bounds_of(scope),
        "crs_note": "CGCS2000（EPSG:4490）",
        "layers": [
            _line(*row) for row in LINES if scope.may("map", row[0]) or row[0] != "township"
        ],
        "imagery": _imagery(scope),
        "address": False,
        "layers_open": False,
    }
    return {**config, **more}


def bounds_of(scope: Scope) -> list[float]:
    """West, south, east, north of the user's counties, in degrees."""
    counties = Region.objects.filter(pk__in=scope.county_ids)
    return list(counties.aggregate(box=Extent("geom"))["box"] or CHINA)


def _line(code: str, title: str, like: str, first: int, label: int, last: int) -> dict[str, Any]:
    look = vocabulary.boundary_style(like)
    tile = reverse("mvt", args=[code, "live", 0, 0, 0])
    return {
        "id": code,
        "title": title,
        "url": tile.replace("/0/0/0.mvt", "/{z}/{x}/{y}.mvt"),
        "kind": "line",
        "visible": True,
        "minzoom": first,
        "tile_maxzoom": LAST_TILE_ZOOM,
        "label_field": "label",
        "style": {
            "color": look["colour"],
            "label": look["term"],
            "hatch": "none",
            "fill_opacity": 0,
            "line": {"width": look["width"], "dash": look.get("dash"), "ticks": 0},
            "label_minzoom": label,
            "label_maxzoom": last,
        },
    }


def _imagery(scope: Scope) -> list[dict[str, Any]]:
    images = scope.filter_images(Image.objects.all()).order_by("taken_on", "pk")
    return [
        {
            "id": image.pk,
            "title": image.name,
            "taken_on": image.taken_on.isoformat(),
            "url": reverse("imagery-tile", args=[image.pk, 0, 0, 0]).replace(
                "/0/0/0.webp", "/{z}/{x}/{y}.webp"
            ),
            "bounds": list(image.footprint.extent),
        }
        for image in images
    ]
