"""The nearest place to which an outline can be moved so that it is free: exact tests, a proof.

Plane geometry, metres. Translations are searched as a square of cells, the nearest first. Of a
cell with half diagonal r, the outline shrunk by r and moved to the cell's middle lies within the
outline moved anywhere in the cell: where that already hits, the whole cell is hit, for certain.
A middle that is free is a place. What is left is divided, down to the resolution. So the answer
comes with ``nothing_within_m``: nearer than that there surely is no free place, and where it is
the radius there is none at all.
"""

from __future__ import annotations

import heapq
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely
from shapely import affinity

if TYPE_CHECKING:
    from collections.abc import Sequence

TOUCH_M = 0.01
"""An outline that only touches, or overlaps by less than this, is free."""
ARC_STEPS = 4


@dataclass(frozen=True)
class Shift:
    """Where the outline would be free. ``east_m`` and ``north_m`` are None where no place is found.

    ``nothing_within_m``: nearer than that, surely nowhere. ``complete``: the search ended by
    itself, not by the clock.
    """

    east_m: float | None
    north_m: float | None
    nothing_within_m: float
    radius_m: float
    resolution_m: float
    complete: bool
    tests: int = 0

    @property
    def distance_m(self) -> float | None:
        """How far."""
        if self.east_m is None or self.north_m is None:
            return None
        return math.hypot(self.east_m, self.north_m)

    @property
    def surely_nowhere(self) -> bool:
        """Whether it is proved that there is no free place within the radius."""
        return self.east_m is None and self.nothing_within_m >= self.radius_m

    @property
    def direction(self) -> str:
        """As people say it: 东偏北 32°."""
        if self.east_m is None or self.north_m is None or not self.distance_m:
            return ""
        return said_direction(self.east_m, self.north_m)

    @property
    def said(self) -> str:
        """The answer as a sentence, with what is certain of it."""
        if self.distance_m == 0:
            return "原位即可，不须平移。"
        if self.distance_m is not None:
            sure = (
                f"更近处（{self.nothing_within_m:,.0f} m 内）没有"
                if self.nothing_within_m > 0
                else "未能证明更近处没有"
            )
            cut = "" if self.complete else "；限时内未搜完，可能有更近的位置"
            return (
                f"向{self.direction}平移 {math.ceil(self.distance_m * 10) / 10:,.1f} m 处可避开；{sure}"
                f"（分辨 {self.resolution_m:g} m）{cut}。"
            )
        if self.surely_nowhere:
            return f"在 {self.radius_m:,.0f} m 内没有可避开的位置（只平移、不旋转、不变形）。"
        tail = "限时内未搜完" if not self.complete else f"按 {self.resolution_m:g} m 分辨未找到"
        return (
            f"在 {self.radius_m:,.0f} m 内未找到可避开的位置：{self.nothing_within_m:,.0f} m "
            f"内确定没有，其余{tail}。"
        )


class Free:
    """Tests whether ground is free: clear of ``forbidden`` and inside each of ``within``.

    Whatever is part of free ground is free too, which the search relies on.
    """

    def __init__(
        self, forbidden: shapely.Geometry, within: Sequence[shapely.Geometry] = ()
    ) -> None:
        """Prepare both for many questions."""
        self.forbidden, self.within = forbidden, list(within)
        for shape in (forbidden, *self.within):
            shapely.prepare(shape)
        self.tests = 0

    def __call__(self, ground: shapely.Geometry) -> bool:
        """Whether this ground is free."""
        self.tests += 1
        if shapely.intersects(self.forbidden, ground):
            return False
        return all(bool(shapely.covers(shape, ground)) for shape in self.within)


def nearest(
    outline: shapely.Geometry,
    free: Free,
    *,
    radius_m: float = 2000.0,
    resolution_m: float = 1.0,
    seconds: float = 3.0,
) -> Shift:
    """The nearest free place of the outline by translation alone, within the radius.

    Its distance is at most ``resolution_m`` more than ``nothing_within_m``, where the search ended.
    """
    search = _Search(outline, free, radius_m, resolution_m)
    return search.run(time.monotonic() + seconds)


