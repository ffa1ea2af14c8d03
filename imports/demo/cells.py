"""The ground before anything is drawn on it: seeds, and cells with fractal shared edges."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import Voronoi, cKDTree

from imports.demo.place import COUNTIES, Floats, Geoms
from imports.demo.shapes import noise

if TYPE_CHECKING:
    from numpy.random import Generator

Ints = npt.NDArray[np.int64]
FIELD, VILLAGE, TOWN = 0, 1, 2


@dataclass
class Frame:
    """The size of the place and what its relief is at any point."""

    seed: int
    half_width: float
    half_height: float
    shift: float
    towns: Floats
    seats: int
    villages: Floats

    def hill(self, xy: Floats) -> Floats:
        """How hilly: above 0.75 woods and slopes, rising westward."""
        east = (xy[:, 0] - self.shift) / self.half_width
        return np.asarray(0.62 * noise(xy, self.seed + 1, self.half_width) - 1.5 * east - 0.15)

    def lake(self, xy: Floats) -> Floats:
        """Distance to the lake's middle, 1 on its shore."""
        x = (xy[:, 0] - self.shift - 0.6 * self.half_width) / (0.20 * self.half_width)
        y = (xy[:, 1] - 0.08 * self.half_height) / (0.20 * self.half_height)
        wobble = 0.16 * noise(xy, self.seed + 2, 0.4 * self.half_width)
        return np.asarray(np.hypot(x, y) + wobble)

    def protection(self, xy: Floats, version: int) -> Floats:
        """Above zero where crops are permanent basic farmland, in the version of 2018 (0) or 2023
        (1); the farther from zero, the farther from where that changes."""
        mood = noise(xy, self.seed + 80 + version, 0.3 * self.half_width) + 0.85
        distance, town = cKDTree(self.towns).query(xy)
        radius = 0.023 * self.half_width * np.where(town < self.seats, 4.4, 2.4)
        return np.asarray(np.minimum(mood, distance / radius - 0.8 - 0.2 * version))

    def inside(self, xy: Floats) -> npt.NDArray[np.bool_]:
        """Whether points lie in the prefecture: a rounded, ragged outline."""
        x = (xy[:, 0] - self.shift) / self.half_width
        y = xy[:, 1] / self.half_height
        ragged = 0.06 * noise(xy, self.seed + 3, 0.6 * self.half_width)
        return np.asarray((x**4 + y**4) ** 0.25 + ragged < 0.93)


@dataclass
class Ground:
    """Cells, their arcs and neighbours; filled in by the later steps."""

    frame: Frame
    seeds: Floats
    kind: Ints
    owner: Ints
    block: Ints
    angle: Floats
    cells: Geoms
    arcs: Geoms
    arc_cells: Ints
    arc_nodes: Ints
    nodes: Floats
    county: Ints = field(default_factory=lambda: np.zeros(0, int))
    township: Ints = field(default_factory=lambda: np.zeros(0, int))
    code: npt.NDArray[np.str_] = field(default_factory=lambda: np.zeros(0, "U5"))


