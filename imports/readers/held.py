"""Columns of a large file as they are held: each different text once, numbers as numbers.

A million rows as dictionaries would be gigabytes; ``Held`` gives them as such one at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHUNK = 20_000
"""Rows that are made at a time."""
ABSENT = object()
"""Stands for a value that could not be read."""
PLAIN = r"^[\x20-\x7e]*$"
"""Text in which nothing can be wrong: printable ASCII."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of rows: numbers one by one, or ``codes`` into its different ``words``.

    -1 among the codes, and NaN among the numbers, is no value.
    """

    numbers: np.ndarray | None = None
    codes: np.ndarray | None = None
    words: Any = field(default_factory=list)
    whole: bool = False
    """Whether floats that are whole numbers are given as such."""

    def __len__(self) -> int:
        """How many rows."""
        held = self.numbers if self.codes is None else self.codes
        return 0 if held is None else len(held)

    def take(self, kept: Sequence[int]) -> Column:
        """Only these rows."""
        at = np.asarray(kept, dtype=np.int64)
        if self.codes is not None:
            return replace(self, codes=self.codes[at])
        return replace(self, numbers=None if self.numbers is None else self.numbers[at])

    def values(self, start: int = 0, end: int | None = None) -> list[Any]:
        """Python's own values of rows, one after another."""
        if self.codes is None:
            return self._figures(start, end)
        codes = self.codes[start:end]
        if isinstance(self.words, list):
            return [self.words[code] if code >= 0 else None for code in codes.tolist()]
        taken: list[Any] = self.words.take(pa.array(codes, mask=codes < 0)).to_pylist()
        return taken

    def _figures(self, start: int, end: int | None) -> list[Any]:
        if self.numbers is None:
            return []
        values: list[Any] = self.numbers[start:end].tolist()
        if self.numbers.dtype.kind != "f":
            return values
        whole = self.whole
        return [
            None if one != one else int(one) if whole and one.is_integer() else one
            for one in values
        ]

    @property
    def coded(self) -> Column:
        """The same column by its different values."""
        if self.codes is not None or self.numbers is None:
            return self
        words, codes = np.unique(self.numbers, return_inverse=True)
        told = Column(numbers=words, whole=self.whole).values()
        none = np.array([one is None for one in told], dtype=bool)
        codes = codes.astype(np.int32)
        codes[none[codes]] = -1
        return Column(codes=codes, words=told)

    def changed(self, change: Callable[[Any], Any]) -> Column:
        """Each different value (and none at all) as ``change`` has it."""
        column = self.coded
        assert column.codes is not None  # by what coded does
        words = [*map(change, told_words(column.words)), change(None)]
        codes = np.where(column.codes < 0, len(words) - 1, column.codes).astype(np.int32)
        return Column(codes=codes, words=words)

    def odd_words(self) -> dict[int, str]:
        """The texts that hold more than printable ASCII, by code."""
        if self.codes is None:
            return {}
        if isinstance(self.words, list):
            return {
                code: word
                for code, word in enumerate(self.words)
                if isinstance(word, str) and not (word.isascii() and word.isprintable())
            }
        odd = np.flatnonzero(~_plain(self.words))
        return dict(zip(odd.tolist(), self.words.take(pa.array(odd)).to_pylist(), strict=True))

    def words_with(self, part: str) -> list[str]:
        """The texts that hold this."""
        if self.codes is None:
            return []
        if isinstance(self.words, list):
            return [word for word in self.words if isinstance(word, str) and part in word]
        found: list[str] = self.words.filter(pc.match_substring(self.words, part)).to_pylist()
        return found

    def with_words(self, new: dict[int, Any]) -> Column:
        """The same column with other words for some codes."""
        if not new:
            return self
        if isinstance(self.words, list):
            return replace(self, words=[new.get(at, one) for at, one in enumerate(self.words)])
        mask = np.zeros(len(self.words), dtype=bool)
        order = sorted(new)
        mask[order] = True
        words = [new[code] for code in order]
        return replace(self, words=pc.replace_with_mask(self.words, mask, pa.array(words, TEXT)))


TEXT = pa.string()


def _plain(words: pa.Array) -> np.ndarray:
    found: np.ndarray = pc.match_substring_regex(words, PLAIN).to_numpy(zero_copy_only=False)
    return found


def told_words(words: Any) -> list[Any]:
    """The different values as Python's own."""
    return words if isinstance(words, list) else words.to_pylist()


