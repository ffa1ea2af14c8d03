"""Databases, sheets, CRS texts and sizes that mean harm, and a store that cannot be written."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
import time
import zipfile
from pathlib import Path

import pytest
import shapely

from imports import crs_verdict
from imports.readers import bundle as bundles
from spatial.errors import CrsRefused, InputRefused
from tests.imports.conftest import shapefile, written
from tests.imports.hostile import HERE, ROW, look, refusal, refused_elsewhere

DEEP = 100_000


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
        "CREATE VIEW spatial_ref_sys AS SELECT hex(zeroblob(9)) AS a FROM gpkg_spatial_ref_sys",
        "CREATE VIEW spatial_ref_sys AS " + ENDLESS,
        "CREATE VIEW geometry_columns AS SELECT a FROM {table}",
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
