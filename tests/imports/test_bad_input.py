"""Bad input: every message names file, row and remedy; the database holds nothing of it."""

from __future__ import annotations

import zipfile

import pyogrio
import pytest
import shapely

from imports import load
from imports.models import Delivery, Issue
from spatial.errors import (
    CrsMissing,
    CrsRefused,
    InputRefused,
    UnknownField,
    UnknownLayer,
    UnknownRegion,
)
from spatial.models import Batch, DatasetVersion, Document, Holder, Patch, Zone
from tests.imports.conftest import (
    CITY,
    DAY,
    WEST,
    frame,
    projected,
    shapefile,
    square,
    written,
    zipped,
)

pytestmark = pytest.mark.django_db

LAND = {"DLBM": "0101", "DLMC": "水田"}
PATCH = {"XZQDM": WEST, "JCBH": "1", "TBLX": "DT", "QSX": "20230101", "HSX": "20240101"}
HERE = square(119.95, 33.05)


@pytest.fixture(autouse=True)
def nothing_is_left(counties):
    yield
    for model in (Delivery, Issue, DatasetVersion, Zone, Patch, Batch, Holder, Document):
        assert not model.objects.exists(), model


def refused(path, *words, error=InputRefused, **options):
    options = {"valid_from": DAY, "region_code": WEST, **options}
    with pytest.raises(error) as caught:
        load.stage_layer("land_use", path, **options)
    for word in (path.name, *words):
        assert word in str(caught.value)


def patches_refused(path, *words, error=InputRefused, **options):
    with pytest.raises(error) as caught:
        load.stage_patches(path, batch=load.BatchSpec("2024Q1"), **options)
    for word in (path.name, *words):
        assert word in str(caught.value)


@pytest.mark.parametrize("name", ["a.shp", "a.gpkg", "a.geojson", "a.zip", "a.txt"])
def test_an_empty_file(tmp_path, name):
    path = tmp_path / name
    path.touch()
    refused(path, "空文件")


def test_a_file_without_features(tmp_path):
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(frame([LAND], [HERE]).iloc[:0], path, geometry_type="Polygon")
    refused(path, "没有任何要素")


def test_a_missing_file(tmp_path):
    refused(tmp_path / "a.shp", "核对路径")


@pytest.mark.parametrize("name", ["a.shp", "a.gpkg", "a.geojson", "a.zip"])
def test_a_file_of_another_kind(tmp_path, name):
    path = tmp_path / name
    path.write_text("<OGRVRTDataSource/>")
    refused(path, "重新")


def test_a_missing_prj_where_the_counties_do_not_bear_the_numbers_out(tmp_path):
    path = shapefile(tmp_path / "a.shp", [LAND], [square(110, 30)], drop=(".cpg", ".prj"))
    refused(path, "缺少 .prj", "EPSG:4490", "不在行政区范围", "--crs", error=CrsMissing)


def test_a_missing_dbf(tmp_path):
    path = shapefile(tmp_path / "a.shp", [LAND], [HERE], drop=(".dbf",))
    refused(path, "缺少 .dbf")


def test_text_in_no_known_encoding(tmp_path):
    path = shapefile(tmp_path / "a.shp", [{**LAND, "DLMC": "AAAAAAAA"}], [HERE])
    dbf = path.with_suffix(".dbf")
    dbf.write_bytes(dbf.read_bytes().replace(b"AAAAAAAA", b"\xff\xfe\xff\x81\x20\xff\xa1\x20"))
    refused(path, "UTF-8", "GBK", "--encoding")


def test_a_wrong_encoding_by_hand(tmp_path):
    refused(shapefile(tmp_path / "a.shp", [LAND], [HERE]), "--encoding UTF-8", encoding="UTF-8")


def test_a_geojson_in_gbk(tmp_path):
    path = written(tmp_path / "a.geojson", [LAND], [HERE])
    path.write_bytes(path.read_text("utf-8").encode("gbk"))
    refused(path, "UTF-8")


