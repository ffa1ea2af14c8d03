"""The same ground delivered twice in one file. 图形重复"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from imports import shapes
from imports.checks import edges, settings
from imports.readers.table import Finding
from spatial.models import Layer
from spatial.models.dataset import Nature

if TYPE_CHECKING:
    from imports.checks.incoming import Incoming

PAPER = ("document", "step")
"""In a ledger the same ground on another paper, or for another step, is as it should be."""

Pairs = set[tuple[int, int]]


def same_shapes(incoming: Incoming) -> tuple[list[Finding], Pairs]:
    """A finding for each row whose shape stood before, and the pairs (first row, later row)."""
    alike = _alike(incoming)
    numbers = incoming.numbers[alike]
    first = _first_rows(incoming, alike)
    again = first != numbers
    pairs = list(zip(first[again].tolist(), numbers[again].tolist(), strict=True))
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


def _alike(incoming: Incoming) -> np.ndarray:
    """The positions of rows that share their extent with another: no others can be the same."""
    keys = edges.scattered(shapes.bounds(incoming.geoms))
    order = np.argsort(keys)
    same = keys[order[1:]] == keys[order[:-1]]
    alike = np.zeros(len(keys), dtype=bool)
    alike[order[1:][same]] = alike[order[:-1][same]] = True
    return np.flatnonzero(alike)


def _first_rows(incoming: Incoming, at: np.ndarray) -> np.ndarray:
    """For each of these the number of the first that has its shape (in a ledger: and its paper)."""
    if not len(at):
        return np.empty(0, dtype=np.int64)
    keys = {"shape": pd.Series(shapely.to_wkb(_plain(incoming.geoms[at])), dtype=object)}
    layer = Layer.objects.filter(pk=incoming.target, nature=Nature.LEDGER).first()
    for name in PAPER if layer else ():
        told = incoming.values(name).fillna("").astype(str)
        keys[name] = told.iloc[at].reset_index(drop=True)
    table = pd.DataFrame({**keys, "row": incoming.numbers[at]})
    found: np.ndarray = table.groupby(list(keys), sort=False)["row"].transform("min").to_numpy()
    return found


def _plain(geoms: np.ndarray) -> np.ndarray:
    """Shapes that begin at the same point and turn the same way."""
    normal: np.ndarray = shapely.normalize(geoms)
    return normal
