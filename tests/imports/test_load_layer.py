"""Layers come in from every format, whole, in the right place and in readable Chinese."""

from __future__ import annotations

from datetime import date

import pytest
import shapely

from imports import activate, load
from imports.models import Delivery, Issue
from spatial.models import DatasetVersion, Document, Holder, Zone
from tests.imports.conftest import CITY, DAY, EAST, WEST, shapefile, square, written, zipped

pytestmark = pytest.mark.django_db

LAND = [
    {"BSM": "1", "DLBM": "0101", "DLMC": "水田", "ZLDWDM": f"{WEST}001001", "TBMJ": 10375.0},
    {"BSM": "2", "DLBM": "0602", "DLMC": "采矿用地", "ZLDWDM": f"{WEST}001002", "TBMJ": None},
]
PLACES = [square(119.95, 33.05), square(119.96, 33.05)]


def stage(path, **options):
    return load.stage_layer("land_use", path, valid_from=DAY, region_code=WEST, **options)


def codes(delivery):
    zones = Zone.objects.filter(version__in=delivery.versions.all()).order_by("source_row")
    return [(zone.code, zone.attributes["code_name"]) for zone in zones]


@pytest.mark.parametrize("epsg", [4490, 4528, 4549, 4498, 4326, 32651])
def test_a_gbk_shapefile_without_cpg_lands_in_place(counties, tmp_path, epsg):
    path = shapefile(tmp_path / "dltb.shp", LAND, PLACES, epsg=epsg)
    delivery = stage(path)
    assert codes(delivery) == [("0101", "水田"), ("0602", "采矿用地")]
    zone = Zone.objects.get(version__in=delivery.versions.all(), source_id="1")
    assert shapely.from_wkt(zone.geom.wkt).hausdorff_distance(PLACES[0]) < 1e-9
    assert zone.attributes["declared_area_m2"] == 10375
    assert Zone.objects.get(source_id="2").attributes["declared_area_m2"] is None


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".gdb"])
def test_other_formats_say_the_same(counties, tmp_path, suffix):
    path = written(tmp_path / f"dltb{suffix}", LAND, PLACES)
    assert codes(stage(path)) == [("0101", "水田"), ("0602", "采矿用地")]


def test_a_zip_with_gbk_names(counties, tmp_path):
    path = shapefile(tmp_path / "dltb.shp", LAND, PLACES, epsg=4528)
    assert codes(stage(zipped(path, tmp_path / "dltb.zip"))) == [
        ("0101", "水田"), ("0602", "采矿用地"),
    ]  # fmt: skip


def test_the_version_says_where_it_came_from(counties, tmp_path, media):
    path = shapefile(tmp_path / "dltb.shp", LAND, PLACES, epsg=4528)
    delivery = stage(path)
    version = delivery.versions.get()
    assert version.status == "staged"
    assert version.zone_count == 2
    assert version.delivered_crs.startswith("EPSG:4528")
    assert version.delivered_fields == [
        "code", "code_name", "declared_area_m2", "located_code", "source_code",
    ]  # fmt: skip
    assert (media / delivery.stored_file).read_bytes() == path.read_bytes()
    assert delivery.verdict["encoding"] == "gb18030"


def test_activation_derives_parts_and_areas(counties, tmp_path):
    delivery = stage(shapefile(tmp_path / "dltb.shp", LAND, PLACES, epsg=4528))
    activate.activate(delivery)
    version = delivery.versions.get()
    assert version.status == "active"
    assert version.activated_at
    assert Zone.objects.filter(version=version, area_m2__gt=10000).count() == 2
    delivery.refresh_from_db()
    assert delivery.status == "active"


def test_the_same_file_twice_changes_nothing(counties, tmp_path):
    path = shapefile(tmp_path / "dltb.shp", LAND, PLACES, epsg=4528)
    first = stage(path)
    again = stage(path)
    assert again.pk == first.pk
    assert again.repeated
    assert (Zone.objects.count(), Delivery.objects.count()) == (2, 1)


def test_a_corrected_file_of_the_same_day_replaces_the_active_version(counties, tmp_path):
    activate.activate(stage(shapefile(tmp_path / "a.shp", LAND, PLACES)))
    second = stage(shapefile(tmp_path / "b.shp", LAND[:1], PLACES[:1]))
    activate.activate(second)
    assert [version.status for version in DatasetVersion.objects.order_by("pk")] == [
        "retired", "active",
    ]  # fmt: skip


def test_one_file_of_a_city_spreads_over_its_counties(counties, tmp_path):
    geoms = [square(119.95, 33.05), square(120.05, 33.05), square(119.9995, 33.05), square(121, 33)]
    path = written(tmp_path / "pbf.gpkg", [{"BSM": str(n)} for n in range(4)], geoms)
    delivery = load.stage_layer("basic_farmland", path, valid_from=DAY, region_code=CITY)
    found = {
        version.region.code: sorted(version.zones.values_list("source_id", flat=True))
        for version in delivery.versions.all()
    }
    assert found == {WEST: ["0", "2"], EAST: ["1", "2"]}
    issue = delivery.issues.get(kind="outside_region")
    assert issue.row == 4


