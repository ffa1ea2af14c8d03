"""A site check answers each control line, and every table adds up to the site."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from spatial.errors import InputRefused
from spatial.models import DatasetVersion, Patch
from spatial.site_check import purposes
from spatial.site_check.parcels import parcels_of
from tests import drawing, site_ground
from tests.site_ground import bounded, checked, county, line, parcel, planner, seen

pytestmark = pytest.mark.django_db
DAY = datetime.date


def told_of(*parcels: Any, asked: dict[str, Any] | None = None, **layers: Any) -> dict[str, Any]:
    county(**layers)
    by = planner()
    return seen(checked(by, *parcels, **(asked or {})), by)


# ---------------------------------------------------------------- answers


def test_the_purposes_are_the_rulesets_of_sites() -> None:
    codes = [one.code for one in purposes.rulesets()]
    assert codes == ["site-selection", "facility-siting", "temporary-siting"]
    with pytest.raises(InputRefused, match="没有选址用途 land-enforcement"):
        purposes.require("land-enforcement")


def test_a_line_that_is_touched_says_how_much_and_by_what() -> None:
    told = told_of(basic_farmland={"draw": "ZZ......", "Z": {"code": "永农-1"}})
    found = line(told, "basic_farm")
    assert (found["answer"], found["answer_term"]) == ("hit", "涉及")
    assert round(found["area_m2"]) == 200
    assert (found["mu"], found["share_said"]) == (Decimal("0.30"), "25.00 %")
    assert found["basis"] == "《土地管理法》第三十三条至第三十五条"
    (feature,) = found["features"]
    assert (feature["code"], feature["area_m2"]) == ("永农-1", found["area_m2"])
    assert found["threshold_m2"] == Decimal("0.01")
    assert DatasetVersion.objects.get(pk=found["versions"][0]).layer_id == "basic_farmland"


def test_a_line_that_is_not_touched_says_so_with_its_version_and_the_nearest_ground() -> None:
    told = told_of(basic_farmland={"draw": "Z", "Z": {"offset": [100, 0]}})
    found = line(told, "basic_farm")
    assert (found["answer"], found["said"]) == ("clear", "不涉及")
    assert found["versions"]
    assert found["nearest"]["distance_m"] == 20
    assert line(told, "eco")["nearest"] is None


def test_a_layer_that_is_not_loaded_is_never_a_clearance() -> None:
    told = told_of(basic_farmland="missing")
    found = line(told, "basic_farm")
    assert (found["answer"], round(found["unknown_m2"])) == ("no_data", 800)
    assert "永久基本农田" in found["said"]
    assert {"kind": "missing", "said": "绘图县01没有永久基本农田数据"} in told["unchecked"]
    assert "不能答 1 项：占用永久基本农田" in told["summary"]["said"]


def test_a_version_that_ended_is_expired() -> None:
    told = told_of(basic_farmland={"draw": "Z", "Z": {"offset": [300, 0]},
                                   "valid_until": DAY(2025, 6, 1)})  # fmt: skip
    found = line(told, "basic_farm")
    assert found["answer"] == "expired"
    assert "已于 2025-06-01 到期" in found["said"]


def test_a_survey_that_should_have_been_renewed_clears_nothing() -> None:
    wood = {"draw": "GGGGGGGG", "G": {"code": "0301", "kcxs": 0}}
    told = told_of(land_use={**wood, "valid_from": DAY(2023, 12, 31)})
    found = line(told, "on_cultivated")
    assert (found["answer"], found["answer_term"]) == ("expired", "数据已过期")
    assert "不能据以答不涉及" in found["said"]
    fresh = county("990102", land_use={**wood, "valid_from": DAY(2025, 1, 1)})
    by = planner("990102", "乙")
    site = checked(by, _north(fresh))
    assert line(seen(site, by), "on_cultivated")["answer"] == "clear"


def _north(region: Any) -> Any:
    east, north = drawing.place_of(region)
    return parcel(east, north, east + 80, north + 10)


def test_a_survey_that_should_have_been_renewed_still_tells_what_it_touches() -> None:
    told = told_of(land_use={**site_ground.SURVEY, "valid_from": DAY(2023, 12, 31)})
    found = line(told, "on_cultivated")
    assert (found["answer"], round(found["area_m2"])) == ("hit", 360)
    assert "已超过更新周期（18 个月）" in found["said"]


def test_ground_that_the_survey_leaves_out_is_told() -> None:
    told = told_of(land_use={"draw": "GGGG....", "G": {"code": "0301", "kcxs": 0},
                             "valid_from": DAY(2025, 12, 31)})  # fmt: skip
    found = line(told, "on_cultivated")
    assert (found["answer"], round(found["unknown_m2"])) == ("no_data", 400)
    assert any(row["kind"] == "partly" for row in told["unchecked"])
    assert {row["code"]: round(row["area_m2"]) for row in told["land"]["rows"]} == {
        "farm": 400, "uncovered": 400,
    }  # fmt: skip


def test_ground_outside_a_zone_that_is_asked_for() -> None:
    told = told_of(
        planning_zone={"draw": "GGNNNNNN", "G": {"construction_allowed": True},
                       "N": {"construction_allowed": False, "class": "农业空间"}},
    )  # fmt: skip
    found = line(told, "off_plan")
    assert (found["relation"], found["answer"], round(found["area_m2"])) == ("outside", "hit", 600)
    assert [row["class"] for row in found["features"]] == ["农业空间"]


def test_what_the_lines_answer_is_what_the_engine_marked() -> None:
    county(
        basic_farmland={"draw": "ZZ......"}, green_line="missing",
        planning_zone={"draw": "GGGG....", "G": {"construction_allowed": True}},
        urban_boundary={"draw": "UUUUUUUU"},
    )  # fmt: skip
    by = planner()
    site = checked(by)
    told = seen(site, by)
    marks = {mark.code: mark for mark in site.assessment.marks.all()}
    for row in told["lines"]:
        mark = marks[row["code"]]
        said = {"hit": True, "clear": False}.get(row["answer"])
        assert (said, row["area_m2"], row["unknown_m2"]) == (
            mark.answer, mark.area_m2, mark.unknown_m2,
        ), row["code"]  # fmt: skip


# ---------------------------------------------------------------- tables


def test_land_classes_gross_and_net() -> None:
    told = told_of(basic_farmland={"draw": "ZZ......"})
    land = told["land"]
    (farm,) = land["rows"]
    assert [(row["code"], round(row["area_m2"])) for row in farm["classes"]] == [
        ("0101", 400), ("0301", 400),
    ]  # fmt: skip
    cultivated = {name: round(row["area_m2"]) for name, row in land["cultivated"].items()}
    assert cultivated == {"gross": 400, "net": 360, "ridge": 40, "net_unknown": 0}
    assert round(land["basic_farm"]["area_m2"]) == 200
    assert round(land["basic_farm"]["cultivated"]["net"]["area_m2"]) == 180
    assert land["cultivated"]["net"]["area_m2"] == line(told, "on_cultivated")["area_m2"]


def test_survey_zones_that_overlap_stand_in_a_row_of_their_own() -> None:
    told = told_of(land_use=[
        {"draw": "LLLLLLLL\nGG......", "valid_from": DAY(2025, 12, 31),
         "L": {"code": "0101", "kcxs": 0}, "G": {"code": "0301", "kcxs": 0, "offset": [0, -10]}},
    ])  # fmt: skip
    rows = {row["code"]: round(row["area_m2"]) for row in told["land"]["rows"]}
    assert rows in ({"farm": 600, "double": 200}, {"uncovered": 800}, {"farm": 800})


def test_owners_by_kind() -> None:
    told = told_of()
    assert {row["term"]: round(row["area_m2"]) for row in told["owners"]["rows"]} == {
        "国有": 400, "集体": 400,
    }  # fmt: skip


def test_every_row_is_converted_and_the_rest_is_told() -> None:
    told = told_of()
    table = told["owners"]
    assert table["rest_mu"] == table["total"]["mu"] - sum(row["mu"] for row in table["rows"])


# ---------------------------------------------------------------- parcels


def test_parcels_of_one_site_are_one_patch_with_a_table() -> None:
    told = told_of(
        parcel(0, 0, 40, 10, name="甲", declared="400"), parcel(60, 0, 80, 10, name="乙")
    )
    site = told["site"]
    assert [(row["name"], round(row["area_m2"])) for row in site["parcels"]] == [
        ("甲", 400), ("乙", 200),
    ]  # fmt: skip
    assert round(site["area_m2"]) == 600
    assert site["declared_m2"] is None
    assert abs(site["parcels_off_m2"]) <= Decimal("0.01")


def test_parcels_that_overlap_count_once_and_it_is_told() -> None:
    told = told_of(parcel(0, 0, 40, 10, name="甲"), parcel(30, 0, 80, 10, name="乙"))
    assert round(told["site"]["area_m2"]) == 800
    assert round(told["site"]["parcels_off_m2"]) == 100
    assert told["notes"] == ["甲与乙相互重叠，重叠部分只计一次。"]


def test_the_declared_area_stands_beside_the_measured_one() -> None:
    told = told_of(parcel(0, 0, 80, 10, declared="810"))
    assert told["site"]["declared_m2"] == 810
    assert round(told["site"]["declared_off_m2"]) == -10


# ---------------------------------------------------------------- what cannot be asked


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ((0, 0, 0.5, 0.5), "不足 1 平方米。请核对界址点"),
        ((-20_000, -20_000, 20_000, 20_000), "超过 10000 公顷"),
        ((900_000, 0, 900_100, 100), "可能落在海上"),
    ],
)
def test_a_site_too_small_too_large_or_nowhere_is_refused(bounds: Any, words: str) -> None:
    region = bounded(county(), -50_000, -50_000, 50_000, 50_000)
    with pytest.raises(InputRefused, match=words):
        checked(planner(region.code), parcel(*bounds))


def test_degrees_the_wrong_way_round_are_said_to_lie_abroad() -> None:
    bounded(county(), -500, -500, 500, 500)
    ring = [[33.4, 17.0], [33.41, 17.0], [33.41, 17.01], [33.4, 17.0]]
    abroad = parcels_of({"type": "Polygon", "coordinates": [ring]})
    with pytest.raises(InputRefused, match="在我国之外。多半是经度和纬度写反了"):
        checked(planner(), *abroad)


def test_a_purpose_without_any_data_is_refused_and_names_what_is_missing() -> None:
    bounded(drawing.county(), -500, -500, 500, 500)
    with pytest.raises(InputRefused, match="没有“临时用地选址检查”所需的任何数据（.*临时用地"):
        checked(planner(), purpose="temporary-siting")
    assert not Patch.objects.exists()
