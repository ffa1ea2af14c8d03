"""Columns as GDAL gives them, as rows of plain values: names once each, text fit to be stored."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from imports.readers import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imports.readers.held import Column
    from imports.readers.table import Finding


def records_of(
    names: list[str], values: Sequence[Sequence[Any]], count: int
) -> list[dict[str, Any]]:
    """One dictionary a row."""
    if not values:
        return [{} for _ in range(count)]
    return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]


def check_values(file_name: str, values: Sequence[Sequence[Any]]) -> list[Finding]:
    """Findings on text that was lost before; raises InputRefused where mojibake is stored."""
    return clean.check_text(
        file_name, {text for column in values for text in column if isinstance(text, str)}
    )


def check_columns(file_name: str, columns: Sequence[Column]) -> list[Finding]:
    """The same of columns by their different texts: only odd ones may be lost or misread."""
    texts: set[str] = set()
    for column in columns:
        texts.update(column.odd_words().values(), column.words_with(clean.ASKED))
    return clean.check_text(file_name, texts)


def plain(column: np.ndarray) -> list[Any]:
    """Values as Python's own: NaN and NaT are None, dates ISO text."""
    values: list[Any] = column.tolist()
    if column.dtype.kind in "iub":
        return values
    if column.dtype.kind == "f":
        for at in np.flatnonzero(np.isnan(column)).tolist():
            values[at] = None
        return values
    known: dict[str, str] = {}  # one object for each text: most of a survey repeats itself
    return [
        known.setdefault(value, value)
        if value.__class__ is str and "\x00" not in value
        else _value(value)
        for value in values
    ]


def _value(value: Any) -> Any:
    if isinstance(value, float) and value != value:
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray):
        return value.hex()
    if isinstance(value, np.ndarray | list | tuple):
        return [_value(item) for item in value]
    if isinstance(value, np.generic):
        return _value(value.item())
    if isinstance(value, str):
        return value.replace("\x00", "")
    return value


def distinct(names: list[str]) -> list[str]:
    """Names with a number added where two columns share one."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return result
