"""What a writer is given: columns, and features in their CRS by the chunk; and what was lost."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np

    from imports.writers.plane import Plane

SHOWN = 5
"""Features that are named with a loss; the rest are counted."""


@dataclass(frozen=True)
class Column:
    """One column. ``field`` is the canonical field that an import should find in it, or empty.

    ``constant`` is the text that every feature has, where that is so.
    """

    name: str
    term: str
    kind: str = "text"
    """text, number, date or boolean; values are str, int or float, ISO text, bool; or None."""
    field: str = ""
    constant: str | None = None


@dataclass(frozen=True)
class Chunk:
    """Some features: one label, one geometry and one list of values each."""

    labels: list[str]
    geoms: np.ndarray
    rows: list[list[Any]]


@dataclass(frozen=True)
class Sheet:
    """All that is known before the first feature comes."""

    code: str
    title: str
    target: str
    """``patch`` or a layer's code: whose canonical fields an import would look for."""
    columns: tuple[Column, ...]
    count: int
    plane: Plane
    stamp: str
    """Who took this when: stands in the file where its format has a place for it."""
    encoding: str = "utf-8"
    wkt: bool = False
    """CSV and XLSX: the outline as WKT; else the centroid."""
    produced_on: str = ""

    def at(self, **fields: str) -> int | None:
        """Where the column of that canonical ``field`` or ``name`` stands, or None."""
        for key, wanted in fields.items():
            for place, column in enumerate(self.columns):
                if getattr(column, key) == wanted:
                    return place
        return None

    def renamed(self, names: Sequence[str]) -> tuple[Column, ...]:
        """The columns under the names that a file gives them."""
        return tuple(
            replace(column, name=name) for column, name in zip(self.columns, names, strict=True)
        )


@dataclass
class Losses:
    """What a file does not say as the data do: counted by kind and column, a few named."""

    found: dict[tuple[str, str], list[Any]] = field(default_factory=dict)

    def add(self, what: str, column: str, label: str, count: int = 1) -> None:
        """Note one (or ``count``) of a kind; ``label`` names the feature, empty for the file."""
        entry = self.found.setdefault((what, column), [0, []])
        entry[0] += count
        if label and len(entry[1]) < SHOWN:
            entry[1].append(label)

    def told(self) -> list[dict[str, Any]]:
        """One row a kind and column, as JSON."""
        return [
            {"what": what, "column": column, "count": count, "first": first}
            for (what, column), (count, first) in self.found.items()
        ]


@dataclass
class Result:
    """What a writer made: its files (the first is the main one) and how columns are called."""

    files: list[Path]
    names: list[str]
    """Of each column of the sheet, how the file calls it; empty where the file has no place."""
    encoding: str
    geometry: str = ""
    driver: str = ""
    """As the reader of such a file calls it: DBF names are looked up by their first ten bytes."""
    more: tuple[str, ...] = ()
    """Columns that the format has of itself, and that an import would see."""
