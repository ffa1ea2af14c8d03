"""The block of JSON that a map page is given: layers, looks, images and words, from one source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.gis.db.models import Extent
from django.db.models import Max, Min

from spatial import vocabulary
from spatial.models import DatasetVersion, Image, Patch, Region, VersionStatus
from tiles import basemaps
from tiles import imagery as tile_images
from tiles.layers import find
from tiles.views import layers_for

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from spatial.scope import Scope

CONTROL_LAYERS = (
    "land_use", "planning_zone", "urban_boundary", "ecological_redline", "basic_farmland",
    "road_line", "river_line", "green_line", "parcel", "facility", "temporary", "lease", "supply",
    "approval",
)  # fmt: skip
"""Drawn from below upward: ground first, papers last."""

VISIBLE = {"land_use", "ecological_redline", "basic_farmland", "urban_boundary", "approval"}
LABELS_FROM = {"urban_boundary": 14}
"""Zooms of the map at which a layer's labels begin, where its tiles bring them too soon."""
CHINA = (73.0, 18.0, 135.0, 54.0)
BOUNDARIES = (
    # id, title, looks like, first zoom of its labels, last zoom
    ("township", "乡镇界", "township", 11, 13),
    ("counties", "县级界", "county", 7, 11),
)
EARLIER = 1
"""A map tile of 512 px at zoom z shows the data tile of zoom z - 1."""


def map_config(scope: Scope, **more: Any) -> dict[str, Any]:
    """What ``createMap`` needs for this user; ``more`` overrides single entries."""
    served = {layer["id"]: layer for layer in layers_for(scope)}
    layers = [_control_layer(served[code]) for code in CONTROL_LAYERS if code in served]
    layers += [_boundary_layer(served[row[0]], *row) for row in BOUNDARIES if row[0] in served]
    layers += [_patch_layer(served["patches"])] if "patches" in served else []
    config = {
        "bounds": bounds_of(scope),
        "crs_note": "CGCS2000（EPSG:4490）",
        "crs": {"central_meridian": _meridian(scope)},
        "layers": layers,
        "styles": styles(),
        "marks": marks(),
        "imagery": imagery(scope.filter_images(Image.objects.all()), scope),
        "identify_url": "/tiles/identify",
        "basemaps": basemaps.config(),
        "dated": _dated(scope),
        "terms": {"class": vocabulary.vocabulary()["class"]},
    }
    return {**config, **more}


def bounds_of(scope: Scope) -> list[float]:
    """West, south, east, north of the user's counties, else of the patches, in degrees (4490)."""
    counties = Region.objects.filter(pk__in=scope.county_ids)
    box = counties.aggregate(box=Extent("geom"))["box"]
    if box is None:
        box = scope.filter_patches(Patch.objects.all()).aggregate(box=Extent("geom"))["box"]
    return list(box or CHINA)


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


def imagery(images: QuerySet[Image], scope: Scope) -> list[dict[str, Any]]:
    """These images, oldest first, each as far as this user may see it."""
    counties = tile_images.counties_of(scope)
    return [
        {
            "id": image.pk,
            "title": image.name,
            "taken_on": image.taken_on.isoformat(),
            "url": f"/imagery/{image.pk}/{{z}}/{{x}}/{{y}}.webp",
            "bounds": tile_images.bounds_of(image, counties),
            "maxzoom": tile_images.max_zoom(image, scope),
        }
        for image in images.order_by("taken_on", "pk")
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
            "from_zoom": found.get("line_from_zoom", 0),
        },
    }


def _served(layer: dict[str, Any]) -> dict[str, Any]:
    """What the tiles themselves say of a layer."""
    return {
        "id": layer["id"],
        "title": layer["title"],
        "url": layer["tiles"].replace("{version}", "live"),
        "minzoom": layer["minzoom"] + EARLIER,
        "tile_maxzoom": layer["maxzoom"],
        "label_field": "label",
    }


def _control_layer(layer: dict[str, Any]) -> dict[str, Any]:
    code = layer["id"]
    words = vocabulary.layer_style(code)
    look = _look(words)
    labels = LABELS_FROM.get(code, (layer["label_minzoom"] or 0) + EARLIER)
    entry: dict[str, Any] = {
        **_served(layer),
        "kind": "fill" if look["fill_opacity"] else "line",
        "visible": code in VISIBLE,
        "style": {**look, "label_minzoom": labels},
    }
    if "off_from_zoom" in words:
        entry["maxzoom"] = words["off_from_zoom"]
    if find(code).grouped:
        groups = vocabulary.vocabulary()["land_use"]
        entry["class_field"] = "group"
        entry["classes"] = [
            {"value": group, "label": found["term"], "color": found["colour"],
             "fill_opacity": look["fill_opacity"], "line": look["line"]}
            for group, found in groups.items()
        ]  # fmt: skip
    return entry


def _boundary_layer(
    layer: dict[str, Any], code: str, title: str, like: str, first: int, last: int
) -> dict[str, Any]:
    look = _look(vocabulary.boundary_style(like))
    return {
        **_served(layer),
        "id": code,
        "title": title,
        "kind": "line",
        "visible": True,
        "style": {**look, "label_minzoom": first, "label_maxzoom": last},
    }


def _patch_layer(layer: dict[str, Any]) -> dict[str, Any]:
    return {
        **_served(layer),
        "title": "图斑（初判）",
        "kind": "patch",
        "visible": True,
        "style": {"label_minzoom": 14},
        "feature_url": "/patches/{id}/",
    }


def pieces_layer(
    looks: dict[str, dict[str, Any]], patch_id: int, version: int | str, *, title: str
) -> dict[str, Any]:
    """The pieces of one patch, by a run or as they are now ("live"), over the patches."""
    return {
        "id": "pieces",
        "source_layer": "pieces",
        "title": title,
        "url": f"/tiles/pieces-{patch_id}/{version}/{{z}}/{{x}}/{{y}}.mvt",
        "kind": "fill",
        "class_field": "style",
        "classes": [{"value": token, **look} for token, look in looks.items()],
        "label_field": "conclusion_term",
        "visible": True,
        "selectable": True,
    }


def _dated(scope: Scope) -> dict[str, str]:
    """The day of each layer's newest data in use, for the line of sources on a print."""
    versions = DatasetVersion.objects.filter(status=VersionStatus.ACTIVE)
    found = scope.filter_versions(versions, "map").values("layer_id")
    days = found.annotate(day=Max("valid_from")).values_list("layer_id", "day")
    return {layer: day.isoformat() for layer, day in days.order_by("layer_id") if day}


def _meridian(scope: Scope) -> float | None:
    """The central meridian, where all the counties share one."""
    counties = Region.objects.filter(pk__in=scope.county_ids)
    found = counties.aggregate(low=Min("central_meridian"), high=Max("central_meridian"))
    same = found["low"] is not None and found["low"] == found["high"]
    return float(found["low"]) if same else None
