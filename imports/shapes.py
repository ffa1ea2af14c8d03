"""The shapes of a file in chunks: beyond some thousands they lie on disk, and not in memory.

Everything that numpy or shapely takes as an array of shapes takes these too (and then holds all
of them at once); what must not hold them at once goes by ``chunks``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from imports import wkb
from imports.put_aside import Aside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from imports.wkb import Blobs

CHUNK = 20_000
"""Shapes that are held as such at a time."""


class Shapes:
    """Shapes in their order; what is appended beyond the first chunk goes to a temporary file."""

    def __init__(self) -> None:
        """None yet."""
        self._first: list[np.ndarray] = []
        self._bounds: list[np.ndarray] = []
        self._aside: Aside | None = None
        self._count = 0
        self._kept: np.ndarray | None = None
        self._infinite: list[int] = []
        self._instead: dict[int, Any] = {}
        self.vertices = 0

    def append(self, geoms: np.ndarray) -> None:
        """More shapes behind the others; raises DiskFull where they cannot be put aside."""
        self._bounds.append(shapely.bounds(geoms).reshape(-1, 4))
        self.vertices += int(shapely.get_num_coordinates(geoms).sum())
        self._infinite += (self._count + _infinite(geoms)).tolist()
        self._count += len(geoms)
        if self._aside is None and self._count <= CHUNK:
            self._first.append(geoms)
        else:
            self._put_aside(wkb.joined(shapely.to_wkb(geoms)))

    def _put_aside(self, blobs: Blobs) -> None:
        if self._aside is None:
            self._aside = Aside()
            for early in self._first:
                self._aside.put(wkb.joined(shapely.to_wkb(early)))
            self._first = []
        self._aside.put(blobs)

    def append_blobs(self, blobs: Blobs) -> None:
        """The same of shapes as bytes, which need not become shapes where they are put aside."""
        if blobs.rings is None or (self._aside is None and self._count + len(blobs) <= CHUNK):
            self.append(blobs.geoms)
            return
        rings = blobs.rings
        starts = rings.firsts[np.flatnonzero(np.diff(rings.rows, prepend=-1))]
        low, high = (one.reduceat(rings.points, starts, axis=0) for one in (np.minimum, np.maximum))
        self._bounds.append(np.hstack([low, high]))
        self.vertices += len(rings.points)
        lost = ~np.isfinite(low + high).all(axis=1)  # a bound of NaN or of infinity shows either
        self._infinite += (self._count + np.flatnonzero(lost)).tolist()
        self._count += len(blobs)
        self._put_aside(blobs)

    @property
    def infinite(self) -> list[int]:
        """The places of those with a coordinate that is no number."""
        if self._kept is None or not self._infinite:
            return self._infinite
        found: list[int] = np.flatnonzero(np.isin(self._kept, self._infinite)).tolist()
        return found

    @property
    def bounds(self) -> np.ndarray:
        """West, south, east, north of each."""
        found = np.concatenate(self._bounds) if self._bounds else np.empty((0, 4))
        self._bounds = [found]
        return found if self._kept is None else found[self._kept]

    @property
    def total_bounds(self) -> np.ndarray:
        """Of all together."""
        found = self.bounds
        found = found[~np.isnan(found).any(axis=1)]
        if not len(found):
            return np.full(4, np.nan)
        return np.concatenate([found[:, :2].min(axis=0), found[:, 2:].max(axis=0)])

    def __len__(self) -> int:
        """How many."""
        return self._count if self._kept is None else len(self._kept)

    def chunks(self) -> Iterator[tuple[int, np.ndarray]]:
        """Where each chunk starts, and its shapes."""
        for start in range(0, len(self), CHUNK):
            yield start, self[start : start + CHUNK]

    def blobs(self) -> Iterator[tuple[int, Blobs]]:
        """The same as bytes."""
        for start in range(0, len(self), CHUNK):
            if self._aside is None or self._kept is not None or self._instead:
                yield start, wkb.joined(shapely.to_wkb(self[start : start + CHUNK]))
                continue
            yield start, self._aside.run(start, start + CHUNK)

    def __iter__(self) -> Iterator[Any]:
        """One by one."""
        for _, chunk in self.chunks():
            yield from chunk

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        """All of them at once."""
        return self[:]

    def __getitem__(self, at: Any) -> Any:
        """One shape, or an array of some."""
        if isinstance(at, slice):
            start, end, step = at.indices(len(self))
            return self._read(np.arange(start, end, step))
        if np.ndim(at) == 0:
            return self._read(np.array([range(len(self))[int(at)]]))[0]
        wanted = np.asarray(at)
        return self._read(np.flatnonzero(wanted) if wanted.dtype == bool else wanted)

    def _read(self, wanted: np.ndarray) -> np.ndarray:
        if self._kept is not None:
            wanted = self._kept[wanted]
        found = self._stored(wanted)
        if self._instead:
            for at in np.flatnonzero(np.isin(wanted, list(self._instead))).tolist():
                found[at] = self._instead[int(wanted[at])]
        return found

    def _stored(self, wanted: np.ndarray) -> np.ndarray:
        if self._aside is None:
            self._first = [np.concatenate(self._first)] if self._first else [np.empty(0, object)]
            whole: np.ndarray = self._first[0][wanted]
            return whole
        result: np.ndarray = shapely.from_wkb(
            np.array(self._aside.some(wanted), dtype=object), on_invalid="ignore"
        )
        return result

    def take(self, kept: Sequence[int]) -> Shapes:
        """Only these; the others stay where they lie."""
        taken = Shapes()
        taken.__dict__.update(self.__dict__)
        at = np.asarray(kept, dtype=np.int64)
        taken._kept = at if self._kept is None else self._kept[at]
        return taken

    def replaced(self, at: np.ndarray, geoms: np.ndarray) -> Shapes:
        """The same with others at these places; those lie in memory."""
        places = at if self._kept is None else self._kept[at]
        changed = Shapes()
        changed.__dict__.update(self.__dict__)
        changed._instead = {**self._instead, **dict(zip(places.tolist(), geoms, strict=True))}
        whole = (np.concatenate(self._bounds) if self._bounds else np.empty((0, 4))).copy()
        whole[places] = shapely.bounds(geoms)
        changed._bounds = [whole]
        return changed

    def mapped(self, change: Callable[[int, np.ndarray], np.ndarray]) -> Shapes:
        """What ``change`` makes of each chunk, given where it starts."""
        result = Shapes()
        for start, chunk in self.chunks():
            result.append(change(start, chunk))
        return result

    def moved(self, move: Callable[[int, np.ndarray], np.ndarray]) -> Shapes:
        """The same with what ``move`` makes of the points of each chunk, given where it starts."""
        result = Shapes()
        for start, chunk in self.blobs():
            rings = chunk.rings
            if rings is None:
                result.append(shapely.transform(chunk.geoms, lambda xy, at=start: move(at, xy)))
            else:
                result.append_blobs(chunk.moved(move(start, rings.points)))
        return result


Given = np.ndarray | Shapes


def taken(geoms: Given, kept: Sequence[int]) -> Given:
    """Only these, as they are held."""
    return geoms.take(kept) if isinstance(geoms, Shapes) else geoms[np.asarray(kept, np.int64)]


def bounds(geoms: Given) -> np.ndarray:
    """West, south, east, north of each."""
    found: np.ndarray = geoms.bounds if isinstance(geoms, Shapes) else shapely.bounds(geoms)
    return found


def total_bounds(geoms: Given) -> np.ndarray:
    """Of all together."""
    if isinstance(geoms, Shapes):
        return geoms.total_bounds
    found: np.ndarray = shapely.total_bounds(geoms)
    return found


def replaced(geoms: Given, at: np.ndarray, others: np.ndarray) -> Given:
    """The same with others at these places."""
    if isinstance(geoms, Shapes):
        return geoms.replaced(at, others)
    result = geoms.copy()
    result[at] = others
    return result


def infinite(geoms: Given) -> list[int]:
    """The places of those with a coordinate that is no number."""
    if isinstance(geoms, Shapes):
        return geoms.infinite
    return [start + int(at) for start, chunk in chunks(geoms) for at in _infinite(chunk)]


def _infinite(geoms: np.ndarray) -> np.ndarray:
    points, owners = shapely.get_coordinates(geoms, return_index=True)  # bounds skip NaN
    return np.unique(owners[~np.isfinite(points).all(axis=1)])


def mapped(geoms: Given, change: Callable[[int, np.ndarray], np.ndarray]) -> Given:
    """What ``change`` makes of each chunk, given where it starts; held as they were."""
    if isinstance(geoms, Shapes):
        return geoms.mapped(change)
    result = np.empty(len(geoms), dtype=object)
    for start, chunk in chunks(geoms):
        result[start : start + len(chunk)] = change(start, chunk)
    return result


def moved(geoms: Given, move: Callable[[int, np.ndarray], np.ndarray]) -> Given:
    """The same with what ``move`` makes of the points of each chunk; held as they were."""
    if isinstance(geoms, Shapes):
        return geoms.moved(move)
    return mapped(geoms, lambda at, some: shapely.transform(some, lambda xy: move(at, xy)))


def blobs(geoms: Given) -> Iterator[tuple[int, Blobs]]:
    """Where each chunk starts, and its shapes as bytes."""
    if isinstance(geoms, Shapes):
        yield from geoms.blobs()
        return
    for start, chunk in chunks(geoms):
        yield start, wkb.joined(shapely.to_wkb(chunk))


def chunks(geoms: Given) -> Iterator[tuple[int, np.ndarray]]:
    """Where each chunk starts, and its shapes."""
    if isinstance(geoms, Shapes):
        yield from geoms.chunks()
        return
    for start in range(0, len(geoms), CHUNK):
        yield start, geoms[start : start + CHUNK]


def held(geoms: Given) -> Shapes:
    """Shapes of an array, or these themselves."""
    if isinstance(geoms, Shapes):
        return geoms
    result = Shapes()
    for start in range(0, len(geoms), CHUNK):
        result.append(geoms[start : start + CHUNK])
    return result
