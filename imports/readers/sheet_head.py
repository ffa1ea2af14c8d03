"""The head of a table that has titles above it, or that is two rows with merged cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imports.readers import columns as columns_of
from imports.readers.table import NOTE, Finding
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imports.readers.sheet_rows import Sheet

TITLES = 10
"""Rows above the head in which offices write titles, dates and units."""
UNNAMED = r"Field\d+|列\d+"
"""What a column is called that has no name."""


def seek(
    file_name: str,
    sheet: Sheet,
    speaks: Callable[[Sequence[str]], bool],
    findings: list[Finding],
) -> None:
    """Take the first row that ``speaks`` for the head, where the sheet's own does not; told.

    Empty cells of it have the name above them: cells merged over two rows. Raises InputRefused
    for a table that ends there.
    """
    if speaks(sheet.columns):
        return
    above = ["" if re.fullmatch(UNNAMED, name) else name for name in sheet.columns]
    for at, row in enumerate(sheet.rows[:TITLES]):
        cells = [str(row.get(name) or "").strip() for name in sheet.columns]
        if speaks([cell for cell in cells if cell]):
            _take(file_name, sheet, at, cells, above, findings)
            return
        above = cells


def _take(
    file_name: str,
    sheet: Sheet,
    at: int,
    cells: list[str],
    above: list[str],
    findings: list[Finding],
) -> None:
    is_title = sum(map(bool, above)) < 2  # a title stands in one cell
    heads = cells if is_title else [cell or up for cell, up in zip(cells, above, strict=True)]
    names = columns_of.distinct([head or f"列{n}" for n, head in enumerate(heads, 1)])
    sheet.rows = [
        dict(zip(names, (one.get(old) for old in sheet.columns), strict=True))
        for one in sheet.rows[at + 1 :]
    ]
    number = sheet.numbers[at]
    sheet.numbers, sheet.columns = sheet.numbers[at + 1 :], names
    message = f"第 {number} 行起为表头，以上 {number - 1} 行是标题。"
    if heads != cells:
        message = f"表头有两行（第 {number - 1}、{number} 行），合并的单元格取上一行的名称。"
    findings.append(Finding("head_found", message, NOTE, row=number, done="标题未读取"))
    if not sheet.rows:
        raise InputRefused(f"文件 {file_name} 只有表头或没有内容。请核对导出的表。")
