"""CSV and XLSX: Chinese heads, centroid or WKT, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING, Any

import shapely

from imports.formula import guarded
from imports.writers.table import Result
from spatial.errors import GislandError, InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from imports.writers.table import Chunk, Column, Losses, Sheet

MOST_ROWS = 1_048_575
"""Rows of an XLSX sheet, less the head."""
LONGEST_CELL = 32_767
WKT = ("WKT",)
DEGREES, METRES = ("中心经度", "中心纬度"), ("中心东坐标", "中心北坐标")
CENTROID_ONLY = "只写中心点，不含边界；要边界请加 --wkt"
NEUTRAL = "以 = + - @ 开头的文字，前加 ' 以免被当作公式"
TOO_LONG = "超过 Excel 单元格上限 32767 字，已截断"
NO_OUTLINE = "边界的 WKT 超过 Excel 单元格上限 32767 字，未写；请改用 csv 或 gpkg"


class PackageMissing(GislandError):
    """A format whose package is not installed here. 缺少软件包"""


def write_csv(path: Path, sheet: Sheet, chunks: Iterator[Chunk], losses: Losses) -> Result:
    """UTF-8 with BOM, so that desktops read the Chinese; one line a feature."""
    heads = _heads(sheet, losses)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(guarded(head) for head in heads)
        for chunk in chunks:
            places = _places(sheet, chunk)
            for label, row, place in zip(chunk.labels, chunk.rows, places, strict=True):
                cells = [
                    _cell(value, column, label, losses)
                    for column, value in zip(sheet.columns, row, strict=True)
                ]
                writer.writerow([_truth(cell) for cell in (*cells, *place)])
    beside = path.with_suffix(".csv.txt")  # a line within would be a row of the table
    beside.write_text(f"{sheet.stamp}\r\n", encoding="utf-8-sig", newline="")
    names = heads[: len(sheet.columns)]
    return Result([path, beside], names, "utf-8-sig", _geometry(sheet), "CSV")


def write_xlsx(path: Path, sheet: Sheet, chunks: Iterator[Chunk], losses: Losses) -> Result:
    """One sheet with fixed head and filter; who took it stands at the foot of each printed page.

    Rows go to disk as they come. Raises PackageMissing, and InputRefused for too many rows.
    """
    if sheet.count > MOST_ROWS:
        raise InputRefused(
            f"Excel 每张表最多 {MOST_ROWS} 行，所选有 {sheet.count} 行。"
            "请按 --region 或 --batch 分开导出，或改用 --format csv。"
        )
    try:
        import xlsxwriter  # noqa: PLC0415 - only this format needs it
    except ImportError as error:
        raise PackageMissing("没有安装 XlsxWriter，不能写 xlsx。请改用 --format csv。") from error
    heads = _heads(sheet, losses)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": sheet.title, "comments": sheet.stamp})
        page = book.add_worksheet(sheet.title)
        page.set_footer(f"&L{_plain_footer(sheet.stamp)}&R&P / &N")
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, sheet.count, len(heads) - 1)
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        for at, head in enumerate(heads):
            page.write_string(0, at, guarded(head), bold)
        line = 0
        for chunk in chunks:
            places = _places(sheet, chunk)
            for label, row, place in zip(chunk.labels, chunk.rows, places, strict=True):
                line += 1
                _write_row(page, line, sheet, label, row, losses, day)
                _write_place(page, line, len(sheet.columns), label, place, losses)
    return Result([path], heads[: len(sheet.columns)], "utf-8", _geometry(sheet), "XLSX")


def _plain_footer(text: str) -> str:
    """The text without what a footer reads as a code, within its 255 characters."""
    return text.replace("&", "＆")[:200]


def _geometry(sheet: Sheet) -> str:
    return "WKT" if sheet.wkt else "centroid"


def _heads(sheet: Sheet, losses: Losses) -> list[str]:
    """The columns' Chinese names (with the code behind where two share one), then the place."""
    terms = [column.term for column in sheet.columns]
    heads = [
        f"{column.term}（{column.name}）" if terms.count(column.term) > 1 else column.term
        for column in sheet.columns
    ]
    if sheet.wkt:
        return [*heads, *WKT]
    losses.add(CENTROID_ONLY, "", "", sheet.count)
    return [*heads, *(DEGREES if sheet.plane.geographic else METRES)]


def _places(sheet: Sheet, chunk: Chunk) -> list[list[Any]]:
    """The cells that say where a feature is: a point within it, or its whole outline."""
    if sheet.wkt:
        # 17 digits tell every number apart; shapely drops zeros that say nothing
        return [[text] for text in shapely.to_wkt(chunk.geoms, rounding_precision=-1)]
    points = shapely.get_coordinates(shapely.centroid(chunk.geoms))
    digits = 8 if sheet.plane.geographic else 3
    return [[round(float(east), digits), round(float(north), digits)] for east, north in points]


def _cell(value: Any, column: Column, label: str, losses: Losses) -> Any:
    found = guarded(value) if column.kind == "text" else value
    if found != value:
        losses.add(NEUTRAL, column.name, label)
    return found


def _truth(value: Any) -> Any:
    if isinstance(value, bool):
        return "是" if value else "否"
    return repr(value) if isinstance(value, float) else value


def _write_row(
    page: Any, line: int, sheet: Sheet, label: str, row: list[Any], losses: Losses, day: Any
) -> None:
    for at, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
        if value is None:
            continue
        if column.kind == "number":
            page.write_number(line, at, value)
        elif column.kind == "date":
            page.write_datetime(line, at, date.fromisoformat(value), day)
        else:
            text = str(_truth(_cell(value, column, label, losses)))
            if len(text) > LONGEST_CELL:
                losses.add(TOO_LONG, column.name, label)
            page.write_string(line, at, text[:LONGEST_CELL])


def _write_place(
    page: Any, line: int, start: int, label: str, place: list[Any], losses: Losses
) -> None:
    for at, value in enumerate(place, start=start):
        if isinstance(value, float):
            page.write_number(line, at, value)
        elif len(value) > LONGEST_CELL:
            losses.add(NO_OUTLINE, WKT[0], label)
        else:
            page.write_string(line, at, value)
