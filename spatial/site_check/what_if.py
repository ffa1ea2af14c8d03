"""What if: the site without what it hits, and where its outline would be free. 避让推演

Nothing is stored: it is worked out anew from the stored pieces and the pinned versions, within the
scope, and only for lines whose ground the user may see drawn.
"""

from __future__ import annotations

import json
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from spatial import sqlfiles, units
from spatial.crs import to_degrees
from spatial.errors import InputRefused, NotAllowed
from spatial.site_check import tables
from spatial.site_check.found import NOTHING, Found, layers_of
from spatial.site_check.lines import measured
from spatial.site_check.moved import shifted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.models import Rule
    from spatial.scope import Scope
    from spatial.site_check.check import SiteCheck

Row = dict[str, Any]
HARD = 2
"""The severity up to which a line is hard: what is hit of it is erased unless told otherwise."""
WIDTH_M = 10.0
RADIUS_M, MOST_RADIUS_M = 2000.0, 5000.0
SECONDS = 3.0
CENT = Decimal("0.01")
CRUMB_M2 = 0.01


def what_if(
    site: SiteCheck,
    scope: Scope,
    *,
    lines: Sequence[str] = (),
    radius_m: float = RADIUS_M,
    width_m: float = WIDTH_M,
    seconds: float = SECONDS,
) -> Row:
    """The site less the ground of these lines (default: the hard ones it hits, else all it hits).

    It is erased in the engine's CRS, piece by piece, and written in degrees that lead back to
    the same pieces: a check of what remains finds nothing of what was erased.

    ``remaining``: its parts with exact areas, which with what was erased and what lies outside add
    up to the site; ``narrow``: what of it is narrower than ``width_m``; ``shift``: the nearest
    place for the whole outline (spatial.site_check.shift). Raises InputRefused, NotAllowed.
    """
    if not 0 < radius_m <= MOST_RADIUS_M or not 0 <= width_m <= MOST_RADIUS_M:
        raise InputRefused(f"半径应在 0 到 {MOST_RADIUS_M:.0f} 米之间，宽度不小于 0。")
    found = Found(site, scope)
    chosen = _chosen(found, lines)
    return {
        "id": site.id,
        "lines": [{"code": rule.code, "term": rule.term} for rule in chosen],
        **_erased(found, chosen, width_m),
        "shift": shifted(found, chosen, radius_m, seconds) if chosen else None,
    }


def _chosen(found: Found, codes: Sequence[str]) -> list[Rule]:
    rules = {rule.code: rule for rule in found.lines if rule.part}
    for code in codes:
        if code not in rules:
            told = "、".join(f"{rule.code}（{rule.term}）" for rule in rules.values())
            raise InputRefused(f"没有管控线 {code[:40]}。可选：{told}。")
    drawn = {
        code: rule
        for code, rule in rules.items()
        if all(found.scope.may("map", layer) for layer in layers_of(rule))
    }
    if hidden := [rules[code].term for code in codes if code not in drawn]:
        raise NotAllowed(f"您的角色不能看“{'、'.join(hidden)}”的图形，不能据以避让。")
    if codes:
        return [drawn[code] for code in dict.fromkeys(codes)]
    hit = [rule for rule in drawn.values() if measured(found, rule).answer is True]
    return [rule for rule in hit if rule.severity and rule.severity <= HARD] or hit


# ---------------------------------------------------------------- what remains


def _erased(found: Found, chosen: list[Rule], width_m: float) -> Row:
    sums = [measured(found, rule) for rule in chosen]
    gone = {part.pk for line in sums for part in line.yes}
    doubtful = {part.pk for line in sums for part in line.unknown} - gone
    kept = [part for part in found.parts if part.pk not in gone]
    total = sum((part.area_m2 for part in kept), NOTHING)
    doubt = sum((part.area_m2 for part in kept if part.pk in doubtful), NOTHING)
    erased = sum((part.area_m2 for part in found.parts if part.pk in gone), NOTHING)
    whole = found.total_m2
    parts, plane = _parts(found, [part.pk for part in kept], total, whole)
    return {
        "erased": tables.measures(erased, whole),
        "remaining": {
            **tables.measures(total, whole),
            "one_piece": len(parts) == 1,
            "parts": parts,
            "doubtful": tables.measures(doubt, whole),
        },
        "outside": tables.measures(found.outside_m2, whole),
        "narrow": _narrow(plane, width_m),
        "said": _said(parts, total, whole, doubt),
    }