def test_without_region_the_code_column_decides(counties, tmp_path):
    records = [{**LAND[0], "ZLDWDM": f"{EAST}001001"}]
    path = written(tmp_path / "dltb.gpkg", records, [square(119.9995, 33.05)])
    delivery = load.stage_layer("land_use", path, valid_from=DAY)
    assert [version.region.code for version in delivery.versions.all()] == [EAST]


def test_touching_an_edge_is_not_lying_inside(counties, tmp_path):
    path = written(tmp_path / "pbf.gpkg", [{"BSM": "1"}], [square(119.999, 33.05)])
    delivery = load.stage_layer("basic_farmland", path, valid_from=DAY, region_code=CITY)
    assert [version.region.code for version in delivery.versions.all()] == [WEST]


def test_an_invalid_polygon_is_repaired_and_told(counties, tmp_path):
    bow_tie = shapely.Polygon(
        [(119.95, 33.05), (119.951, 33.051), (119.951, 33.05), (119.95, 33.051)]
    )
    path = written(tmp_path / "a.gpkg", [*LAND], [bow_tie, PLACES[1]])
    delivery = stage(path)
    issue = delivery.issues.get(kind="invalid_geometry")
    assert issue.row == 1
    assert "自相交" in issue.message
    assert issue.area_before_m2 == pytest.approx(0, abs=20)
    assert issue.area_after_m2 == pytest.approx(5180, rel=0.02)
    assert issue.place.x == pytest.approx(119.9505)


def test_declared_areas_that_do_not_fit_are_told(counties, tmp_path):
    delivery = stage(written(tmp_path / "a.gpkg", [{**LAND[0], "TBMJ": 5000.0}], PLACES[:1]))
    assert "5000.00" in delivery.issues.get(kind="area_differs").message


def test_a_dry_run_writes_nothing_and_tells_all(counties, tmp_path, media):
    path = written(tmp_path / "a.gpkg", [{**LAND[0], "TBMJ": 5000.0}], PLACES[:1])
    delivery = stage(path, dry_run=True)
    assert [issue.kind for issue in delivery.found()] == [
        "area_differs",
        "gap",
        "county_sum_differs",
    ]
    assert not Delivery.objects.exists()
    assert not Zone.objects.exists()
    assert not Issue.objects.exists()
    assert not media.exists()


def test_mapping_and_constants(counties, tmp_path):
    records = [{"甲": "0101", "乙": "水田"}]
    path = written(tmp_path / "a.gpkg", records, PLACES[:1])
    delivery = stage(path, mapping={"code": "甲"}, constants={"code_name": "旱地", "kcxs": "0.12"})
    attributes = Zone.objects.get().attributes
    assert attributes == {"code": "0101", "code_name": "旱地", "kcxs": 0.12}
    assert Zone.objects.get().delivered == {"甲": "0101", "乙": "水田"}
    assert delivery.versions.get().delivered_fields == ["code", "code_name", "kcxs"]


APPROVAL = {
    "PZWH": "苏政地[2023]12号", "SPHJ": "农转用", "PZRQ": "2023-05-06", "YDDW": "示范（一）公司",
    "TYXYDM": "91320000MA1XXXXX0A", "DKBH": "1",
}  # fmt: skip


def approvals(tmp_path, name, records, geoms, **options):
    path = written(tmp_path / f"{name}.gpkg", records, geoms)
    delivery = load.stage_layer("approval", path, **options)
    activate.activate(delivery)
    return delivery


def open_rows():
    return Zone.objects.filter(recorded_until__isnull=True, recorded_from__isnull=False)


def test_a_ledger_row_knows_its_paper_and_holder(counties, tmp_path):
    delivery = approvals(tmp_path, "a", [APPROVAL], PLACES[:1])
    zone = open_rows().get()
    assert zone.version.valid_from is None
    assert zone.version.status == "active"
    assert delivery.versions.get().status == "merged"
    assert zone.source_id == "苏政地〔2023〕12号#1"
    assert zone.document.approved_on == date(2023, 5, 6)
    assert zone.holder.name == "示范（一）公司"
    assert zone.area_m2 > 10000


def test_holders_are_one_by_code_or_by_name(counties, tmp_path):
    records = [
        {**APPROVAL, "DKBH": "1", "TYXYDM": None, "YDDW": "示范(一) 公司"},
        {**APPROVAL, "DKBH": "2"},
        {**APPROVAL, "DKBH": "3", "TYXYDM": None},
    ]
    approvals(tmp_path, "a", records, [square(119.95 + n / 500, 33.05) for n in range(3)])
    assert Holder.objects.get().code == "91320000MA1XXXXX0A"
    assert Document.objects.count() == 1


