"""Files that mean harm: each is refused, or read without harm, in bounded time and memory."""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import sqlite3
import stat
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pyogrio
import pytest
import shapely

from imports import crs_verdict
from imports.deliveries import FileOptions
from imports.readers import archive, deep, drivers, read
from imports.readers import bundle as bundles
from spatial.errors import CrsRefused, InputRefused
from tests.imports.conftest import frame, shapefile, square, written, zipped

OPTIONS = FileOptions(None, None, None, {}, {}, None, None, False)
HERE = square(119.95, 33.05)
ROW = {"DLBM": "0101"}
ROOT = Path(__file__).resolve().parents[2]


def look(path, **told):
    with bundles.opened(path) as bundle:
        return read(bundle, FileOptions(**{**vars(OPTIONS), **told}))


def refusal(path, **told):
    begun = time.monotonic()
    with pytest.raises(InputRefused) as caught:
        look(path, **told)
    assert time.monotonic() - begun < 20
    return str(caught.value)


SECRET = 'WKT,A\n"POLYGON((119 33,120 33,120 34,119 33))",root\n'
VRT = (
    '<OGRVRTDataSource><!-- gml kml SECTION --><OGRVRTLayer name="{layer}"><SrcDataSource>{path}'
    "</SrcDataSource><SrcLayer>victim</SrcLayer><GeometryType>wkbPolygon</GeometryType>"
    '<GeometryField encoding="WKT" field="WKT"/></OGRVRTLayer></OGRVRTDataSource>'
)


@pytest.mark.parametrize("name", ["a.gml", "a.kml", "a.dxf", "a.geojson", "a.gpkg", "a.csv"])
@pytest.mark.parametrize("where", ["file", "/vsicurl/http://127.0.0.1:9/a.csv", "/etc/passwd"])
def test_a_file_that_points_to_another_opens_none(tmp_path, name, where):
    """GDAL's VRT driver would open what the file names, whatever its own name is."""
    victim = tmp_path / "victim.csv"
    victim.write_text(SECRET)
    path = tmp_path / name
    path.write_text(VRT.format(layer="entities", path=victim if where == "file" else where))
    refusal(path)


def test_only_drivers_that_read_one_file_are_left():
    assert set(pyogrio.list_drivers()) <= drivers.ALLOWED
    assert {"OGR_VRT", "WFS", "HTTP"} <= set(drivers.GONE)
    assert pyogrio.get_gdal_config_option("CPL_VSIL_CURL_ALLOWED_EXTENSIONS") == ".none"


@pytest.mark.parametrize(
    "path", ["/vsicurl/http://127.0.0.1:9/a.geojson", "/vsizip//etc/a.zip/b.shp", "PG:dbname=x"]
)
def test_paths_of_gdals_own_are_no_files(path):
    with pytest.raises(InputRefused, match="没有文件"):
        look(path)


# zips


def entry(name, mode=stat.S_IFREG | 0o644):
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


@pytest.mark.parametrize(
    "name", ["../a.shp", "/etc/a.shp", "a/../../a.shp", "..\\a.shp", "C:\\a.shp", "C:/a.shp"]
)
def test_entries_that_lead_outside(tmp_path, name):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as pack:
        pack.writestr(entry(name), b"x")
    assert "指向包外" in refusal(path)


def test_an_entry_that_is_a_link(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as pack:
        pack.writestr(entry("a.geojson", stat.S_IFLNK | 0o777), "/etc/passwd")
    assert "是链接" in refusal(path)


def test_a_bomb_by_ratio_by_size_and_by_number(tmp_path, settings):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("a.geojson", b"{" + b" " * (200 << 20))
    assert "解开后过大" in refusal(path)
    settings.ZIP_RATIO, settings.ZIP_BYTES = 10_000, 1 << 20
    assert "解开后过大" in refusal(path)
    settings.ZIP_MEMBERS = 20
    many = tmp_path / "b.zip"
    with zipfile.ZipFile(many, "w") as pack:
        for number in range(21):
            pack.writestr(f"{number}.txt", b"")
    assert "超过上限 20" in refusal(many)


def test_a_list_of_entries_that_would_fill_the_memory_is_not_read(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(
        b"x" * 100 + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 9, 9, 1 << 30, 0, 0)
    )
    assert "请分县分批压缩" in refusal(path)
    large = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 10**9, 1 << 40, 0)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 0)
    path.write_bytes(b"x" * 100 + large + b"\0" * 20 + end)
    assert "1000000000 个文件" in refusal(path)


