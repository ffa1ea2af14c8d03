"""The nearest free place of an outline: found, proved, and the same as by brute force."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity

from spatial.site_check.shift import TOUCH_M, Free, nearest, said_direction

SQUARE = shapely.box(0, 0, 100, 100)
NOWHERE = shapely.Polygon()


def test_free_ground_is_not_moved() -> None:
    found = nearest(SQUARE, Free(shapely.box(100, 0, 200, 100)))
    assert (found.distance_m, found.said) == (0, "原位即可，不须平移。")


def test_a_wall_is_left_at_right_angles() -> None:
    found = nearest(SQUARE, Free(shapely.box(70, -5000, 5000, 5000)))
    assert found.distance_m == pytest.approx(30, abs=1)
    assert found.nothing_within_m >= found.distance_m - 1
    assert found.complete
    assert "西" in found.direction
    assert f"向{found.direction}平移 30." in found.said


def test_nowhere_is_proved() -> None:
    found = nearest(SQUARE, Free(shapely.box(-9000, -9000, 9000, 9000)), radius_m=2000)
    assert found.surely_nowhere
    assert found.said.startswith("在 2,000 m 内没有可避开的位置")


def test_free_ground_too_small_for_the_outline_is_none() -> None:
    ring = shapely.box(-900, -900, 900, 900) - shapely.box(300, 300, 390, 500)
    assert nearest(SQUARE, Free(ring), radius_m=500).surely_nowhere
    wider = shapely.box(-900, -900, 900, 900) - shapely.box(300, 300, 401, 500)
    found = nearest(SQUARE, Free(wider), radius_m=600)
    assert found.distance_m == pytest.approx(math.hypot(300, 300), abs=1.5)


def test_ground_to_stay_in_is_kept_to() -> None:
    free = Free(NOWHERE, [shapely.box(250, -500, 900, 500)])
    found = nearest(SQUARE, free, radius_m=1000)
    assert found.east_m == pytest.approx(250, abs=1)


def test_an_outline_of_two_parts_moves_as_one() -> None:
    two = shapely.union_all([shapely.box(0, 0, 50, 50), shapely.box(150, 0, 200, 50)])
    found = nearest(two, Free(shapely.box(40, -400, 160, 400)), radius_m=1000)
    assert found.distance_m == pytest.approx(10, abs=1) or found.distance_m <= 161
    moved = affinity.translate(two, found.east_m, found.north_m)
    assert shapely.intersection(moved, shapely.box(40, -400, 160, 400)).area < 1


def test_the_clock_ends_a_search_and_is_told() -> None:
    found = nearest(SQUARE, Free(shapely.box(-9000, -9000, 9000, 9000)), seconds=-1)
    assert not found.complete
    assert not found.surely_nowhere
    assert "限时内未搜完" in found.said


@pytest.mark.parametrize(
    ("east", "north", "said"),
    [(1, 0, "正东"), (0, 1, "正北"), (-1, 0, "正西"), (0, -1, "正南"), (3, 1, "东偏北 18°"),
     (1, 3, "北偏东 18°"), (-3, -1, "西偏南 18°"), (1, -3, "南偏东 18°"), (1000, -1, "正东")],
)  # fmt: skip
def test_directions_are_said(east: float, north: float, said: str) -> None:
    assert said_direction(east, north) == said


place = partial(st.integers, -60, 60)
blocks = st.lists(
    st.builds(
        lambda x, y, w, h: shapely.box(x, y, x + w, y + h),
        place(), place(), st.integers(4, 40), st.integers(4, 40),
    ),
    min_size=1, max_size=8,
)  # fmt: skip
outlines = st.sampled_from(
    [
        shapely.box(0, 0, 12, 12),
        shapely.Polygon([(0, 0), (20, 0), (20, 6), (6, 6), (6, 20), (0, 20)]),
        shapely.Polygon([(0, 0), (16, 5), (4, 14)]),
    ]
)


@given(outlines, blocks)
@settings(max_examples=60, deadline=None)
def test_it_is_as_near_as_brute_force_finds(
    outline: shapely.Geometry, walls: list[shapely.Geometry]
) -> None:
    """Against every metre of the radius: nothing nearer is free, and what is found is free."""
    radius = 40.0
    forbidden = shapely.union_all(walls)
    found = nearest(outline, Free(forbidden), radius_m=radius, resolution_m=1.0, seconds=20)
    assert found.complete
    core = shapely.buffer(outline, -TOUCH_M, join_style="mitre")
    shapely.prepare(forbidden)
    steps = np.arange(-radius, radius + 1)
    free_at = [
        away
        for east in steps
        for north in steps
        if (away := math.hypot(east, north)) <= radius
        and not forbidden.intersects(affinity.translate(core, east, north))
    ]
    if found.distance_m is None:
        assert not [away for away in free_at if away < found.nothing_within_m - 1e-6]
    else:
        moved = affinity.translate(core, found.east_m, found.north_m)
        assert not forbidden.intersects(moved)
        assert found.distance_m <= min(free_at, default=math.inf) + 1.0
        assert not [away for away in free_at if away < found.nothing_within_m - 1e-6]
