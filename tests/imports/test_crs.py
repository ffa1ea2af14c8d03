"""Which CRS a file is in, without its word: evidence, zones, old datums, shifted copies."""

from __future__ import annotations

import geopandas
import numpy as np
import pyogrio
import pyproj
import pytest
import shapely
from django.core.management import call_command

from imports import crs_shift, crs_verdict, fields, load, staging
from imports.ground import Ground
from imports.models import Delivery
from imports.readers.table import Table
from spatial.errors import CrsMissing, CrsRefused
from spatial.models import Patch, Zone
from tests.imports.conftest import DAY, WEST, frame, projected, shapefile, square

LAND = {"DLBM": "0101", "DLMC": "水田"}
HERE = square(119.95, 33.05)
COUNTY = Ground((119.9, 33.0, 120.1, 33.1), drawn=shapely.box(119.9, 33.0, 120.1, 33.1))
PROVINCE = Ground((116.3, 30.7, 122.0, 35.2), drawn=shapely.box(116.3, 30.7, 122.0, 35.2))


def table(*geoms, crs=None, origin=""):
    shapes = np.array(geoms, dtype=object)
    numbers = list(range(1, len(geoms) + 1))
    return Table("a.shp", "ESRI Shapefile", [], numbers, [{}] * len(geoms), shapes, crs, origin)


@pytest.mark.parametrize("epsg", [4490, 4528, 4498, 4549])
def test_numbers_and_the_county_together_name_the_crs(epsg):
    delivered = table(projected(HERE, epsg) if epsg != 4490 else HERE)
    verdict = crs_verdict.decide(delivered, ground=COUNTY)
    assert verdict.crs.to_epsg() == epsg
    assert verdict.confidence == "中"
    assert [finding.kind for finding in verdict.findings] == ["crs_judged"]
    assert "西安" in verdict.findings[0].message
    assert verdict.to_storage(delivered.geoms)[0].hausdorff_distance(HERE) < 1e-9


@pytest.mark.parametrize(
    ("geom", "ground", "words"),
    [
        (projected(HERE, 4528), None, ["EPSG:4528", "没有行政区界线"]),
        (projected(HERE, 4527), PROVINCE, None),
        (projected(square(105.0, 30.0), 4524), COUNTY, ["不在行政区范围"]),
        (projected(HERE, 4549), PROVINCE, ["EPSG:4548", "EPSG:4549", "--region"]),
        (projected(HERE, 4549), None, ["中央经线", "--crs"]),
        (square(3_000, 5_000, 10), COUNTY, ["看不出"]),
    ],
)
def test_what_the_numbers_leave_open_is_asked_for(geom, ground, words):
    if words is None:  # far beyond its own zone, but told by its prefix
        assert crs_verdict.decide(table(geom), ground=ground).crs.to_epsg() == 4527
        return
    with pytest.raises(CrsMissing) as caught:
        crs_verdict.decide(table(geom), ground=ground)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("epsg", [4490, 4528, 4549])
def test_swapped_axes_are_seen_without_a_declaration(epsg):
    shape = projected(HERE, epsg) if epsg != 4490 else HERE
    turned = shapely.transform(shape, lambda x, y: (y, x), interleaved=False)
    with pytest.raises(CrsRefused, match="轴序颠倒"):
        crs_verdict.decide(table(turned), ground=COUNTY)


@pytest.mark.parametrize(("left", "right"), [(4527, 4528), (4498, 4499)])
@pytest.mark.parametrize("declared", [False, True])
def test_rows_of_two_zones_go_each_by_its_own(left, right, declared):
    degrees = [square(118.4, 33.05), square(120.5, 33.05), square(118.41, 33.05)]
    given = table(
        projected(degrees[0], left), projected(degrees[1], right), projected(degrees[2], left),
        crs=pyproj.CRS.from_epsg(left) if declared else None, origin=".prj",
    )  # fmt: skip
    verdict = crs_verdict.decide(given, ground=PROVINCE)
    assert verdict.label == f"EPSG:{left}、EPSG:{right}"
    assert [finding.kind for finding in verdict.findings] == ["crs_mixed_zones"]
    for stored, shape in zip(verdict.to_storage(given.geoms), degrees, strict=True):
        assert stored.hausdorff_distance(shape) < 1e-9


