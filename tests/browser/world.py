"""A small drawn county with a judged patch: for the pages, with and without a browser."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from django.conf import settings
from django.test import Client
from rasterio.transform import from_origin

from imports.rasters import load_raster
from spatial.engine.classify import apply_run, classify
from spatial.models import Batch, Patch, Region
from spatial.rules.load import load_ruleset
from tests import drawing
from tests.people import make_regions, person, square
from tests.test_cases import draw_case, layers_read

if TYPE_CHECKING:
    from pathlib import Path

    from spatial.models import Image, User

DAY = datetime.date
AS_OF = DAY(2026, 1, 1)
HOME, NEXT = "990101", "990102"
RULES = "land-enforcement"
M = 50
"""The side of a cell in metres: the patch is 200 m long and 50 m high."""
JCBH = "320001"
CASE: dict[str, Any] = {
    "m": M,
    "patch": {
        "draw": "PPPP", "jcbh": JCBH, "kind": "20",
        "before_on": DAY(2024, 1, 1), "after_on": DAY(2024, 4, 1),
    },
    "land_use": {"draw": "CCCC", "C": {"code": "0101"}},
    "basic_farmland": {"draw": "FF..", "F": {"code": "YN-7"}},
    "township": {"draw": "TT..", "T": {"code": "990101100", "name": "绘图镇"}},
    "approval": {
        "draw": "...A",
        "A": {"document": "示地〔2023〕1号", "step": "征收", "approved_on": DAY(2023, 1, 1),
              "holder": "绘图公司"},
    },
}  # fmt: skip


@dataclass(frozen=True)
class World:
    """What the tests ask about."""

    patch: Patch
    waiting: Patch
    """Not yet judged."""
    officer: User
    stranger: User
    clerk: User
    """May import, in the patch's county."""
    images: tuple[Image, ...] = ()
    sessions: dict[str, str] = field(default_factory=dict)
    """Cookies of people who are logged in, by name."""


def degrees(east: float, north: float) -> tuple[float, float]:
    """Longitude and latitude of a place of the drawing, in metres from its lower left."""
    plane = drawing.plane_to_geographic()
    lng, lat = plane.transform(drawing.ORIGIN_EAST + east, drawing.ORIGIN_NORTH + north)
    return float(lng), float(lat)


def make_world() -> World:
    """Two counties, one officer each, a judged patch and one that waits."""
    make_regions()
    west, south = degrees(-2000, -2000)
    Region.objects.filter(code=HOME).update(geom=square(west, south, 0.05), name="绘图县")
    Region.objects.filter(code=NEXT).update(geom=square(west + 0.05, south, 0.05), name="邻县")
    (patch,) = draw_case(CASE, load_ruleset(RULES))
    judge(patch)
    waiting = drawing.draw_patch(
        {"draw": "PP", "jcbh": "320002", "offset": (0, 300)},
        m=M, batch=Batch.objects.create(code="wait", source="部"),
    )  # fmt: skip
    return World(
        patch=patch,
        waiting=waiting,
        officer=person(HOME, "brigade", name="zhang", unit="绘图队"),
        stranger=person(NEXT, "brigade", name="wang", unit="邻县队"),
        clerk=person(HOME, "data_admin", name="shuju"),
    )


def judge(*patches: Patch) -> None:
    """Judge, and make it current."""
    apply_run(classify([patch.pk for patch in patches], ruleset=RULES, as_of=AS_OF))


def reach_into_next(patch: Patch) -> None:
    """The neighbour's township covers the east half of the patch's ground, and some 永农 of it."""
    region = Region.objects.get(code=NEXT)
    drawn = {"township", "basic_farmland"}
    drawing.draw_empty(sorted(layers_read(load_ruleset(RULES)) - drawn), region)
    back = (0, -drawing.place_of(region)[1])
    for layer, told in (
        ("township", {"code": "990102100", "name": "邻镇"}),
        ("basic_farmland", {"code": "YN-NEXT"}),
    ):
        drawing.draw_version(layer, {"draw": "..UU", "offset": back, "U": told}, m=M, region=region)
    judge(patch)


def logged_in(*people: User) -> dict[str, str]:
    """Session keys by user name."""
    found = {}
    for user in people:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        found[user.username] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return found


def make_images(folder: Path) -> tuple[Image, ...]:
    """Two images of the ground: before and after."""
    west, north = degrees(-500, 600)
    found = []
    for day, bright in ((DAY(2023, 12, 1), 60), (DAY(2024, 5, 1), 200)):
        path = folder / f"{day}.tif"
        values = np.full((3, 600, 600), bright, dtype="uint8")
        place = {"crs": "EPSG:4490", "transform": from_origin(west, north, 2e-5, 2e-5)}
        size = {"count": 3, "width": 600, "height": 600, "dtype": "uint8"}
        with rasterio.open(path, "w", driver="GTiff", **size, **place) as file:
            file.write(values)
        found.append(load_raster(path, taken_on=day, name=f"影像 {day}").image)
    return tuple(found)