def _parts(
    found: Found, piece_ids: list[int], total: Decimal, whole: Decimal
) -> tuple[list[Row], list[shapely.Geometry]]:
    """The connected parts of pieces, largest first; their areas add up to ``total``."""
    if not piece_ids:
        return [], []
    rows = sqlfiles.rows("site_check/50_take_pieces", {"piece_ids": piece_ids})
    shapes = shapely.from_wkb(np.array([bytes(row["ground"]) for row in rows], dtype=object))
    united = shapely.union_all(shapes)
    polygons = [one for one in shapely.get_parts(united) if isinstance(one, shapely.Polygon)]
    named = sqlfiles.rows(
        "site_check/51_name_parts",
        {"grounds": [shapely.to_wkb(one) for one in polygons], "plane_srid": found.home.plane_srid},
    )
    if not total:  # crumbs without any area
        return [], []
    named = [row for row in named if row["exact_m2"] >= CRUMB_M2] or named[:1]
    named.sort(key=lambda row: -row["exact_m2"])
    areas = rounded([row["exact_m2"] for row in named], total)
    parts = [
        {
            "number": number,
            **tables.measures(area, whole),
            "geometry": _outline(polygons[row["place"] - 1]),
        }
        for number, (row, area) in enumerate(zip(named, areas, strict=True), start=1)
    ]
    return parts, [shapely.from_wkb(bytes(row["plane"])) for row in named]


def _outline(ground: shapely.Geometry) -> Row:
    """The outline in degrees; where it nearly meets itself, the last digit may join it there."""
    found = to_degrees(ground)
    if not shapely.is_valid(found):
        parts = shapely.get_parts(
            shapely.make_valid(found, method="structure", keep_collapsed=False)
        )
        polygons = [one for one in parts if isinstance(one, shapely.Polygon)]
        found = polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
    return dict(json.loads(shapely.to_geojson(found)))


def rounded(exact: Sequence[float], total: Decimal) -> list[Decimal]:
    """Areas in hundredths that add up to the total: rounded down, the rest to the largest rests.

    What crumbs held, and what is more than a hundredth each, goes to the largest.
    """
    plain = [Decimal(repr(value)) for value in exact]
    areas = [value.quantize(CENT, ROUND_DOWN) for value in plain]
    missing = int((total - sum(areas, NOTHING)) / CENT)
    order = sorted(range(len(areas)), key=lambda place: areas[place] - plain[place])
    for place in order[: max(0, missing)]:
        areas[place] += CENT
    areas[0] += total - sum(areas, NOTHING)
    return areas


def _narrow(plane: list[shapely.Geometry], width_m: float) -> Row:
    """Ground that no disc of this width fits into; roughly, for people to look at."""
    if not plane or not width_m:
        return {"width_m": width_m, "area_m2": NOTHING, "geometry": None}
    shape = shapely.union_all(plane)
    half = width_m / 2
    opened = shapely.buffer(shapely.buffer(shape, -half), half * 1.01)
    narrow = shapely.difference(shape, opened)
    narrow = shapely.union_all([one for one in shapely.get_parts(narrow) if one.area >= half**2])
    return {
        "width_m": width_m,
        "area_m2": Decimal(repr(round(narrow.area, 2))),
        "geometry": None,
    }


def _said(parts: list[Row], total: Decimal, whole: Decimal, doubt: Decimal) -> str:
    if not parts:
        return "去掉后没有剩余。"
    share = units.percent(total / whole)
    if len(parts) == 1:
        told = f"去掉后剩余 {total:,.2f} m²（{units.mu(total):,.2f} 亩，占 {share}），仍为一整块"
    else:
        told = (
            f"去掉后剩余 {total:,.2f} m²（{units.mu(total):,.2f} 亩，占 {share}），"
            f"分成 {len(parts)} 块，最大一块 {parts[0]['area_m2']:,.2f} m²"
        )
    return f"{told}；其中 {doubt:,.2f} m² 数据不足，不能确定可用。" if doubt else f"{told}。"