def test_entries_that_share_their_bytes(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("a.txt", os.urandom(1000))
        pack.writestr("b.txt", os.urandom(1000))
        pack.infolist()[1].header_offset = 10
    assert "互相重叠" in refusal(path)


def test_a_zip_in_a_zip_is_not_opened(tmp_path):
    inner = zipped(shapefile(tmp_path / "a.shp", [ROW], [HERE]), tmp_path / "inner.zip")
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as pack:
        pack.write(inner, "inner.zip")
    assert "包中包不解" in refusal(path)


def test_a_size_that_the_list_lies_about(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("a.geojson", b"{" + b" " * (1 << 20))
        pack.infolist()[0].file_size = 100
    assert "打不开" in refusal(path)


def test_no_room_to_unpack(tmp_path, monkeypatch):
    path = zipped(shapefile(tmp_path / "a.shp", [ROW], [HERE]), tmp_path / "b.zip")
    monkeypatch.setattr(archive.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 0))
    assert "磁盘已满" in refusal(path)


# text, XML, JSON, geometry


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "trick",
    [
        '<!DOCTYPE k [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE k [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE k SYSTEM "http://127.0.0.1:9/a.dtd">',
    ],
)
@pytest.mark.parametrize("name", ["a.kml", "a.gml"])
def test_entities_and_types_of_documents(tmp_path, name, trick, codec):
    path = tmp_path / name
    path.write_text(f'<?xml version="1.0"?>{trick}<kml gml="1">&a;</kml>', encoding=codec)
    assert "DOCTYPE" in refusal(path)


@pytest.mark.parametrize("codec", ["idna", "punycode", "zlib", "rot13", "unicode_escape", "nix"])
def test_encodings_that_are_none_of_text(tmp_path, codec):
    path = tmp_path / "a.kml"
    path.write_text(f'<?xml version="1.0" encoding="{codec}"?><kml>{"a" * 300_000}</kml>')
    refusal(path)


def test_a_link_to_a_network_is_not_followed(tmp_path):
    path = tmp_path / "a.kml"
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/a.kml</href></Link></NetworkLink>"
    path.write_text(
        f'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{link}'
        "</Document></kml>"
    )
    refusal(path)


DEEP = 100_000
DEEP_FILES = {
    "a.geojson": '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":'
    + "[" * DEEP + "]" * DEEP + '},"geometry":null}]}',
    "b.geojson": '{"type":"Feature","properties":{},"geometry":'
    + '{"type":"GeometryCollection","geometries":[' * DEEP + "]}" * DEEP + "}",
    "a.kml": '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>' + "<Folder>" * DEEP
    + "</Folder>" * DEEP + "</Document></kml>",
    "b.kml": '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark>'
    + "<MultiGeometry>" * DEEP + "</MultiGeometry>" * DEEP + "</Placemark></Document></kml>",
    "a.gml": '<a xmlns:gml="http://www.opengis.net/gml"><gml:featureMember><b><g>'
    + "<gml:MultiGeometry><gml:geometryMember>" * DEEP
    + "</gml:geometryMember></gml:MultiGeometry>" * DEEP + "</g></b></gml:featureMember></a>",
    "a.csv": 'WKT,A\n"' + "GEOMETRYCOLLECTION(" * DEEP + "POINT(1 1)" + ")" * DEEP + '",1\n',
    "b.csv": 'WKT,A\n"POLYGON' + "(" * DEEP + ")" * DEEP + '",1\n',
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(DEEP_FILES))
def test_nesting_without_end(tmp_path, name):
    """In a process of its own with bounded memory: a crash would take the tests with it."""
    path = tmp_path / name
    path.write_text(DEEP_FILES[name])
    assert refused_elsewhere(path)


