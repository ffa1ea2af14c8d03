"""The report kit: PDF, map and spreadsheet; nothing that somebody typed is ever run."""

from __future__ import annotations

import datetime
import io
import subprocess
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import openpyxl
import pytest
import shapely

from gisland.reports import map_marks, maps, pdf, sheet
from gisland.reports.table import Column, Table
from spatial import vocabulary
from tests.people import square

if TYPE_CHECKING:
    from pathlib import Path

DAY = datetime.date(2024, 5, 1)
HOSTILE = '#panic("x") *粗* $x$ @ref \\ "] 𠮷㙍 =1+1'


def text_of(content: bytes) -> str:
    told = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True
    )
    return told.stdout.decode().removesuffix("\f")


def test_what_a_person_typed_is_printed_and_never_run() -> None:
    table = Table(HOSTILE, [Column("name", "名称")], [{"name": HOSTILE}])
    content = pdf.render(
        "plain",
        {
            "title": HOSTILE, "made_on": DAY, "by": HOSTILE, "address": "http://a/" + HOSTILE,
            "parts": [{"text": HOSTILE}, {"table": table.on_paper()}, {"notes": [HOSTILE]}],
        },
    )  # fmt: skip
    told = text_of(content)
    assert told.count('#panic("x") *粗* $x$ @ref') >= 5
    assert "𠮷㙍" in told


def test_the_same_data_give_the_same_bytes_whatever_the_clock_says() -> None:
    data = {"title": "通报", "made_on": DAY, "parts": [{"text": "一"}]}
    assert pdf.render("plain", data) == pdf.render("plain", data)


def test_each_page_says_what_it_is_and_how_many_there_are(settings: Any) -> None:
    settings.DEMO = True
    table = Table("表", [Column("n", "序号", "count")], [{"n": number} for number in range(100)])
    told = text_of(
        pdf.render("plain", {"title": "长表", "made_on": DAY, "by": "张某",
                             "parts": [{"table": table.on_paper()}]})
    )  # fmt: skip
    pages = told.split("\f")
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert f"第 {number} 页，共 {len(pages)} 页" in page
        assert "程序虚构" in page
        assert "2024-05-01" in page
        assert "序号" in page


def test_without_the_demo_no_page_says_invented(settings: Any) -> None:
    settings.DEMO = False
    told = text_of(pdf.render("plain", {"title": "图", "made_on": DAY, "parts": []}))
    assert "虚构" not in told


def test_a_machine_without_chinese_type_is_told_what_to_install(
    settings: Any, tmp_path: Path
) -> None:
    settings.FONT_FOLDERS = [str(tmp_path)]
    pdf._fonts.cache_clear()
    with pytest.raises(pdf.ReportFailed, match="fonts-noto-cjk"):
        pdf.render("plain", {"title": "图", "made_on": DAY, "parts": []})
    pdf._fonts.cache_clear()


def test_a_template_that_does_not_fit_is_refused_in_chinese() -> None:
    with pytest.raises(pdf.ReportFailed, match="报告“图”没有排成"):
        pdf.render("plain", {"title": "图", "made_on": DAY})


def test_a_map_is_sound_xml_with_scale_north_plane_and_legend() -> None:
    look = maps.Look.of(vocabulary.layer_style("basic_farmland"))
    frame = maps.frame_of([square()], 117)
    svg = maps.draw(
        frame,
        [
            maps.MapLayer("永农 <b>", look, [maps.Shape(square(), '<script>"&')]),
            maps.MapLayer("不在图上", look, [maps.Shape(square(100, 20))]),
        ],
        source="影像 2024-03-20",
    )
    told = "".join(ElementTree.fromstring(svg).itertext())
    assert '<script>"&' in told
    assert "永农 <b>" in told
    assert "不在图上" not in told
    assert "北" in told
    assert "中央经线 117°" in told
    assert "影像 2024-03-20" in told
    assert " m" in told


def test_a_map_keeps_shape_and_scale_of_the_plane() -> None:
    """A square of the plane is a square on paper, as many points as the scale says."""
    geom = square(117.0, 30.0, 0.01)
    frame = maps.frame_of([geom], 117, width_mm=100, height_mm=100)
    plane, paper = frame.to_plane(geom), frame.to_paper(frame.to_plane(geom))
    wide, tall = (high - low for low, high in zip(plane.bounds[:2], plane.bounds[2:], strict=True))
    assert paper.bounds[2] - paper.bounds[0] == pytest.approx(wide * frame.scale)
    assert paper.bounds[3] - paper.bounds[1] == pytest.approx(tall * frame.scale)
    assert shapely.box(0, 0, frame.width, frame.height).contains(paper)


def test_ticks_of_a_control_line_lie_inside() -> None:
    frame = maps.frame_of([square()], 117)
    paper = frame.to_paper(frame.to_plane(square()))
    strokes = map_marks.ticks(paper).split("M")[1:]
    assert len(strokes) > 20
    for stroke in strokes:
        start, way = stroke.split("l")
        (x, y), (dx, dy) = (map(float, part.split()) for part in (start, way))
        assert paper.buffer(0.1).contains(shapely.Point(x + dx, y + dy))


AREAS = [Column("name", "县"), Column("area", "面积（亩）", "mu"), Column("m2", "面积（m²）", "m2")]


def rows(*areas: str) -> list[dict[str, Any]]:
    return [{"name": "=县", "area": Decimal(area), "m2": Decimal(area)} for area in areas]


def total(area: str) -> dict[str, Any]:
    return {"name": "合计", "area": Decimal(area), "m2": Decimal(area)}


def test_printed_sums_close_with_a_row_for_what_rounding_lost() -> None:
    """Three times 3.34 m² are 0.005 亩 each, printed 0.01, and 0.02 together."""
    table = Table("表", AREAS, rows("3.34", "3.34", "3.34"), total("10.02"))
    assert table.printed_rows()[0] == ["=县", "0.01", "3.34"]
    assert table.printed_foot() == [["尾差", "-0.01", ""], ["合计", "0.02", "10.02"]]


def test_no_row_where_nothing_was_lost_or_the_total_is_no_sum() -> None:
    whole = Table("表", AREAS, rows("666.67", "666.66"), total("1333.33"))
    assert [row[0] for row in whole.printed_foot()] == ["合计"]
    part = Table("表", AREAS, rows("3.34"), total("5000"))
    assert [row[0] for row in part.printed_foot()] == ["合计"]


def test_a_spreadsheet_has_numbers_as_numbers_and_runs_no_text() -> None:
    table = Table("县:表/1", AREAS, rows("3.34", "3.34", "3.34"), total("10.02"), ["+口径"])
    content = sheet.workbook("通报", [table, table], stamp="张某 & 2024-05-01")
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["县 表 1", "县 表 1 2"]
    cells = list(book["县 表 1"].iter_rows(values_only=True))
    assert cells[0][0] == "通报：县:表/1"
    assert cells[1] == ("县", "面积（亩）", "面积（m²）")
    assert cells[2] == ("'=县", 0.01, 3.34)
    assert cells[5][:2] == ("尾差", -0.01)
    assert cells[6] == ("合计", 0.02, 10.02)
    assert cells[8][0] == "'+口径"


def test_nothing_is_a_dash_and_a_difference_has_its_sign() -> None:
    share, points = Column("a", "比例", "percent"), Column("b", "增减", "points")
    assert [share.printed(None), share.printed(Decimal("0.15"))] == ["—", "15.00 %"]
    assert [points.printed(Decimal("0.0123")), points.printed(Decimal("-0.01"))] == [
        "+1.23", "-1.00",
    ]  # fmt: skip
