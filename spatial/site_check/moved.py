"""Where the whole outline of a site would be free of chosen lines. 平移避让"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from spatial import sqlfiles
from spatial.site_check.found import Found, leaves_of
from spatial.site_check.shift import Free, Shift, nearest

if TYPE_CHECKING:
    from spatial.models import Notion, Rule

Row = dict[str, Any]
RESOLUTION_M = 1.0
KNOWN = ("counted", "old", "empty")


def shifted(found: Found, chosen: list[Rule], radius_m: float, seconds: float) -> Row:
    """The nearest place within the radius, what is proved of nearer ones, and its outline."""
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
