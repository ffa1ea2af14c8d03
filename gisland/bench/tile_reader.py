"""One user's browser asking for tiles, timed: what the answer took and how large it is."""

from __future__ import annotations

import gzip
import math
import statistics
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.test import Client

from gisland.bench.stopwatch import TICKS, backend_seconds, own_seconds
from tiles.grid import HALF_WORLD_M, Tile

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.random import Generator

    from spatial.models import User

PACKED = 5
"""How hard a rival's bytes are packed: as hard as ours."""


@dataclass
class Zoom:
    """What tiles of one zoom took: milliseconds each, bytes each, processor seconds in all."""

    milliseconds: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    cpu_seconds: float = 0.0
    empty: int = 0

    def told(self) -> dict[str, Any]:
        """Median, 95th percentile and worst; processor milliseconds a tile; sizes in kB."""
        count = len(self.milliseconds)
        ordered = sorted(self.milliseconds)
        return {
            "tiles": count,
            "empty": self.empty,
            "median_ms": round(statistics.median(ordered), 1),
            "p95_ms": round(ordered[min(count - 1, math.ceil(0.95 * count) - 1)], 1),
            "worst_ms": round(ordered[-1], 1),
            "cpu_ms": round(1000 * self.cpu_seconds / count, 1),
            "median_kb": round(statistics.median(self.sizes) / 1000, 1),
            "worst_kb": round(max(self.sizes) / 1000, 1),
        }


class Reader:
    """Asks as a browser does: logged in, gzip taken, nothing known from before."""

    def __init__(self, user: User) -> None:
        self.client = Client(SERVER_NAME="127.0.0.1")
        self.client.force_login(user)

    def get(self, address: str) -> bytes:
        """The bytes of one answer."""
        answer = self.client.get(address, headers={"accept-encoding": "gzip"})
        if answer.status_code not in (200, 204):
            raise RuntimeError(f"{address}: {answer.status_code} {answer.content[:200]!r}")
        return bytes(answer.content)


def time_tiles(tiles: list[Tile], ask: Callable[[Tile], bytes]) -> dict[str, Any]:
    """Each tile asked for once; one asked before so that programs and plans are warm."""
    ask(tiles[-1])
    found = Zoom()
    connection = transaction.get_connection()
    used = own_seconds() + backend_seconds(connection)
    for tile in tiles:
        started = time.perf_counter()
        body = ask(tile)
        found.milliseconds.append((time.perf_counter() - started) * 1000)
        found.sizes.append(len(body))
        found.empty += not body
    found.cpu_seconds = max(own_seconds() + backend_seconds(connection) - used, 1 / TICKS)
    return found.told()


def packed(body: bytes) -> bytes:
    """A rival's tile as it would be sent."""
    return gzip.compress(body, compresslevel=PACKED)


def tiles_over(box: tuple[float, ...], zoom: int, most: int, rng: Generator) -> list[Tile]:
    """The tiles of a zoom that touch a box of degrees; of more than ``most`` a seeded choice."""
    west, south, east, north = box
    left, bottom = _column_row(zoom, west, south)
    right, top = _column_row(zoom, east, north)
    found = [Tile(zoom, x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]
    if len(found) <= most:
        return found
    return [found[i] for i in sorted(rng.choice(len(found), most, replace=False))]


def _column_row(zoom: int, lng: float, lat: float) -> tuple[int, int]:
    side = 2 * HALF_WORLD_M / 2**zoom
    east = math.radians(lng) * 6378137
    north = math.asinh(math.tan(math.radians(lat))) * 6378137
    return int((HALF_WORLD_M + east) / side), int((HALF_WORLD_M - north) / side)