@pytest.mark.parametrize(
    ("other", "word"),
    [
        (projected(HERE, 4549), "第 2 行等 1 行不带带号"),
        (projected(HERE, 4498), "带号 20"),
        (shapely.box(39_999_990, 3_655_000, 40_000_010, 3_655_010), "跨两个带号"),
    ],
)
def test_rows_that_do_not_agree_are_refused(other, word):
    with pytest.raises(CrsRefused) as caught:
        crs_verdict.decide(table(projected(HERE, 4528), other), ground=COUNTY)
    assert "带号不一致" in str(caught.value)
    if word != "带号 20":  # which of the two widths is named doesn't matter
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (pyproj.CRS.from_epsg(2364).to_wkt("WKT1_ESRI"), "西安"),
        (pyproj.CRS.from_epsg(2436).to_wkt("WKT1_ESRI"), "北京"),
        ("+proj=tmerc +lon_0=120 +x_0=500000 +ellps=krass +units=m", "克拉索夫斯基"),
        ("+proj=tmerc +lon_0=120 +x_0=500000 +ellps=krass +towgs84=15.8,-154.4,-82.3", "克拉索"),
    ],
)
def test_old_datums_are_refused_with_the_reason(text, name):
    crs = pyproj.CRS.from_user_input(text)
    with pytest.raises(CrsRefused) as caught:
        crs_verdict.decide(table(projected(HERE, 4549), crs=crs, origin=".prj"), ground=COUNTY)
    for word in (name, "CGCS2000", "转换"):
        assert word in str(caught.value)


def test_a_declared_crs_is_sure_where_the_counties_bear_it_out():
    there = table(HERE, crs=pyproj.CRS.from_epsg(4490), origin=".prj")
    assert crs_verdict.decide(there, ground=COUNTY).confidence == "高"
    default = table(HERE, crs=pyproj.CRS.from_epsg(4326), origin="GeoJSON 默认（RFC 7946）")
    assert crs_verdict.decide(default, ground=COUNTY).confidence == "中"
    away = table(square(100, 30), crs=pyproj.CRS.from_epsg(4490), origin=".prj")
    assert crs_verdict.decide(away, ground=COUNTY).confidence == "低"


def test_an_infinite_coordinate_names_its_row():
    with pytest.raises(CrsRefused, match="第 2 行"):
        crs_verdict.decide(table(HERE, shapely.box(119, 33, np.inf, 34)), ground=COUNTY)


def wavy(steps=400):
    """A county whose line bends, so that no other shift puts a copy of it on the line."""
    angles = np.linspace(0, 2 * np.pi, steps, endpoint=False)
    radius = 0.04 + 0.008 * np.sin(5 * angles) + 0.004 * np.sin(17 * angles)
    return shapely.Polygon(
        np.column_stack((120 + radius * np.cos(angles), 33.05 + radius * np.sin(angles)))
    )


def cut(county, size=0.01):
    """The county's ground in squares, as a coverage is delivered."""
    west, south, east, north = county.bounds
    pieces = [
        shapely.intersection(county, square(x, y, size))
        for x in np.arange(west, east, size)
        for y in np.arange(south, north, size)
    ]
    return np.array([piece for piece in pieces if piece.area > 0], dtype=object)


@pytest.mark.parametrize(
    ("name", "shift"), [("GCJ-02", crs_shift.gcj02), ("BD-09", crs_shift.bd09)]
)
def test_a_shifted_copy_of_a_coverage_is_refused_unless_a_person_insists(name, shift):
    county = wavy()
    ground = Ground(county.bounds, drawn=county)
    true = cut(county)
    copy = shapely.transform(true, shift, interleaved=False)
    assert crs_shift.check("a.shp", true, ground) == []
    with pytest.raises(CrsRefused) as caught:
        crs_shift.check("a.shp", copy, ground)
    for word in ("a.shp", name, "把握高", "--crs", "CGCS2000"):
        assert word in str(caught.value)
    (told,) = crs_shift.check("a.shp", copy, ground, asserted=True)
    assert told.kind == "crs_shift_suspected"
    assert name in told.message


def test_a_shift_is_seen_along_straight_borders():
    """Vertices of the data lie along the line where the line itself has none for kilometres."""
    county = shapely.box(119.9, 33.0, 120.12, 33.18)
    ground = Ground(county.bounds, drawn=county)
    along = np.array([square(119.9, y, 0.001) for y in np.arange(33.04, 33.14, 0.002)])
    assert crs_shift.check("a.shp", along, ground) == []
    copy = shapely.transform(along, crs_shift.gcj02, interleaved=False)
    with pytest.raises(CrsRefused, match="GCJ-02"):
        crs_shift.check("a.shp", copy, ground)


def test_a_common_offset_and_scattered_parcels_are_no_suspicion():
    county = wavy()
    ground = Ground(county.bounds, drawn=county)
    moved = shapely.transform(cut(county), lambda x, y: (x - 0.004, y + 0.003), interleaved=False)
    assert crs_shift.check("a.shp", moved, ground) == []
    inside = np.array([square(120 + n / 500, 33.05, 0.001) for n in range(10)], dtype=object)
    copy = shapely.transform(inside, crs_shift.gcj02, interleaved=False)
    assert crs_shift.check("a.shp", copy, ground) == []


def test_many_small_parcels_near_the_line_are_no_suspicion():
    """Thousands of corners: by chance some lie on the line once moved, as some lie anywhere."""
    county = wavy()
    ground = Ground(county.bounds, drawn=county)
    spots = np.random.default_rng(7).uniform(county.bounds[:2], county.bounds[2:], (9000, 2))
    inside = spots[shapely.contains_xy(county.buffer(-0.0005), spots)]
    parcels = shapely.box(inside[:, 0], inside[:, 1], inside[:, 0] + 1e-4, inside[:, 1] + 1e-4)
    assert len(parcels) > 2000
    assert crs_shift.check("a.shp", parcels, ground) == []


