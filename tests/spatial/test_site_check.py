"""A site check answers each control line, and every table adds up to the site."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from spatial.errors import InputRefused, NotAllowed
from spatial.models import Assessment, Batch, DatasetVersion, Patch, Run
from spatial.site_check import purposes
from tests import drawing, people, site_ground
from tests.site_ground import checked, county, line, parcel, planner, seen

pytestmark = pytest.mark.django_db
DAY = datetime.date


def told_of(*parcels: Any, asked: dict[str, Any] | None = None, **layers: Any) -> dict[str, Any]:
    county(**layers)
    by = planner()
    return seen(checked(by, *parcels, **(asked or {})), by)


# ---------------------------------------------------------------- answers


def test_the_purposes_are_the_rulesets_of_sites() -> None:
    assert [one.code for one in purposes.rulesets()] == ["site-selection"]
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


# ---------------------------------------------------------------- kept


def test_the_same_ground_on_the_same_data_is_the_same_check() -> None:
    county()
    by = planner()
    first, again = checked(by), checked(by)
    assert (again.id, again.repeated, first.repeated) == (first.id, True, False)
    assert Run.objects.count() == 1
    assert checked(by, title="另一个项目").id != first.id


def test_new_data_make_a_new_check_and_the_old_one_stays() -> None:
    region = county()
    by = planner()
    first = checked(by)
    drawing.draw_version(
        "basic_farmland", {"draw": "ZZZZ", "valid_from": DAY(2025, 1, 1)}, region=region,
        activated_at=drawing.now(),
    )  # fmt: skip
    second = checked(by)
    assert second.id != first.id
    assert line(seen(first, by), "basic_farm")["answer"] == "clear"
    assert line(seen(second, by), "basic_farm")["answer"] == "hit"
    assert [row["id"] for row in seen(second, by)["earlier_checks"]] == [first.id]


def test_a_check_is_a_private_patch_of_the_unit() -> None:
    county()
    by = planner()
    site = checked(by, title="示范项目")
    batch = Batch.objects.get()
    assert (batch.source, batch.owner, batch.shared, batch.title) == (
        "选址", by.unit, False, "示范项目",
    )  # fmt: skip
    assert batch.code.startswith("SITE-20260101-")
    assert site.assessment.is_current
    assert site.assessment.label_term == "项目用地"


def test_patches_of_the_past_are_listed_with_their_common_ground() -> None:
    region = county()
    drawing.draw_patch({"draw": "PP", "jcbh": "旧-1"}, region=region)
    drawing.draw_patch({"draw": "P", "offset": [500, 0]}, region=region)
    by = planner()
    told = seen(checked(by), by)
    assert [(row["jcbh"], round(row["common_m2"]), row["label"]) for row in told["past"]] == [
        ("旧-1", 200, "尚未评定"),
    ]  # fmt: skip


# ---------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("SITE_VERTICES", 3, "个界址点，超过 3 个"),
        ("SITE_AREA_M2", 500, "公顷，超过 0 公顷"),
        ("SITE_PARCELS", 0, "一次选址最多 0 个地块"),
    ],
)
def test_too_much_is_refused_and_nothing_is_kept(
    settings: Any, setting: str, value: int, said: str
) -> None:
    county()
    setattr(settings, setting, value)
    by = planner()
    with pytest.raises(InputRefused, match=said):
        checked(by)
    assert not Patch.objects.exists()
    assert not Batch.objects.exists()
    assert not Assessment.objects.exists()


def test_an_outline_that_crosses_itself_is_refused_with_the_place() -> None:
    from spatial.site_check.parcels import parcels_of

    county()
    bow = {"type": "Polygon", "coordinates": [[[117, 33.4], [117.01, 33.41], [117.01, 33.4],
                                               [117, 33.41], [117, 33.4]]]}  # fmt: skip
    by = planner()
    with pytest.raises(InputRefused, match=r"地块 1的边界自相交（经纬度 117\.00"):
        checked(by, *parcels_of(bow))


def test_a_role_without_the_act_is_refused() -> None:
    county()
    with pytest.raises(NotAllowed, match="选址检查"):
        checked(people.person("990101", "official", unit="办公室"))


def test_an_account_without_a_unit_has_nowhere_to_keep_it() -> None:
    county()
    with pytest.raises(NotAllowed, match="没有所属单位"):
        checked(people.person("990101", "planner"))
