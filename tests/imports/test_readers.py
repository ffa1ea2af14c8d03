"""Encodings, missing parts and odd files: readable, or refused with a remedy."""

from __future__ import annotations

import pytest

from imports import crs_verdict, values
from imports.readers import bundle as bundles
from imports.readers import encoding, vector
from imports.readers.codec_names import codec_named
from spatial import holders
from spatial.errors import GislandError
from tests.imports.conftest import SHARED, needs_shared, shapefile, square, written

HERE = square(119.95, 33.05)
ROW = {"DLBM": "0101", "DLMC": "水田"}
MESSY = SHARED / "data" / "messy-vector"


def read(path, **options):
    with bundles.opened(path, options.get("sublayer")) as bundle:
        return vector.read(bundle, **options)


@pytest.mark.parametrize("written_as", ["GB18030", "UTF-8"])
def test_undeclared_text_is_decided_on_its_bytes(tmp_path, written_as):
    table = read(shapefile(tmp_path / "a.shp", [ROW], [HERE], encoding=written_as))
    assert table.records == [ROW]
    assert table.encoding == written_as.lower()


def test_a_wrong_cpg_does_not_make_mojibake(tmp_path):
    path = shapefile(tmp_path / "a.shp", [ROW], [HERE])
    path.with_suffix(".cpg").write_text("UTF-8")
    table = read(path)
    assert table.records == [ROW]
    assert "encoding_mismatch" in {finding.kind for finding in table.findings}


def test_chinese_column_names(tmp_path):
    table = read(shapefile(tmp_path / "a.shp", [{"地类编码": "0101", "名称": "甲"}], [HERE]))
    assert table.columns == ["地类编码", "名称"]


def test_text_cut_within_a_character(tmp_path):
    path = shapefile(tmp_path / "a.shp", [{"MC": "水" * 10}, {"MC": "甲乙丙丁"}], [HERE, HERE])
    dbf = path.with_suffix(".dbf")
    raw = dbf.read_bytes()
    long = ("水" * 10).encode("gbk")
    dbf.write_bytes(raw.replace(long, long[:-1] + b" "))
    table = read(path)
    assert table.records[0]["MC"] == "水" * 9
    assert "truncated_text" in {finding.kind for finding in table.findings}


def test_a_missing_shx_is_rebuilt_beside_nobodys_file(tmp_path):
    folder = tmp_path / "delivered"
    folder.mkdir()
    path = shapefile(folder / "a.shp", [ROW], [HERE], drop=(".cpg", ".shx"))
    before = {file.name for file in folder.iterdir()}
    table = read(path)
    assert table.records == [ROW]
    assert "missing_shx" in {finding.kind for finding in table.findings}
    assert {file.name for file in folder.iterdir()} == before


def test_upper_case_suffixes(tmp_path):
    path = shapefile(tmp_path / "a.shp", [ROW], [HERE])
    for part in list(tmp_path.iterdir()):
        part.rename(part.with_suffix(part.suffix.upper()))
    assert read(path.with_suffix(".SHP")).records == [ROW]


def test_heights_are_dropped_and_told(tmp_path):
    import geopandas
    import shapely

    path = tmp_path / "a.gpkg"
    geopandas.GeoDataFrame([ROW], geometry=[shapely.force_3d(HERE, 5)], crs=4490).to_file(path)
    table = read(path)
    assert not table.geoms[0].has_z
    assert [finding.kind for finding in table.findings] == ["z_dropped"]


@pytest.mark.parametrize(
    ("name", "codec"),
    [("GBK", "gb18030"), ("936", "gb18030"), ("ANSI 936", "gb18030"), ("utf8", "utf-8"),
     ("65001", "utf-8"), ("Big5", "cp950"), ("Big-5", "cp950"), ("ISO-8859-1", "iso8859-1"),
     ("UTF_8", "utf-8"),
     ("nosuch", None)],
)  # fmt: skip
def test_names_of_encodings(name, codec):
    assert codec_named(name) == codec