def test_a_point_among_polygons(tmp_path):
    path = tmp_path / "a.gpkg"
    table = frame([LAND, LAND], [HERE, shapely.Point(119.95, 33.05)])
    pyogrio.write_dataframe(table, path, geometry_type="Unknown")
    refused(path, "第 2 行", "Point", "不是面")


def test_a_row_without_geometry(tmp_path):
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(frame([LAND, LAND], [HERE, None]), path)
    refused(path, "第 2 行", "没有图形")


def test_a_polygon_that_cannot_be_repaired_late_in_the_file(tmp_path):
    flat = shapely.Polygon([(119.95, 33.05), (119.96, 33.06), (119.95, 33.05), (119.95, 33.05)])
    good = [square(119.95 + n / 5000, 33.05, 0.0001) for n in range(99)]
    records = [{**LAND, "BSM": str(n), "YDDW": "某公司"} for n in range(100)]
    path = written(tmp_path / "a.gpkg", records, [*good, flat])
    refused(path, "第 100 行", "无法修复", "重画")


def test_a_date_that_is_none_late_in_the_file(tmp_path):
    records = [{**PATCH, "JCBH": str(n)} for n in range(20)]
    records[17]["HSX"] = "20240231"
    geoms = [square(119.95 + n / 500, 33.05) for n in range(20)]
    patches_refused(written(tmp_path / "a.gpkg", records, geoms), "第 18 行", "后时相", "20240231")


@pytest.mark.parametrize("text", ["2024-13-01", "不详", "20240931", "1224"])
def test_dates_that_are_none(tmp_path, text):
    path = written(tmp_path / "a.gpkg", [{**PATCH, "QSX": text}], [HERE])
    patches_refused(path, "第 1 行", "前时相", text)


def test_a_duplicate_number_in_the_file(tmp_path):
    path = written(tmp_path / "a.gpkg", [PATCH, PATCH], [HERE, square(119.96, 33.05)])
    patches_refused(path, "第 2 行", "监测编号 1", "第 1 行重复")


def test_an_unknown_county_code(tmp_path):
    path = written(tmp_path / "a.gpkg", [PATCH, {**PATCH, "XZQDM": "320999"}], [HERE, HERE])
    patches_refused(path, "第 2 行", "320999", "import_regions")


def test_an_unknown_region_option(tmp_path):
    path = written(tmp_path / "a.gpkg", [LAND], [HERE])
    with pytest.raises(UnknownRegion, match=r"320999.*import_regions"):
        load.stage_layer("land_use", path, valid_from=DAY, region_code="320999")


def test_an_unknown_township_prefix(tmp_path):
    path = written(tmp_path / "a.gpkg", [{**LAND, "ZLDWDM": "320999001"}], [HERE])
    refused(path, "第 1 行", "320999001", "--region", region_code=None)


def test_a_missing_required_column_names_those_found(tmp_path):
    path = written(tmp_path / "a.gpkg", [{"甲": "0101", "乙": "x"}], [HERE])
    refused(path, "地类编码（code）", "甲、乙", "--map")


def test_an_empty_required_value(tmp_path):
    path = written(tmp_path / "a.gpkg", [LAND, {**LAND, "DLBM": "NULL"}], [HERE, HERE])
    refused(path, "第 2 行", "地类编码", "为空")


def test_a_number_that_is_none(tmp_path):
    path = written(tmp_path / "a.gpkg", [{**LAND, "TBMJ": "约五亩"}], [HERE])
    refused(path, "第 1 行", "约五亩", "--map")


def test_an_unknown_column_or_field(tmp_path):
    path = written(tmp_path / "a.gpkg", [LAND], [HERE])
    refused(path, "没有列 丙", "DLBM", mapping={"code": "丙"})
    with pytest.raises(UnknownField, match="没有字段 colour"):
        load.stage_layer("land_use", path, valid_from=DAY, mapping={"colour": "DLBM"})


