"""Geometry nested so deep that reading it would end the process: refused before it is read."""

from __future__ import annotations

import re
import struct

DEEPEST = 8
"""Collections within collections that an honest geometry may have."""
COLLECTION = re.compile("COLLECTION", re.IGNORECASE)
POLYGON, MULTIPOLYGON = 3, 6
SIMPLE = (1, 2, POLYGON)
EMPTY = b"\x01\x01\x00\x00\x00" + struct.pack("<dd", float("nan"), float("nan"))
"""An empty point: told of as a row that is no polygon."""


def bare_wkt(text: str) -> str:
    """The text, or nothing where it nests collections without end."""
    return "" if len(COLLECTION.findall(text)) > DEEPEST else text


def bare_wkb(blob: bytes | None) -> bytes | None:
    """The geometry; an empty point in place of collections and of parts that are no polygons."""
    if blob is None or len(blob) < 9:
        return blob
    kind, at = _header(blob, 0)
    if kind in SIMPLE:
        return blob
    try:
        good = kind == MULTIPOLYGON and _has_only_polygons(blob, at)
    except struct.error:
        good = False
    return blob if good else EMPTY


def _header(blob: bytes, at: int) -> tuple[int, int]:
    """The plain type of the geometry there, and where its contents begin."""
    code = struct.unpack_from("<I" if blob[at] else ">I", blob, at + 1)[0]
    return (code & 0xFFFF) % 1000, at + (9 if code & 0x20000000 else 5)


def _dimensions(blob: bytes, at: int) -> int:
    code = struct.unpack_from("<I" if blob[at] else ">I", blob, at + 1)[0]
    iso = (code & 0xFFFF) // 1000
    extended = bool(code & 0x80000000) + bool(code & 0x40000000)
    return 2 + (0, 1, 1, 2)[iso] + extended if iso < 4 else 2


def _has_only_polygons(blob: bytes, at: int) -> bool:
    (parts,) = struct.unpack_from("<I" if blob[0] else ">I", blob, at)
    at += 4
    for _ in range(parts):
        if at >= len(blob):
            return False
        kind, inside = _header(blob, at)
        if kind != POLYGON:
            return False
        number, size = ("<I" if blob[at] else ">I"), 8 * _dimensions(blob, at)
        (rings,) = struct.unpack_from(number, blob, inside)
        at = inside + 4
        for _ in range(rings):
            (points,) = struct.unpack_from(number, blob, at)
            at += 4 + points * size
    return at <= len(blob)
