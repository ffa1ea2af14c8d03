"""The outline of a site and the ground of each line on it, for maps and files. 图形"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from spatial import sqlfiles, units
from spatial.models import Patch
from spatial.site_check.found import Found, layers_of
from spatial.site_check.lines import measured

if TYPE_CHECKING:
    from spatial.scope import Scope
    from spatial.site_check.check import SiteCheck

Row = dict[str, Any]
SITE, PARCEL, LINE, DOUBT, PAST = "site", "parcel", "line", "doubt", "past"


def shapes(site: SiteCheck, scope: Scope, *, deed: str = "map") -> Row:
    """A FeatureCollection in EPSG:4490 degrees: the site, its parcels, then the ground touched.

    ``properties.part`` says which: site, parcel, line (ground that counts for the line ``code``),
    doubt (ground on which that line is in doubt). Each has term and area_m2 where measured. Lines
    that read a layer without the right to ``deed`` are left out.
    """
    found = Found(site, scope)
    features = [
        _feature(
            SITE, json.loads(site.patch.geom.geojson), code=site.patch.batch.code,
            term=site.patch.batch.title, area_m2=float(found.total_m2),
        )
    ]  # fmt: skip
    features += [
        _feature(PARCEL, parcel["geometry"], term=parcel["name"], area_m2=float(parcel["area_m2"]))
        for parcel in site.told.get("parcels", [])
    ]
    return {"type": "FeatureCollection", "features": [*features, *_touched(found, deed)]}


def past_shapes(patch_ids: list[int], scope: Scope) -> Row:
    """Outlines of patches (those of ``result["past"]``) that the scope may see."""
    patches = scope.filter_patches(Patch.objects.filter(pk__in=patch_ids)).select_related("batch")
    return {
        "type": "FeatureCollection",
        "features": [
            _feature(PAST, json.loads(patch.geom.geojson), id=patch.pk, term=patch.jcbh,
                     code=patch.batch.code)
            for patch in patches.order_by("pk")
        ],
    }  # fmt: skip


def _touched(found: Found, deed: str) -> list[Row]:
    told: dict[str, tuple[str, str, str, Any]] = {}
    keys, pieces = [], []
    for rule in found.lines:
        if not all(found.scope.may(deed, layer) for layer in layers_of(rule)):
            continue  # its area may be known, but not where it lies
        sums = measured(found, rule)
        for kind, parts in ((LINE, sums.yes), (DOUBT, sums.unknown)):
            if parts:
                key = f"{kind}:{rule.code}"
                told[key] = (kind, rule.code, rule.term, sum(part.area_m2 for part in parts))
                keys += [key] * len(parts)
                pieces += [part.pk for part in parts]
    if not keys:
        return []
    rows = sqlfiles.rows("site_check/30_draw_ground", {"keys": keys, "piece_ids": pieces})
    drawn = {row["key"]: row["geometry"] for row in rows}
    return [
        _feature(
            kind, drawn[key], code=code, term=term, area_m2=float(area), mu=float(units.mu(area))
        )
        for key, (kind, code, term, area) in told.items()
        if key in drawn
    ]  # fmt: skip


def _feature(part: str, geometry: Any, **told: Any) -> Row:
    return {"type": "Feature", "geometry": geometry, "properties": {"part": part, **told}}
