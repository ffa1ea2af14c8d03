"""Patches: one key, the whole window of dates, the statutory area, one county each."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import geopandas
import pytest
import shapely

from imports import load
from imports.models import Delivery
from spatial.errors import CrsRefused, InputRefused
from spatial.models import Batch, Patch
from tests.imports.conftest import EAST, WEST, projected, shapefile, square, written

pytestmark = pytest.mark.django_db

PATCH = {"XZQDM": WEST, "JCBH": "0001", "TBLX": "1", "QSX": "202301", "HSX": "2024", "JCMJ": None}
HERE = square(119.95, 33.05)
SPEC = load.BatchSpec(
    "2024Q1", source="部", issued_on=date(2024, 4, 1), report_due_on=date(2024, 5, 1),
    period="2024Q1",
)  # fmt: skip


def test_a_patch_comes_in_whole(counties, tmp_path):
    records = [{**PATCH, "YDDW": "某公司", "XMMC": "某项目", "别的": "保留"}]
    delivery = load.stage_patches(
        shapefile(tmp_path / "t.shp", records, [HERE], epsg=4528), batch=SPEC
    )
    patch = Patch.objects.get()
    assert patch.address == f"2024Q1/{WEST}/0001"
    assert patch.kind == "01"
    assert (patch.before_on, patch.before_on_last) == (date(2023, 1, 1), date(2023, 1, 31))
    assert (patch.after_on_first, patch.after_on) == (date(2024, 1, 1), date(2024, 12, 31))
    assert patch.attributes["before_on"] == "2023-01-01"
    assert patch.attributes["after_on"] == "2024-12-31"
    assert patch.delivered["别的"] == "保留"
    assert patch.holder.name == "某公司"
    assert patch.project.name == "某项目"
    assert patch.batch.source == "部"
    assert patch.batch.report_due_on == date(2024, 5, 1)
    assert delivery.verdict["added"] == 1


def test_the_area_is_the_statutory_one(counties, tmp_path):
    way = projected(square(119.95, 33.05), 4549)
    east, north = way.bounds[0], way.bounds[1]
    box = shapely.box(east, north, east + 100, north + 100)
    path = tmp_path / "t.gpkg"
    geopandas.GeoDataFrame([PATCH], geometry=[box], crs=4549).to_file(path)
    load.stage_patches(path, batch=SPEC)
    area = Patch.objects.get().area_m2
    assert abs(area - Decimal("10000")) < Decimal("0.2")
    assert area == area.quantize(Decimal("0.01"))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("20230305", date(2023, 3, 5), date(2023, 3, 5)),
        ("2023-03-05", date(2023, 3, 5), date(2023, 3, 5)),
        ("2023/3/5", date(2023, 3, 5), date(2023, 3, 5)),
        ("2023年3月5日", date(2023, 3, 5), date(2023, 3, 5)),
        ("2023/3/5 0:00:00", date(2023, 3, 5), date(2023, 3, 5)),
        ("２０２３０３０５", date(2023, 3, 5), date(2023, 3, 5)),
        ("202402", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023年", date(2023, 1, 1), date(2023, 12, 31)),
        ("1899-12-30", None, None),
        ("NULL", None, None),
        (date(2023, 3, 5), date(2023, 3, 5), date(2023, 3, 5)),
        (20230305.0, date(2023, 3, 5), date(2023, 3, 5)),
    ],
)
def test_dates_as_offices_write_them(counties, tmp_path, text, first, last):
    path = written(tmp_path / "t.gpkg", [{**PATCH, "QSX": text}], [HERE])
    load.stage_patches(path, batch=SPEC)
    patch = Patch.objects.get()
    assert (patch.before_on, patch.before_on_last) == (first, last)


def test_numbers_read_as_codes(counties, tmp_path):
    records = [{**PATCH, "XZQDM": float(WEST + "001"), "JCBH": "１２．0", "TBLX": 20.0}]
    load.stage_patches(written(tmp_path / "t.gpkg", records, [HERE]), batch=SPEC)
    patch = Patch.objects.get()
    assert (patch.region.code, patch.jcbh, patch.kind) == (WEST, "12", "20")


def test_the_same_file_and_the_same_rows_change_nothing(counties, tmp_path):
    path = written(tmp_path / "t.gpkg", [PATCH], [HERE])
    load.stage_patches(path, batch=SPEC)
    assert load.stage_patches(path, batch=SPEC).repeated
    more = [PATCH, {**PATCH, "JCBH": "0002"}]
    other = written(tmp_path / "u.gpkg", more, [HERE, square(119.96, 33.05)])
    delivery = load.stage_patches(other, batch=SPEC)
    assert delivery.verdict["added"] == 1
    assert Patch.objects.count() == 2
    assert Delivery.objects.count() == 2


@pytest.mark.parametrize(
    ("record", "geom", "word"),
    [(PATCH, square(119.96, 33.05), "图形"), ({**PATCH, "TBLX": "20"}, HERE, "属性")],
)
def test_a_known_number_that_says_otherwise_is_refused(counties, tmp_path, record, geom, word):
    load.stage_patches(written(tmp_path / "t.gpkg", [PATCH], [HERE]), batch=SPEC)
    other = written(tmp_path / "u.gpkg", [{**PATCH, "JCBH": "9"}, record], [HERE, geom])
    with pytest.raises(InputRefused, match=rf"第 2 行.*0001，{word}不同"):
        load.stage_patches(other, batch=SPEC)
    assert Patch.objects.count() == 1
    assert Delivery.objects.count() == 1


def test_the_same_number_in_another_county_or_batch_is_another_patch(counties, tmp_path):
    records = [PATCH, {**PATCH, "XZQDM": EAST}]
    path = written(tmp_path / "t.gpkg", records, [HERE, square(120.05, 33.05)])
    load.stage_patches(path, batch=SPEC)
    load.stage_patches(path, batch=load.BatchSpec("2024Q2"))
    assert Patch.objects.count() == 4
    assert Batch.objects.get(code="2024Q2").source == "本地"


def test_a_batch_keeps_what_it_said(counties, tmp_path):
    path = written(tmp_path / "t.gpkg", [PATCH], [HERE])
    load.stage_patches(path, batch=SPEC)
    with pytest.raises(InputRefused, match="来源为“部”"):
        load.stage_patches(path, batch=load.BatchSpec("2024Q1", source="省"))


def test_without_code_the_larger_part_decides(counties, tmp_path):
    record = {name: value for name, value in PATCH.items() if name != "XZQDM"}
    path = written(tmp_path / "t.gpkg", [record], [square(119.9997, 33.05)])
    load.stage_patches(path, batch=SPEC)
    assert Patch.objects.get().region.code == EAST


def test_a_code_that_the_place_denies_is_told(counties, tmp_path):
    path = written(tmp_path / "t.gpkg", [PATCH], [square(120.0005, 33.05)])
    delivery = load.stage_patches(path, batch=SPEC)
    assert delivery.issues.get().kind == "region_mismatch"
    assert Patch.objects.get().region.code == WEST


def test_one_patch_far_from_its_county_is_an_error_and_kept(counties, tmp_path):
    records = [{**PATCH, "JCBH": name} for name in "甲乙丙"]
    places = [square(119.95, 33.05), square(119.96, 33.05), square(120.6, 33.05)]
    delivery = load.stage_patches(written(tmp_path / "t.gpkg", records, places), batch=SPEC)
    issue = delivery.issues.get(kind="region_far")
    assert issue.severity == "error"
    assert issue.row == 3
    assert "约 56 公里" in issue.message
    assert Patch.objects.count() == 3, "nothing is lost"


def test_a_file_most_of_which_lies_far_from_its_counties_is_doubted(counties, tmp_path):
    records = [{**PATCH, "JCBH": name} for name in "甲乙丙"]
    places = [square(119.95, 33.05), square(120.6, 33.05), square(120.61, 33.05)]
    path = written(tmp_path / "t.gpkg", records, places)
    with pytest.raises(CrsRefused, match="3 行中有 2 行.*EPSG:4490.*可疑"):
        load.stage_patches(path, batch=SPEC)
    assert not Patch.objects.exists()
    delivery = load.stage_patches(path, batch=SPEC, crs="EPSG:4490")
    assert delivery.issues.filter(kind="region_far").count() == 2


def test_areas_and_windows_that_do_not_fit_are_told(counties, tmp_path):
    record = {**PATCH, "JCMJ": 12000.5, "QSX": "20250101", "HSX": "20240101"}
    delivery = load.stage_patches(written(tmp_path / "t.gpkg", [record], [HERE]), batch=SPEC)
    found = {issue.kind for issue in delivery.issues.all()}
    assert found == {"area_differs", "dates_reversed", "date_implausible"}
    assert Patch.objects.get().declared_area_m2 == Decimal("12000.5")