def test_an_unknown_layer_and_wrong_dates(tmp_path):
    path = written(tmp_path / "a.gpkg", [LAND], [HERE])
    with pytest.raises(UnknownLayer, match="land_use"):
        load.stage_layer("nosuch", path)
    with pytest.raises(InputRefused, match="--valid-from"):
        load.stage_layer("land_use", path)
    with pytest.raises(InputRefused, match="台账"):
        load.stage_layer("approval", path, valid_from=DAY)


@pytest.mark.parametrize("epsg", [2363, 4610, 2436, 4214])
def test_old_datums_are_not_relabelled(tmp_path, epsg):
    path = written(tmp_path / "a.gpkg", [LAND], [HERE])
    refused(path, "坐标系", "CGCS2000", error=CrsRefused, crs=f"EPSG:{epsg}")


@pytest.mark.parametrize(
    ("real", "said", "remedy"), [(4549, 4528, "EPSG:4549"), (4528, 4549, "EPSG:4528"),
                                 (4528, 4527, "EPSG:4528"), (4528, 4490, "EPSG:4528")],
)  # fmt: skip
def test_a_zone_prefix_that_contradicts_the_declaration(tmp_path, real, said, remedy):
    path = shapefile(tmp_path / "a.shp", [LAND], [HERE], epsg=real)
    refused(path, str(said), remedy, error=CrsRefused, crs=f"EPSG:{said}")


@pytest.mark.parametrize("epsg", [4490, 4528, 4549])
def test_swapped_axes(tmp_path, epsg):
    shape = projected(HERE, epsg) if epsg != 4490 else HERE
    turned = shapely.transform(shape, lambda x, y: (y, x), interleaved=False)
    path = tmp_path / "a.gpkg"
    table = frame([LAND], [HERE], epsg).set_geometry([turned], crs=epsg)
    pyogrio.write_dataframe(table, path)
    refused(path, "轴序颠倒", error=CrsRefused)


def test_a_zone_that_is_not_the_counties(tmp_path):
    path = shapefile(tmp_path / "a.shp", [LAND], [HERE], epsg=4549)
    refused(path, "不在行政区范围", "--crs EPSG:4549", error=CrsRefused, crs="EPSG:4548")


def test_nothing_inside_the_region(tmp_path):
    path = written(tmp_path / "a.gpkg", [LAND], [square(120.005, 33.05)])
    refused(path, "没有一个要素", WEST)


def test_a_zip_that_leads_outside(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../a.shp", b"x")
    refused(path, "指向包外")


def test_a_zip_of_two_shapefiles(tmp_path):
    path = shapefile(tmp_path / "a.shp", [LAND], [HERE])
    pack = zipped(path, tmp_path / "b.zip", "甲")
    with zipfile.ZipFile(pack, "a") as archive:
        archive.write(path, "other.shp")
    refused(pack, "多份数据", "--where-layer")


def test_a_zip_bomb(tmp_path, settings):
    settings.ZIP_BYTES = 10_000
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("a.shp", b"\0" * 100_000)
    refused(path, "过大")


def test_a_package_of_several_layers(tmp_path):
    path = tmp_path / "a.gpkg"
    for layer in ("甲", "乙"):
        pyogrio.write_dataframe(frame([LAND], [HERE]), path, layer=layer)
    refused(path, "甲、乙", "--where-layer")


def test_a_batch_code_that_is_none(tmp_path):
    path = written(tmp_path / "a.gpkg", [PATCH], [HERE])
    with pytest.raises(InputRefused, match="不能建立"):
        load.stage_patches(path, batch=load.BatchSpec("有 空格/斜杠"))


def test_patches_of_a_county_beyond_the_region(tmp_path):
    path = written(tmp_path / "a.gpkg", [PATCH], [HERE])
    patches_refused(path, "第 1 行", "不在 --region", region_code="990102")
    assert CITY
