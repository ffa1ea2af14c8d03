"""What people established about the patches, as manifest entries: the loader records them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from imports.demo.manifest import Entry
from imports.demo.place import COUNTIES, NORTH, WEST, to_degrees
from imports.demo.plan import BATCHES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imports.demo.scenes import Shot
    from imports.demo.world import World

BY = "示例 张某（虚构）"


def facts(world: World) -> Iterator[Entry]:
    """Field results, decisions, what was put right, one exclusion, one holder put right, and an
    official figure."""
    shots = world.book.shots
    for n, shot in enumerate(shots):
        yield from _of(shot, n)
    yield from _parts(shots)
    yield from _users(shots)
    yield Entry(
        "fact",
        "official_figure",
        "",
        NORTH,
        options={
            "period": "2024Q1",
            "area_m2": "168000.00",
            "source": "示例省自然资源厅 2024 年一季度通报（虚构）",
        },
    )


def _of(shot: Shot, n: int) -> Iterator[Entry]:
    issued = BATCHES[shot.batch].issued_on
    if shot.fields:
        yield _fact("field_result", shot, issued, **shot.fields)
    if COUNTIES[shot.county].code == WEST:
        return
    if shot.batch == "BU2024Q1" and n % 5 < 2:
        yield _fact("determination", shot, "2024-05-15")
    if shot.situation in ("unfiled", "overdue") and n % 3 == 0:
        yield _fact("rectification", shot, "2024-07-01", kind="reclaimed", area_m2=_area(shot))
    if shot.situation == "highway":
        yield _fact("exclusion", shot, "2024-06-01", kind="key_project")


def _parts(shots: list[Shot]) -> Iterator[Entry]:
    """A decision that says otherwise, one on a drawn part, and work on one part and on a whole."""
    yield _fact(
        "determination",
        _first(shots, "earthwork"),
        "2024-06-18",
        conclusion="consolidated",
        note="现场核实为田块整理",
    )
    hole = _first(shots, "unfiled_hole")
    yield _fact(
        "determination",
        hole,
        "2024-06-19",
        conclusion="existing",
        part=_western_half(hole),
        note="西半部分为旧宅基地",
    )
    pixels = _first(shots, "unfiled_pixels")
    half = _western_half(pixels)
    yield _fact(
        "rectification",
        pixels,
        "2024-08-20",
        kind="reclaimed",
        area_m2=round(_area(pixels) / 2, 2),
        part=half,
    )
    late = _first(shots, "late")
    yield _fact("rectification", late, "2024-10-08", kind="regularised", area_m2=_area(late))


def _users(shots: list[Shot]) -> Iterator[Entry]:
    """The user of a patch that was delivered without one."""
    holder = next(shot.holder for shot in shots if shot.situation == "over_use" and shot.holder)
    shot = next(
        shot
        for shot in shots
        if shot.holder is None and shot.situation == "tiny" and COUNTIES[shot.county].code != WEST
    )
    yield _fact(
        "subject", shot, "2024-06-20", holder_code=holder.code, note="现场门牌与租用协议一致"
    )


def _first(shots: list[Shot], situation: str) -> Shot:
    return next(
        shot for shot in shots if shot.situation == situation and COUNTIES[shot.county].code != WEST
    )


def _fact(layer: str, shot: Shot, on: str, **told: Any) -> Entry:
    code = COUNTIES[shot.county].code
    about = {"patch": f"{shot.batch}/{code}/{shot.jcbh}", "by": BY}
    return Entry("fact", layer, "", code, on, about | told)


def _area(shot: Shot) -> float:
    return round(sum(shot.areas.values()), 2)


def _western_half(shot: Shot) -> str:
    """The half of a patch as a person draws it, in degrees."""
    west, south, _, north = shot.geom.bounds
    half = shot.geom.intersection(shapely.box(west - 1, south - 1, shot.geom.centroid.x, north + 1))
    return str(shapely.to_wkt(to_degrees(np.array([half], object))[0], rounding_precision=10))
