"""Tables as spreadsheets and data frames read them: nothing runs, nothing is lost unsaid."""

from __future__ import annotations

import csv

import pytest
import shapely

from imports.formula import guarded, unguarded
from tests.imports.conftest import WEST
from tests.imports.exported import (
    FORMULA,
    GROUND,
    ISLAND,
    LONG,
    PATCHES,
    bring_patches,
    by_number,
    lost,
    needs,
    take,
)

pytestmark = pytest.mark.django_db


def test_csv_opens_in_excel_and_runs_nothing(counties, tmp_path):
    bring_patches(tmp_path / "in.gpkg")
    done = take("patches", tmp_path / "t.csv")
    assert done.path.read_bytes().startswith(b"\xef\xbb\xbf")
    with done.path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["监测编号"] == "0001"
    assert rows[0]["备注"] == LONG
    assert rows[1]["项目名称"] == f"'{FORMULA}"
    assert rows[2]["用地单位"] == "'@单位"
    assert rows[2]["别的列"] == "'-1"
    assert lost(done, "公式") == {"XMMC": 1, "YDDW": 1, "CYDW": 1, "别的列": 1}
    assert shapely.equals_exact(shapely.from_wkt(rows[0]["WKT"]), ISLAND, tolerance=0)
    assert not any(cell[:1] in "=+-@" for row in rows for cell in row.values() if cell)


def test_csv_with_a_point_says_that_the_outline_is_left_out(counties, tmp_path):
    bring_patches(tmp_path / "in.gpkg")
    done = take("patches", tmp_path / "t.csv", wkt=False, crs="EPSG:4528")
    with done.path.open(encoding="utf-8-sig", newline="") as file:
        row = next(csv.DictReader(file))
    assert "WKT" not in row
    assert 40_400_000 < float(row["中心东坐标"]) < 40_600_000
    assert lost(done, "只写中心点") == {"": 3}


@needs("xlsx")
def test_xlsx_as_excel_reads_it(counties, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    bring_patches(tmp_path / "in.gpkg")
    done = take("patches", tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(done.path)
    page = book.active
    heads = [cell.value for cell in page[1]]
    rows = [dict(zip(heads, line, strict=True)) for line in page.iter_rows(2, values_only=True)]
    assert rows[0]["监测编号"] == "0001"
    assert rows[1]["监测编号"] == "1000000000000002"
    assert rows[0]["监测面积"] == 1234.56
    assert rows[1]["项目名称"] == f"'{FORMULA}"
    assert not any(cell.data_type == "f" for line in page.iter_rows() for cell in line)
    assert rows[0]["中心经度"] == pytest.approx(ISLAND.centroid.x, abs=1e-8)
    assert page.freeze_panes == "A2"
    assert "测试" in book.properties.description


@needs("xlsx")
def test_xlsx_tells_the_outline_that_does_not_fit_a_cell(counties, tmp_path):
    round_one = shapely.Point(119.95, 33.05).buffer(0.001, quad_segs=1000)
    bring_patches(tmp_path / "in.gpkg", records=PATCHES[:1], geoms=[round_one])
    done = take("patches", tmp_path / "t.xlsx", wkt=True)
    assert lost(done, "32767") == {"WKT": 1}


@needs("parquet")
def test_parquet_as_geopandas_reads_it(counties, tmp_path):
    import geopandas

    bring_patches(tmp_path / "in.gpkg")
    done = take("patches", tmp_path / "t.parquet", crs="EPSG:4528")
    frame = geopandas.read_parquet(done.path)
    assert frame.crs.to_epsg() == 4528
    assert by_number(frame)[WEST, "0001"]["JCMJ"] == 1234.56
    back = frame.to_crs(4490).geometry
    assert shapely.hausdorff_distance(back[1], GROUND[1]) < 1e-9
    assert not done.dropped


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", " =1", "＝1", "\t1", "'=1", "''-1"])
def test_a_guarded_cell_is_read_back_as_it_was(text):
    assert guarded(text).startswith("'")
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("value", ["甲", "'甲'", "1-2", "", None, -1, 2.5, True])
def test_what_runs_nothing_is_left_alone(value):
    assert guarded(value) == value
    assert unguarded(value) == value
