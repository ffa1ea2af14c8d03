"""The bytes of vector tiles, assembled for one user per request. 矢量瓦片"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from spatial import sqlfiles, vocabulary
from spatial.errors import PatchUnknown
from spatial.hidden import hidden_rules
from spatial.levels.ready import Ready
from spatial.models import Assessment, Patch, Region, Run
from spatial.models.region import RegionLevel
from tiles import layers
from tiles.grid import PIXELS, Tile
from tiles.layers import GENERALISED_BELOW, TileLayer
from tiles.versions import Asked, Chosen, VersionUnknown

if TYPE_CHECKING:
    from django.contrib.gis.geos import Point

    from spatial.scope import Scope

NOT_READY = Ready()
CELL_PX = 8
"""Below SINGLE_FROM one point stands for the patches of a style within so many pixels."""
SINGLE_FROM = 12
SLIT_DEG = 1e-5
"""Counties whose registered boundaries lie within a metre of each other have no gap between."""
LARGE_PX = 4
"""Below SINGLE_FROM only patches at least so wide are drawn as ground."""


@cache
def code_digest() -> str:
    """Changes with the statements and the catalogue: old cached tiles then no longer match."""
    digest = hashlib.sha256(repr(sorted(layers.catalogue().items())).encode())
    for path in sorted((sqlfiles.SQL_ROOT / "tiles").glob("*.sql")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def zones(
    layer: TileLayer,
    tile: Tile,
    chosen: Chosen,
    scope: Scope,
    ground: bytes | None,
    ready: Ready = NOT_READY,
) -> bytes:
    """Zones of the chosen versions within ``ground``; of those that are ready their level."""
    if not chosen.ids or tile.z < layer.min_zoom:
        return b""
    fields = layer.told_fields(scope)
    coarse = tile.z < GENERALISED_BELOW
    return _bytes(
        "tiles/zones",
        {
            **tile.params,
            "name": layer.code,
            "version_ids": [number for number in chosen.ids if number not in ready.ids],
            "levelled_ids": list(ready.ids),
            "level": ready.level or 0,
            "known_at": chosen.known_at,
            "fields": list(fields),
            "label": layer.label if fields else "",
            "groups": json.dumps(vocabulary.land_use_groups() if layer.grouped else {}),
            "small_deg": tile.pixel_deg if coarse else 0,
            "tolerance_deg": tile.pixel_deg / 2 if coarse else 0,
            "with_labels": bool(fields) and tile.z >= layer.label_zoom,
            "ground": ground,
        },
    )


def is_own(point: Point, chosen: Chosen, scope: Scope) -> bool:
    """Whether a point lies in the reader's counties, as far as their boundaries are known."""
    counties = Region.objects.filter(pk__in=scope.county_ids)
    unknown = Region.objects.filter(datasetversion__in=chosen.ids, geom__isnull=True)
    return counties.filter(geom__covers=point).exists() or unknown.exists()


def own_ground(tile: Tile, chosen: Chosen, scope: Scope) -> bytes | None:
    """The reader's counties as WKB where the tile reaches beyond them; else None."""
    is_far = tile.z < GENERALISED_BELOW
    found = sqlfiles.value(
        "tiles/own_ground",
        {
            **tile.reach(),
            "version_ids": list(chosen.ids),
            "county_ids": list(scope.county_ids),
            "slit_deg": max(SLIT_DEG, tile.pixel_deg if is_far else 0),
            "tolerance_deg": tile.pixel_deg / 2 if is_far else 0,
        },
    )
    return None if found is None else bytes(found)


def require_version(layer: TileLayer, asked: Asked, scope: Scope) -> None:
    """Refuse a number that is no run's, or of a run not yet applied to whoever may not apply it;
    boundaries know dates only."""
    if asked.number is None:
        return
    if layer.kind == "counties":
        raise VersionUnknown("行政区界线没有版本编号。请用日期（YYYY-MM-DD）或 live。")
    runs = Run.objects.filter(pk=asked.number)
    if not (runs if scope.can("classify") else runs.exclude(applied_at=None)).exists():
        raise VersionUnknown(f"没有分析 {asked.number}。图斑的版本是分析编号、日期或 live。")


