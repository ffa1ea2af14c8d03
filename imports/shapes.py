"""The shapes of a file in chunks: beyond some thousands they lie on disk, and not in memory.

Everything that numpy or shapely takes as an array of shapes takes these too (and then holds all
of them at once); what must not hold them at once goes by ``chunks``.
"""

from __future__ import annotations

import errno
import tempfile
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from spatial.errors import DiskFull

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

CHUNK = 20_000
"""Shapes that are held as such at a time."""


class Shapes:
    """Shapes in their order; what is appended beyond the first chunk goes to a temporary file."""

    def __init__(self) -> None:
        """None yet."""
        self._first: list[np.ndarray] = []
        self._bounds: list[np.ndarray] = []
        self._ends: list[np.ndarray] = [np.zeros(1, dtype=np.int64)]
        self._file: Any = None
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
        if self._file is None and self._count <= CHUNK:
            self._first.append(geoms)
            return
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="gisland-")  # noqa: SIM115 - kept open
                for early in self._first:
                    self._put(early)
                self._first = []
            self._put(geoms)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise DiskFull(
                "临时目录的磁盘已满，放不下这个文件的图形，未导入。请系统管理员腾出空间后重试。"
            ) from error

    def _put(self, geoms: np.ndarray) -> None:
        blobs = [b"" if blob is None else blob for blob in shapely.to_wkb(geoms)]
        start = self._ends[-1][-1]
        self._ends.append(start + np.cumsum([len(blob) for blob in blobs], dtype=np.int64))
        self._file.write(b"".join(blobs))

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
        if self._file is None:
            self._first = [np.concatenate(self._first)] if self._first else [np.empty(0, object)]
            whole: np.ndarray = self._first[0][wanted]
            return whole
        self._ends = [np.concatenate(self._ends)]
        ends = self._ends[0]
        result: np.ndarray = shapely.from_wkb(
            np.array(self._blobs(ends[wanted], ends[wanted + 1]), dtype=object),
            on_invalid="ignore",
        )
        return result

    def _blobs(self, starts: np.ndarray, ends: np.ndarray) -> list[bytes | None]:
        """What lies between these places; neighbours are read together."""
        found: list[bytes | None] = []
        self._file.flush()
        runs = np.flatnonzero(starts[1:] != ends[:-1]) + 1
        for run in np.split(np.arange(len(starts)), runs):
            if not len(run):
                continue
            low, high = int(starts[run[0]]), int(ends[run[-1]])
            self._file.seek(low)
            data = self._file.read(high - low)
            places = zip((starts[run] - low).tolist(), (ends[run] - low).tolist(), strict=True)
            found += [data[start:end] or None for start, end in places]
        return found

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
