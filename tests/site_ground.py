"""A drawn county in which sites are checked: by letters of a grid, ten metres a cell."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import shapely
from shapely import affinity

from spatial.rules.load import load_ruleset
from spatial.scope import scope_of
from spatial.site_check.check import Asked, SiteCheck, check
from spatial.site_check.parcels import Parcel
from spatial.site_check.result import result
from tests import drawing, people
from tests.drawn_plane import ORIGIN_EAST, ORIGIN_NORTH
from tests.test_cases import layers_read

if TYPE_CHECKING:
    from spatial.models import Region, User

AS_OF = datetime.date(2026, 1, 1)
PURPOSE = "site-selection"
SURVEY = {"draw": "LLLLGGGG", "L": {"code": "0101", "kcxs": 0.1, "ownership": "30"},
          "G": {"code": "0301", "kcxs": 0, "ownership": "20"}}  # fmt: skip
"""Eight cells: paddy with ridges in the west, wood in the east."""


def county(code: str = "990101", **layers: Any) -> Region:
    """A county where all that the purpose reads is loaded; what is not told is empty."""
    region = drawing.county(code, f"绘图县{code[-2:]}")
    told = {"land_use": {**SURVEY, "valid_from": datetime.date(2025, 12, 31)}, **layers}
    drawing.draw_empty(sorted(layers_read(load_ruleset(PURPOSE)) - set(told)), region)
    for layer in sorted(told):
        drawing.draw_layer(layer, told[layer], region=region)
    return region


def bounded(region: Region, west: float, south: float, east: float, north: float) -> Region:
    """The county with a boundary, in metres of the drawing of the first county."""
    region.geom = drawing.geographic(box(west, south, east, north))
    region.save()
    return region


def box(west: float, south: float, east: float, north: float) -> shapely.Geometry:
    """A box in metres from the drawing's lower left."""
    return affinity.translate(
        shapely.box(west, south, east, north), ORIGIN_EAST, ORIGIN_NORTH
    )  # fmt: skip


def parcel(*bounds: float, name: str = "地块 1", declared: str | None = None) -> Parcel:
    """A parcel between these metres of the first county's drawing."""
    area = None if declared is None else Decimal(declared)
    return Parcel(name, drawing.geographic(box(*bounds)), area)


def planner(code: str = "990101", unit: str = "规划科") -> User:
    """Somebody who may check sites."""
    return people.person(code, "planner", unit=unit)


def checked(by: User, *parcels: Parcel, **asked: Any) -> SiteCheck:
    """The check of these parcels (by default all eight cells)."""
    told = {"purpose": PURPOSE, "as_of": AS_OF, **asked}
    return check(parcels or [parcel(0, 0, 80, 10)], Asked(**told), scope_of(by), by=by)


def seen(site: SiteCheck, by: User) -> dict[str, Any]:
    """The result as this person sees it, its sums proved."""
    told = result(site, scope_of(by))
    whole = told["site"]["area_m2"]
    for name in ("land", "owners", "townships"):
        if told[name] is not None:
            assert sum(row["area_m2"] for row in told[name]["rows"]) == whole
            assert told[name]["total"]["area_m2"] == whole
    if told["land"] is not None:
        for row in told["land"]["rows"]:
            if row["classes"]:
                assert sum(one["area_m2"] for one in row["classes"]) == row["area_m2"]
    return told


def line(told: dict[str, Any], code: str) -> dict[str, Any]:
    """One control line of a result."""
    return next(row for row in told["lines"] if row["code"] == code)


def answers(told: dict[str, Any]) -> dict[str, str]:
    """What each line answers."""
    return {row["code"]: row["answer"] for row in told["lines"]}
