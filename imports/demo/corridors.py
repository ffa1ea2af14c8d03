"""Roads, streets, rivers and canals as narrow polygons with their attributes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from imports.demo.cells import TOWN, VILLAGE, Ground, Ints
from imports.demo.shapes import noise

if TYPE_CHECKING:
    from numpy.random import Generator

    from imports.demo.place import Floats, Geoms


@dataclass
class Corridor:
    """One named road or watercourse: its land class and its ground."""

    code: str
    name: str
    rank: str
    width: float
    geom: shapely.Geometry


def _curve(rng: Generator, start: Floats, stop: Floats, bend: float, step: float) -> Floats:
    """A line between two points, bent by halving."""
    points = np.vstack([start, stop])
    while np.hypot(*(points[1] - points[0])) > step:
        gap = np.diff(points, axis=0)
        middle = (
            points[:-1]
            + gap / 2
            + np.column_stack([-gap[:, 1], gap[:, 0]]) * (rng.normal(0, bend, len(gap))[:, None])
        )
        merged = np.empty((2 * len(points) - 1, 2))
        merged[::2], merged[1::2] = points, middle
        points, bend = merged, bend * 0.8
    for _ in range(2):
        points[1:-1] = (points[:-2] + 2 * points[1:-1] + points[2:]) / 4
    return points


def _ribbon(points: Floats, widths: Floats | float) -> shapely.Geometry:
    """A line's ground; with many widths it swells and narrows like a river."""
    if np.ndim(widths) == 0:
        return shapely.LineString(points).buffer(float(widths) / 2, quad_segs=3)
    normal = np.gradient(points, axis=0)
    normal = np.column_stack([-normal[:, 1], normal[:, 0]]) / np.hypot(*normal.T)[:, None]
    half = np.asarray(widths)[:, None] / 2 * normal
    ring = shapely.Polygon(np.vstack([points + half, (points - half)[::-1]]))
    return ring if ring.is_valid else ring.buffer(0)


def _main_roads(rng: Generator, ground: Ground) -> list[Corridor]:
    frame = ground.frame
    w, h, s = frame.half_width * 1.1, frame.half_height * 1.1, frame.shift
    towns = frame.towns
    plan = [
        ("G990 示例国道", "国道", 34.0, [[s - w, 0.1 * h], towns[2], towns[1], [s + w, -0.5 * h]]),
        ("S991 示例省道", "省道", 26.0, [[s, -h], towns[0], towns[3], [s + 0.1 * w, h]]),
    ]
    roads = []
    for name, rank, width, stops in plan:
        legs = [
            _curve(rng, np.asarray(a, float), np.asarray(b, float), 0.10, 60)
            for a, b in zip(stops, stops[1:], strict=False)
        ]
        line = np.vstack([legs[0], *[leg[1:] for leg in legs[1:]]])
        roads.append(Corridor("1003", name, rank, width, _ribbon(line, width)))
    tree = minimum_spanning_tree(cdist(towns, towns)).tocoo()
    for n, (i, j) in enumerate(zip(tree.row, tree.col, strict=True)):
        line = _curve(rng, towns[i], towns[j], 0.09, 60)
        rank, width = ("县道", 14.0) if n % 2 else ("乡道", 10.0)
        roads.append(Corridor("1003", f"X{901 + n} 示例{rank}", rank, width, _ribbon(line, width)))
    return roads


def _rivers(rng: Generator, ground: Ground) -> list[Corridor]:
    frame = ground.frame
    w, h, s = frame.half_width, frame.half_height, frame.shift
    mouth = np.array([s + 0.5 * w, 0.08 * h])
    plan = [
        ("示例河", [s - 1.05 * w, -0.25 * h], mouth, 26, 85),
        ("样水", [s + 0.35 * w, -1.1 * h], mouth, 18, 48),
        ("范溪", [s - 0.5 * w, 1.1 * h], mouth + [0, 0.06 * h], 12, 34),
    ]
    rivers = []
    for name, source, end, thin, wide in plan:
        line = _curve(rng, np.asarray(source, float), end, 0.13, 40)
        t = np.linspace(0, 1, len(line))
        widths = (thin + (wide - thin) * t) * (1 + 0.18 * noise(line, frame.seed + 51, 900))
        rivers.append(Corridor("1101", name, "河流", wide, _ribbon(line, widths)))
    return rivers


