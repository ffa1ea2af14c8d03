"""Areas of an overlay rounded to 0.01 m², so that rows and columns add up to stored sums."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

Row = TypeVar("Row")
Column = TypeVar("Column")
CENTS = 100


def closed(
    exact: Mapping[tuple[Row, Column], float],
    rows: Mapping[Row, Decimal],
    columns: Mapping[Column, Decimal],
) -> dict[tuple[Row, Column], Decimal]:
    """The cells in m² to 0.01; each row and column adds up to its stored area.

    Stored areas are sums of rounded pieces, a hundredth or so away from the exact ones: what is
    missing goes to the cells of the row and column in which it is missing, else around a corner.
    """
    cents = {cell: round(area * CENTS) for cell, area in exact.items()}
    row_left: dict[Row, int] = defaultdict(int)
    column_left: dict[Column, int] = defaultdict(int)
    row_left.update({row: int(stored * CENTS) for row, stored in rows.items()})
    column_left.update({column: int(stored * CENTS) for column, stored in columns.items()})
    for (row, column), area in cents.items():
        row_left[row] -= area
        column_left[column] -= area
    for row, column in sorted(cents, key=lambda cell: -exact[cell]):
        _move(cents, [(row, column)], row_left, column_left)
    for first in sorted(cents, key=lambda cell: -exact[cell]):
        for last in cents:
            if (last[0], first[1]) in cents and first[0] != last[0] and first[1] != last[1]:
                _move(cents, [first, (last[0], first[1]), last], row_left, column_left)
    return {cell: Decimal(area).scaleb(-2) for cell, area in cents.items()}


def _move(
    cents: dict[tuple[Row, Column], int],
    path: list[tuple[Row, Column]],
    row_left: dict[Row, int],
    column_left: dict[Column, int],
) -> None:
    """Add along a path of cells (plus, minus, plus) what its first row and last column lack."""
    row, column = path[0][0], path[-1][1]
    low, high = sorted((row_left[row], column_left[column]))
    step = low if low > 0 else high if high < 0 else 0
    if not step or any(
        cents[cell] + (step if place % 2 == 0 else -step) < 0 for place, cell in enumerate(path)
    ):
        return
    for place, cell in enumerate(path):
        cents[cell] += step if place % 2 == 0 else -step
    row_left[row] -= step
    column_left[column] -= step
