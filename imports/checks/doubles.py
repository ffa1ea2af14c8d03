"""The same ground delivered twice in one file. 图形重复"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import shapely

from imports.checks import settings
from imports.readers.table import Finding
from spatial.models import Layer
from spatial.models.dataset import Nature

if TYPE_CHECKING:
    import numpy as np

    from imports.checks.incoming import Incoming

PAPER = ("document", "step")
"""In a ledger the same ground on another paper, or for another step, is as it should be."""

Pairs = set[tuple[int, int]]


def same_shapes(incoming: Incoming) -> tuple[list[Finding], Pairs]:
    """A finding for each row whose shape stood before, and the pairs (first row, later row)."""
    first = _first_rows(incoming)
    again = first.to_numpy() != incoming.numbers
    pairs = list(zip(first[again].tolist(), incoming.numbers[again].tolist(), strict=True))
    most = settings.limits().listed
    found = [
        Finding(
            "duplicate_geometry", f"第 {row} 行的图形与第 {before} 行完全相同。",
            row=row, done="原样保留",
        )
        for before, row in pairs[:most]
    ]  # fmt: skip
    if len(pairs) > most:
        rest = f"图形与前面某行完全相同的共 {len(pairs)} 行，只列 {most} 行。"
        found.append(Finding("duplicate_geometry", rest))
    return found, set(pairs)


def _first_rows(incoming: Incoming) -> pd.Series:
    """For each row the number of the first that has its shape (and, in a ledger, its paper)."""
    keys = {"shape": pd.Series(shapely.to_wkb(_plain(incoming.geoms)), dtype=object)}
    layer = Layer.objects.filter(pk=incoming.target, nature=Nature.LEDGER).first()
    for name in PAPER if layer else ():
        keys[name] = incoming.values(name).fillna("").astype(str)
    table = pd.DataFrame({**keys, "row": incoming.numbers})
    return table.groupby(list(keys), sort=False)["row"].transform("min")


def _plain(geoms: np.ndarray) -> np.ndarray:
    """Shapes that begin at the same point and turn the same way."""
    normal: np.ndarray = shapely.normalize(geoms)
    return normal
