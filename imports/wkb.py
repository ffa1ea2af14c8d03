"""Polygons as their bytes (WKB) end to end: coordinates read and moved without making shapes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

POLYGON, MULTIPOLYGON = 3, 6
HEAD, COUNT, PAIR = 9, 4, 16
"""Bytes of what stands before a polygon's rings, before a ring's points, and of a point."""


@dataclass(frozen=True)
class Rings:
    """Rings of polygons in their order: the row of each, whether it is an outer one, and points."""

    rows: np.ndarray
    outer: np.ndarray
    firsts: np.ndarray
    """Where the points of each begin."""
    points: np.ndarray


@dataclass(frozen=True)
class Blobs:
    """Bytes of shapes end to end, and where each ends (the first entry: where the first begins)."""

    data: np.ndarray
    ends: np.ndarray

    def __len__(self) -> int:
        """How many shapes."""
        return len(self.ends) - 1

    @cached_property
    def each(self) -> list[bytes | None]:
        """The bytes of each; none where there are none."""
        whole, ends = self.data.tobytes(), self.ends.tolist()
        return [whole[start:end] or None for start, end in zip(ends, ends[1:], strict=False)]

    @cached_property
    def geoms(self) -> np.ndarray:
        """As shapes."""
        found: np.ndarray = shapely.from_wkb(np.array(self.each, dtype=object), on_invalid="ignore")
        return found

    @cached_property
    def _layout(self) -> tuple[np.ndarray, ...] | None:
        return _layout(self.data, self.ends)

    @cached_property
    def _places(self) -> np.ndarray:
        """Where each point stands."""
        assert self._layout is not None  # asked by rings first
        starts, counts = self._layout[:2]
        firsts = np.cumsum(counts) - counts
        return np.repeat(starts - PAIR * firsts, counts) + PAIR * np.arange(counts.sum())

    @cached_property
    def rings(self) -> Rings | None:
        """The rings; None unless all are plain polygons in two dimensions with closed rings."""
        if self._layout is None or not len(self):
            return None
        _, counts, rows, outer = self._layout
        points = _pairs(self.data)[self._places].view("<f8").reshape(-1, 2)
        firsts = np.cumsum(counts) - counts
        if (points[firsts] != points[firsts + counts - 1]).any():
            return None
        return Rings(rows, outer, firsts, points)

    def moved(self, points: np.ndarray) -> Blobs:
        """The same shapes with other points; only where ``rings`` are known."""
        data = self.data.copy()
        told = np.ascontiguousarray(points, dtype="<f8")
        _pairs(data)[self._places] = told.view("<c16").ravel()
        other = Blobs(data, self.ends)
        assert self.rings is not None  # as the caller knows
        other.__dict__.update(
            _layout=self._layout, _places=self._places, rings=replace(self.rings, points=told)
        )
        return other


def _pairs(data: np.ndarray) -> np.ndarray:
    """Every sixteen bytes, from each on, as the two numbers of a point."""
    return np.ndarray((max(len(data) - PAIR + 1, 0),), "<c16", data, 0, (1,))


def joined(blobs: Sequence[bytes | None]) -> Blobs:
    """Shapes of which each is given by itself."""
    whole = [blob or b"" for blob in blobs]
    ends = np.zeros(len(whole) + 1, dtype=np.int64)
    np.cumsum([len(blob) for blob in whole], out=ends[1:])
    return Blobs(np.frombuffer(b"".join(whole), dtype=np.uint8), ends)


def of_arrow(array: Any) -> Blobs | None:
    """Shapes of a column as Arrow holds it; None where some are missing."""
    if array.null_count or not len(array):
        return None
    kind = np.int64 if str(array.type).startswith("large") else np.int32
    _, ends, data = array.buffers()
    told = np.frombuffer(ends, dtype=kind)[array.offset : array.offset + len(array) + 1]
    told = told.astype(np.int64)
    return Blobs(np.frombuffer(data, dtype=np.uint8)[told[0] : told[-1]], told - told[0])


def _number(data: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The whole numbers of four bytes, low ones first, that stand there."""
    found = data[at].astype(np.int64)
    for place in (1, 2, 3):
        found |= data[at + place].astype(np.int64) << (8 * place)
    return found


def _layout(data: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, ...] | None:
    """Where the points of each ring begin, how many they are, their row, whether it is outer.

    None where anything but polygons of two dimensions is met. All rows go on ring by ring together.
    """
    at, stop = ends[:-1].copy(), ends[1:]
    if not len(at) or (stop - at < HEAD + COUNT).any():
        return None
    many = _number(data, at + 1) == MULTIPOLYGON
    if (data[at[many]] != 1).any():
        return None
    parts = np.where(many, _number(data, at + 5), 1)
    at[many] += HEAD
    rings = np.zeros(len(at), dtype=np.int64)
    found: list[tuple[np.ndarray, ...]] = []
    going = np.arange(len(at))
    while len(going):
        fresh = rings[going] == 0
        if not _opened(data, at, stop, going[fresh], parts, rings):
            return None
        here = at[going]
        if (here + COUNT > stop[going]).any():
            return None
        counts = _number(data, here)
        at[going] = here + COUNT + PAIR * counts
        if (counts < 4).any() or (at[going] > stop[going]).any():
            return None
        found.append((here + COUNT, counts, going, fresh))
        rings[going] -= 1
        going = going[(rings[going] > 0) | (parts[going] > 0)]
    if (at != stop).any():
        return None
    whole = [np.concatenate(one) for one in zip(*found, strict=True)]
    order = np.argsort(whole[0], kind="stable")
    return tuple(one[order] for one in whole)


def _opened(
    data: np.ndarray,
    at: np.ndarray,
    stop: np.ndarray,
    fresh: np.ndarray,
    parts: np.ndarray,
    rings: np.ndarray,
) -> bool:
    """Step over the heads of polygons that begin here; False where none does."""
    here = at[fresh]
    if (here + HEAD > stop[fresh]).any() or (parts[fresh] < 1).any():
        return False
    if (data[here] != 1).any() or (_number(data, here + 1) != POLYGON).any():
        return False
    rings[fresh] = _number(data, here + 5)
    at[fresh] += HEAD
    parts[fresh] -= 1
    return bool((rings[fresh] > 0).all())