def patches(layer: TileLayer, tile: Tile, asked: Asked, scope: Scope) -> bytes:
    """Patches with the label of their current assessment, or of a run's."""
    if tile.z < layer.min_zoom:
        return b""
    labels, marks = _hidden(scope)
    params = {
        **tile.params,
        "name": layer.code,
        "county_ids": list(scope.county_ids),
        "unit_id": scope.unit_id,
        "run_id": asked.run_id,
        "known_at": asked.known_at,
        "hidden_labels": labels,
    }
    if tile.z >= SINGLE_FROM:
        return _bytes("tiles/patches", {**params, "hidden_marks": marks})
    west, _, east, _ = tile.bounds_m
    cell_m = (east - west) / PIXELS * CELL_PX
    far = {"cell_m": cell_m, "large_deg": tile.pixel_deg * LARGE_PX}
    return _bytes("tiles/patches_far", {**params, **far})


def pieces(layer: TileLayer, tile: Tile, asked: Asked, scope: Scope) -> bytes:
    """Pieces of one patch's current assessment, or of a run's."""
    patch = Patch.objects.filter(pk=layer.patch_id or 0)
    if not patch.exists():
        raise PatchUnknown(f"没有图斑 {layer.patch_id}。请核对编号。")
    if tile.z < layer.min_zoom or not scope.filter_patches(patch).exists():
        return b""
    seen = scope.layers("map")
    labels, _ = _hidden(scope)
    return _bytes(
        "tiles/pieces",
        {
            "z": tile.z,
            "x": tile.x,
            "y": tile.y,
            "name": "pieces",
            "patch_id": layer.patch_id,
            "run_id": asked.run_id,
            "known_at": asked.known_at,
            "county_ids": list(scope.county_ids),
            "unseen_layers": [code for code, _ in scope.layer_secrecies if code not in seen],
            "hidden_labels": labels,
        },
    )


def counties(layer: TileLayer, tile: Tile, asked: Asked, scope: Scope) -> bytes:
    """Boundaries of the user's counties and of what lies above them, as of a date."""
    if tile.z < layer.min_zoom:
        return b""
    levels = (RegionLevel.PROVINCE, RegionLevel.CITY, RegionLevel.COUNTY)
    found = scope.filter_regions(
        Region.objects.filter(level__in=levels, geom__isnull=False, valid_from__lte=asked.on)
    ).filter(Q(valid_until=None) | Q(valid_until__gt=asked.on))
    return _bytes(
        "tiles/counties",
        {
            **tile.params,
            "name": layer.code,
            "region_ids": list(found.values_list("pk", flat=True)),
            "tolerance_deg": tile.pixel_deg / 2,
            "with_labels": tile.z >= layer.label_zoom,
        },
    )


def _bytes(name: str, params: dict[str, Any]) -> bytes:
    return bytes(sqlfiles.value(name, params) or b"")


def _hidden(scope: Scope) -> tuple[list[str], list[str]]:
    """Keys ``ruleset:code`` of the labels and of the marks that the scope may not see."""
    hidden = hidden_rules(scope)
    labels = sorted(f"{rules}:{code}" for rules, action, code in hidden if action == "conclude")
    marks = sorted(f"{rules}:{code}" for rules, action, code in hidden if action == "mark")
    return labels, marks


def label_of(patch: Patch, scope: Scope) -> dict[str, Any]:
    """Label of a patch's current assessment, as far as the scope may see it."""
    current = Assessment.objects.filter(patch=patch, is_current=True).select_related("run")
    found = current.defer("facts", "gaps").first()
    labels, _ = _hidden(scope)
    if found is None or f"{found.run.ruleset_id}:{found.label_code}" in labels:
        return {"label_class": None, "label_code": None, "label_term": None, "style": "other"}
    return {
        "label_class": found.label_class,
        "label_code": found.label_code,
        "label_term": found.label_term,
        "style": found.style or "other",
    }
