"""CSV and XLSX with ground in them: WKT, or one row for each boundary point."""

from __future__ import annotations

import pandas
import pyogrio
import pytest

from tests.imports.conftest import square
from tests.imports.reading import RING, kinds, read, refused

HERE = [square(119.95, 33.05), square(119.97, 33.05)]


def csv_text(rows, head="地块编号,点号,圈号,X坐标,Y坐标,用途"):
    return "\n".join([head, *[",".join(str(cell) for cell in row) for row in rows]])


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_one_row_for_each_boundary_point_in_either_order(tmp_path, encoding, swapped):
    rows = [
        ("甲", f"J{n}", 1, *((east, north) if swapped else (north, east)), "堆场")
        for n, (east, north) in enumerate([*RING, RING[0]], 1)
    ]
    path = tmp_path / "界址点.csv"
    path.write_text(csv_text(rows), encoding=encoding)
    table = read(path)
    assert table.geoms[0].area == pytest.approx(10_000)
    assert table.geoms[0].bounds[0] == 40400000
    assert table.crs.to_epsg() == 4528
    assert table.records == [{"地块编号": "甲", "用途": "堆场"}]
    assert ("txt_swapped" in kinds(table)) == swapped


def test_points_in_degrees_and_a_parcel_that_is_too_small(tmp_path):
    path = tmp_path / "点.csv"
    corners = list(HERE[0].exterior.coords)
    path.write_text(csv_text([("1", x, y) for x, y in corners], "DKBH,经度,纬度"))
    assert read(path).crs.to_epsg() == 4490
    path.write_text(csv_text([("1", x, y) for x, y in corners[:2]], "DKBH,经度,纬度"))
    refused(path, "第 2 行", "不足 3 个点")
    path.write_text(csv_text([("1", 119.95, "三十三度")], "DKBH,经度,纬度"))
    refused(path, "第 2 行", "三十三度")


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_wkt_in_a_column(tmp_path, separator):
    path = tmp_path / "a.csv"
    rows = [f'{n}{separator}"SRID=4490;{shape.wkt}"' for n, shape in enumerate(HERE)]
    path.write_text("\n".join([f"JCBH{separator}图形", *rows]))
    table = read(path)
    assert table.crs.to_epsg() == 4490
    assert [row["JCBH"] for row in table.records] == ["0", "1"]
    assert table.numbers == [2, 3]
    assert table.geoms[1].equals(HERE[1])


def test_wkt_that_is_no_polygon_and_a_table_without_ground(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('JCBH,WKT\n1,"POINT (1 2)"\n')
    refused(path, "第 2 行", "不是面")
    path.write_text("JCBH,处理情况\n1,已拆除\n")
    refused(path, "没有图形", "WKT", "JCBH、处理情况")
    path.write_text("JCBH,WKT\n")
    refused(path, "只有表头")


def workbook(path, rows, sheets=("Sheet1",)):
    table = pandas.DataFrame(rows)
    for at, name in enumerate(sheets):
        pyogrio.write_dataframe(table, path, driver="XLSX", layer=name, append=at > 0)
    return path


def test_a_workbook_keeps_codes_as_text(tmp_path):
    rows = [
        {"地块编号": "007", "X": north, "Y": east, "文号": "示政地〔2023〕1号"}
        for east, north in RING
    ]
    table = read(workbook(tmp_path / "a.xlsx", rows))
    assert table.records == [{"地块编号": "007", "文号": "示政地〔2023〕1号"}]
    assert table.geoms[0].area == pytest.approx(10_000)
    refused(workbook(tmp_path / "b.xlsx", rows, ("一", "二")), "一、二", "--where-layer")
    assert len(read(tmp_path / "b.xlsx", sublayer="二").geoms) == 1


def test_cells_beyond_the_head_are_not_lost(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('JCBH,WKT\n1,"POLYGON((0 0,1 0,1 1,0 0))",多出的,\n', encoding="utf-8")
    assert read(path).records == [{"JCBH": "1", "列3": "多出的"}]
