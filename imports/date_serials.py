"""Dates that a workbook holds as plain numbers: days since the last of 1899, as Excel counts."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from imports.readers.table import NOTE, Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imports.fields import Field
    from imports.readers.table import Table

SHEETS = ("CSV", "XLSX")
NAUGHT = date(1899, 12, 30)
"""Day 0; the calendar has a day of 1900 too many, so this holds from March 1900 on."""
FIRST, LAST = date(1980, 1, 1), date(2060, 1, 1)
"""Days that such a number may stand for: years are four digits, and 年月 six."""


def day_of(raw: Any) -> str | None:
    """The day as ISO text, where the value is such a number; the time of day is left out."""
    found = re.fullmatch(r"(\d{5})(?:\.\d+)?", str(raw).strip())
    day = NAUGHT + timedelta(days=int(found[1])) if found else None
    return day.isoformat() if day and FIRST <= day < LAST else None


def read(raw: Any) -> Any:
    """The value, or the day that it stands for."""
    return day_of(raw) or raw


def told(table: Table, columns: Mapping[str, str], known: Mapping[str, Field]) -> list[Finding]:
    """One finding for each date column of a sheet in which numbers were read as days."""
    found = []
    for name, column in columns.items() if table.driver in SHEETS else ():
        if known[name].kind != "date":
            continue
        days = [
            (number, record[column], day)
            for number, record in zip(table.numbers, table.records, strict=True)
            if (day := day_of(record.get(column)))
        ]
        if days:
            number, raw, day = days[0]
            message = f"{column} 列有 {len(days)} 个日期是 Excel 的序号（如 {raw} 即 {day}）。"
            found.append(
                Finding("date_serial", message, NOTE, row=number, field=name, done="换算成日期")
            )
    return found