class _Search:
    """Cells by how near they may be; the best place so far."""

    def __init__(
        self, outline: shapely.Geometry, free: Free, radius_m: float, resolution_m: float
    ) -> None:
        self.core = shapely.buffer(outline, -TOUCH_M, join_style="mitre")
        if self.core.is_empty:  # narrower than two touches: a sliver is taken as it is
            self.core = outline
        self.free, self.radius, self.resolution = free, radius_m, resolution_m
        self.leaf = resolution_m / 4
        self.best: tuple[float, float, float] | None = None
        self.doubt = math.inf
        """How near the nearest cell lies that stayed undecided at the finest step."""
        self.shrunk: dict[float, shapely.Geometry] = {}

    def run(self, until: float) -> Shift:
        if self._is_free(0.0, 0.0):
            return self._told(0.0, 0.0, 0.0, complete=True)
        queue: list[tuple[float, float, float, float]] = [(0.0, self.radius, 0.0, 0.0)]
        while queue:
            near, half, east, north = heapq.heappop(queue)
            limit = self.radius if self.best is None else self.best[0] - self.resolution
            if near >= limit:
                return self._ended(min(near, self.doubt), complete=True)
            if time.monotonic() > until:
                return self._ended(min(near, self.doubt), complete=False)
            self._look(queue, near, half, east, north)
        return self._ended(min(self.radius, self.doubt), complete=True)

    def _look(
        self, queue: list[tuple[float, float, float, float]],
        near: float, half: float, east: float, north: float,
    ) -> None:  # fmt: skip
        if self._is_hit(half, east, north):
            return
        away = math.hypot(east, north)
        nearer = away <= self.radius and (self.best is None or away < self.best[0])
        if nearer and self._is_free(east, north):
            self._improve(east, north)
        if half <= self.leaf:
            self.doubt = min(self.doubt, near)
            return
        part = half / 2
        for over in (-part, part):
            for up in (-part, part):
                x, y = east + over, north + up
                low = math.hypot(max(abs(x) - part, 0.0), max(abs(y) - part, 0.0))
                if low < self.radius:
                    heapq.heappush(queue, (low, part, x, y))

    def _improve(self, east: float, north: float) -> None:
        """Keep the place, drawn as near along its own direction as stays free."""
        far, close = 1.0, 0.0
        step = self.resolution / 8 / max(math.hypot(east, north), self.resolution)
        while far - close > step:
            middle = (far + close) / 2
            if self._is_free(east * middle, north * middle):
                far = middle
            else:
                close = middle
        self.best = (math.hypot(east, north) * far, east * far, north * far)

    def _is_free(self, east: float, north: float) -> bool:
        return self.free(affinity.translate(self.core, east, north))

    def _is_hit(self, half: float, east: float, north: float) -> bool:
        """Whether every place of the cell is surely hit."""
        if half not in self.shrunk:
            # arcs are drawn with chords, which take off less: a little more makes it sure
            by = half * math.sqrt(2) / math.cos(math.pi / (4 * ARC_STEPS)) + TOUCH_M
            self.shrunk[half] = shapely.buffer(self.core, -by, quad_segs=ARC_STEPS)
        kept = self.shrunk[half]
        return not kept.is_empty and not self.free(affinity.translate(kept, east, north))

    def _ended(self, nothing_within: float, *, complete: bool) -> Shift:
        if self.best is None:
            return self._told(None, None, nothing_within, complete=complete)
        away, east, north = self.best
        return self._told(east, north, min(nothing_within, away), complete=complete)

    def _told(
        self, east: float | None, north: float | None, nothing_within: float, *, complete: bool
    ) -> Shift:
        return Shift(
            east, north, nothing_within, self.radius, self.resolution, complete, self.free.tests
        )


def said_direction(east: float, north: float) -> str:
    """A direction as a surveyor says it: 正东, 东偏北 32°, 北偏东 10°."""
    angle = math.degrees(math.atan2(north, east)) % 360
    near = round(angle / 90) % 4
    off = round((angle - near * 90 + 180) % 360 - 180)
    first = "东北西南"[near]
    if not off:
        return f"正{first}"
    second = "东北西南"[(near + (1 if off > 0 else -1)) % 4]
    return f"{first}偏{second} {abs(off)}°"