def test_latin_text_of_an_old_dbf_is_not_taken_for_chinese():
    text = ["Münchenstein".encode("cp1252"), "Zürich".encode("cp1252"), "Genève".encode("cp1252")]
    assert encoding.decide("a.dbf", text, language=0x03).codec == "cp1252"


@pytest.mark.parametrize(
    ("raw", "value"), [("是", True), ("0", False), ("Y", True), ("false", False), (None, None)]
)
def test_booleans(raw, value):
    assert values.boolean_of(raw) is value


def test_documents_and_holders_in_one_form():
    assert values.document_of("苏政地 [２０２３] 12号") == "苏政地〔2023〕12号"
    assert holders.normalised_name("示范 县（一）公司") == holders.normalised_name("示范县(一)公司")


@pytest.mark.parametrize(
    "epsg", [4490, 4326, 4491, 4498, 4501, 4502, 4509, 4512, 4513, 4527, 4533, 4534, 4549, 4554]
)
def test_every_plane_of_cgcs2000_and_its_esri_text(epsg):
    import numpy as np
    import pyproj

    from imports.readers.table import Table
    from tests.imports.conftest import projected

    target = pyproj.CRS.from_epsg(epsg)
    meridian = target.to_dict().get("lon_0", 117) if target.is_projected else 117
    shape = square(float(meridian) + 0.3, 33.0)
    geoms = np.array([projected(shape, epsg)], dtype=object)
    text = pyproj.CRS.from_wkt(target.to_wkt("WKT1_ESRI"))
    for crs in (target, text):
        table = Table("a.shp", "ESRI Shapefile", [], [1], [{}], geoms, crs, ".prj")
        back = crs_verdict.decide(table).to_storage(geoms)
        assert back[0].hausdorff_distance(shape) < 1e-9


def test_a_custom_gauss_plane_on_the_ellipsoid():
    import numpy as np
    import pyproj

    from imports.readers.table import Table

    text = "+proj=tmerc +lon_0=118.5 +k=1 +x_0=500000 +a=6378137 +rf=298.257222101 +units=m"
    crs = pyproj.CRS.from_user_input(text)
    way = pyproj.Transformer.from_crs(4490, crs, always_xy=True)
    x, y = way.transform(118.6, 33.0)
    geoms = np.array([square(x, y, 100)], dtype=object)
    verdict = crs_verdict.decide(Table("a", "", [], [1], [{}], geoms, crs, ".prj"))
    assert verdict.findings == []
    assert verdict.to_storage(geoms)[0].bounds[0] == pytest.approx(118.6, abs=1e-9)


def test_foreign_national_systems_are_converted_and_told(tmp_path):
    path = written(tmp_path / "ch.gpkg", [ROW], [square(8.5, 47.3)], epsg=4490)
    table = read(path)
    import pyproj
    import shapely

    way = pyproj.Transformer.from_crs(4326, 2056, always_xy=True)
    table.geoms = shapely.transform(table.geoms, way.transform, interleaved=False)
    table.crs = pyproj.CRS.from_epsg(2056)
    verdict = crs_verdict.decide(table)
    assert [finding.kind for finding in verdict.findings] == ["crs_converted"]
    assert verdict.to_storage(table.geoms)[0].bounds[0] == pytest.approx(8.5, abs=1e-6)


@needs_shared
def test_messy_files_are_read_or_refused_but_never_crash():
    paths = [
        path
        for path in sorted(MESSY.rglob("*"))
        if path.suffix in (".shp", ".json", ".geojson", ".gpkg", ".zip")
        and path.stat().st_size < 100_000
    ]
    assert len(paths) > 50
    read_well = 0
    unnamed = []
    for path in paths:
        try:
            table = read(path)
            crs_verdict.decide(table).to_storage(table.geoms)
            read_well += 1
        except GislandError as error:
            unnamed += [path] if path.name not in str(error) else []
    assert not unnamed
    assert read_well > 15
