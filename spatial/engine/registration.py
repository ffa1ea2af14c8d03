"""Whether a whole batch lies beside the ground it was drawn on. 套合检查

Outlines traced from an image follow, here and there, the same ridges and kerbs as the boundaries
of the land-use survey. Where they run beside them, always to the same side and by the same
distance, it is the image or its CRS that is off, and every overlay with it. Only the distance
across a line can be seen, so lines of several directions vote together for one shift; what
runs beside by chance votes for any. Nothing is corrected: the shift is told, or that there are
not enough edges to tell one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.ndimage import uniform_filter1d
from scipy.spatial import cKDTree

from spatial import sqlfiles
from spatial.site_check.shift import said_direction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Floats = np.ndarray[Any, np.dtype[np.float64]]

LAYER = "land_use"
REACH_M = 10.0
"""The largest shift looked for; more shows on any map."""
NOTICE_M = 1.0
"""A shift from here on is told as a fault: two pixels of the images that patches are drawn from."""
SURE_M = 0.25
"""The standard error up to which a shift counts as found: half a metre is then two of them."""
CLEAR = 10.0
"""How far the best shift must stand above all others, in their standard deviations: batches that
follow edges stand 15 to 30 above, such as lie anywhere up to 7."""
FEWEST = 10
"""Patches that must follow an edge."""
AT_MOST = 800
"""Patches looked at, evenly drawn from the batch."""

STEP_M, CELL_M = 2.0, 0.25
BESIDE_M = 1.5
"""How far along the line the nearest point of a line may be found, which is sampled by STEP_M."""
SLANT = 0.17
"""Sine of the angle up to which two lines run beside each other: ten degrees."""
TURNS = 36
CELLS = int(2 * REACH_M / CELL_M) + 1
ROUNDS = 3
SAMPLES = 200


@dataclass(frozen=True)
class Shift:
    """How far a batch lies off the survey's edges: east and north, with the standard error.

    ``enough`` is whether it can be told at all; ``patches`` follow an edge, of ``looked_at``.
    """

    east_m: float
    north_m: float
    error_m: float
    patches: int
    looked_at: int
    enough: bool

    @property
    def distance_m(self) -> float:
        """How far."""
        return float(np.hypot(self.east_m, self.north_m))

    @property
    def is_off(self) -> bool:
        """Whether there is a shift that somebody must look into."""
        return self.enough and self.distance_m >= NOTICE_M

    @property
    def said(self) -> str:
        """In one sentence."""
        if not self.enough:
            return (
                f"边不够：{self.looked_at} 个图斑中沿三调地类界勾绘的太少，"
                "不能判断整批图斑有无偏移。"
            )
        measured = f"{self.distance_m:.1f} ± {self.error_m:.1f} 米"
        if not self.is_off:
            return f"与三调地类界套合，未见整体偏移（{measured}，{self.patches} 个图斑的边界）。"
        where = said_direction(self.east_m, self.north_m)
        return f"整批图斑相对三调地类界向{where}偏移 {measured}（{self.patches} 个图斑的边界）。"

    def as_json(self) -> dict[str, Any]:
        """For a machine, and to be kept with a delivery."""
        return {
            "east_m": round(self.east_m, 2),
            "north_m": round(self.north_m, 2),
            "error_m": round(self.error_m, 2) if math.isfinite(self.error_m) else None,
            "patches": self.patches,
            "looked_at": self.looked_at,
            "enough": self.enough,
            "off": self.is_off,
            "said": self.said,
        }


@dataclass(frozen=True)
class _Lines:
    """Points along lines, every few metres: place, unit normal (upward), number of the patch."""

    at: Floats
    normal: Floats
    patch: np.ndarray[Any, np.dtype[np.int64]]


def shift_of(patch_ids: Sequence[int]) -> Shift:
    """The shift of these patches against the land-use survey of their counties."""
    ids = sorted(patch_ids)
    ids = ids[:: max(1, -(-len(ids) // AT_MOST))]
    params = {"patch_ids": ids, "layer": LAYER, "reach_m": REACH_M}
    rows = sqlfiles.rows("engine/registration/10_list_lines", params)
    lines = [(shapely.from_wkb(bytes(row["outline"])), shapely.from_wkb(bytes(row["lines"])))
             for row in rows]  # fmt: skip
    return measured(lines, looked_at=len(ids))


def measured(pairs: Sequence[tuple[Any, Any]], *, looked_at: int | None = None) -> Shift:
    """The shift of outlines against the lines near each of them, in one plane or several."""
    looked_at = len(pairs) if looked_at is None else looked_at
    nothing = Shift(0, 0, 0, 0, looked_at, enough=False)
    outlines = _sampled(pair[0] for pair in pairs)
    if not len(outlines.at):
        return nothing
    lines = _sampled(pair[1] for pair in pairs)
    shift, clear = np.zeros(2), 0.0
    for turn in range(ROUNDS):
        point, across = _beside(outlines, lines, shift)
        if not len(point):
            return nothing
        if turn == 0:
            shift, clear = _voted(outlines.normal[point], across)
        else:
            shift = shift + _fitted(outlines, point, across)[0]
    point, across = _beside(outlines, lines, shift)
    rest, error, patches = _fitted(outlines, point, across)
    shift = shift + rest
    enough = clear >= CLEAR and patches >= FEWEST and error <= SURE_M
    # from the lines to the outlines: how far the batch is off, not what would mend it
    return Shift(
        float(-shift[0]), float(-shift[1]), float(error), patches, looked_at, enough=bool(enough)
    )


def _sampled(shapes: Iterable[Any]) -> _Lines:
    ends, starts, patches = [], [], []
    for number, shape in enumerate(shapes):
        coords, part = shapely.get_coordinates(shapely.get_parts(shape), return_index=True)
        inner = part[1:] == part[:-1]
        starts.append(coords[:-1][inner])
        ends.append(coords[1:][inner])
        patches.append(np.full(inner.sum(), number))
    if not starts:
        return _Lines(np.empty((0, 2)), np.empty((0, 2)), np.empty(0, int))
    start, along = np.concatenate(starts), np.concatenate(ends) - np.concatenate(starts)
    length = np.hypot(*along.T)
    count = np.where(length > 0, np.ceil(length / STEP_M), 0).astype(int)
    which = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count) + 0.5
    at = start[which] + along[which] * (place / count[which])[:, None]
    normal = np.column_stack([-along[which, 1], along[which, 0]]) / length[which, None]
    normal[(normal[:, 1] < 0) | ((normal[:, 1] == 0) & (normal[:, 0] < 0))] *= -1
    return _Lines(at, normal, np.concatenate(patches)[which])


def _beside(outlines: _Lines, lines: _Lines, shift: Floats) -> tuple[Any, Floats]:
    """Pairs of an outline's point, moved by the shift, and a line that runs beside it: the number
    of the point, and how far across the line lies."""
    moved = outlines.at + shift
    reach = REACH_M if not shift.any() else 3.0
    point, across = [], []
    # patch by patch: each has the lines near it, in the plane of its county
    last = int(outlines.patch[-1]) + 1 if len(outlines.patch) else 0
    bounds = np.searchsorted(outlines.patch, np.arange(last + 1))
    limits = np.searchsorted(lines.patch, np.arange(last + 1))
    for number in range(last):
        some = slice(bounds[number], bounds[number + 1])
        near = slice(limits[number], limits[number + 1])
        if some.start == some.stop or near.start == near.stop:
            continue
        tree = cKDTree(lines.at[near])
        found = tree.query_ball_point(moved[some], np.hypot(reach, BESIDE_M))
        counts = np.array([len(each) for each in found])
        if not counts.sum():
            continue
        i = np.repeat(np.arange(len(counts)), counts) + bounds[number]
        j = np.concatenate([each for each in found if each]).astype(int) + limits[number]
        gap, normal = lines.at[j] - moved[i], outlines.normal[i]
        far = (gap * normal).sum(1)
        on_line = np.abs(gap[:, 0] * normal[:, 1] - gap[:, 1] * normal[:, 0]) <= BESIDE_M
        slant = np.abs(normal[:, 0] * lines.normal[j, 1] - normal[:, 1] * lines.normal[j, 0])
        keep = on_line & (slant <= SLANT) & (np.abs(far) <= reach)
        point.append(i[keep])
        across.append(far[keep])
    if not point:
        return np.empty(0, int), np.empty(0)
    return np.concatenate(point), np.concatenate(across)


def _voted(normal: Floats, across: Floats) -> tuple[Floats, float]:
    """The shift that most pairs agree on, and how far it stands out."""
    angle = np.arctan2(normal[:, 1], normal[:, 0]) % np.pi
    turn = np.floor(angle / np.pi * TURNS).astype(int) % TURNS
    cell = np.rint((across + REACH_M) / CELL_M).astype(int)
    votes = np.zeros((TURNS, CELLS))
    np.add.at(votes, (turn, cell), 1)
    votes = uniform_filter1d(votes, 3, axis=1, mode="constant")
    votes -= votes.mean(axis=1, keepdims=True)
    middle = (np.arange(TURNS) + 0.5) * np.pi / TURNS
    grid = np.arange(CELLS) * CELL_M - REACH_M
    east, north = np.meshgrid(grid, grid, indexing="ij")
    score = np.zeros_like(east)
    for k, turned in enumerate(middle):
        at = np.rint((east * np.cos(turned) + north * np.sin(turned) + REACH_M) / CELL_M)
        at = at.astype(int)
        score += np.where((at >= 0) & (at < CELLS), votes[k][np.clip(at, 0, CELLS - 1)], 0)
    score[np.hypot(east, north) > REACH_M] = -np.inf
    best = np.unravel_index(np.argmax(score), score.shape)
    shift = np.array([grid[best[0]], grid[best[1]]])
    others = score[
        (np.hypot(east - shift[0], north - shift[1]) > 2) & (np.hypot(east, north) <= REACH_M)
    ]
    return shift, float((score[best] - others.mean()) / max(float(others.std()), 1e-9))


def _fitted(outlines: _Lines, point: Any, across: Floats) -> tuple[Floats, float, int]:
    """What is left of the shift by least squares that mistrust the far ones; its standard error,
    by drawing patches again and again; how many patches there are."""
    rest = np.zeros(2)
    normal, patch = outlines.normal[point], outlines.patch[point]
    if not len(point):
        return rest, np.inf, 0
    squares, sums = np.zeros((1, 2, 2)), np.zeros((1, 2))
    near = np.zeros(0, int)
    for width in (1.0, 0.75, 0.75, 0.75):
        off = across - normal @ rest
        weight = np.clip(1 - (off / width) ** 2, 0, None) ** 2
        used, near = np.unique(patch[weight > 0], return_inverse=True)
        if not len(used):
            return rest, np.inf, 0
        n, w, d = normal[weight > 0], weight[weight > 0], across[weight > 0]
        squares, sums = np.zeros((len(used), 2, 2)), np.zeros((len(used), 2))
        np.add.at(squares, near, w[:, None, None] * n[:, :, None] * n[:, None, :])
        np.add.at(sums, near, (w * d)[:, None] * n)
        whole = squares.sum(0)
        if np.linalg.eigvalsh(whole)[0] < 0.05 * np.trace(whole):
            return rest, np.inf, len(used)  # lines of one direction: nothing is known along them
        rest = np.linalg.solve(whole, sums.sum(0))
    rng = np.random.default_rng(0)
    drawn = rng.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), SAMPLES)
    many = np.einsum("sp,pij->sij", drawn, squares) + 1e-9 * np.eye(2)
    around = np.linalg.solve(many, np.einsum("sp,pi->si", drawn, sums)[:, :, None])[:, :, 0]
    return rest, float(np.sqrt(around.var(axis=0).sum())), len(sums)
