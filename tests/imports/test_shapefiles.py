"""Shapefiles as they come: parts in any case, several in one zip, dates and numbers of a DBF."""

from __future__ import annotations

import struct
import zipfile

import pandas
import pytest

from imports.readers import dbf_text
from spatial.errors import InputRefused
from tests.imports.conftest import GbkName, shapefile, square
from tests.imports.reading import read, refused


def test_parts_of_a_shapefile_in_any_case(tmp_path):
    path = shapefile(tmp_path / "dltb.shp", [{"DLBM": "0101"}], [square(119.95, 33.05)])
    for part in (".shp", ".shx", ".prj"):
        path.with_suffix(part).rename(tmp_path / f"DLTB{part.upper()}")
    table = read(tmp_path / "DLTB.SHP")
    assert table.records == [{"DLBM": "0101"}]
    assert table.crs is not None


def test_a_zip_of_what_cannot_be_read_names_the_way_out(tmp_path):
    pack = tmp_path / "a.zip"
    with zipfile.ZipFile(pack, "w") as archive:
        archive.writestr("数据/调查.mdb", b"x")
    refused(pack, "调查.mdb", "File GDB")
    with pytest.raises(InputRefused, match="File GDB"):
        read(_touched(tmp_path / "b.mdb"))


def _touched(path):
    path.write_bytes(b"x")
    return path


def test_several_shapefiles_with_chinese_names_in_folders_of_one_zip(tmp_path):
    pack = tmp_path / "a.zip"
    with zipfile.ZipFile(pack, "w") as archive:
        for name in ("永农", "红线"):
            path = shapefile(tmp_path / f"{name}.shp", [{"MC": name}], [square(119.95, 33.05)])
            for part in sorted(tmp_path.glob(f"{name}.*")):
                archive.writestr(
                    GbkName(f"成果/矢量/{part.stem}{part.suffix.upper()}"), part.read_bytes()
                )
            assert path.exists()
    refused(pack, "永农", "红线", "--where-layer")
    assert read(pack, sublayer="红线").records == [{"MC": "红线"}]


def test_dates_and_empty_numbers_of_a_dbf(tmp_path):
    rows = [{"RQ": pandas.Timestamp(2024, 3, 5), "MJ": 1.5}, {"RQ": None, "MJ": None}]
    path = shapefile(tmp_path / "a.shp", rows, [square(119.95, 33.05), square(119.96, 33.05)])
    table = read(path)
    assert [(str(row["RQ"])[:10].replace("/", "-"), row["MJ"]) for row in table.records] == [
        ("2024-03-05", 1.5), ("None", None),
    ]  # fmt: skip
    assert "number_overflow" not in [one.kind for one in table.findings]


def dbf(path, cells):
    """A DBF of one number of four digits, as dBase itself writes it."""
    head = struct.pack("<B3BIHH20x", 3, 124, 1, 1, len(cells), 65, 5)
    field = struct.pack("<11scIBB14x", b"MJ", b"N", 0, 4, 0)
    path.write_bytes(head + field + b"\r" + b"".join(b" " + cell for cell in cells) + b"\x1a")
    return path


def test_a_number_too_wide_for_its_column_is_lost_and_told(tmp_path):
    assert dbf_text.overflows(dbf(tmp_path / "a.dbf", [b"1234", b"****", b"  12"])) == {"MJ": [2]}
    empty = dbf(tmp_path / "b.dbf", [b" 234", b"****"])  # as GDAL writes an empty number
    assert dbf_text.overflows(empty) == {}
    path = shapefile(
        tmp_path / "c.shp", [{"x": at} for at in range(3)],
        [square(119.95 + at / 100, 33.05) for at in range(3)],
    )  # fmt: skip
    dbf(path.with_suffix(".dbf"), [b"1234", b"****", b"  12"])
    table = read(path)
    assert [row["MJ"] for row in table.records] == [1234, None, 12]
    (told,) = [one for one in table.findings if one.kind == "number_overflow"]
    assert (told.row, told.field) == (2, "MJ")
    assert "超出字段宽度" in told.message


@pytest.mark.parametrize("data", [b"", b"x" * 31, b"\x03" * 40, b"\xff" * 64])
def test_a_broken_dbf_has_no_overflow(tmp_path, data):
    path = tmp_path / "a.dbf"
    path.write_bytes(data)
    assert dbf_text.overflows(path) == {}