def refused_elsewhere(path, memory=4 << 30):
    """Whether another process refuses the file, in bounded memory and within a minute."""
    code = (
        "import os,sys;os.environ['DJANGO_SETTINGS_MODULE']='gisland.settings';"
        "import django;django.setup();from tests.imports import test_hostile as t;"
        "from spatial.errors import InputRefused\n"
        "try: t.look(sys.argv[1])\nexcept InputRefused: sys.exit(7)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(path)], cwd=ROOT, timeout=60, check=False,
        capture_output=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (memory, memory)),
    )  # fmt: skip
    assert done.returncode in (0, 7), done.stderr[-500:]
    return done.returncode == 7


def test_nested_wkb_is_no_polygon():
    nested = (b"\1" + struct.pack("<II", 7, 1)) * DEEP + shapely.to_wkb(shapely.Point(1, 1))
    multi = (b"\1" + struct.pack("<II", 6, 1)) * DEEP + shapely.to_wkb(shapely.Point(1, 1))
    for blob in (nested, multi, multi[:30], b"\1\6\0\0\0\xff\xff\xff\xff"):
        assert deep.bare_wkb(blob) == deep.EMPTY
    for good in (shapely.Point(1, 1), HERE, shapely.MultiPolygon([HERE, square(1, 1)]),
                 shapely.force_3d(shapely.MultiPolygon([HERE]), 5)):  # fmt: skip
        for flavor in ("iso", "extended"):
            for order in (0, 1):
                blob = shapely.to_wkb(good, flavor=flavor, byte_order=order)
                assert deep.bare_wkb(blob) == blob


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e300])
def test_numbers_that_are_no_coordinates(tmp_path, value):
    path = tmp_path / "a.gpkg"
    shape = shapely.Polygon([(119.95, 33.05), (value, 33.05), (119.96, 33.06)])
    pyogrio.write_dataframe(frame([ROW], [shape]), path)
    with pytest.raises(InputRefused):
        crs_verdict.decide(look(path))


def test_a_number_of_a_thousand_digits(tmp_path):
    path = tmp_path / "a.txt"
    points = "\n".join(f"J{n},1,{'9' * 1000},4{n}0000" for n in range(4))
    path.write_text(f"[地块坐标]\n4,1,1,a,面,,,,@\n{points}\n")
    with pytest.raises(InputRefused):
        crs_verdict.decide(look(path))


# databases and sheets


def sabotaged(path, script):
    written(path, [ROW], [HERE])
    found = sqlite3.connect(path)
    table = found.execute("SELECT table_name FROM gpkg_contents").fetchone()[0]
    found.executescript(script.format(table=table))
    found.close()
    return path


ENDLESS = (
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) "
    "SELECT n AS fid, NULL AS geom, n AS a FROM r"
)


@pytest.mark.parametrize(
    "script",
    [
        "ALTER TABLE {table} RENAME TO real; CREATE VIEW {table} AS " + ENDLESS,
        "CREATE VIEW other AS SELECT load_extension('/tmp/x.so') AS a",
        "ALTER TABLE {table} ADD COLUMN b TEXT GENERATED ALWAYS AS (hex(zeroblob(9))) VIRTUAL",
    ],
)
def test_a_geopackage_that_computes(tmp_path, script):
    assert "为安全起见不收" in refusal(sabotaged(tmp_path / "a.gpkg", script))


def test_a_trigger_is_not_pulled(tmp_path):
    script = "CREATE TRIGGER t AFTER INSERT ON {table} BEGIN DELETE FROM {table}; END"
    path = sabotaged(tmp_path / "a.gpkg", script)
    before = path.read_bytes()
    assert len(look(path).geoms) == 1
    assert path.read_bytes() == before


def workbook(path, strings, rows):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("[Content_Types].xml", "<Types/>")
        pack.writestr("xl/sharedStrings.xml", f"<sst>{strings}</sst>")
        pack.writestr(
            "xl/worksheets/sheet1.xml", f"<worksheet><sheetData>{rows}</sheetData></worksheet>"
        )
    return path


def test_a_workbook_that_unpacks_too_far(tmp_path, settings):
    settings.XLSX_BYTES = 1 << 20
    path = workbook(tmp_path / "a.xlsx", "", " " * (2 << 20))
    assert "解开后过大" in refusal(path)


