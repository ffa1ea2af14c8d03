"""Files that point elsewhere and zips that mean harm: refused, in bounded time and memory."""

from __future__ import annotations

import os
import shutil
import stat
import struct
import zipfile

import pyogrio
import pytest

from imports.readers import archive, drivers
from spatial.errors import InputRefused
from tests.imports.conftest import shapefile, zipped
from tests.imports.hostile import HERE, ROW, look, refusal

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