def test_amending_closes_a_row_and_adds_one(counties, tmp_path):
    two = [APPROVAL, {**APPROVAL, "DKBH": "2"}]
    approvals(tmp_path, "a", two, PLACES)
    amended = [{**APPROVAL, "PZRQ": "2023-06-01"}, two[1]]
    approvals(tmp_path, "b", amended, PLACES)
    assert Zone.objects.count() == 3
    assert {zone.source_id[-1]: zone.attributes["approved_on"] for zone in open_rows()} == {
        "1": "2023-06-01", "2": "2023-05-06",
    }  # fmt: skip
    closed = Zone.objects.get(recorded_until__isnull=False)
    assert closed.recorded_until == open_rows().get(source_id=closed.source_id).recorded_from
    assert open_rows().first().version.zone_count == 2


def test_a_row_that_moves_away_leaves_the_old_county(counties, tmp_path):
    approvals(tmp_path, "a", [APPROVAL], [square(119.9995, 33.05)], region_code=CITY)
    assert open_rows().count() == 2
    approvals(tmp_path, "b", [APPROVAL], [square(119.95, 33.05)], region_code=CITY)
    assert [zone.version.region.code for zone in open_rows()] == [WEST]


def test_a_row_that_spills_over_does_not_pass_for_the_neighbours_own_ledger(counties, tmp_path):
    """Else one approval over the line would make all else there read as without approval."""
    delivery = approvals(tmp_path, "a", [APPROVAL], [square(119.9993, 33.05)])
    assert [zone.version.region.code for zone in open_rows()] == [WEST]
    (issue,) = delivery.issues.filter(kind="outside_region")
    assert "未在该县建版本" in issue.message
    assert "--region" in issue.done


def test_the_same_row_again_for_another_county_closes_nothing(counties, tmp_path):
    approvals(tmp_path, "a", [APPROVAL], [square(119.9995, 33.05)], region_code=WEST)
    approvals(tmp_path, "b", [APPROVAL], [square(119.9995, 33.05)], region_code=CITY)
    assert sorted(zone.version.region.code for zone in open_rows()) == [WEST, EAST]
    assert Zone.objects.count() == 2


def test_withdrawing_a_paper_closes_its_rows(counties, tmp_path):
    approvals(tmp_path, "a", [APPROVAL, {**APPROVAL, "PZWH": "另〔2023〕1号"}], PLACES)
    activate.withdraw("approval", "苏政地(2023)12号")
    assert [zone.document.number for zone in open_rows()] == ["另〔2023〕1号"]


def test_a_delivery_may_withdraw_the_paper_it_replaces(counties, tmp_path):
    approvals(tmp_path, "a", [APPROVAL, {**APPROVAL, "DKBH": "2"}], PLACES)
    approvals(tmp_path, "b", [APPROVAL], PLACES[:1], withdraw="苏政地〔2023〕12号")
    assert [zone.source_id[-1] for zone in open_rows()] == ["1"]
    assert Zone.objects.filter(recorded_until__isnull=False).count() == 2


def test_a_withdrawn_paper_may_come_in_again(counties, tmp_path):
    approvals(tmp_path, "a", [APPROVAL], PLACES[:1])
    activate.withdraw("approval", APPROVAL["PZWH"])
    delivery = load.stage_layer("approval", tmp_path / "a.gpkg")
    activate.activate(delivery)
    assert (open_rows().count(), Zone.objects.count()) == (1, 2)


def test_two_rows_of_one_name_stay_two(counties, tmp_path):
    approvals(tmp_path, "a", [{**APPROVAL, "DKBH": None}, {**APPROVAL, "DKBH": None}], PLACES)
    assert open_rows().count() == 2


def test_a_paper_dated_to_the_month_keeps_both_ends_of_it(counties, tmp_path):
    """The last day would make it late, or keep it valid: neither is known."""
    rows = [
        {"PZWH": "示〔2024〕4号", "SPHJ": "征收", "PZRQ": "202404", "YXQZ": "2025"},
        {"PZWH": "示〔2024〕5号", "SPHJ": "征收", "PZRQ": "2024-05-06", "YXQZ": None},
    ]
    path = written(tmp_path / "pz.gpkg", rows, PLACES)
    delivery = load.stage_layer("approval", path, region_code=WEST)
    month, day = Zone.objects.filter(version__in=delivery.versions.all()).order_by("source_row")
    assert month.attributes["approved_on"] == {"from": "2024-04-01", "to": "2024-04-30"}
    assert month.attributes["valid_until"] == {"from": "2025-01-01", "to": "2025-12-31"}
    assert (day.attributes["approved_on"], day.attributes["valid_until"]) == ("2024-05-06", None)
    assert [zone.document.approved_on for zone in (month, day)] == [None, date(2024, 5, 6)]
    told = Issue.objects.filter(delivery=delivery, kind="partial_date")
    assert {issue.field for issue in told} == {"approved_on", "valid_until"}
