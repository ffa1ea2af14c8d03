"""Rows on their way into import_row as lines of COPY, made by the column and not row by row."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from imports.readers.held import TEXT, Column, Held

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imports.wkb import Blobs

PIECE = 1000
"""Rows that are made into one text at a time."""
NONE = r"\N"
ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
UNSAFE = r'[\x00-\x1f"\\]'
"""What JSON or COPY would read as something else."""
WHOLE = r"^(-?[0-9]+)$"
DIGITS = np.frombuffer(bytes(range(256)).hex().encode(), dtype=np.uint16)
"""The two hexadecimal digits of each byte, side by side."""


@dataclass(frozen=True)
class HeldRows:
    """The rows of a file held by column: their numbers, source ids and county codes."""

    numbers: Sequence[int]
    ids: Column
    counties: Column

    def __len__(self) -> int:
        """How many."""
        return len(self.numbers)

    def take(self, kept: Sequence[int]) -> HeldRows:
        """Only these."""
        numbers = [self.numbers[at] for at in kept]
        return HeldRows(numbers, self.ids.take(kept), self.counties.take(kept))


class Texts:
    """One column as texts of COPY."""

    def __init__(self, column: Column) -> None:
        """What has to be escaped is, once for each different text."""
        self._column = column
        if column.codes is not None:
            odd = _odd(column)
            self._column = column.with_words({at: one.translate(ESCAPED) for at, one in odd})

    def piece(self, start: int, end: int) -> pa.Array:
        """The texts of some rows; none is null."""
        column = self._column
        if column.codes is None:
            return _figures(column, start, end)
        if isinstance(column.words, list):
            told = column.values(start, end)
            return pa.array([None if one is None else str(one) for one in told], TEXT)
        return _taken(column.words, column.codes[start:end])


class Json:
    """Rows of columns as JSON objects, fit for COPY."""

    def __init__(self, held: Held) -> None:
        """Each different text is made fit once."""
        self._fields = [(f"{_json(name)}:", _fit(column)) for name, column in held.columns.items()]

    def piece(self, start: int, end: int) -> pa.Array | str:
        """The objects of some rows."""
        if not self._fields:
            return "{}"
        parts = [self._part(key, column, start, end) for key, column in self._fields]
        return joined("{", pc.binary_join_element_wise(*parts, ","), "}")

    def _part(self, key: str, column: Column, start: int, end: int) -> pa.Array:
        if column.codes is None:
            told = _figures(column, start, end)
            if column.numbers is not None and column.numbers.dtype.kind == "f" and not column.whole:
                told = pc.replace_substring_regex(told, WHOLE, r"\1.0")
            found = joined(key, told)
        elif isinstance(column.words, list):
            found = joined(key, _taken(pa.array(column.words, TEXT), column.codes[start:end]))
        else:
            found = joined(f'{key}"', _taken(column.words, column.codes[start:end]), '"')
        return pc.fill_null(found, f"{key}null")


def _fit(column: Column) -> Column:
    """The column with texts as JSON has them; of other values the whole of it."""
    if column.codes is None:
        return column
    if isinstance(column.words, list):
        words = [None if one is None else _json(one) for one in column.words]
        return replace(column, words=words)
    return column.with_words({at: _json(one)[1:-1] for at, one in _odd(column)})


def _odd(column: Column) -> list[tuple[int, str]]:
    if isinstance(column.words, list):
        return [(at, one) for at, one in enumerate(column.words) if isinstance(one, str)]
    odd = pc.indices_nonzero(pc.match_substring_regex(column.words, UNSAFE))
    return list(zip(odd.to_pylist(), column.words.take(odd).to_pylist(), strict=True))


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str, separators=(",", ":"))
    return text.translate(ESCAPED)


def _taken(words: pa.Array, codes: np.ndarray) -> pa.Array:
    return words.take(pa.array(codes, mask=codes < 0))


def _figures(column: Column, start: int, end: int) -> pa.Array:
    assert column.numbers is not None  # the other half of the columns
    numbers = column.numbers[start:end]
    lost = ~np.isfinite(numbers) if numbers.dtype.kind == "f" else None
    return pa.array(numbers, mask=lost).cast(TEXT)


def escaped(text: str) -> str:
    """A text as COPY has it."""
    return text.translate(ESCAPED)


def joined(*parts: Any) -> pa.Array:
    """Texts end to end; null where one of them is."""
    return pc.binary_join_element_wise(*parts, "")


def hexadecimal(blobs: Blobs, start: int, end: int) -> pa.Array:
    """The bytes of some shapes as hexadecimal texts."""
    told = blobs.ends[start : end + 1]
    data = DIGITS[blobs.data[told[0] : told[-1]]]
    ends = (2 * (told - told[0])).astype(np.int32)
    return pa.StringArray.from_buffers(len(told) - 1, pa.py_buffer(ends), pa.py_buffer(data))


def lines(fields: Sequence[pa.Array | str]) -> memoryview:
    """Fields (a text: of every row) as lines of COPY."""
    shown = [one if isinstance(one, str) else pc.fill_null(one, NONE) for one in fields]
    whole = joined(pc.binary_join_element_wise(*shown, "\t"), "\n")
    ends = np.frombuffer(whole.buffers()[1], dtype=np.int32)
    first, last = ends[whole.offset], ends[whole.offset + len(whole)]
    return memoryview(whole.buffers()[2])[first:last]


def figures(values: np.ndarray) -> pa.Array:
    """Numbers as COPY has them; NaN is none."""
    return pa.array(values, mask=np.isnan(values)).cast(TEXT)


def truths(values: np.ndarray) -> pa.Array:
    """Yes and no as COPY has them."""
    return pa.array(np.where(values, "t", "f").tolist(), TEXT)
