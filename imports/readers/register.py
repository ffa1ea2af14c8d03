"""Registers: tables without ground, whose rows name patches by their number. 台账, 登记表"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imports import fields
from imports.readers import columns as columns_of
from imports.readers import sheet_head, sheet_rows
from imports.readers.clean import clean
from imports.readers.table import Finding, Table
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imports.readers.bundle import Bundle


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
    wanted = {fields.plain_name(key) for key in keys}
    sheet_head.seek(
        bundle.file_name, sheet,
        lambda names: any(fields.plain_name(name) in wanted for name in names), findings,
    )  # fmt: skip
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
