"""CSV and XLSX with ground in them: WKT, or one row for each boundary point."""

from __future__ import annotations

import re
import zipfile

import pandas
import pyogrio
import pytest
import xlsxwriter

from imports import date_serials, fields
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


def test_titles_above_the_head_are_left_out(tmp_path):
    path = tmp_path / "界址点.csv"
    rows = [("甲", f"J{n}", 1, north, east, "堆场") for n, (east, north) in enumerate(RING, 1)]
    path.write_text("示范县图斑界址点成果表\n单位：米\n" + csv_text(rows), encoding="gb18030")
    table = read(path)
    assert table.geoms[0].area == pytest.approx(10_000)
    assert table.records == [{"地块编号": "甲", "用途": "堆场"}]
    told = next(finding for finding in table.findings if finding.kind == "head_found")
    assert "第 3 行起为表头" in told.message
    path.write_text("示范县图斑界址点成果表\n地块编号,点号,X,Y\n", encoding="gb18030")
    refused(path, "只有表头")


def merged_sheet(path, parcels):
    """Points as a clerk lays them out: title, a head of two rows, each parcel named once."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:E1", "示范县图斑界址点成果表")
        for cells, word in (("A2:A3", "监测编号"), ("B2:B3", "点号"), ("E2:E3", "后时相")):
            sheet.merge_range(cells, word)
        sheet.merge_range("C2:D2", "坐标")
        sheet.write_row("C3", ["X", "Y"])
        at = 3
        for name, ring in parcels:
            sheet.merge_range(at, 0, at + len(ring) - 1, 0, name)
            sheet.merge_range(at, 4, at + len(ring) - 1, 4, 45352)
            for number, (east, north) in enumerate(ring, 1):
                sheet.write_row(at, 1, [number, north, east])
                at += 1
    return path


def test_merged_cells_of_head_and_parcels(tmp_path):
    far = [(east + 500, north) for east, north in RING]
    table = read(merged_sheet(tmp_path / "a.xlsx", [("001", RING), ("002", far)]))
    assert [row["监测编号"] for row in table.records] == ["001", "002"]
    assert [shape.bounds[0] for shape in table.geoms] == [40400000, 40400500]
    assert [shape.area for shape in table.geoms] == [pytest.approx(10_000)] * 2
    assert {"head_found", "merged_cells"} <= set(kinds(table))
    told = next(finding for finding in table.findings if finding.kind == "head_found")
    assert "第 2、3 行" in told.message
    # the merged day, a bare number, is the day that Excel means by it
    made = fields.canonical(table, "patch")
    assert [row["after_on"] for row in made.rows] == ["2024-03-01"] * 2
    told = next(finding for finding in made.findings if finding.kind == "date_serial")
    assert "45352 即 2024-03-01" in told.message


def test_a_parcel_that_lost_its_name_is_not_joined_to_the_one_above(tmp_path):
    """Where names are written on every row, an empty one is no merged cell."""
    path = tmp_path / "a.csv"
    rows = [("甲", f"J{n}", 1, north, east, "") for n, (east, north) in enumerate(RING, 1)]
    rows += [("", f"J{n}", 1, north, east + 500, "") for n, (east, north) in enumerate(RING, 1)]
    path.write_text(csv_text(rows), encoding="utf-8")
    table = read(path)
    assert [row["地块编号"] for row in table.records] == ["甲", ""]
    assert "merged_cells" not in kinds(table)


@pytest.mark.parametrize(("at", "told"), [(0, "水渠边"), (2, None)])
def test_a_remark_on_one_point_is_not_the_parcels(tmp_path, at, told):
    """What stands on the first row alone is a merged cell; on another, that point's own."""
    path = tmp_path / "a.csv"
    rows = [
        ("甲", f"J{n}", 1, north, east, "水渠边" if n == at else "")
        for n, (east, north) in enumerate(RING)
    ]
    path.write_text(csv_text(rows), encoding="utf-8")
    table = read(path)
    assert table.records[0].get("用途") == told
    assert ("point_columns" in kinds(table)) is (told is None)


@pytest.mark.parametrize("raw", ["1234", "12345", "99999", "20240301", "x45352", "4535", ""])
def test_other_numbers_are_no_days(raw):
    assert date_serials.read(raw) == raw


@pytest.mark.parametrize("stored", [True, False])
def test_formulas_have_results_or_are_told(tmp_path, stored):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["JCBH", "图形", "面积"])
        sheet.write_row(1, 0, ["1", f"SRID=4490;{HERE[0].wkt}"])
        sheet.write_formula(1, 2, "=1+1", value=2 if stored else "")
    if not stored:
        forget_results(path)
    table = read(path)
    assert table.records[0]["面积"] == ("2" if stored else None)
    told = [finding.message for finding in table.findings if finding.kind == "formula_empty"]
    assert told == ([] if stored else ["工作簿中 1 个公式没有存下计算结果。"])


def forget_results(path):
    """As programs write formulas that never saw Excel."""
    with zipfile.ZipFile(path) as pack:
        parts = {name: pack.read(name) for name in pack.namelist()}
    with zipfile.ZipFile(path, "w") as pack:
        for name, data in parts.items():
            pack.writestr(name, re.sub(rb"</f><v>[^<]*</v>", b"</f><v></v>", data))
