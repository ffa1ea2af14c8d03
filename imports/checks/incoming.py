"""The rows of one delivery as the checks see them: by column."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from imports import fields

if TYPE_CHECKING:
    from imports.fields import Canonical
    from imports.readers.table import Table


@dataclass
class Incoming:
    """Rows of one delivery, for a layer or ``patch``; ``geoms`` in EPSG:4490, as delivered."""

    target: str
    table: Table
    canonical: Canonical
    geoms: np.ndarray

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
        return pd.Series([row.get(name) for row in self.canonical.rows], dtype=object)

    def figures(self, name: str) -> pd.Series:
        """A field's numbers; absent ones are NaN."""
        return pd.to_numeric(self.values(name), errors="coerce")

    def days(self, name: str, *, last: bool) -> pd.Series:
        """The first (or last) day that a date field may mean, as ISO text; absent ones are ''."""

        def one(spans: dict[str, Any]) -> str:
            span = spans.get(name)
            return (span.last if last else span.first).isoformat() if span else ""

        return pd.Series([one(spans) for spans in self.canonical.spans], dtype=object)
