"""Records that a site touches, and the nearest ones where it touches none. 所涉要素"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from spatial import sqlfiles, units, vocabulary
from spatial.dates import said_date
from spatial.models import Zone
from spatial.site_check.found import Found, Part, layers_of, leaves_of, places_of

if TYPE_CHECKING:
    from spatial.models import Rule

Row = dict[str, Any]
NEAR_M = 500
"""How far around a site the nearest ground of a line that it does not touch is looked for."""


def touched(found: Found, rule: Rule, parts: list[Part]) -> Row:
    """The records touched, the largest first, where the user may read them."""
    codes = set(layers_of(rule))
    readable = {code for code in codes if found.scope.may("identify", code)}
    areas: dict[int, Decimal] = defaultdict(Decimal)
    inside = [code for relation, code in places_of(rule) if relation == "inside"]
    for part in parts:
        told = (part.notions[code] for code in inside if code in part.notions)
        sources = {source for row in told for source in row.zones}
        for code in readable:
            for zone in found.on(part, code):
                if not sources or zone.pk in sources:
                    areas[zone.pk] += part.area_m2
    # two outlines that follow one another leave crumbs of no area: nothing is touched there
    rows = [feature(found, found.zones[number], area) for number, area in areas.items() if area]
    rows.sort(key=lambda row: (-row["area_m2"], row["id"]))
    return {"features": rows, "features_hidden": bool(parts and codes - readable)}


def feature(found: Found, zone: Zone, area: Decimal | None = None) -> Row:
    """A source record in the office's words."""
    told = zone.attributes
    layer = found.layers[zone.layer_id]
    named = str(told.get("class") or "")
    if zone.layer_id == "land_use":
        title = f"{zone.code} {vocabulary.land_use_term(zone.code)}"
    elif zone.document is not None:
        title = zone.document.number
    else:
        title = zone.name or vocabulary.land_use_term(named) or zone.code or zone.source_id
    return {
        "id": zone.pk,
        "layer": layer.code,
        "layer_term": layer.term,
        "title": title,
        "code": zone.code,
        "source_id": zone.source_id,
        "class": vocabulary.land_use_term(named) if named else "",
        "document": zone.document.number if zone.document else "",
        "holder": zone.holder.name if zone.holder else "",
        "dates": {
            name: said_date(told[name])
            for name in ("approved_on", "valid_until", "revoked_on")
            if told.get(name)
        },
        "version": zone.version_id,
        "row": zone.source_row,
        "area_m2": area,
        "mu": None if area is None else units.mu(area),
    }


def add_nearest(found: Found, told: list[Row]) -> None:
    """Beside each line that the site does not touch, how near its nearest ground lies."""
    clear = {row["code"]: row for row in told}
    wanted: dict[str, list[str]] = {}
    layers: set[str] = set()
    for rule in found.lines:
        if rule.code not in clear or clear[rule.code]["relation"] != "inside":
            continue
        leaves = [leaf for place in rule.places.all() for leaf in leaves_of(place.notion)]
        wanted[rule.code] = [leaf.code for leaf in leaves if leaf.layer_id]
        layers |= {leaf.layer_id for leaf in leaves if leaf.layer_id}
    versions = [
        one.version.pk
        for code in layers
        for one in found.dated.get(code, [])
        if one.version is not None and one.state in ("counted", "old")
    ]
    if not versions:
        return
    rows = sqlfiles.rows(
        "site_check/40_measure_near",
        {
            "assessment_id": found.assessment.pk,
            "codes": sorted({code for codes in wanted.values() for code in codes}),
            "version_ids": versions,
            "near_m": NEAR_M,
        },
    )
    by_code = {row["code"]: row for row in rows}
    zones = Zone.objects.select_related("document", "holder").defer("geom", "delivered")
    for code, asked in wanted.items():
        near = min(
            (by_code[leaf] for leaf in asked if leaf in by_code),
            key=lambda row: row["distance_m"],
            default=None,
        )
        if near is None:
            continue
        zone = zones.get(pk=near["zone_id"])
        readable = found.scope.may("identify", zone.layer_id)
        clear[code]["nearest"] = {
            "distance_m": near["distance_m"],
            "feature": feature(found, zone) if readable else None,
        }
