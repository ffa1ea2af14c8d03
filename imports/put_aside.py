"""Shapes put aside in a temporary file, end to end, and read again by their places."""

from __future__ import annotations

import errno
import tempfile
from typing import Any

import numpy as np

from imports.wkb import Blobs
from spatial.errors import DiskFull


class Aside:
    """A file that is gone with the process, however that ends."""

    def __init__(self) -> None:
        """Nothing in it yet."""
        self._ends: list[np.ndarray] = [np.zeros(1, dtype=np.int64)]
        self._file: Any = None

    def put(self, blobs: Blobs) -> None:
        """More behind the others; raises DiskFull where there is no room."""
        self._ends.append(self._ends[-1][-1] + blobs.ends[1:])
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="gisland-")  # noqa: SIM115 - kept open
            self._file.write(blobs.data)
            self._file.flush()
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise DiskFull(
                "临时目录的磁盘已满，放不下这个文件的图形，未导入。请系统管理员腾出空间后重试。"
            ) from error

    @property
    def _places(self) -> np.ndarray:
        """Where each ends, after where the first begins."""
        self._ends = [np.concatenate(self._ends)] if len(self._ends) > 1 else self._ends
        return self._ends[0]

    def run(self, start: int, end: int) -> Blobs:
        """Those from one to before another."""
        ends = self._places[start : end + 1]
        return Blobs(np.frombuffer(self._read(ends), dtype=np.uint8), ends - ends[0])

    def some(self, wanted: np.ndarray) -> list[bytes | None]:
        """Those at these places; neighbours are read together."""
        starts, ends = self._places[wanted], self._places[wanted + 1]
        found: list[bytes | None] = []
        for run in np.split(np.arange(len(wanted)), np.flatnonzero(starts[1:] != ends[:-1]) + 1):
            if len(run):
                data = self._read(np.array([starts[run[0]], ends[run[-1]]]))
                low = int(starts[run[0]])
                places = zip((starts[run] - low).tolist(), (ends[run] - low).tolist(), strict=True)
                found += [data[start:end] or None for start, end in places]
        return found

    def _read(self, ends: np.ndarray) -> bytes:
        self._file.seek(int(ends[0]))
        data: bytes = self._file.read(int(ends[-1] - ends[0]))
        return data