class Held(Sequence[dict[str, Any]]):
    """The rows of a file, held by column and given as dictionaries; ABSENT values are left out."""

    def __init__(self, columns: dict[str, Column], count: int, *, nulls: bool = True) -> None:
        """Of so many rows; without ``nulls`` a value that is none is left out."""
        self.columns = columns
        self._count = count
        self._nulls = nulls
        self._gaps = not nulls or any(
            isinstance(one.words, list) and any(word is ABSENT for word in one.words)
            for one in columns.values()
        )

    def __len__(self) -> int:
        """How many rows."""
        return self._count

    @overload
    def __getitem__(self, at: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, at: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, at: int | slice) -> Any:
        """One row, or some."""
        if isinstance(at, slice):
            start, end, step = at.indices(self._count)
            return list(self._rows(start, end))[:: step or 1]
        if not -self._count <= at < self._count:
            raise IndexError(at)
        at %= self._count
        return next(self._rows(at, at + 1))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """All rows, some thousands held at a time."""
        for start in range(0, self._count, CHUNK):
            yield from self._rows(start, min(start + CHUNK, self._count))

    def __eq__(self, other: object) -> bool:
        """Whether the rows are the same, however held."""
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def _rows(self, start: int, end: int) -> Iterator[dict[str, Any]]:
        if not self.columns:
            yield from ({} for _ in range(start, end))
            return
        names = list(self.columns)
        for row in zip(
            *(column.values(start, end) for column in self.columns.values()), strict=True
        ):
            told = dict(zip(names, row, strict=True))
            yield self._without_gaps(told) if self._gaps else told

    def _without_gaps(self, told: dict[str, Any]) -> dict[str, Any]:
        return {
            name: value
            for name, value in told.items()
            if value is not ABSENT and (self._nulls or value is not None)
        }

    def take(self, kept: Sequence[int]) -> Held:
        """Only these rows."""
        taken = {name: column.take(kept) for name, column in self.columns.items()}
        return Held(taken, len(kept), nulls=self._nulls)

    def renamed(self, names: dict[str, str]) -> Held:
        """The same with other names of columns."""
        columns = {names.get(name, name): column for name, column in self.columns.items()}
        return Held(columns, self._count, nulls=self._nulls)


def taken(rows: Any, kept: Sequence[int]) -> Any:
    """Only these rows, as they are held."""
    if hasattr(rows, "take"):
        return rows.take(kept)
    return [rows[at] for at in kept]


class Gathering:
    """Columns that grow batch by batch."""

    def __init__(self, names: list[str]) -> None:
        """Of these names, which may repeat."""
        self.names = names
        self._parts: list[list[pa.Array]] = [[] for _ in names]

    def add(self, batch: list[pa.Array]) -> None:
        """A batch; texts are held once for each different one of it."""
        for parts, array in zip(self._parts, batch, strict=True):
            text = pa.types.is_string(array.type) or pa.types.is_large_string(array.type)
            parts.append(_encoded(array) if text else _own(array))

    def columns(self) -> list[Column]:
        """What was gathered; the parts are given up one after another."""
        found = []
        for at, parts in enumerate(self._parts):
            found.append(_column(pa.chunked_array(parts)))
            self._parts[at] = []
        return found


def _encoded(array: pa.Array) -> pa.Array:
    found = array.cast(TEXT).dictionary_encode()
    return pa.DictionaryArray.from_arrays(_own(found.indices), found.dictionary)


def _own(array: pa.Array) -> pa.Array:
    """A copy: what shares one buffer with GDAL's batch keeps all of that in memory, shapes too."""
    return pa.concat_arrays([array, array.slice(0, 0)])


def simple(kind: pa.DataType) -> bool:
    """Whether columns of this type are held here: texts and numbers."""
    types = pa.types
    return bool(
        types.is_string(kind) or types.is_large_string(kind)
        or types.is_integer(kind) or types.is_floating(kind)
    )  # fmt: skip


def _column(parts: pa.ChunkedArray) -> Column:
    if pa.types.is_dictionary(parts.type):
        whole = parts.unify_dictionaries()
        words = whole.chunk(0).dictionary if whole.num_chunks else pa.array([], TEXT)
        codes = [
            chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
            for chunk in whole.chunks
        ]
        return Column(codes=np.concatenate(codes), words=words)
    if pa.types.is_floating(parts.type) or parts.null_count:
        return Column(numbers=parts.cast(pa.float64()).to_numpy().astype(np.float64))
    return Column(numbers=parts.to_numpy())
