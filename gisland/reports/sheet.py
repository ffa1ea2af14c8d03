"""XLSX of tables: numbers as numbers, text that no spreadsheet runs, and how it was counted."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import xlsxwriter
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from gisland.reports.table import NOTHING, RESIDUAL, Sums
from imports.formula import guarded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gisland.reports.table import Column, Table

FORMATS = {
    "count": "0", "m2": "0.00", "mu": "0.00", "hectares": "0.0000", "percent": "0.00%",
    "points": "+0.00;-0.00;0.00",
}  # fmt: skip
WIDEST, NARROWEST = 44, 7
LONGEST_NAME = 31
A4, LANDSCAPE_FROM = 9, 7
MEASURED = 1000
"""Lines by which the columns get their widths."""


def workbook(title: str, tables: Sequence[Table], *, stamp: str) -> bytes:
    """The workbook: a sheet a table, each headed by its title, with its notes below it.

    ``stamp`` (who took it, when) stands at the foot of each printed page and in the properties.
    """
    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(written, options) as book:
        book.set_properties({"title": title, "comments": stamp})
        formats = _formats(book)
        taken: set[str] = set()
        for table in tables:
            page = book.add_worksheet(_name(table.title, taken))
            _Page(page, formats, table.columns).write(title, table, stamp)
    return written.getvalue()


class LongSheet:
    """A workbook of one table whose rows come in lots: on disk as it grows, in little memory."""

    def __init__(
        self, path: Path, title: str, columns: Sequence[Column], *, stamp: str, scratch: Path
    ) -> None:
        """``scratch`` is a folder for what is not the file yet."""
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(str(path), {**options, "tmpdir": str(scratch)})
        self._book.set_properties({"title": title, "comments": stamp})
        self._page = _Page(self._book.add_worksheet(_name(title, set())), _formats(self._book),
                           columns)  # fmt: skip
        self._page.begin(title)
        self._sums = Sums(columns)
        self._stamp = stamp

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write rows below those that are there."""
        self._page.rows(rows)
        for row in rows:
            self._sums.add(row)

    def close(self, total: Mapping[str, Any], notes: Sequence[str]) -> None:
        """The foot, the notes, and the file."""
        self._page.end(total, self._sums.residual(total), notes, self._stamp)
        self._book.close()


def _name(title: str, taken: set[str]) -> str:
    """A name that Excel takes and no other sheet has."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:LONGEST_NAME] or "表"
    name, number = plain, 2
    while name.lower() in taken:
        name, number = f"{plain[: LONGEST_NAME - 4]} {number}", number + 1
    taken.add(name.lower())
    return name


def _formats(book: Any) -> dict[str, Any]:
    found = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format(
            {"bold": True, "bg_color": "#F1F3F5", "bottom": 1, "text_wrap": True, "valign": "top"}
        ),
        "note": book.add_format({"font_color": "#5C636A"}),
        "text": book.add_format({}),
        "text+": book.add_format({"bold": True, "top": 1}),
    }
    for kind, shown in FORMATS.items():
        look = {"num_format": shown, "align": "right"}
        found[kind] = book.add_format(look)
        found[f"{kind}+"] = book.add_format({**look, "bold": True, "top": 1})
    return found


class _Page:
    """One sheet while it is written."""

    def __init__(self, page: Any, formats: dict[str, Any], columns: Sequence[Column]) -> None:
        self.page = page
        self.formats = formats
        self.columns = columns
        self.line = self.head = 0
        self.first = self.last = 0
        """The lines of the table's rows."""
        self.wide = [_wide(column.head) / 2 for column in columns]

    def write(self, title: str, table: Table, stamp: str) -> None:
        """Title, heads, rows, foot, notes."""
        self.begin(title if table.title == title else f"{title}：{table.title}")
        self.rows(table.rows)
        self.end(table.total, table.residual, table.notes, stamp)

    def begin(self, title: str) -> None:
        """Title and heads."""
        self._said(title, "title")
        self.head = self.line
        for at, column in enumerate(self.columns):
            self.page.write_string(self.head, at, guarded(column.head), self.formats["head"])
        self.line += 1

    def rows(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Rows below those that are there."""
        self.first = self.first or self.line
        for row in rows:
            values = [row.get(column.key) for column in self.columns]
            if self.line < MEASURED:
                printed = zip(self.columns, values, strict=True)
                self.wide = [
                    max(wide, _wide(column.printed(value)))
                    for wide, (column, value) in zip(self.wide, printed, strict=True)
                ]
            self._row(values)
        self.last = self.line - 1

    def end(
        self,
        total: Mapping[str, Any] | None,
        lacking: Mapping[str, Any],
        notes: Sequence[str],
        stamp: str,
    ) -> None:
        """尾差, sums, notes, and how the sheet prints."""
        if total is not None:
            if lacking:
                cells = [lacking.get(column.key, "") for column in self.columns[1:]]
                self._plain_row([RESIDUAL, *cells])
            self._row([total.get(column.key) for column in self.columns], "+")
        self.line += 1
        for note in notes:
            self._said(note, "note")
        self._set_up(stamp)

    def _said(self, words: str, look: str) -> None:
        self.page.write_string(self.line, 0, guarded(words), self.formats[look])
        self.line += 1

    def _row(self, values: list[Any], more: str = "") -> None:
        cells = {
            column.key: xl_rowcol_to_cell(self.line, at) for at, column in enumerate(self.columns)
        }
        for at, (column, value) in enumerate(zip(self.columns, values, strict=True)):
            look = self.formats[column.kind + more]
            if formula := self._formula(column, at, cells, value, is_total=bool(more)):
                shown = float(column.number(value)) if column.is_number else str(value)
                self.page.write_formula(self.line, at, f"={formula}", look, shown)
            elif value is None or value == "":
                blank = NOTHING if column.is_number else ""
                self.page.write_string(self.line, at, blank, look)
            elif column.is_number:
                self.page.write_number(self.line, at, float(column.number(value)), look)
            else:
                self.page.write_string(self.line, at, guarded(str(value)), look)
        self.line += 1

    def _formula(
        self, column: Column, at: int, cells: dict[str, str], value: Any, *, is_total: bool
    ) -> str:
        """How a cell follows from others; empty: it is written as it is."""
        if value is None or value == "":
            return ""
        if column.formula:
            return column.formula.format(**cells)
        if is_total and column.sums and self.last >= self.first:
            return f"SUM({xl_range(self.first, at, self.last, at)})"
        return ""

    def _plain_row(self, cells: list[Any]) -> None:
        """What is already rounded: the 尾差."""
        for at, (column, cell) in enumerate(zip(self.columns, cells, strict=True)):
            if isinstance(cell, str):
                self.page.write_string(self.line, at, cell, self.formats["text"])
            else:
                self.page.write_number(self.line, at, float(cell), self.formats[column.kind])
        self.line += 1

    def _set_up(self, stamp: str) -> None:
        for at, wide in enumerate(self.wide):
            self.page.set_column(at, at, min(WIDEST, max(NARROWEST, wide + 2)))
        self.page.set_footer(f"&L{stamp.replace('&', '＆')[:200]}&R&P / &N")
        self.page.freeze_panes(self.head + 1, 1)
        self.page.repeat_rows(self.head)
        self.page.set_paper(A4)
        self.page.fit_to_pages(1, 0)
        if len(self.columns) >= LANDSCAPE_FROM:
            self.page.set_landscape()


def _wide(text: str) -> float:
    """Columns of a spreadsheet that a text takes."""
    return sum(2.0 if ord(letter) > 0x2E7F else 1.0 for letter in text)
