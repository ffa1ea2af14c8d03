"""What if: the site without what it hits, and where its outline would be free. 避让推演

Nothing is stored: it is worked out anew from the stored pieces and the pinned versions, within the
scope, and only for lines whose ground the user may see drawn.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from spatial import sqlfiles, units
from spatial.errors import InputRefused, NotAllowed
from spatial.site_check import tables
from spatial.site_check.found import NOTHING, Found, layers_of, leaves_of
from spatial.site_check.lines import measured
from spatial.site_check.shift import Free, Shift, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.models import Notion, Rule
    from spatial.scope import Scope
    from spatial.site_check.check import SiteCheck

Row = dict[str, Any]
HARD = 2
"""The severity up to which a line is hard: what is hit of it is erased unless told otherwise."""
WIDTH_M = 10.0
RADIUS_M, MOST_RADIUS_M = 2000.0, 5000.0
RESOLUTION_M = 1.0
SECONDS = 3.0
CENT = Decimal("0.01")
CRUMB_M2 = 0.01
KNOWN = ("counted", "old", "empty")


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
        "shift": _shifted(found, chosen, radius_m, seconds) if chosen else None,
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
    named = [row for row in named if row["exact_m2"] >= CRUMB_M2] or named[:1]
    named.sort(key=lambda row: -row["exact_m2"])
    areas = rounded([row["exact_m2"] for row in named], total)
    parts = [
        {"number": number, **tables.measures(area, whole), "geometry": row["geometry"]}
        for number, (row, area) in enumerate(zip(named, areas, strict=True), start=1)
    ]
    return parts, [shapely.from_wkb(bytes(row["plane"])) for row in named]


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


# ---------------------------------------------------------------- where it would be free


def _shifted(found: Found, chosen: list[Rule], radius_m: float, seconds: float) -> Row:
    leaves = [leaf for rule in chosen for place in rule.places.all()
              for leaf in leaves_of(place.notion)]  # fmt: skip
    layers = list(dict.fromkeys(leaf.layer_id for leaf in leaves if leaf.layer_id))
    counties, versions = _known_ground(found, layers)
    rows = sqlfiles.rows(
        "site_check/60_take_around",
        {
            "assessment_id": found.assessment.pk,
            "codes": sorted({leaf.code for leaf in leaves}),
            "version_ids": versions,
            "reach_m": radius_m,
        },
    )
    forbidden, within = _limits(chosen, rows)
    notes = ["只避让所列管控线，其他管控线和现状未看；只平移，不旋转、不变形。"]
    limits = sqlfiles.rows(
        "site_check/61_take_counties",
        {
            "patch_id": found.site.id,
            "county_ids": counties,
            "plane_srid": found.home.plane_srid,
            "reach_m": radius_m,
        },
    )
    grounds = _shapes(row["ground"] for row in limits if row["ground"] is not None)
    if len(grounds):
        within.append(shapely.union_all(grounds))
        notes.append("只在有这些数据且属您行政区的县内找。")
    outline = shapely.from_wkb(
        bytes(
            sqlfiles.rows(
                "site_check/52_plane_site",
                {"patch_id": found.site.id, "plane_srid": found.home.plane_srid},
            )[0]["plane"]
        )
    )
    shift = nearest(
        outline, Free(forbidden, within),
        radius_m=radius_m, resolution_m=RESOLUTION_M, seconds=seconds,
    )  # fmt: skip
    return {**_told(found, shift), "notes": notes}


def _known_ground(found: Found, layers: list[str]) -> tuple[list[int], list[int]]:
    """The user's counties in which all of these layers are known, and the versions that count."""
    around = found.around(layers)
    counties = [
        county
        for county, rows in around.items()
        if all(one.state in KNOWN for one in rows)
    ]  # fmt: skip
    versions = [
        one.version.pk
        for county in counties
        for one in around[county]
        if one.version is not None and one.state != "empty"
    ]
    return counties, versions


def _limits(chosen: list[Rule], rows: list[Row]) -> tuple[shapely.Geometry, list[shapely.Geometry]]:
    """Ground that may not be touched, and grounds of each of which it may not go out."""
    sure: dict[str, list[Any]] = {}
    maybe: dict[str, list[Any]] = {}
    for row in rows:
        maybe.setdefault(row["code"], []).append(row["ground"])
        if row["sure"]:
            sure.setdefault(row["code"], []).append(row["ground"])

    def holds(notion: Notion, known: dict[str, list[Any]]) -> shapely.Geometry:
        wkb = [ground for leaf in leaves_of(notion) for ground in known.get(leaf.code, [])]
        return shapely.union_all(_shapes(wkb))

    forbidden, within = [], []
    for rule in chosen:
        inside = [place.notion for place in rule.places.all() if place.relation == "inside"]
        outside = [place.notion for place in rule.places.all() if place.relation == "outside"]
        allowed = shapely.union_all([holds(notion, sure) for notion in outside])
        if not inside:
            within.append(allowed)
            continue
        ground = holds(inside[0], maybe)
        for notion in inside[1:]:
            ground = shapely.intersection(ground, holds(notion, maybe))
        forbidden.append(shapely.difference(ground, allowed) if outside else ground)
    return shapely.union_all(forbidden), within


def _shapes(wkb: Any) -> np.ndarray:
    return shapely.from_wkb(np.array([bytes(one) for one in wkb], dtype=object))


def _told(found: Found, shift: Shift) -> Row:
    moved = None
    if shift.distance_m is not None:
        moved = sqlfiles.rows(
            "site_check/53_move_site",
            {
                "patch_id": found.site.id,
                "plane_srid": found.home.plane_srid,
                "east_m": shift.east_m,
                "north_m": shift.north_m,
            },
        )[0]["geometry"]
    return {
        "east_m": shift.east_m,
        "north_m": shift.north_m,
        "distance_m": shift.distance_m,
        "direction": shift.direction,
        "nothing_within_m": shift.nothing_within_m,
        "surely_nowhere": shift.surely_nowhere,
        "radius_m": shift.radius_m,
        "resolution_m": shift.resolution_m,
        "complete": shift.complete,
        "said": shift.said,
        "geometry": moved,
    }
