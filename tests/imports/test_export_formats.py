"""Each format as its own programs read it, and what it says that it could not hold."""

from __future__ import annotations

import csv
import json
import zipfile
from xml.etree import ElementTree

import numpy as np
import pyogrio
import pytest
import shapely

from imports import load
from spatial.errors import InputRefused
from spatial.models import Patch
from tests.imports.conftest import WEST, square
from tests.imports.exported import (
    ISLAND,
    LAND,
    LONG,
    PATCHES,
    bring_approvals,
    bring_land,
    bring_patches,
    by_number,
    lost,
    take,
)

pytestmark = pytest.mark.django_db


def test_geopackage_keeps_types_and_names_its_crs(counties, tmp_path):
    bring_patches(tmp_path / "in.gpkg")
    done = take("patches", tmp_path / "图斑.gpkg")
    info = pyogrio.read_info(done.path)
    assert info["crs"] == "EPSG:4490"
    assert info["geometry_type"] == "MultiPolygon"
    assert dict(zip(info["fields"], info["ogr_types"], strict=True))["JCMJ"] == "OFTReal"
    frame = pyogrio.read_dataframe(done.path)
    row = by_number(frame)[WEST, "0001"]
    assert row["BZ"] == LONG
    assert row["JCMJ"] == 1234.56
    assert row["TBDZ"] == f"2024Q1/{WEST}/0001"
    assert row["XZQMC"] == "西县"
    patch = Patch.objects.get(region__code=WEST, jcbh="0001")
    assert row["JSMJ"] == float(patch.area_m2)
    assert row["JSMJM"] == float(round(patch.area_m2 * 3 / 2000, 2))
    assert not done.dropped


def test_dates_are_dates_unless_some_day_is_unknown(counties, tmp_path):
    sharp = [{**row, "QSX": "20230305", "HSX": "20240301"} for row in PATCHES]
    bring_patches(tmp_path / "in.gpkg", records=sharp)
    done = take("patches", tmp_path / "t.gpkg")
    info = pyogrio.read_info(done.path)
    types = dict(zip(info["fields"], info["ogr_types"], strict=True))
    assert (types["QSX"], types["HSX"], types["XFRQ"]) == ("OFTDate", "OFTDate", "OFTDate")
    bring_patches(tmp_path / "in2.gpkg", batch="vague")
    done = take("patches", tmp_path / "vague.gpkg", batch="vague")
    assert set(pyogrio.read_dataframe(done.path)["HSX"]) == {"2024", "2024-03-01", "2024-02-29"}


