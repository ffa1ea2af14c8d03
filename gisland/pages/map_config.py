"""The block of JSON that a map page is given: layers, looks, images and words, from one source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Max, Min
from django.db.models.functions import Coalesce

from spatial import vocabulary
from spatial.models import Image, Patch, Region
from tiles.layers import catalogue, find

if TYPE_CHECKING:
    from spatial.scope import Scope

CONTROL_LAYERS = (
    "land_use", "planning_zone", "urban_boundary", "ecological_redline", "basic_farmland",
    "road_line", "river_line", "green_line", "parcel", "facility", "temporary", "lease", "supply",
    "approval",
)  # fmt: skip
"""Drawn from below upward: ground first, papers last."""

VISIBLE = {"ecological_redline", "basic_farmland", "urban_boundary", "approval", "patches"}
CHINA = (73.0, 18.0, 135.0, 54.0)


def map_config(scope: Scope, **more: Any) -> dict[str, Any]:
    """What ``createMap`` needs for this user; ``more`` overrides single entries."""
    shown = [code for code in CONTROL_LAYERS if code in catalogue()]
    layers = [_control_layer(code, scope) for code in shown if find(code).shown_to(scope)]
    config = {
        "bounds": bounds_of(scope),
        "crs_note": "CGCS2000（EPSG:4490）",
        "crs": {"central_meridian": _meridian(scope)},
        "layers": [*layers, _township_layer(), _county_layer(), _patch_layer(scope)],
        "styles": styles(),
        "marks": marks(),
        "imagery": imagery(scope),
        "identify_url": "/tiles/identify",
        "terms": {"class": vocabulary.vocabulary()["class"]},
    }
    return {**config, **more}


def bounds_of(scope: Scope) -> list[float]:
    """West, south, east, north of the user's counties, in degrees (4490)."""
    boxes = (
        [
            geom.extent
            for geom in Region.objects.filter(pk__in=scope.county_ids).values_list(
                "geom", flat=True
            )
            if geom is not None
        ]
        or [patch.geom.extent for patch in scope.filter_patches(Patch.objects.only("geom"))[:1]]
        or [CHINA]
    )
    west, south, east, north = zip(*boxes, strict=True)
    return [min(west), min(south), max(east), max(north)]


def styles() -> dict[str, dict[str, Any]]:
    """The looks of conclusions by token, in order of weight."""
    return {token: _look(found) for token, found in vocabulary.style_tokens().items()}


def marks() -> dict[str, dict[str, Any]]:
    """The looks of marks by code, in order of weight."""
    found = (vocabulary.mark_style(code) for code in vocabulary.mark_codes())
    return {
        mark["code"]: {"color": mark["colour"], "label": mark["term"], "icon": mark.get("icon")}
        for mark in found
    }


def imagery(scope: Scope) -> list[dict[str, Any]]:
    """The images that the user may see, oldest first."""
    return [
        {
            "id": image.pk,
            "title": image.name,
            "taken_on": image.taken_on.isoformat(),
            "url": f"/imagery/{image.pk}/{{z}}/{{x}}/{{y}}.webp",
            "bounds": list(image.footprint.extent),
        }
        for image in scope.filter_images(Image.objects.order_by("taken_on", "pk"))
    ]


def _look(found: dict[str, Any]) -> dict[str, Any]:
    width = found.get("line", found.get("width", 1.25))
    return {
        "color": found["colour"],
        "label": found.get("term", ""),
        "hatch": found.get("hatch", "none"),
        "fill_opacity": found.get("fill", 0),
        "line": {
            "width": width,
            "dash": found.get("dash"),
            "ticks": 5 if found.get("ticks") else 0,
        },
    }


def _control_layer(code: str, scope: Scope) -> dict[str, Any]:
    tile = find(code)
    look = _look(vocabulary.layer_style(code))
    entry: dict[str, Any] = {
        "id": code,
        "title": tile.title,
        "url": f"/tiles/{code}/live/{{z}}/{{x}}/{{y}}.mvt",
        "kind": "fill" if look["fill_opacity"] else "line",
        "minzoom": tile.min_zoom + 1,
        "tile_maxzoom": tile.max_zoom(scope),
        "visible": code in VISIBLE,
        "style": {**look, "label_minzoom": tile.label_zoom + 1},
        "label_field": "label",
    }
    if tile.grouped:
        groups = vocabulary.vocabulary()["land_use"]
        entry["class_field"] = "group"
        entry["classes"] = [
            {"value": group, "label": found["term"], "color": found["colour"],
             "fill_opacity": look["fill_opacity"], "line": look["line"]}
            for group, found in groups.items()
        ]  # fmt: skip
    return entry


def _township_layer() -> dict[str, Any]:
    return {
        "id": "township",
        "title": "乡镇界",
        "url": "/tiles/township/live/{z}/{x}/{y}.mvt",
        "kind": "line",
        "minzoom": 9,
        "visible": True,
        "style": {**_look(vocabulary.boundary_style("township")), "label_maxzoom": 13,
                  "label_minzoom": 11},
        "label_field": "label",
    }  # fmt: skip


def _county_layer() -> dict[str, Any]:
    return {
        "id": "counties",
        "title": "县级界",
        "url": "/tiles/counties/live/{z}/{x}/{y}.mvt",
        "kind": "line",
        "minzoom": 5,
        "visible": True,
        "style": {**_look(vocabulary.boundary_style("county")), "label_maxzoom": 11,
                  "label_minzoom": 7},
        "label_field": "label",
    }  # fmt: skip


def _patch_layer(scope: Scope) -> dict[str, Any]:
    tile = find("patches")
    return {
        "id": "patches",
        "title": "图斑（初判）",
        "url": "/tiles/patches/live/{z}/{x}/{y}.mvt",
        "kind": "patch",
        "minzoom": tile.min_zoom + 1,
        "tile_maxzoom": tile.max_zoom(scope),
        "visible": True,
        "style": {"label_minzoom": 14},
        "label_field": "label",
        "feature_url": "/patches/{id}/",
    }


def _meridian(scope: Scope) -> float | None:
    found = Region.objects.filter(pk__in=scope.county_ids).aggregate(
        low=Coalesce(Min("central_meridian"), None), high=Max("central_meridian")
    )
    same = found["low"] is not None and found["low"] == found["high"]
    return float(found["low"]) if same else None
