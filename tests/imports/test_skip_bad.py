"""导入其余: bad rows refuse the file, each named; by consent they alone stay out, each told."""

from __future__ import annotations

import io

import pytest
import shapely
from django.core.management import call_command

from imports import load, reconcile
from spatial.errors import CrsRefused, InputRefused
from spatial.models import Patch, Zone
from tests.imports.conftest import DAY, EAST, WEST, square, written
from tests.imports.test_coordinate_txt import SQUARE, parcel, text

pytestmark = pytest.mark.django_db

PATCH = {"XZQDM": WEST, "JCBH": "1", "TBLX": "20", "JCMJ": 10357.0}
SPEC = load.BatchSpec("2024Q1", source="部")


def beside(metres, faulty=False):
    """The square of the TXT tests, so many metres further east, or without its last two points."""
    points = [(ring, x, y + 95_000 + metres) for ring, x, y in SQUARE]
    return points[:2] if faulty else points


def three(tmp_path):
    """Parcels 甲 good (line 6), 乙 short and with a letter in a coordinate, 丙 good, 丁 short."""
    bad = parcel(beside(200, faulty=True), "4,1.0,2,乙地块,面,,,,@") + "\nJ3,1,36551O0,40495300"
    body = [
        parcel(beside(0), "4,1.0,1,甲地块,面,,,,@"), bad,
        parcel(beside(400), "4,1.0,3,丙地块,面,,,,@"),
        parcel(beside(600, faulty=True), "4,1.0,4,丁地块,面,,,,@"),
    ]  # fmt: skip
    path = tmp_path / "dk.txt"
    path.write_text(text(*body), encoding="utf-8")
    return path


def approve(path, **options):
    return load.stage_layer(
        "approval", path, region_code=WEST,
        constants={"document": "示〔2024〕1号", "step": "征收"}, **options,
    )  # fmt: skip


def test_every_bad_parcel_is_named_with_its_line_and_nothing_is_stored(counties, tmp_path):
    with pytest.raises(InputRefused) as caught:
        approve(three(tmp_path))
    for words in ("第 11 行：地块 2", "第 14 行：地块 2", "第 20 行：地块 4"):
        assert words in str(caught.value)
    assert not Zone.objects.exists()


def test_by_consent_the_good_parcels_come_in_and_the_bad_are_errors(counties, tmp_path):
    delivery = approve(three(tmp_path), skip_bad=True)
    assert sorted(Zone.objects.values_list("name", flat=True)) == ["丙地块", "甲地块"]
    assert delivery.row_count == 4
    second, fourth = delivery.issues.filter(severity="error")
    assert (second.kind, second.row, second.feature) == ("row_skipped", 11, "2")
    assert "36551O0" in second.message
    assert "不足 3 个点" in second.message
    assert second.delivered["name"] == "乙地块"
    assert (fourth.row, fourth.remedy_by) == (20, "source")
    total = reconcile.lines(delivery)[-1]
    assert (total.delivered, total.stored, total.skipped, total.missing) == (4, 2, 2, 2)


def test_what_is_wrong_with_the_whole_file_refuses_it_all_the_same(counties, tmp_path):
    path = tmp_path / "dk.txt"
    header = "坐标系=80国家大地坐标系\n几度分带=3\n带号=40"
    path.write_text(text(parcel(beside(0)), header=header), encoding="utf-8")
    with pytest.raises(CrsRefused):
        approve(path, skip_bad=True)


def test_a_file_with_no_good_row_is_refused(counties, tmp_path):
    path = tmp_path / "dk.txt"
    path.write_text(text(parcel(beside(0, faulty=True))), encoding="utf-8")
    with pytest.raises(InputRefused, match=r"第 6 行[\s\S]*没有一行可以导入"):
        approve(path, skip_bad=True)


MIXED = [
    PATCH, {**PATCH, "JCBH": "2"}, {**PATCH, "JCBH": "3", "QSX": "昨天"},
    {**PATCH, "JCBH": "4", "XZQDM": "119999"}, {**PATCH, "JCBH": "1", "JCMJ": 99.0},
    {**PATCH, "JCBH": None}, {**PATCH, "JCBH": "7"},
]  # fmt: skip
"""Good, no ground, a date that is none, a county nobody knows, a number twice, no number, good."""
GROUND = [
    square(119.91, 33.05), None, square(119.93, 33.05), square(119.94, 33.05),
    square(119.95, 33.05), square(119.96, 33.05), square(119.97, 33.05),
]  # fmt: skip


def mixed(tmp_path):
    path = tmp_path / "t.gpkg"
    written(path, [{**row, "QSX": row.get("QSX")} for row in MIXED], GROUND)
    return path


