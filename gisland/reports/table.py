"""A table that a page, a PDF and a spreadsheet print alike, with sums that close.

Cells are exact (m2 as decimals, shares as fractions); how a kind of column prints is said once,
here. 亩 are conversions at print: where printed 亩 do not add up to the printed total, a 尾差 row
says by how much (design 4.7).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from spatial import units

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NOTHING = "—"
RESIDUAL = "尾差"
ZERO = Decimal(0)

KINDS = ("text", "count", "m2", "mu", "hectares", "percent", "points")
"""``m2``, ``mu`` and ``hectares`` take square metres, ``percent`` a share, ``points`` a difference
of two shares."""
NUMBERS = frozenset(KINDS) - {"text"}


@dataclass(frozen=True)
class Column:
    """One column: which value of a row it prints, under what head, and how."""

    key: str
    head: str
    kind: str = "text"
    width: str = "auto"
    """On paper: ``auto``, ``2fr``, ``25mm``."""
    formula: str = ""
    """In a spreadsheet: how the cell follows from others of its row, named by their keys in braces
    (``ROUND({area_m2}*3/2000,2)``). The value of the row is written with it, and must be the same.
    """
    sums: bool = False
    """In a spreadsheet: whether its total is the sum of its rows, and so a formula."""

    def __post_init__(self) -> None:
        """Refuse a kind that nobody prints."""
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is not one of {KINDS}")

    @property
    def is_number(self) -> bool:
        """Whether it is right aligned."""
        return self.kind in NUMBERS

    def printed(self, value: Any) -> str:
        """The value as it stands on the page and on paper."""
        if value is None or value == "":
            return NOTHING if self.is_number else ""
        if self.kind == "text":
            return str(value)
        if self.kind == "count":
            return str(value)
        if self.kind == "percent":
            return units.percent(value)
        if self.kind == "points":
            return f"{_points(value):+}"
        return f"{self.number(value):.{self.digits}f}"

    @property
    def digits(self) -> int:
        """Decimals printed."""
        return {"count": 0, "hectares": 4}.get(self.kind, 2)

    def number(self, value: Any) -> Decimal:
        """The number that is printed, rounded once, half up."""
        given = Decimal(str(value))
        if self.kind == "mu":
            return units.mu(given)
        if self.kind == "hectares":
            return units.hectares(given)
        if self.kind == "percent":
            return given.quantize(Decimal("0.0001"), ROUND_HALF_UP)
        if self.kind == "points":
            return _points(given)
        return given if self.kind == "count" else given.quantize(units.CENT, ROUND_HALF_UP)


def _points(share: Any) -> Decimal:
    """A difference of shares in hundredths."""
    return (Decimal(str(share)) * 100).quantize(units.CENT, ROUND_HALF_UP)


class Sums:
    """The area columns of rows that come one after another: as printed, and exact."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = [column for column in columns if column.kind in ("mu", "hectares")]
        self.printed = {column.key: ZERO for column in self.columns}
        self.exact = {column.key: ZERO for column in self.columns}

    def add(self, row: Mapping[str, Any]) -> None:
        """Count a row in."""
        for column in self.columns:
            if (value := row.get(column.key)) is not None:
                self.printed[column.key] += column.number(value)
                self.exact[column.key] += Decimal(str(value))

    def residual(self, total: Mapping[str, Any]) -> dict[str, Decimal]:
        """By key what the printed rows lack to the printed total, where the exact ones do not."""
        found = {}
        for column in self.columns:
            given = total.get(column.key)
            if given is None or self.exact[column.key] != Decimal(str(given)):
                continue
            if lacking := column.number(given) - self.printed[column.key]:
                found[column.key] = lacking
        return found


@dataclass(frozen=True)
class Table:
    """Columns, rows by key, and the total that they add up to."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    total: Mapping[str, Any] | None = None
    notes: Sequence[str] = field(default=())
    """How it was counted: printed with it wherever it goes."""

    @property
    def residual(self) -> dict[str, Decimal]:
        """By key of an area column what printed rows lack to the printed total; empty: none."""
        if self.total is None:
            return {}
        sums = Sums(self.columns)
        for row in self.rows:
            sums.add(row)
        return sums.residual(self.total)

    def printed_rows(self) -> list[list[str]]:
        """The cells of the rows as text."""
        return [[column.printed(row.get(column.key)) for column in self.columns]
                for row in self.rows]  # fmt: skip

    def printed_foot(self) -> list[list[str]]:
        """The 尾差 row, where there is one, and the total."""
        if self.total is None:
            return []
        foot = [[column.printed(self.total.get(column.key)) for column in self.columns]]
        if lacking := self.residual:
            signed = [f"{lacking[column.key]:+}" if column.key in lacking else ""
                      for column in self.columns]  # fmt: skip
            foot.insert(0, [RESIDUAL, *signed[1:]])
        return foot

    @property
    def page_rows(self) -> list[list[tuple[str, bool]]]:
        """The rows for a page: each cell's text and whether it is a number."""
        return self._with_kinds(self.printed_rows())

    @property
    def page_foot(self) -> list[list[tuple[str, bool]]]:
        """The same of the foot."""
        return self._with_kinds(self.printed_foot())

    def _with_kinds(self, rows: list[list[str]]) -> list[list[tuple[str, bool]]]:
        numbers = [column.is_number for column in self.columns]
        return [list(zip(row, numbers, strict=True)) for row in rows]

    def on_paper(self) -> dict[str, Any]:
        """What ``sheet`` of kit.typ prints."""
        return {
            "heads": [column.head for column in self.columns],
            "align": ["right" if column.is_number else "left" for column in self.columns],
            "widths": [column.width for column in self.columns],
            "rows": self.printed_rows(),
            "foot": self.printed_foot(),
        }