def test_the_shift_is_undone_to_a_millimetre():
    points = np.random.default_rng(1).uniform((100, 22), (125, 45), (200, 2))
    for shift in crs_shift.SHIFTS.values():
        there = np.column_stack(shift(points[:, 0], points[:, 1]))
        assert np.abs(crs_shift.undone(shift, there) - points).max() < 1e-8
        assert 1e-4 < np.abs(there - points).max() < 0.03


@pytest.mark.django_db
def test_a_file_without_prj_lands_in_its_county_and_says_how(counties, tmp_path, capsys):
    path = shapefile(tmp_path / "a.shp", [LAND], [HERE], epsg=4528, drop=(".cpg", ".prj"))
    call_command("import_layer", "land_use", path, "--valid-from", "2024-01-01", "--region", WEST)
    said = capsys.readouterr().out
    assert "坐标系：EPSG:4528" in said
    assert "带号 40" in said
    assert "把握中" in said
    assert "编码：gb18030" in said
    delivery = Delivery.objects.get()
    assert delivery.verdict["crs_confidence"] == "中"
    assert "crs_judged" in {issue.kind for issue in delivery.found()}
    stored = shapely.from_wkb(bytes(Zone.objects.get().geom.wkb))
    assert stored.hausdorff_distance(shapely.MultiPolygon([HERE])) < 1e-9


@pytest.mark.django_db
def test_patches_of_two_zones_in_one_file(counties, tmp_path):
    shapes = [projected(HERE, 4527), projected(square(120.05, 33.05), 4528)]
    rows = [
        {"JCBH": str(n), "TBLX": "DT", "QSX": "20230101", "HSX": "20240101", "XZQDM": code}
        for n, code in enumerate((WEST, "990102"))
    ]
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(geopandas.GeoDataFrame(rows, geometry=shapes), path)
    load.stage_patches(path, batch=load.BatchSpec("2024Q1"))
    found = [shapely.from_wkb(bytes(patch.geom.wkb)) for patch in Patch.objects.order_by("jcbh")]
    assert found[0].hausdorff_distance(HERE) < 1e-9
    assert found[1].hausdorff_distance(square(120.05, 33.05)) < 1e-9
    labels = dict(Patch.objects.values_list("jcbh", "delivered_crs"))
    assert len(set(labels.values())) == 2
    assert all(crs_verdict.from_option(label.split()[0]).is_projected for label in labels.values())


@pytest.mark.django_db
def test_a_shifted_layer_leaves_nothing_behind(counties, tmp_path):
    west = shapely.box(119.9, 33.0, 120.0, 33.1)
    dense = shapely.segmentize(cut(west, 0.02), 0.002)
    copy = shapely.transform(dense, crs_shift.gcj02, interleaved=False)
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(frame([LAND] * len(copy), list(copy)), path)
    with pytest.raises(CrsRefused, match="GCJ-02"):
        load.stage_layer("land_use", path, valid_from=DAY, region_code=WEST)
    assert not Delivery.objects.exists()
    delivery = load.stage_layer("land_use", path, valid_from=DAY, region_code=WEST, crs="EPSG:4490")
    assert "crs_shift_suspected" in {issue.kind for issue in delivery.found()}


@pytest.mark.django_db
def test_the_ground_of_counties_is_their_boundaries(counties):
    ground = staging.ground_of(list(counties.values()))
    assert ground.extent == pytest.approx((119.9, 33.0, 120.1, 33.1))
    assert shapely.length(ground.lines) == pytest.approx(0.7)


@pytest.mark.django_db
def test_a_preview_shows_fields_rows_and_verdict_and_writes_nothing(counties, tmp_path, capsys):
    rows = [{"地类 编码": "0101", "图斑面积（㎡）": 1.0, "面积(亩)": 2.0, "说明": "甲"}]
    path = shapefile(tmp_path / "a.shp", rows, [HERE], epsg=4528, drop=(".cpg", ".prj"))
    call_command("import_layer", "land_use", path, "--region", WEST, "--preview")
    said = capsys.readouterr().out
    for words in ("code ← 地类 编码", "code=0101", "说明", "坐标系：EPSG:4528", "把握中"):
        assert words in said
    assert not Delivery.objects.exists()
    assert not Zone.objects.exists()


def test_names_of_columns_are_matched_without_case_width_and_square_metres():
    same = {
        fields.plain_name(name)
        for name in ("TBMJ", "ｔｂｍｊ", "tb_mj", "TBMJ（㎡）", "TBMJ(平方米)")
    }
    assert same == {"TBMJ"}
    assert fields.plain_name("面积(亩)") != fields.plain_name("面积(平方米)")