def test_each_kind_of_bad_row_is_left_out_and_told(counties, tmp_path):
    delivery = load.stage_patches(mixed(tmp_path), batch=SPEC, skip_bad=True)
    assert sorted(Patch.objects.values_list("jcbh", flat=True)) == ["1", "7"]
    told = {issue.row: issue.message for issue in delivery.issues.filter(kind="row_skipped")}
    assert {row: word in told[row] for row, word in {
        2: "没有图形", 3: "昨天", 4: "119999", 5: "与第 1 行重复", 6: "为空",
    }.items()} == dict.fromkeys((2, 3, 4, 5, 6), True)  # fmt: skip
    assert all(issue.delivered for issue in delivery.issues.filter(kind="row_skipped"))


def test_skipped_rows_stand_in_the_reconciliation_with_their_declared_area(counties, tmp_path):
    delivery = load.stage_patches(mixed(tmp_path), batch=SPEC, skip_bad=True)
    west, skipped, total = reconcile.lines(delivery)
    assert (west.delivered, west.stored, west.missing) == (2, 2, 0)
    assert (skipped.delivered, skipped.skipped) == (5, 5)
    assert skipped.delivered_m2 == pytest.approx(3 * 10357 + 99)  # row 2 could not be read at all
    assert (total.delivered, total.stored, total.missing) == (7, 2, 5)


def test_without_consent_the_first_kind_of_fault_refuses_the_file(counties, tmp_path):
    with pytest.raises(InputRefused, match="第 2 行：没有图形"):
        load.stage_patches(mixed(tmp_path), batch=SPEC)
    assert not Patch.objects.exists()


def test_a_patch_that_the_batch_tells_otherwise_is_left_out(counties, tmp_path):
    load.stage_patches(written(tmp_path / "a.gpkg", [PATCH], GROUND[:1]), batch=SPEC)
    rows = [{**PATCH, "TBLX": "GF"}, {**PATCH, "JCBH": "9"}]
    path = written(tmp_path / "b.gpkg", rows, [GROUND[0], GROUND[4]])
    delivery = load.stage_patches(path, batch=SPEC, skip_bad=True)
    assert delivery.verdict["added"] == 1
    assert "属性不同" in delivery.issues.get(kind="row_skipped").message
    assert Patch.objects.get(jcbh="1").kind == "20"


def test_ground_that_cannot_be_repaired_is_left_out(counties, tmp_path):
    line = shapely.Polygon([(119.95, 33.05), (119.96, 33.05), (119.95, 33.05), (119.95, 33.05)])
    path = written(tmp_path / "a.gpkg", [{"BSM": "1"}, {"BSM": "2"}], [line, GROUND[0]])
    options = {"valid_from": DAY, "region_code": WEST}
    with pytest.raises(InputRefused, match="第 1 行：图形无效且无法修复"):
        load.stage_layer("basic_farmland", path, **options)
    delivery = load.stage_layer("basic_farmland", path, skip_bad=True, **options)
    assert [zone.source_id for zone in Zone.objects.all()] == ["2"]
    assert delivery.issues.get(kind="row_skipped").row == 1


def test_a_table_with_points_loses_the_parcel_of_a_bad_point(counties, tmp_path):
    lines = ["地块编号,X,Y"]
    for name, at in (("甲", 0), ("乙", 300)):
        lines += [f"{name},{x},{y + 95_000 + at}" for _, x, y in SQUARE]
    lines[-1] = "乙,无,40495400"
    path = tmp_path / "p.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(InputRefused, match="第 9 行"):
        approve(path)
    delivery = approve(path, skip_bad=True)
    assert Zone.objects.count() == 1
    (issue,) = delivery.issues.filter(kind="row_skipped")
    assert (issue.row, issue.feature or "乙") == (6, "乙")


def test_the_command_says_what_it_left_out(counties, tmp_path):
    out = io.StringIO()
    call_command(
        "import_patches", str(mixed(tmp_path)), "--batch", "b", "--skip-bad", stdout=out,
        stderr=io.StringIO(),
    )  # fmt: skip
    assert "合计：下发 7 个" in out.getvalue()
    assert "差 5 个（略过 5 个）" in out.getvalue()
    assert "错误：第 3 行" in out.getvalue()


def test_consent_is_another_import_than_none(counties, tmp_path):
    path = written(tmp_path / "a.gpkg", [PATCH], GROUND[:1])
    load.stage_patches(path, batch=SPEC)
    assert load.stage_patches(path, batch=SPEC).repeated
    assert not load.stage_patches(path, batch=SPEC, skip_bad=True).repeated


def test_another_countys_rows_are_not_bad_but_outside(counties, tmp_path):
    rows = [PATCH, {**PATCH, "JCBH": "2", "XZQDM": None}]
    path = written(tmp_path / "a.gpkg", rows, [GROUND[0], square(120.05, 33.05)])
    delivery = load.stage_patches(path, batch=SPEC, region_code=EAST[:4] + "00", skip_bad=True)
    assert delivery.verdict["added"] == 2
