"""Registers: tables without ground, whose rows name patches by their number. 台账, 登记表"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imports import fields
from imports.readers import columns as columns_of
from imports.readers import sheet_rows
from imports.readers.clean import clean
from imports.readers.table import NOTE, Finding, Table
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imports.readers.bundle import Bundle
    from imports.readers.sheet_rows import Sheet

TITLES = 10
"""Rows above the head in which offices write titles, dates and units."""


def read(
    bundle: Bundle, keys: Sequence[str], *, encoding: str | None, sublayer: str | None
) -> Table:
    """The rows of a CSV or XLSX, without ground; ``keys`` are names of the column that must be.

    A head below title rows is found and told. Raises InputRefused for other files and for tables
    without that column.
    """
    if bundle.kind not in ("csv", "xlsx"):
        raise InputRefused(
            f"登记表 {bundle.file_name} 应为 .xlsx 或 .csv。带图形的文件请用 import_patches。"
        )
    findings: list[Finding] = []
    sheet = sheet_rows.read(bundle, encoding, sublayer, findings)
    _find_head(bundle.file_name, sheet, {fields.plain_name(key) for key in keys}, findings)
    values = [[row.get(name) for row in sheet.rows] for name in sheet.columns]
    findings += columns_of.check_values(bundle.file_name, values)
    return clean(
        Table(
            file_name=bundle.file_name,
            driver=bundle.kind.upper(),
            columns=sheet.columns,
            numbers=sheet.numbers,
            records=sheet.rows,
            geoms=np.full(len(sheet.rows), None, dtype=object),
            encoding=sheet.codec,
            encoding_origin=sheet.origin,
            encoding_confidence=sheet.confidence,
            findings=findings,
            facts={"rows": len(sheet.rows), "layer": sheet.name},
        )
    )


def _find_head(file_name: str, sheet: Sheet, keys: set[str], findings: list[Finding]) -> None:
    if any(fields.plain_name(name) in keys for name in sheet.columns):
        return
    for at, row in enumerate(sheet.rows[:TITLES]):
        cells = [str(row.get(name) or "").strip() for name in sheet.columns]
        if any(fields.plain_name(cell) in keys for cell in cells if cell):
            names = columns_of.distinct([cell or f"列{n}" for n, cell in enumerate(cells, 1)])
            sheet.rows = [
                dict(zip(names, (one.get(old) for old in sheet.columns), strict=True))
                for one in sheet.rows[at + 1 :]
            ]
            number = sheet.numbers[at]
            sheet.numbers = sheet.numbers[at + 1 :]
            sheet.columns = names
            message = f"第 {number} 行起为表头，以上 {number - 1} 行是标题。"
            findings.append(Finding("head_found", message, NOTE, row=number, done="标题未读取"))
            if not sheet.rows:
                raise InputRefused(f"登记表 {file_name} 只有表头或没有内容。请核对导出的表。")
            return
