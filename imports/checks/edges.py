"""The edges of shapes that should tile the ground: those that no neighbour runs along.

Where every edge is run once in each direction, the shapes cover the ground exactly once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

GRID = 1e9
"""Coordinates are one where they agree to so many parts of a degree (0.1 mm)."""
MIX = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], np.uint64
)
"""Odd numbers that scatter coordinates over 64 bits."""


@dataclass(frozen=True)
class Edges:
    """For each edge a key (of either direction), +1 or -1 by direction, and its two ends."""

    keys: np.ndarray
    signs: np.ndarray
    ends: np.ndarray

    def only(self, kept: np.ndarray) -> Edges:
        """Some of them."""
        return Edges(self.keys[kept], self.signs[kept], self.ends[kept])

    @property
    def unshared(self) -> Edges:
        """Those that are not run through once in each direction, taken together."""
        if not len(self.keys):
            return self
        order = np.argsort(self.keys)
        starts = np.flatnonzero(np.diff(self.keys[order], prepend=self.keys[order[:1]] + MIX[0]))
        sums = np.add.reduceat(self.signs[order], starts, dtype=np.int64)
        alone = np.empty(len(self.keys), dtype=bool)
        alone[order] = np.repeat(sums != 0, np.diff(starts, append=len(self.keys)))
        return self.only(alone)

    @property
    def lines(self) -> np.ndarray:
        """As shapes."""
        if not len(self.ends):
            return np.empty(0, dtype=object)
        return np.asarray(shapely.linestrings(self.ends))


def together(parts: list[Edges]) -> Edges:
    """All of them."""
    if not parts:
        return Edges(np.empty(0, np.uint64), np.empty(0, np.int8), np.empty((0, 2, 2)))
    return Edges(
        np.concatenate([part.keys for part in parts]),
        np.concatenate([part.signs for part in parts]),
        np.concatenate([part.ends for part in parts]),
    )


def of(geoms: np.ndarray, *, turned: bool = False, exact: bool = False) -> Edges:
    """The edges of shapes; ``turned`` of what lies around them.

    ``exact``: coordinates are one only where nothing at all is between them.
    """
    parts = shapely.get_parts(shapely.orient_polygons(geoms))
    points, ring = shapely.get_coordinates(shapely.get_rings(parts), return_index=True)
    return _between(points, ring[1:] == ring[:-1], turned=turned, exact=exact)


def rounded(found: Edges) -> Edges:
    """Edges that were told apart exactly, told apart as ``of`` does it otherwise."""
    points = found.ends.reshape(-1, 2)
    return _between(points, np.arange(1, len(points)) % 2 == 1, turned=False, exact=False)


def _between(points: np.ndarray, joined: np.ndarray, *, turned: bool, exact: bool) -> Edges:
    """The edges from each point to the next, where those are joined and not one."""
    near = (points + 0.0).view(np.int64) if exact else np.rint(points * GRID).astype(np.int64)
    at = np.flatnonzero(joined & (near[1:] != near[:-1]).any(axis=1))
    start, end = near[at], near[at + 1]
    forward = (start[:, 0] < end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] < end[:, 1]))
    places = _scattered(near[:, 0], 0) ^ _scattered(near[:, 1], 1)
    first, last = places[at], places[at + 1]
    low, high = np.where(forward, first, last), np.where(forward, last, first)
    keys = _mixed(_mixed(low * MIX[2]) + high * MIX[3])
    signs = np.where(forward != turned, 1, -1).astype(np.int8)
    return Edges(keys, signs, np.stack([points[at], points[at + 1]], axis=1))


def scattered(rows: np.ndarray) -> np.ndarray:
    """One whole number of each row of four numbers: the same where they are."""
    keys = np.zeros(len(rows), dtype=np.uint64)
    for at, by in enumerate(MIX):
        keys = _mixed((keys ^ (rows[:, at] + 0.0).view(np.uint64)) * by)
    return keys


def _scattered(values: np.ndarray, by: int) -> np.ndarray:
    return _mixed(values.astype(np.uint64) * MIX[by])


def _mixed(keys: np.ndarray) -> np.ndarray:
    keys ^= keys >> np.uint64(29)
    keys *= MIX[1]
    keys ^= keys >> np.uint64(32)
    return keys
