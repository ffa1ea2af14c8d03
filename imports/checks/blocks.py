"""The shapes of a large delivery in blocks of neighbours: a part of the ground at a time.

What two shapes have to do with each other is seen in a block of one of them: it is looked at
together with everything that reaches into it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imports import shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imports.shapes import Given

MOST = 20_000
"""Shapes of one block, without those that reach into it."""


@dataclass(frozen=True)
class Block:
    """Shapes with their positions in the delivery, its own before those that reach into it."""

    geoms: np.ndarray
    at: np.ndarray
    own: int


def of(geoms: Given) -> Iterator[Block]:
    """Blocks that hold every shape once as their own."""
    bounds = shapes.bounds(geoms)
    known = np.flatnonzero(~np.isnan(bounds).any(axis=1))
    for own in _parted(known, (bounds[:, :2] + bounds[:, 2:]) / 2):
        at = np.concatenate([own, _reaching(own, known, bounds)])
        yield Block(geoms[at], at, len(own))


def _parted(at: np.ndarray, centres: np.ndarray) -> Iterator[np.ndarray]:
    """Halves along the longer side, until each is small enough."""
    if len(at) <= MOST:
        if len(at):
            yield np.sort(at)
        return
    here = centres[at]
    axis = int(np.argmax(np.ptp(here, axis=0)))
    middle = len(at) // 2
    order = np.argpartition(here[:, axis], middle)
    yield from _parted(at[order[:middle]], centres)
    yield from _parted(at[order[middle:]], centres)


def _reaching(own: np.ndarray, known: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """Others that the ground of these may meet."""
    here = bounds[own]
    low, high = here[:, :2].min(axis=0), here[:, 2:].max(axis=0)
    near = (bounds[known, :2] <= high).all(axis=1) & (bounds[known, 2:] >= low).all(axis=1)
    return np.setdiff1d(known[near], own, assume_unique=True)