def make_frame(rng: Generator, size: int, seed: int, patches: int) -> Frame:
    """The frame for a number of land-use polygons, with town and village places."""
    grow = max((size / 6000) ** 0.25, (patches / 2500) ** 0.5, 0.6)
    w, h, shift = 12_000 * grow, 9_000 * grow, -1_500.0
    frame = Frame(seed, w, h, shift, np.zeros((0, 2)), 0, np.zeros((0, 2)))
    box = np.array([w, h]) * 0.8
    seats = np.array([np.array(c.site) * [w, h] * 0.78 + [shift, 0] for c in COUNTIES])
    more = _spread(rng, 400, box, shift, 0.24 * w, seats)
    more = more[frame.lake(more) > 1.3][: sum(len(c.townships) for c in COUNTIES) - len(seats)]
    frame.towns, frame.seats = np.vstack([seats, more]), len(seats)
    tries = rng.uniform(-1, 1, (6 * size // 60 + 60, 2)) * box * 1.12 + [shift, 0]
    gap = 0.55 * np.sqrt(4 * w * h / max(size / 60, 20))
    tries = _thin(tries, gap, frame.towns, 0.09 * w)
    calm = (frame.hill(tries) < 1.1) & (frame.lake(tries) > 1.25) & frame.inside(tries)
    frame.villages = tries[calm]
    return frame


def _spread(
    rng: Generator, tries: int, box: Floats, shift: float, gap: float, taken: Floats
) -> Floats:
    points = rng.uniform(-1, 1, (tries, 2)) * box + [shift, 0]
    return _thin(points, gap, taken, gap)


def _thin(points: Floats, gap: float, taken: Floats, from_taken: float) -> Floats:
    """The points, first come first kept, that are ``gap`` apart and clear of those taken."""
    far = cKDTree(taken).query(points)[0] > from_taken
    points = points[far]
    dropped = np.zeros(len(points), bool)
    for i, near in enumerate(cKDTree(points).query_ball_point(points, gap)):
        if not dropped[i]:
            dropped[[j for j in near if j > i]] = True
    return points[~dropped]


def _town_radius(frame: Frame) -> Floats:
    base = 0.023 * frame.half_width
    rank = np.arange(len(frame.towns))
    return np.where(rank < frame.seats, 2.3 * base, base * (0.9 + 0.25 * (rank % 3)))


def _clusters(rng: Generator, frame: Frame) -> tuple[Floats, Ints, Ints]:
    """Seeds of towns (street blocks) and villages, with kind and owner."""
    seeds, kinds, owners = [], [], []
    for i, radius in enumerate(_town_radius(frame)):
        step = 108.0 * max(frame.half_width / 12_000, 1) ** 0.5
        angle = rng.uniform(0, np.pi)
        points = _lattice(rng, frame.towns[i], radius, step, step * 1.25, angle, 0.13)
        seeds.append(points)
        kinds.append(np.full(len(points), TOWN))
        owners.append(np.full(len(points), i))
    for i, place in enumerate(frame.villages):
        count = int(rng.integers(5, 14))
        spread = rng.uniform(38, 60) * count**0.5 * np.array([1, rng.uniform(0.5, 0.9)])
        points = place + rng.uniform(-1, 1, (count, 2)) * spread
        seeds.append(points)
        kinds.append(np.full(count, VILLAGE))
        owners.append(np.full(count, i))
    return np.vstack(seeds), np.concatenate(kinds), np.concatenate(owners)


def _lattice(
    rng: Generator, centre: Floats, radius: float, dx: float, dy: float, angle: float, jitter: float
) -> Floats:
    nx, ny = int(radius / dx) + 1, int(radius / dy) + 1
    grid = np.array([(i, j) for i in range(-nx, nx + 1) for j in range(-ny, ny + 1)], float)
    grid = (grid + rng.uniform(-jitter, jitter, grid.shape)) * [dx, dy]
    wobble = 1 + 0.25 * np.sin(3 * np.arctan2(grid[:, 1], grid[:, 0]) + rng.uniform(0, 6))
    grid = grid[np.hypot(*grid.T) < radius * wobble]
    c, s = np.cos(angle), np.sin(angle)
    return np.asarray(centre + grid @ np.array([[c, s], [-s, c]]))


def _field_seeds(rng: Generator, frame: Frame, count: int) -> tuple[Floats, Ints, Floats]:
    """Seeds of fields in rows, block by block, each block with its own direction."""
    w, h = frame.half_width * 1.08, frame.half_height * 1.08
    area = 4 * w * h * 0.86
    blocks = rng.uniform(-1, 1, (max(60, count // 45), 2)) * [w, h] + [frame.shift, 0]
    coarse = 1 + 1.1 * (frame.hill(blocks) > 0.75) + 2.4 * (frame.lake(blocks) < 1)
    pitch = np.sqrt(area / count * 0.80) * coarse**0.5
    angle = noise(blocks, frame.seed + 5, frame.half_width) * 0.5 + rng.normal(0, 0.12, len(blocks))
    stretch = rng.uniform(1.1, 1.9, len(blocks))
    tree = cKDTree(blocks)
    reach = 2.6 * np.sqrt(4 * w * h / len(blocks))
    seeds, owner = [], []
    for i, place in enumerate(blocks):
        dx, dy = pitch[i] / stretch[i] ** 0.5, pitch[i] * stretch[i] ** 0.5
        jitter = 0.14 if coarse[i] == 1 else 0.42
        points = _lattice(rng, place, reach, dx, dy, angle[i], jitter)
        mine = tree.query(points)[1] == i
        seeds.append(points[mine])
        owner.append(np.full(int(mine.sum()), i))
    return np.vstack(seeds), np.concatenate(owner), angle


def make_ground(rng: Generator, frame: Frame, size: int) -> Ground:
    """Cells that cover the prefecture without gaps, every edge shared and fractal."""
    seeds, kind, owner = _clusters(rng, frame)
    fields, block, angle = _field_seeds(
        rng, frame, max(200, int(size * _density(size)) - len(seeds))
    )
    clear = cKDTree(seeds).query(fields)[0] > 70
    block_tree = cKDTree(fields)
    block_all = np.concatenate([block[block_tree.query(seeds)[1]], block[clear]])
    seeds = np.round(np.vstack([seeds, fields[clear]]), 3)
    kind = np.concatenate([kind, np.full(int(clear.sum()), FIELD)])
    owner = np.concatenate([owner, np.full(int(clear.sum()), -1)])
    kept = frame.inside(seeds)
    rough = np.where(frame.hill(seeds) > 0.75, 0.17, 0.045)
    rough[frame.lake(seeds) < 1.2] = 0.2
    arcs, pairs, ends, nodes = _arcs(rng, seeds, kept, rough)
    faces = np.asarray(shapely.get_parts(shapely.polygonize(arcs)), object)
    hit, face = shapely.STRtree(faces).query(shapely.points(seeds[kept]), predicate="within")
    rank = np.full(len(seeds), -1)
    rank[np.flatnonzero(kept)[hit]] = np.arange(len(hit))
    rows = np.flatnonzero(kept)[hit]
    return Ground(
        frame,
        seeds[rows],
        kind[rows],
        owner[rows],
        block_all[rows],
        angle[block_all[rows]],
        faces[face],
        arcs,
        np.where(pairs >= 0, rank[pairs], -1),
        ends,
        nodes,
    )


def _density(size: int) -> float:
    """Seeds per wanted survey polygon: groups and scraps take more of them in a larger place."""
    return float(np.clip(0.93 + 0.15 * np.log(size / 6000), 0.55, 1.5))


def _arcs(
    rng: Generator, seeds: Floats, kept: npt.NDArray[np.bool_], rough: Floats
) -> tuple[Geoms, Ints, Ints, Floats]:
    """Fractal lines for every cell edge, each within the kite of its two seeds."""
    graph = Voronoi(seeds)
    pairs = np.asarray(graph.ridge_points)
    ends = np.asarray(graph.ridge_vertices)
    nodes = np.round(graph.vertices, 4)
    good = (ends >= 0).all(1) & kept[pairs].any(1)
    pairs, ends = pairs[good], ends[good]
    start, stop = nodes[ends[:, 0]], nodes[ends[:, 1]]
    length = np.hypot(*(stop - start).T)
    good = length > 1e-3
    pairs, ends, start, stop, length = (a[good] for a in (pairs, ends, start, stop, length))
    lines = _wobbled(rng, seeds[pairs[:, 0]], start, stop, length, rough[pairs].max(1))
    return lines, pairs, ends, nodes


def _wobbled(
    rng: Generator, seed: Floats, start: Floats, stop: Floats, length: Floats, rough: Floats
) -> Geoms:
    along = (stop - start) / length[:, None]
    across = np.column_stack([-along[:, 1], along[:, 0]])
    height = np.abs(((seed - start) * across).sum(1))
    slope = [
        np.minimum(height / np.maximum(s * ((seed - p) * along).sum(1), 1e-6), 0.6)
        for s, p in ((1, start), (-1, stop))
    ]
    step = rng.choice([9.0, 14.0, 22.0, 40.0], len(length), p=[0.2, 0.4, 0.3, 0.1])
    pieces = np.clip(np.ceil(length / step).astype(int), 1, 60)
    offset = np.concatenate([[0], np.cumsum(pieces + 1)])
    e = np.repeat(np.arange(len(pieces)), pieces + 1)
    t = (np.arange(offset[-1]) - offset[e]) / pieces[e]
    wave = np.zeros(len(t))
    for k in range(5):
        swing, phase = rng.normal(0, 1, len(pieces)), rng.uniform(0, 6.28, len(pieces))
        wave += 0.62**k * swing[e] * np.sin(2 * np.pi * 2**k * t * 0.7 + phase[e])
    room = 0.7 * np.minimum(t * slope[0][e], (1 - t) * slope[1][e]) * length[e]
    shift = np.tanh(wave) * np.minimum(room, rough[e] * length[e])
    points = start[e] + (stop - start)[e] * t[:, None] + across[e] * shift[:, None]
    points[offset[:-1]], points[offset[1:] - 1] = start, stop
    return np.asarray(shapely.linestrings(np.round(points, 4), indices=e), object)