def test_one_long_text_in_many_cells(tmp_path):
    settings_free = "x" * 30_000
    rows = "<row>" + '<c t="s"><v>0</v></c>' * 2_000_000 + "</row>"
    path = workbook(tmp_path / "a.xlsx", f"<si><t>{settings_free}</t></si>", rows)
    assert path.stat().st_size < 1 << 20
    assert "解开后过大" in refusal(path)


def test_a_parquet_whose_words_have_no_end(tmp_path):
    pytest.importorskip("pyarrow")
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.table({"geometry": pyarrow.array([shapely.to_wkb(HERE)])})
    for told in (b"[" * DEEP, b"[]", b'{"primary_column":["geometry"]}',
                 json.dumps({"primary_column": "geometry"}).encode()):  # fmt: skip
        path = tmp_path / "a.parquet"
        pyarrow.parquet.write_table(table.replace_schema_metadata({"geo": told}), path)
        assert "没有图形说明" in refusal(path)


# CRS


@pytest.mark.parametrize(
    "text",
    [
        "+init=/etc/passwd:1", "+init=passwd:1", "+proj=longlat +nadgrids=/etc/passwd",
        "+proj=longlat +nadgrids=@null,/etc/passwd", "+proj=pipeline +step +proj=utm +zone=50",
        "/etc/passwd", "file:///etc/passwd", "http://127.0.0.1:9/crs", "EPSG:4490\0x",
        "(" * 100_000, "PROJCS[" * 2_000, '{"a":' * 3_000, "EPSG:99999999999999999999", "",
        'BOUNDCRS[PARAMETERFILE["x","/etc/passwd"]]', "+proj=tmerc +lat_0=1e999",
    ],
)  # fmt: skip
def test_crs_texts_that_are_none(text):
    begun = time.monotonic()
    with pytest.raises(CrsRefused) as caught:
        crs_verdict.from_option(text)
    assert time.monotonic() - begun < 5
    assert len(str(caught.value)) < 300


def test_a_prj_of_fifty_megabytes(tmp_path):
    path = shapefile(tmp_path / "a.shp", [ROW], [HERE])
    path.with_suffix(".prj").write_bytes(b'GEOGCS["' + b"a" * (50 << 20))
    assert refusal(path)


# size, disk


def test_a_file_beyond_the_limit_is_not_even_read(tmp_path, settings):
    path = tmp_path / "a.geojson"
    path.write_text("{")
    os.truncate(path, 5 << 30)  # sparse: it takes no room
    begun = time.monotonic()
    assert "超过上限 4096 MB" in refusal(path)
    assert time.monotonic() - begun < 1
    settings.IMPORT_TEXT_BYTES = 1000
    text = tmp_path / "a.txt"
    text.write_text("[地块坐标]\n" * 1000)
    assert "GISLAND_IMPORT_TEXT_BYTES" in refusal(text)


@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.shp"])
def test_two_gigabytes_of_nothing(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(
        {"a.geojson": b"{", "a.gpkg": b"SQLite format 3\0", "a.shp": b"\0\0\x27\x0a"}[name]
    )
    os.truncate(path, 2 << 30)
    assert refused_elsewhere(path, memory=5 << 30)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_store_that_cannot_be_written_leaves_nothing(tmp_path, monkeypatch, number):
    path = shapefile(tmp_path / "a.shp", [ROW], [HERE])
    copies, copy = [], shutil.copyfile

    def failing(source, target):
        copies.append(target)
        if len(copies) == 3:
            Path(target).write_bytes(b"half")
            raise OSError(number, os.strerror(number))
        return copy(source, target)

    monkeypatch.setattr(bundles.shutil, "copyfile", failing)
    store = tmp_path / "store"
    with bundles.opened(path) as bundle, pytest.raises(InputRefused, match="没有存下"):
        bundle.store(store)
    assert not list(store.iterdir())
    with bundles.opened(path) as bundle:
        kept = bundle.store(store)
        assert bundle.store(store) == kept
    assert kept.exists()
    assert [folder.name for folder in store.iterdir()] == [kept.parent.name]
