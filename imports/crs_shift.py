"""Whether data was shifted as Chinese web maps shift theirs: GCJ-02 (火星坐标) and BD-09.

Nothing here corrects anything. Vertices that follow the county line lie on it in true
coordinates; in a shifted copy they lie some hundreds of metres beside it, and come to lie on it
only when the known shift is taken back. That pattern is looked for, and told with its numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from imports.readers.table import Finding
from imports.shapes import CHUNK as SHAPES_CHUNK
from imports.shapes import Shapes
from spatial.errors import CrsRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from imports.ground import Ground
    from imports.shapes import Given

Degrees = tuple[np.ndarray, np.ndarray]

SEMI_MAJOR, ECCENTRICITY_2 = 6378245.0, 0.00669342162296594323
"""The ellipsoid of the published GCJ-02 formula (Krassowsky 1940)."""

METRES = 111_320.0
CHINA = (72.0, 0.8, 138.0, 55.9)
"""Where such maps are shifted at all: west, south, east, north."""

ON_LINE_M, BESIDE_M = 2.0, 100.0
"""How near a vertex must come to the county line to be on it; and the strip beside it that tells
how many would be there by chance."""

AROUND_M = 2000.0
CELL_M = 1.5 * AROUND_M
"""Of a line walked in steps of AROUND_M, what lies as near as that is no further from a step."""
AT_MOST = 4000
SKIPPED = 16
"""Of a large file every so many-th shape is read for it."""
"""Vertices looked at: those around the line, evenly drawn."""

CELL = np.array([1 << 20, 1])
"""Makes one number of a cell's two."""

FEW, MANY = 12, 30
TIMES, SURELY = 4, 8
"""Vertices on the line after the shift is undone, and how many times as many as before it, or as
chance would put there."""


@dataclass(frozen=True)
class Suspicion:
    """A shift that explains the data: its name, vertices on the county line with and without."""

    name: str
    corrected: int
    plain: int
    chance: float
    offset_m: float

    @property
    def sure(self) -> bool:
        """Whether there is hardly another explanation."""
        return self.corrected >= MANY and self.corrected >= SURELY * max(self.plain, self.chance, 1)

    @property
    def words(self) -> str:
        """What was seen, as messages say it."""
        return (
            f"疑为 {self.name} 偏移坐标：减去该偏移（约 {self.offset_m:.0f} 米）后有 "
            f"{self.corrected} 个界址点落在县界上（{ON_LINE_M:.0f} 米内），原样只有 {self.plain} 个"
        )


def gcj02(longitude: np.ndarray, latitude: np.ndarray) -> Degrees:
    """True degrees to GCJ-02, by the formula that is known of it."""
    x, y = longitude - 105.0, latitude - 35.0
    waves = 20 * (np.sin(6 * np.pi * x) + np.sin(2 * np.pi * x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(abs(x))
    north += (waves + 20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)) * 2 / 3
    north += (160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(abs(x))
    east += (waves + 20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)) * 2 / 3
    east += (150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)) * 2 / 3
    angle = np.radians(latitude)
    flat = 1 - ECCENTRICITY_2 * np.sin(angle) ** 2
    meridian = SEMI_MAJOR * (1 - ECCENTRICITY_2) / (flat * np.sqrt(flat))
    parallel = SEMI_MAJOR / np.sqrt(flat) * np.cos(angle)
    return longitude + np.degrees(east / parallel), latitude + np.degrees(north / meridian)


def bd09(longitude: np.ndarray, latitude: np.ndarray) -> Degrees:
    """True degrees to BD-09: GCJ-02 shifted once more."""
    x, y = gcj02(longitude, latitude)
    turn = np.pi * 3000 / 180
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * turn)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * turn)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def undone(shift: Callable[[np.ndarray, np.ndarray], Degrees], points: np.ndarray) -> np.ndarray:
    """The true degrees that the shift took to these points, by iteration."""
    guess = points.copy()
    for _ in range(6):
        x, y = shift(guess[:, 0], guess[:, 1])
        guess += points - np.column_stack((x, y))
    return guess


SHIFTS = {"GCJ-02（火星坐标）": gcj02, "BD-09（百度坐标）": bd09}