def _along_edges(ground: Ground, sources: Floats, targets: Floats, seed: int) -> Ints:
    """The cell edges (as arc numbers) of the cheapest ways from targets to any source."""
    ends = ground.arc_nodes
    rng = np.random.default_rng(seed)
    cost = shapely.length(ground.arcs) * rng.uniform(0.9, 1.5, len(ends)) + 5
    n = len(ground.nodes)
    graph = coo_matrix((cost, tuple(ends.T)), shape=(n, n)).tocsr()
    used = np.unique(ends)
    tree = cKDTree(ground.nodes[used])
    from_nodes = np.unique(used[tree.query(sources)[1]])
    _, before, _ = dijkstra(
        graph, directed=False, indices=from_nodes, min_only=True, return_predecessors=True
    )
    number = {tuple(sorted(pair)): i for i, pair in enumerate(ends.tolist())}
    taken: set[int] = set()
    for node in used[tree.query(targets)[1]]:
        while before[node] >= 0:
            arc = number[tuple(sorted((int(node), int(before[node]))))]
            if arc in taken:
                break
            taken.add(arc)
            node = before[node]
    return np.array(sorted(taken))


def _lanes(ground: Ground) -> list[Corridor]:
    """Rural roads and canals that follow field edges, and the streets of towns and villages."""
    frame = ground.frame
    lanes = _along_edges(ground, frame.towns, frame.villages, frame.seed + 61)
    found = [("1006", "农村道路", "", 5.0, lanes)]
    rng = np.random.default_rng(frame.seed + 62)
    wet = ground.seeds[ground.code == "0101"]
    if len(wet) > 20:
        shore = frame.lake(ground.seeds)
        near = ground.seeds[(shore > 0.95) & (shore < 1.05)]
        ends = wet[rng.integers(0, len(wet), max(6, len(wet) // 70))]
        canals = _along_edges(ground, near, ends, frame.seed + 63)
        found.append(("1107", "示例干渠", "", 9.0, np.setdiff1d(canals, lanes)))
    a, b = ground.arc_cells.T
    streets = (a >= 0) & (b >= 0) & (ground.kind[a] == TOWN) & (ground.kind[b] == TOWN)
    alleys = (a >= 0) & (b >= 0) & (ground.kind[a] == VILLAGE) & (ground.kind[b] == VILLAGE)
    alleys &= rng.random(len(a)) < 0.35
    found.append(("1004", "示例街", "", 11.0, np.flatnonzero(streets)))
    found.append(("1004", "村内道路", "", 4.0, np.flatnonzero(alleys)))
    return [
        Corridor(code, name, rank, width, _widened(ground.arcs[arcs], width))
        for code, name, rank, width, arcs in found
        if len(arcs)
    ]


def _widened(lines: Geoms, width: float) -> shapely.Geometry:
    calm = shapely.simplify(lines, 1.0)
    return shapely.union_all(shapely.buffer(calm, width / 2, quad_segs=2))


def make_corridors(rng: Generator, ground: Ground) -> list[Corridor]:
    """Every road and watercourse, most important first, none on top of another."""
    order = _main_roads(rng, ground) + _rivers(rng, ground)
    lanes = _lanes(ground)
    order += [c for c in lanes if c.code == "1004"] + [c for c in lanes if c.code != "1004"]
    lake = shapely.union_all(ground.cells[ground.code == "1102"])
    done = shapely.Polygon()
    kept = []
    for corridor in order:
        if corridor.code in ("1101", "1107", "1006", "1004"):
            corridor.geom = corridor.geom.difference(lake)
        free = corridor.geom.difference(done)
        done = done.union(corridor.geom)
        corridor.geom = shapely.set_precision(free, 1e-3)
        kept.append(corridor)
    return kept