@pytest.mark.parametrize(("encoding", "word"), [(None, "UTF-8"), ("GBK", "GBK")])
def test_shapefile_in_either_encoding(counties, tmp_path, encoding, word):
    bring_patches(tmp_path / "in.gpkg")
    done = take("patches", tmp_path / "图斑.shp", encoding=encoding)
    assert done.encoding == word
    assert (tmp_path / "图斑.cpg").read_text() == word
    header = (tmp_path / "图斑.dbf").read_bytes()[:32]
    assert header[29] == (0x4D if word == "GBK" else 0)
    row = by_number(pyogrio.read_dataframe(done.path))[WEST, "0001"]
    assert (row["YDDW"], row["XMMC"], row["别的列"]) == ("某市有限公司", "甲、乙，丙", "保留")


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_shapefile_tells_the_text_that_it_cut(counties, tmp_path, encoding):
    bring_patches(tmp_path / "in.gpkg")
    done = take("patches", tmp_path / "t.shp", encoding=encoding)
    kept = by_number(pyogrio.read_dataframe(done.path))[WEST, "0001"]["BZ"]
    assert LONG.startswith(kept)
    assert len(kept) == 254 // (2 if encoding == "GBK" else 3)
    assert lost(done, "254")["BZ"] == 1
    with (tmp_path / "t.cut.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [f"2024Q1/{WEST}/0001", "BZ", LONG] in list(csv.reader(file))


def test_shapefile_without_long_text_has_no_list_of_cuts(counties, tmp_path):
    bring_land(tmp_path / "in.gpkg")
    done = take("land_use", tmp_path / "t.shp")
    assert not done.dropped
    assert not (tmp_path / "t.cut.csv").exists()


def test_shapefile_names_have_ten_bytes_and_are_listed(counties, tmp_path):
    columns = {"很长的中文列名一": "甲", "很长的中文列名二": "乙", "ABCDEFGHIJKL": 1.5}
    bring_land(tmp_path / "in.gpkg", records=[{**row, **columns} for row in LAND])
    done = take("land_use", tmp_path / "t.shp", encoding="GBK")
    names = {row["name"]: row["column"] for row in done.columns}
    assert all(len(name.encode("gbk")) <= 10 for name in names.values())
    assert len({name.upper() for name in names.values()}) == len(names)
    assert names["DLBM"] == "DLBM"
    frame = pyogrio.read_dataframe(done.path)
    for name, value in columns.items():
        assert set(frame[names[name]]) == {value}
    with (tmp_path / "t.fields.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = {row[1]: row[0] for row in csv.reader(file) if len(row) > 1}
    assert listed["很长的中文列名二"] == names["很长的中文列名二"]


def test_a_character_that_gbk_lacks_is_refused_not_lost(counties, tmp_path):
    bring_patches(
        tmp_path / "in.gpkg", records=[{**PATCHES[0], "YDDW": "𠮷田公司"}], geoms=[ISLAND]
    )
    for name in ("t.shp", "t.txt"):
        with pytest.raises(InputRefused, match="𠮷.*UTF-8"):
            take("patches", tmp_path / name, encoding="GBK", region_code=WEST)
    assert [path.name for path in tmp_path.iterdir() if path.suffix in (".shp", ".dbf")] == []
    done = take("patches", tmp_path / "t.shp", encoding="UTF-8")
    assert pyogrio.read_dataframe(done.path)["YDDW"][0] == "𠮷田公司"


def test_shapefile_keeps_numbers_to_the_last_digit(counties, tmp_path):
    bring_land(tmp_path / "in.gpkg")
    done = take("land_use", tmp_path / "t.shp")
    frame = pyogrio.read_dataframe(done.path).set_index("BSM")
    assert frame["TBMJ"].to_dict() == {row["BSM"]: row["TBMJ"] for row in LAND}
    assert frame["KCXS"]["1001"] == 0.1234
    assert np.isnan(frame["KCXS"]["1002"])
    assert frame["KCXS"]["1003"] == 0


def test_a_zip_holds_the_whole_shapefile(counties, tmp_path):
    bring_patches(tmp_path / "in.gpkg")
    done = take("patches", tmp_path / "图斑.zip")
    with zipfile.ZipFile(done.path) as archive:
        suffixes = {name.rpartition(".")[2] for name in archive.namelist()}
    assert suffixes >= {"shp", "shx", "dbf", "prj", "cpg", "csv"}
    again = load.stage_patches(done.path, batch=load.BatchSpec("again"))
    assert again.verdict["added"] == 3


def test_geojson_as_rfc_7946_wants_it(counties, tmp_path):
    bring_patches(tmp_path / "in.gpkg")
    done = take("patches", tmp_path / "t.geojson")
    tree = json.loads(done.path.read_text(encoding="utf-8"))
    assert "crs" not in tree
    assert "4490" in tree["coordinates_in"]
    assert not done.path.read_bytes().startswith(b"\xef\xbb\xbf")
    first = tree["features"][0]
    assert first["geometry"]["type"] == "MultiPolygon"
    assert tree["features"][1]["geometry"]["type"] == "Polygon"
    for polygon in first["geometry"]["coordinates"]:
        outer, *holes = (shapely.LinearRing(ring) for ring in polygon)
        assert outer.is_ccw
        assert not any(hole.is_ccw for hole in holes)
        assert all(119 < east < 121 and 32 < north < 34 for east, north in outer.coords)
    assert first["properties"]["JCMJ"] == 1234.56
    assert tree["features"][1]["properties"]["JCMJ"] is None
    assert pyogrio.read_info(done.path)["crs"] == "EPSG:4326"


@pytest.mark.parametrize("name", ["t.geojson", "t.kml"])
def test_formats_of_degrees_refuse_a_plane(counties, tmp_path, name):
    bring_patches(tmp_path / "in.gpkg")
    with pytest.raises(InputRefused, match="经纬度"):
        take("patches", tmp_path / name, crs="EPSG:4528")


def test_kml_opens_where_people_look_at_it(counties, tmp_path):
    (patch,) = bring_patches(tmp_path / "in.gpkg", records=PATCHES[:1], geoms=[ISLAND])
    patch.attributes["remark"] = '甲<乙>&"丙"\x07'  # as older imports took it in
    patch.save()
    done = take("patches", tmp_path / "t.kml")
    space = "{http://www.opengis.net/kml/2.2}"
    tree = ElementTree.parse(done.path)
    mark = tree.find(f".//{space}Placemark")
    assert mark.findtext(f"{space}name") == f"2024Q1/{WEST}/0001"
    assert len(mark.findall(f"{space}MultiGeometry/{space}Polygon")) == 3
    assert "某市有限公司" in mark.findtext(f"{space}description")
    styles = {style.get("id") for style in tree.iter(f"{space}Style")}
    assert mark.findtext(f"{space}styleUrl").removeprefix("#") in styles
    assert lost(done, "控制字符") == {"BZ": 1}
    frame = pyogrio.read_dataframe(done.path)
    assert frame["BZ"][0] == '甲<乙>&"丙"'
    assert frame["JCMJ"][0] == 1234.56
    assert shapely.normalize(frame.geometry[0]) == shapely.normalize(ISLAND)


def test_boundary_points_as_the_ministry_writes_them(counties, tmp_path):
    bring_patches(tmp_path / "in.gpkg")
    done = take("patches", tmp_path / "t.txt", region_code=WEST)
    text = done.path.read_bytes().decode("gbk")
    assert "\r\n" in text
    assert "\n" not in text.replace("\r\n", "")
    lines = text.splitlines()
    head = dict(line.split("=", 1) for line in lines if "=" in line)
    assert head["坐标系"] == "2000国家大地坐标系"
    assert (head["几度分带"], head["带号"], head["精度"]) == ("3", "40", "0.001")
    at = lines.index("[地块坐标]")
    parcel = lines[at + 1].split(",")
    assert (parcel[1], parcel[2], parcel[4], parcel[-1]) == ("0.1235", "0001", "面", "@")
    points = [line.split(",") for line in lines[at + 2 : at + 2 + int(parcel[0])]]
    assert [ring for _, ring, _, _ in points] == ["1"] * 5 + ["2"] * 5 + ["3"] * 5 + ["4"] * 5
    assert [points[0][0], points[3][0], points[4][0], points[5][0]] == ["J1", "J4", "J1", "J5"]
    north, east = points[0][2:]
    assert 3_600_000 < float(north) < 3_700_000
    assert east.startswith("40")
    assert len(east.partition(".")[2]) == 3
    ring = shapely.LinearRing([(float(p[3]), float(p[2])) for p in points[:5]])
    assert not ring.is_ccw  # clockwise, as surveyors walk
    assert lost(done, "没有这一列的位置")["YDDW"] == 2
    assert "XZQDM" in lost(done, "没有这一列的位置")


def test_what_all_parcels_share_stands_once(counties, tmp_path):
    bring_approvals(tmp_path / "in.gpkg")
    done = take("approval", tmp_path / "t.txt")
    text = done.path.read_bytes().decode("gbk")
    assert text.startswith("[项目信息]\r\n")
    assert text.count("示政地〔2023〕1号") == 1
    assert "PZWH=示政地〔2023〕1号" in text
    assert not {"PZWH", "SPHJ", "PZRQ", "YT"} & lost(done, "没有这一列的位置").keys()


def test_boundary_points_of_two_zones_or_of_degrees_are_refused(counties, tmp_path):
    bring_patches(tmp_path / "in.gpkg")
    counties[WEST].central_meridian = 117
    counties[WEST].save()
    with pytest.raises(InputRefused, match="117°、120°.*--crs"):
        take("patches", tmp_path / "t.txt")
    with pytest.raises(InputRefused, match="高斯"):
        take("patches", tmp_path / "t.txt", crs="EPSG:4490")


def test_a_ring_smaller_than_a_millimetre_is_written_finer(counties, tmp_path):
    tiny = shapely.box(119.955, 33.055, 119.955 + 4e-10, 33.055 + 4e-10)
    bring_patches(tmp_path / "in.gpkg", records=PATCHES[:1], geoms=[tiny])
    done = take("patches", tmp_path / "t.txt")
    assert lost(done, "毫米") == {"": 1}
    again = load.stage_patches(done.path, batch=load.BatchSpec("again"), mapping={"jcbh": "DKBH"})
    assert again.verdict["added"] == 1


def test_a_field_that_some_were_not_delivered_with_is_told(counties, tmp_path):
    bring_patches(tmp_path / "in.gpkg")
    bare = {"XZQDM": WEST, "JCBH": "9", "HSX": "20240301"}
    bring_patches(tmp_path / "in2.gpkg", "other", records=[bare], geoms=[square(119.98, 33.08)])
    done = take("patches", tmp_path / "t.gpkg")
    assert lost(done, "没有交付")["JCMJ"] == 1
