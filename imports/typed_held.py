"""Held columns of raw values as their fields have them: only texts that need it are looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from imports import values
from imports.readers.held import ABSENT, TEXT, Column, told_words
from imports.typed_values import CODES, LONGEST, MOST, judged

if TYPE_CHECKING:
    from imports.fields import Field
    from imports.typed_values import Typed

CODE = r"^[0-9A-Za-z]+$"
TRIMMED = r"^[!-~]([ -~]*[!-~])?$"
"""What stands as it is: a code of letters and digits, a text of printable ASCII without margins."""


@dataclass(frozen=True)
class TypedColumn:
    """A typed column, the days that its dates may mean, and what is wrong at which place."""

    column: Column
    spans: Column | None
    wrong: list[tuple[int, str]]


def column(wanted: Field, raw: Column, *, ends: bool) -> TypedColumn:
    """A column's values, each different one judged once, and such as need no judging not at all."""
    if wanted.kind == "number" and raw.numbers is not None:
        return _numbers(wanted, raw.numbers, ends=ends)
    coded = raw.coded
    assert coded.codes is not None  # by what coded does
    none = judged(wanted, None, ends=ends)
    told: dict[int, Typed] = {}
    for code, word in _doubtful(wanted, coded).items():
        told[code] = judged(wanted, word, ends=ends)
    wrong = _wrong(coded.codes, {**{code: one.wrong for code, one in told.items()}, -1: none.wrong})
    if none.value is not None:  # no field has a value where none was given
        raise TypeError(wanted.name)
    return TypedColumn(_with(coded, told), _spans(coded, told), wrong)


def _numbers(wanted: Field, numbers: np.ndarray, *, ends: bool) -> TypedColumn:
    if numbers.dtype.kind == "f":
        numbers = np.where(np.isfinite(numbers), numbers, np.nan)
        empty = np.flatnonzero(np.isnan(numbers))
    else:
        empty = np.empty(0, dtype=np.int64)
    wrong = judged(wanted, None, ends=ends).wrong
    told = [(int(at), text) for text in wrong for at in empty]
    return TypedColumn(Column(numbers=numbers, whole=True), None, told)


def _doubtful(wanted: Field, coded: Column) -> dict[int, Any]:
    """The words that have to be judged, by code."""
    plain = wanted.kind not in ("number", "boolean", "date") and wanted.name != "document"
    if isinstance(coded.words, list) or not plain:
        return dict(enumerate(told_words(coded.words)))
    like = CODE if wanted.name in CODES else TRIMMED
    sound = pc.and_(
        pc.match_substring_regex(coded.words, like),
        pc.less_equal(pc.utf8_length(coded.words), LONGEST.get(wanted.name, MOST)),
    )
    null = pc.is_in(pc.utf8_upper(coded.words), value_set=pa.array(sorted(values.NULLS), TEXT))
    doubtful = np.flatnonzero(~pc.and_not(sound, null).to_numpy(zero_copy_only=False))
    found = coded.words.take(pa.array(doubtful)).to_pylist()
    return dict(zip(doubtful.tolist(), found, strict=True))


def _wrong(codes: np.ndarray, told: dict[int, tuple[str, ...]]) -> list[tuple[int, str]]:
    faulty = {code: texts for code, texts in told.items() if texts}
    if not faulty:
        return []
    rows = np.flatnonzero(np.isin(codes, list(faulty)))
    return [(row, text) for row in rows.tolist() for text in faulty[int(codes[row])]]


def _with(coded: Column, told: dict[int, Typed]) -> Column:
    """The column with what its words became."""
    assert coded.codes is not None  # by what coded does
    gone = [code for code, one in told.items() if one.value is None]
    codes = coded.codes
    if gone:
        codes = np.where(np.isin(codes, gone), np.int32(-1), codes)
    new = {code: one.value for code, one in told.items() if one.value is not None}
    words = coded.words
    if not isinstance(words, list) and any(not isinstance(one, str) for one in new.values()):
        words = words.to_pylist()
    return replace(coded, codes=codes, words=words).with_words(new)


def _spans(coded: Column, told: dict[int, Typed]) -> Column | None:
    if not any(one.span for one in told.values()):
        return None
    words: list[Any] = [None] * len(coded.words)
    for code, one in told.items():
        words[code] = one.span
    return replace(coded, words=words)


def constant(value: Any, count: int) -> Column:
    """The same value in every row."""
    return Column(codes=np.zeros(count, dtype=np.int32), words=[value])


__all__ = ["ABSENT", "TypedColumn", "column", "constant"]
