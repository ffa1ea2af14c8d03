"""XLSX of tables: numbers as numbers, text that no spreadsheet runs, and how it was counted."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import xlsxwriter
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from gisland.reports.table import NOTHING, RESIDUAL
from imports.formula import guarded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gisland.reports.table import Column, Table

FORMATS = {
    "count": "0", "m2": "0.00", "mu": "0.00", "hectares": "0.0000", "percent": "0.00%",
    "points": "+0.00;-0.00;0.00",
}  # fmt: skip
WIDEST, NARROWEST = 44, 7
LONGEST_NAME = 31
A4, LANDSCAPE_FROM = 9, 7


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
            _Page(page, formats).write(title, table)
            page.set_footer(f"&L{stamp.replace('&', '＆')[:200]}&R&P / &N")
    return written.getvalue()


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

    def __init__(self, page: Any, formats: dict[str, Any]) -> None:
        self.page = page
        self.formats = formats
        self.line = 0
        self.first = self.last = 0
        """The lines of the table's rows."""

    def write(self, title: str, table: Table) -> None:
        """Title, heads, rows, foot, notes."""
        columns = table.columns
        self._said(title if table.title == title else f"{title}：{table.title}", "title")
        head = self.line
        for at, column in enumerate(columns):
            self.page.write_string(head, at, guarded(column.head), self.formats["head"])
        self.line += 1
        self.first = self.line
        for row in table.rows:
            self._row(columns, [row.get(column.key) for column in columns])
        self.last = self.line - 1
        if table.total is not None:
            total = table.total
            if lacking := table.residual:
                cells = [RESIDUAL, *(lacking.get(column.key, "") for column in columns[1:])]
                self._plain_row(columns, cells)
            self._row(columns, [total.get(column.key) for column in columns], "+")
        self.line += 1
        for note in table.notes:
            self._said(note, "note")
        self._set_up(table, head)

    def _said(self, words: str, look: str) -> None:
        self.page.write_string(self.line, 0, guarded(words), self.formats[look])
        self.line += 1

    def _row(self, columns: Sequence[Column], values: list[Any], more: str = "") -> None:
        cells = {column.key: xl_rowcol_to_cell(self.line, at) for at, column in enumerate(columns)}
        for at, (column, value) in enumerate(zip(columns, values, strict=True)):
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

    def _plain_row(self, columns: Sequence[Column], cells: list[Any]) -> None:
        """What is already rounded: the 尾差."""
        for at, (column, cell) in enumerate(zip(columns, cells, strict=True)):
            if isinstance(cell, str):
                self.page.write_string(self.line, at, cell, self.formats["text"])
            else:
                self.page.write_number(self.line, at, float(cell), self.formats[column.kind])
        self.line += 1

    def _set_up(self, table: Table, head: int) -> None:
        printed = table.printed_rows()
        for at, column in enumerate(table.columns):
            longest = max([_wide(column.head) / 2, *(_wide(row[at]) for row in printed)])
            self.page.set_column(at, at, min(WIDEST, max(NARROWEST, longest + 2)))
        self.page.freeze_panes(head + 1, 1)
        self.page.repeat_rows(head)
        self.page.set_paper(A4)
        self.page.fit_to_pages(1, 0)
        if len(table.columns) >= LANDSCAPE_FROM:
            self.page.set_landscape()


def _wide(text: str) -> float:
    """Columns of a spreadsheet that a text takes."""
    return sum(2.0 if ord(letter) > 0x2E7F else 1.0 for letter in text)
