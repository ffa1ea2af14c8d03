"""The rows of one delivery as the checks see them: by column."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from imports import fields
from imports.readers.held import Held, told_words

if TYPE_CHECKING:
    from imports.fields import Canonical
    from imports.readers.table import Table
    from imports.shapes import Given


@dataclass
class Incoming:
    """Rows of one delivery, for a layer or ``patch``; ``geoms`` in EPSG:4490, as delivered."""

    target: str
    table: Table
    canonical: Canonical
    geoms: Given
    sound: bool = False
    """Whether every shape is known to be valid, so that none was repaired."""

    @cached_property
    def numbers(self) -> np.ndarray:
        """Row numbers as people know them."""
        return np.array(self.table.numbers, dtype=np.int64)

    @cached_property
    def terms(self) -> dict[str, str]:
        """What the fields are called: the term, and the file's own column where it has one."""
        return {
            name: f"{field.term}（{self.canonical.columns.get(name, name)}）"
            for name, field in fields.fields_of(self.target).items()
        }

    def has(self, name: str) -> bool:
        """Whether the file tells this field at all."""
        return name in self.canonical.delivered_fields

    def values(self, name: str) -> pd.Series:
        """A field's values; absent ones are None."""
        rows = self.canonical.rows
        if not isinstance(rows, Held):
            return pd.Series([row.get(name) for row in rows], dtype=object)
        column = rows.columns.get(name)
        told = np.full(len(rows), None, dtype=object)
        if column is not None and column.codes is not None:
            words = np.empty(len(column.words) + 1, dtype=object)  # the last: no value
            words[:-1], words[-1] = told_words(column.words), None
            told = words[column.codes]
        elif column is not None:
            told[:] = column.values()
        return pd.Series(told, dtype=object)

    def texts(self, name: str) -> pd.Series:
        """A field's values as text; absent ones are ''."""
        rows = self.canonical.rows
        column = rows.columns.get(name) if isinstance(rows, Held) else None
        if column is None or column.codes is None or isinstance(column.words, list):
            values = self.values(name)
            return values.where(values.notna(), "").astype(str)
        taken = column.words.take(pa.array(column.codes, mask=column.codes < 0))
        return pd.Series(pd.array(pc.fill_null(taken, ""), dtype="str"))

    def figures(self, name: str) -> pd.Series:
        """A field's numbers; absent ones are NaN."""
        rows = self.canonical.rows
        column = rows.columns.get(name) if isinstance(rows, Held) else None
        if column is not None and column.numbers is not None:
            return pd.Series(column.numbers)
        return pd.to_numeric(self.values(name), errors="coerce")

    def days(self, name: str, *, last: bool) -> pd.Series:
        """The first (or last) day that a date field may mean, as ISO text; absent ones are ''."""

        def one(spans: dict[str, Any]) -> str:
            span = spans.get(name)
            return (span.last if last else span.first).isoformat() if span else ""

        spans = self.canonical.spans
        if isinstance(spans, Held) and name not in spans.columns:
            return pd.Series([""] * len(spans), dtype=object)
        return pd.Series([one(told) for told in spans], dtype=object)
