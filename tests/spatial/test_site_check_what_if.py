"""What remains of a site without what it hits, and where all of it would be free."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from spatial.errors import InputRefused
from spatial.scope import scope_of
from spatial.site_check.what_if import rounded, what_if
from tests.site_ground import bounded, checked, county, parcel, planner

pytestmark = pytest.mark.django_db


def asked(*parcels: Any, lines: tuple[str, ...] = (), radius_m: float = 300, **layers: Any) -> Any:
    region = county(**layers)
    bounded(region, -400, -400, 500, 400)
    by = planner()
    site = checked(by, *parcels)
    told = what_if(site, scope_of(by), lines=lines, radius_m=radius_m)
    parts = sum((part["area_m2"] for part in told["remaining"]["parts"]), Decimal(0))
    assert parts == told["remaining"]["area_m2"]
    assert (
        parts + told["erased"]["area_m2"] + told["outside"]["area_m2"] == site.patch.area_m2
    )  # exact, whatever was erased
    return told


def test_what_is_hit_at_one_end_leaves_one_piece() -> None:
    told = asked(basic_farmland={"draw": "ZZ......"})
    assert [one["code"] for one in told["lines"]] == ["basic_farm"]
    assert (round(told["remaining"]["area_m2"]), told["remaining"]["one_piece"]) == (600, True)
    assert "仍为一整块" in told["said"]
    assert told["remaining"]["parts"][0]["geometry"]["type"] == "Polygon"


def test_what_is_hit_in_the_middle_leaves_two_parts() -> None:
    told = asked(basic_farmland={"draw": "...ZZ..."})
    areas = [round(part["area_m2"]) for part in told["remaining"]["parts"]]
    assert (areas, told["remaining"]["one_piece"]) == ([300, 300], False)
    assert "分成 2 块" in told["said"]


def test_a_site_wholly_hit_leaves_nothing() -> None:
    told = asked(basic_farmland={"draw": "ZZZZZZZZ"})
    assert (told["remaining"]["parts"], told["said"]) == ([], "去掉后没有剩余。")


def test_the_nearest_free_place_is_beside_what_is_hit() -> None:
    told = asked(basic_farmland={"draw": "ZZ......"})
    shift = told["shift"]
    # ten metres across its row is nearer than twenty along it
    assert shift["distance_m"] == pytest.approx(10, abs=1.1)
    assert shift["nothing_within_m"] >= 8.5
    assert "可避开" in shift["said"]
    assert shift["geometry"]["type"] == "MultiPolygon"


def test_nowhere_is_said_only_when_it_is_proved() -> None:
    cover = "\n".join(["Z" * 90] * 60)
    told = asked(basic_farmland={"draw": cover, "Z": {"offset": [-400, -300]}}, radius_m=150)
    assert told["shift"]["surely_nowhere"]
    assert told["shift"]["said"].startswith("在 150 m 内没有可避开的位置")


def test_the_move_stays_within_the_county() -> None:
    region = county(basic_farmland={"draw": "ZZZZZZZZ"})
    bounded(region, -20, -60, 100, 10)  # south alone is left
    by = planner()
    site = checked(by)
    shift = what_if(site, scope_of(by), radius_m=200)["shift"]
    assert shift["north_m"] == pytest.approx(-10, abs=1.1)


def test_ground_that_must_be_inside_moves_into_it() -> None:
    rows = "\n".join(["....GGGGGGGGGGGG"] * 3)
    plan = {"draw": rows, "G": {"construction_allowed": True, "offset": [0, -10]}}
    told = asked(lines=("off_plan",), planning_zone=plan)
    assert round(told["erased"]["area_m2"]) == 400
    assert told["shift"]["east_m"] == pytest.approx(40, abs=1.1)


def test_narrow_rests_are_measured() -> None:
    region = county(basic_farmland={"draw": "ZZZZZZZZ", "Z": {"offset": [0, 10]}})
    bounded(region, -400, -400, 500, 400)
    by = planner()
    site = checked(by, parcel(0, 0, 80, 30))
    measured = {
        width: round(what_if(site, scope_of(by), width_m=width)["narrow"]["area_m2"])
        for width in (8.0, 15.0)
    }
    assert measured == {8.0: 0, 15.0: 1600}


def test_a_clear_site_needs_nothing() -> None:
    told = asked(
        parcel(50, 0, 80, 10), urban_boundary={"draw": "UUUUUUUU"},
        planning_zone={"draw": "GGGGGGGG", "G": {"construction_allowed": True}},
    )  # fmt: skip
    assert (told["lines"], told["shift"], told["remaining"]["one_piece"]) == ([], None, True)


def test_a_line_that_is_none_is_named() -> None:
    with pytest.raises(InputRefused, match="没有管控线 moon。可选：eco（占用生态保护红线）"):
        asked(lines=("moon",))


def test_rounded_parts_add_up() -> None:
    exact = [333.3333, 333.3333, 333.3334, 0.004]
    assert sum(rounded(exact, Decimal("1000.00"))) == Decimal("1000.00")
    assert rounded([10.004, 5.006], Decimal("15.01")) == [Decimal("10.00"), Decimal("5.01")]
