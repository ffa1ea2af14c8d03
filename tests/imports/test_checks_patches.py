"""What an import of patches looks for: kinds, dates, doubles, and flags against our own lines."""

from __future__ import annotations

from datetime import date

import pytest
import shapely

from imports import activate, load
from imports.checks import registration
from spatial.engine.registration import Shift
from tests.imports.conftest import DAY, WEST, square, written

pytestmark = pytest.mark.django_db

PATCH = {"XZQDM": WEST, "JCBH": "1", "TBLX": "20", "QSX": "20230601", "HSX": "20240301"}
SPEC = load.BatchSpec("2024Q1", source="部", issued_on=date(2024, 4, 1))


def bring(tmp_path, records, geoms=None, spec=SPEC):
    geoms = geoms or [square(119.95 + 0.002 * at, 33.05) for at in range(len(records))]
    return load.stage_patches(written(tmp_path / "t.gpkg", records, geoms), batch=spec)


def told(delivery):
    return [(issue.kind, issue.row, issue.field) for issue in delivery.issues.all()]


def test_a_patch_as_it_should_be_has_no_issue(counties, tmp_path):
    assert not told(bring(tmp_path, [PATCH]))


def test_a_kind_that_nobody_registered_is_told(counties, tmp_path):
    delivery = bring(tmp_path, [PATCH, {**PATCH, "JCBH": "2", "TBLX": "XX"}])
    assert told(delivery) == [("unknown_code", 2, "kind")]
    assert delivery.issues.get().feature == "2"


@pytest.mark.parametrize("written_so", ["1", "01", "gf", "GF"])
def test_kinds_are_known_in_every_spelling(counties, tmp_path, written_so):
    assert not told(bring(tmp_path, [{**PATCH, "TBLX": written_so}]))


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"HSX": "20240402"}, ["after_on"]), ({"HSX": "20240401"}, []), ({"HSX": "202404"}, []),
        ({"HSX": "2024"}, []), ({"QSX": "19700101"}, ["before_on"]),
    ],
)  # fmt: skip
def test_an_image_is_not_later_than_the_issue_nor_before_there_were_any(
    counties, tmp_path, change, fields
):
    delivery = bring(tmp_path, [{**PATCH, **change}])
    assert told(delivery) == [("date_implausible", 1, field) for field in fields]


def test_a_batch_without_date_accuses_no_image(counties, tmp_path):
    record = {**PATCH, "HSX": "20990101"}
    assert not told(bring(tmp_path, [record], spec=load.BatchSpec("x", source="部")))


def test_the_same_ground_under_two_numbers_is_told(counties, tmp_path):
    here = square(119.95, 33.05)
    delivery = bring(tmp_path, [PATCH, {**PATCH, "JCBH": "2"}], [here, here])
    assert told(delivery) == [("duplicate_geometry", 2, "")]


def test_a_batch_that_lies_beside_the_survey_is_told_once_and_kept_with_the_delivery(
    counties, tmp_path, monkeypatch
):
    off = Shift(2.4, -1.8, 0.1, 31, 40, enough=True)
    monkeypatch.setattr(registration, "shift_of", lambda ids: off)
    delivery = bring(tmp_path, [PATCH])
    assert told(delivery) == [("shifted", None, "")]
    assert delivery.issues.get().message.startswith("整批图斑相对三调地类界向东偏南 37°偏移 3.0")
    assert delivery.verdict["shift"]["off"] is True


def test_a_few_patches_do_not_tell_whether_the_batch_is_off(counties, tmp_path):
    delivery = bring(tmp_path, [PATCH])
    delivery.refresh_from_db()
    assert not told(delivery)
    assert delivery.verdict["shift"]["said"].startswith("边不够")


def farmland(tmp_path, *geoms, since=DAY):
    path = written(tmp_path / "yn.gpkg", [{"BSM": str(at)} for at in range(len(geoms))], [*geoms])
    delivery = load.stage_layer("basic_farmland", path, valid_from=since, region_code=WEST)
    activate.activate(delivery)


FLAGGED = [
    {**PATCH, "JCBH": "in-yes", "SFYN": "是"}, {**PATCH, "JCBH": "in-no", "SFYN": "否"},
    {**PATCH, "JCBH": "out-yes", "SFYN": "1"}, {**PATCH, "JCBH": "out-no", "SFYN": "0"},
    {**PATCH, "JCBH": "in-none", "SFYN": None}, {**PATCH, "JCBH": "in-odd", "SFYN": "待定"},
]  # fmt: skip
INSIDE, OUTSIDE = square(119.95, 33.05), square(119.97, 33.05)
PLACES = [INSIDE, INSIDE, OUTSIDE, OUTSIDE, INSIDE, INSIDE]


def test_a_flag_that_our_lines_deny_is_told_with_what_we_found(counties, tmp_path):
    farmland(tmp_path, square(119.9495, 33.0495, 0.002), square(119.9496, 33.0496, 0.002))
    found = bring(tmp_path, FLAGGED, PLACES).issues.filter(kind="flag_differs")
    assert {issue.feature: issue.severity for issue in found} == {
        "in-no": "note", "out-yes": "note",
    }  # fmt: skip
    inside = found.get(feature="in-no")
    assert "永久基本农田“否”" in inside.message
    assert "涉及 1035" in inside.message  # two zones overlap there: the ground counts once
    assert INSIDE.covers(shapely.from_wkt(inside.place.wkt))
    assert "涉及 0" in found.get(feature="out-yes").message


def test_lines_that_came_into_force_after_the_image_do_not_count(counties, tmp_path):
    farmland(tmp_path, square(119.9495, 33.0495, 0.002), since=date(2024, 3, 2))
    delivery = bring(tmp_path, FLAGGED, PLACES)
    assert not delivery.issues.filter(kind="flag_differs").exists()
    assert "6 个" not in delivery.issues.get(kind="flag_unchecked").message


def test_a_layer_that_is_not_loaded_is_said_once_and_nothing_is_accused(counties, tmp_path):
    delivery = bring(tmp_path, [{**record, "SFHX": "是"} for record in FLAGGED], PLACES)
    messages = [issue.message for issue in delivery.issues.filter(kind="flag_unchecked")]
    assert messages == [
        "永久基本农田未载入，5 个图斑的下发标注未核对。",
        "生态保护红线未载入，6 个图斑的下发标注未核对。",
    ]
    assert not delivery.issues.filter(kind="flag_differs").exists()