def suspect(geoms: Given, ground: Ground) -> Suspicion | None:
    """The shift that data in degrees shows against the county lines; None if it shows none."""
    points = _drawn(geoms)
    if not len(points) or not _in_china(points) or shapely.is_empty(ground.lines):
        return None
    lines = _Lines(ground.lines, float(points[:, 1].mean()))
    points = points[lines.beside(points)]
    points = points[:: max(1, len(points) // (2 * AT_MOST))]
    distances = lines.distances(points, AROUND_M)
    points, distances = points[distances < AROUND_M], distances[distances < AROUND_M]
    step = max(1, len(points) // AT_MOST)
    points, distances = points[::step], distances[::step]
    plain = int((distances < ON_LINE_M).sum())
    best: Suspicion | None = None
    for name, shift in SHIFTS.items():
        back = undone(shift, points)
        away = lines.distances(back, ON_LINE_M + BESIDE_M)
        on_line = away < ON_LINE_M
        corrected = int(on_line.sum())
        beside = int((away < ON_LINE_M + BESIDE_M).sum()) - corrected
        chance = beside * ON_LINE_M / BESIDE_M
        if corrected < FEW or corrected < TIMES * max(plain, chance, 1):
            continue
        if best is None or corrected > best.corrected:
            moved = lines.metres(back[on_line]) - lines.metres(points[on_line])
            best = Suspicion(name, corrected, plain, chance, float(np.hypot(*moved.T).mean()))
    return best


def _drawn(geoms: Given) -> np.ndarray:
    """So many vertices, evenly over all shapes."""
    if not isinstance(geoms, Shapes):
        points = shapely.get_coordinates(geoms)
        return points[:: max(1, len(points) // (AT_MOST * 10))]
    step = max(1, geoms.vertices // (AT_MOST * 10))
    most = max(SKIPPED, len(geoms) // SHAPES_CHUNK)
    skipped = min(step, most) if len(geoms) > SHAPES_CHUNK else 1
    return shapely.get_coordinates(geoms[::skipped])[:: max(1, step // skipped)]


def _in_china(points: np.ndarray) -> bool:
    west, south, east, north = CHINA
    x, y = np.median(points, axis=0)
    return bool(west < x < east and south < y < north)


def check(file_name: str, geoms: Given, ground: Ground, *, asserted: bool = False) -> list[Finding]:
    """A warning on a suspected shift; raises CrsRefused where it is sure and nobody named the CRS.

    ``asserted``: a person gave --crs, so that the suspicion is told and the data taken as said.
    """
    found = suspect(geoms, ground)
    if found is None:
        return []
    if found.sure and not asserted:
        raise CrsRefused(
            f"文件 {file_name} {found.words}，把握高。程序不改正偏移坐标；"
            "请向数据来源索取 CGCS2000 原始数据。确认坐标无误时，用 --crs 明示坐标系后重新导入。"
        )
    sure = "高" if found.sure else "中"
    done = "按 --crs 所示，原样导入" if asserted else "原样导入，请核对数据来源"
    return [Finding("crs_shift_suspected", f"{found.words}，把握{sure}。", done=done)]


class _Lines:
    """Distances in metres to lines given in degrees, near one latitude."""

    def __init__(self, lines: shapely.Geometry, latitude: float) -> None:
        self.scale = np.array([METRES * np.cos(np.radians(latitude)), METRES])
        points, part = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
        points = points * self.scale
        at = np.flatnonzero(part[1:] == part[:-1])
        self.segments = shapely.linestrings(np.stack((points[at], points[at + 1]), axis=1))
        self.tree = shapely.STRtree(self.segments)

    def metres(self, points: np.ndarray) -> np.ndarray:
        """Points on the local plane."""
        return points * self.scale

    def beside(self, points: np.ndarray) -> np.ndarray:
        """Whether each point may lie as near as AROUND_M: by cells, which is cheap."""
        steps = shapely.get_coordinates(shapely.segmentize(self.segments, AROUND_M))
        corners = np.floor(steps / CELL_M).astype(np.int64)
        around = np.stack(np.meshgrid((-1, 0, 1), (-1, 0, 1)), -1).reshape(-1, 2)
        cells = (np.unique(corners, axis=0)[:, None] + around).reshape(-1, 2)
        asked = np.floor(self.metres(points) / CELL_M).astype(np.int64)
        found: np.ndarray = np.isin(asked @ CELL, cells @ CELL)
        return found

    def distances(self, points: np.ndarray, most_m: float) -> np.ndarray:
        """Each point's distance to the nearest line; infinite where it is more than so many."""
        found = np.full(len(points), np.inf)
        (at, _), metres = self.tree.query_nearest(
            shapely.points(self.metres(points)),
            max_distance=most_m, return_distance=True, all_matches=False,
        )  # fmt: skip
        found[at] = metres
        return found
