"""Reads PMTiles (version 3): one file, tiles found by two short reads. 单文件瓦片包"""

from __future__ import annotations

import gzip
import json
import struct
import zlib
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from spatial.errors import InputRefused

if TYPE_CHECKING:
    from pathlib import Path

MAGIC = b"PMTiles\x03"
HEADER = struct.Struct("<8s11Q6B4i")
"""Up to the bounds; what follows is where a viewer should begin."""
HEADER_BYTES = 127
PLAIN, GZIP = 1, 2
FORMATS = {1: "mvt", 2: "png", 3: "jpg", 4: "webp", 5: "avif"}
DEEPEST_LEAF = 3
"""Directories within directories that the format allows, the root among them."""
LONGEST = 64 << 20
"""Bytes of a directory or of metadata beyond which a file is taken for broken."""


class NotPMTiles(InputRefused):
    """A file that does not keep to the format. 不是 PMTiles"""


class Entry(NamedTuple):
    """A run of equal tiles from a number on; a run of 0 leads to a further directory."""

    tile: int
    run: int
    length: int
    offset: int


@dataclass(frozen=True)
class Archive:
    """What the header says."""

    root: tuple[int, int]
    metadata: tuple[int, int]
    leaves: int
    tiles: int
    packing: int
    format: str
    min_zoom: int
    max_zoom: int
    bounds: tuple[float, float, float, float]


def header(path: Path) -> Archive:
    """Read the header; raises NotPMTiles."""
    with path.open("rb") as file:
        start = file.read(HEADER_BYTES)
    if len(start) < HEADER_BYTES or not start.startswith(MAGIC):
        raise NotPMTiles("开头不是 PMTiles 第 3 版的标记")
    (_, root, root_bytes, meta, meta_bytes, leaves, _, tiles, _, _, _, _, _, packing, tile_packing,
     kind, low, high, *box) = HEADER.unpack_from(start)  # fmt: skip
    if packing not in (PLAIN, GZIP):
        raise NotPMTiles("目录的压缩方式不受支持，只接受不压缩或 gzip")
    name = FORMATS.get(kind, "未注明")
    if name != "mvt" and tile_packing not in (0, PLAIN):
        raise NotPMTiles("图片瓦片另行压缩，不受支持")
    west, south, east, north = (number / 1e7 for number in box)
    return Archive(
        (root, root_bytes), (meta, meta_bytes), leaves, tiles, packing, name, low, high,
        (west, south, east, north),
    )  # fmt: skip


def metadata(path: Path, archive: Archive) -> dict[str, Any]:
    """The file's own words: name, attribution; none where they cannot be read."""
    try:
        found = json.loads(_unpacked(path, *archive.metadata, archive.packing) or b"{}")
    except ValueError as error:
        raise NotPMTiles("说明（metadata）不是 JSON") from error
    return found if isinstance(found, dict) else {}


def tile(path: Path, archive: Archive, z: int, x: int, y: int) -> bytes | None:
    """The bytes of one tile, None where there is none."""
    changed = path.stat().st_mtime_ns
    number, (offset, length) = tile_number(z, x, y), archive.root
    for _ in range(DEEPEST_LEAF + 1):
        entries = _directory(path, changed, offset, length, archive.packing)
        at = bisect_right(entries, (number, LONGEST, LONGEST, 0)) - 1
        if at < 0:
            return None
        entry = entries[at]
        if entry.run:
            if number - entry.tile >= entry.run:
                return None
            return _bytes(path, archive.tiles + entry.offset, entry.length)
        offset, length = archive.leaves + entry.offset, entry.length
    raise NotPMTiles("目录层次过深")


def tile_number(z: int, x: int, y: int) -> int:
    """The place of a tile along the Hilbert curves of all zooms above it."""
    number, side = (4**z - 1) // 3, 2**z
    step = side // 2
    while step:
        right, down = int(x & step > 0), int(y & step > 0)
        number += step * step * ((3 * right) ^ down)
        if not down:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        step //= 2
    return number


@lru_cache(64)
def _directory(
    path: Path, changed: int, offset: int, length: int, packing: int
) -> tuple[Entry, ...]:
    """One directory, by tile; ``changed`` renews the entry when the file does."""
    numbers = _varints(_unpacked(path, offset, length, packing))
    if not numbers or len(numbers) < 1 + 4 * numbers[0]:
        raise NotPMTiles("目录残缺")
    count = numbers[0]
    steps, runs, lengths, places = (
        numbers[1 + part * count : 1 + (part + 1) * count] for part in range(4)
    )
    entries: list[Entry] = []
    number = 0
    for step, run, size, place in zip(steps, runs, lengths, places, strict=True):
        number += step
        if place == 0 and not entries:
            raise NotPMTiles("目录残缺")
        follows = entries[-1].offset + entries[-1].length if entries else 0
        entries.append(Entry(number, run, size, place - 1 if place else follows))
    return tuple(entries)


def _varints(data: bytes) -> list[int]:
    found, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        if byte & 0x80:
            shift += 7
        else:
            found.append(value)
            value, shift = 0, 0
    return found


def _unpacked(path: Path, offset: int, length: int, packing: int) -> bytes:
    data = _bytes(path, offset, length)
    if packing == PLAIN:
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise NotPMTiles("压缩的目录损坏") from error


def _bytes(path: Path, offset: int, length: int) -> bytes:
    if length > LONGEST:
        raise NotPMTiles("目录残缺")
    with path.open("rb") as file:
        file.seek(offset)
        data = file.read(length)
    if len(data) < length:
        raise NotPMTiles("文件不完整")
    return data
