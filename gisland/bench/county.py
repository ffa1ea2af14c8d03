"""A county of any size, quickly: a survey of wavy cells, and the layers that site checks read.

The demo's ground costs minutes at 2×10⁵ polygons; this one is a lattice whose shared edges are
drawn once, so that it is gap-free by construction. 全部虚构
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from gisland.bench.ground import Sheet
from imports.demo.place import COUNTIES, Floats, Geoms, to_degrees, township_code
from imports.demo.shapes import noise

PITCH_M = 90.0
"""The mean side of a survey polygon."""
POINTS = 7
"""Points within each of a polygon's four edges: thirty-two in all."""
JITTER, WAVE = 0.15, 0.02
BESIDE = 0.06
"""Width of the neighbouring county, as a share of this one's."""
CULTIVATED = ("0101", "0103")


@dataclass
class Lattice:
    """Cells of a county and of the one beside it: shapes in degrees, place and class."""

    geoms: Geoms
    row: np.ndarray[Any, np.dtype[np.int_]]
    column: np.ndarray[Any, np.dtype[np.int_]]
    middle: Floats
    county: np.ndarray[Any, np.dtype[np.int_]]
    township: np.ndarray[Any, np.dtype[np.int_]]
    code: np.ndarray[Any, np.dtype[np.str_]]
    width: int
    height: int


@dataclass
class County:
    """What is loaded, and the box in metres of the plane in which sites are placed."""

    counties: Geoms
    sheets: list[Sheet]
    box: tuple[float, float, float, float]
    polygons: int
    rng: np.random.Generator = field(repr=False)


def make_county(polygons: int, seed: int) -> County:
    """A county of about so many survey polygons beside a narrow one, from one seed."""
    rng = np.random.default_rng(seed)
    cells = lattice(rng, polygons)
    box = (0.0, 0.0, cells.width * PITCH_M, cells.height * PITCH_M)
    sheets = [
        _survey(rng, cells),
        _farmland(cells),
        _zones(cells, "ecological_redline", _mood(cells, 3) > 1.1, blocks=12),
        _zones(cells, "urban_boundary", _mood(cells, 4) > 1.3, blocks=6),
        _planning(cells),
        _townships(cells),
        _strips(rng, "river_line", box, 40.0, 6),
        _strips(rng, "road_line", box, 14.0, 40),
        _strips(rng, "green_line", box, 25.0, 8),
    ]
    return County(outlines(cells), sheets, box, int((cells.county == 0).sum()), rng)


def outlines(cells: Lattice) -> Geoms:
    """The ground of the county, and of the one beside it."""
    found = [shapely.coverage_union_all(cells.geoms[cells.county == k]) for k in (0, 1)]
    return np.array(found, object)


def lattice(rng: np.random.Generator, polygons: int) -> Lattice:
    """So many cells of a county, from one seed."""
    height = max(8, round(np.sqrt(polygons * 0.75)))
    width = max(8, -(-polygons // height))
    across = width + max(2, round(width * BESIDE))
    nodes = np.stack(np.meshgrid(np.arange(across + 1.0), np.arange(height + 1.0)), -1)
    nodes = (nodes + rng.uniform(-JITTER, JITTER, nodes.shape)) * PITCH_M
    level = _edges(rng, nodes[:, :-1], nodes[:, 1:])
    upright = _edges(rng, nodes[:-1], nodes[1:])
    ring = np.concatenate(
        [
            level[:-1, :, :-1],
            upright[:, 1:, :-1],
            level[1:, :, :0:-1],
            upright[:, :-1, ::-1],
        ],
        axis=2,
    ).reshape(height * across, -1, 2)
    geoms = to_degrees(np.asarray(shapely.polygons(ring), object))
    row, column = (one.ravel() for one in np.divmod(np.arange(height * across), across))
    middle = ring[:, :-1].mean(axis=1)
    county = (column >= width).astype(int)
    block = np.minimum(5 * column // width, 4)
    township = np.where(county == 1, 5, block)
    code = _classes(rng, middle)
    return Lattice(geoms, row, column, middle, county, township, code, width, height)


def _edges(rng: np.random.Generator, start: Floats, end: Floats) -> Floats:
    """Wavy lines between nodes, each drawn once: (…, points + 2, 2)."""
    t = np.linspace(0, 1, POINTS + 2)[:, None]
    along = (end - start)[..., None, :]
    across = np.stack([-along[..., 1], along[..., 0]], -1)
    bend = np.clip(rng.normal(0, WAVE, (*start.shape[:-1], 1, 2)), -2 * WAVE, 2 * WAVE)
    wave = bend[..., :1] * np.sin(np.pi * t) + bend[..., 1:] * np.sin(2 * np.pi * t)
    lines = np.asarray(start[..., None, :] + along * t + across * wave)
    lines[..., -1, :] = end  # to the last digit, so that neighbours share it
    return lines


def _classes(rng: np.random.Generator, middle: Floats) -> np.ndarray[Any, np.dtype[np.str_]]:
    mood = noise(middle, 7, 9000) + rng.normal(0, 0.35, len(middle))
    kinds = np.array(["1104", "0101", "0103", "0702", "0301", "0305"])
    return kinds[np.digitize(mood, (-1.5, 0.3, 0.7, 1.0, 1.6))]


def _mood(cells: Lattice, seed: int) -> Floats:
    return noise(cells.middle, 40 + seed, 14_000)


def _survey(rng: np.random.Generator, cells: Lattice) -> Sheet:
    ridge = np.round(rng.uniform(0, 0.15, len(cells.code)), 4)
    rows = [
        {
            "code": str(code),
            "kcxs": float(share) if code in CULTIVATED else 0.0,
            "ownership": "20" if code == "1104" else "30",
        }
        for code, share in zip(cells.code, ridge, strict=True)
    ]
    return Sheet("land_use", cells.geoms, rows, valid_from="2025-12-31")


def _farmland(cells: Lattice) -> Sheet:
    keep = np.isin(cells.code, CULTIVATED) & (_mood(cells, 2) > -0.8)
    rows = [{"code": f"YN{i:06d}", "class": str(code)} for i, code in enumerate(cells.code[keep])]
    return Sheet("basic_farmland", cells.geoms[keep], rows, valid_from="2023-01-01")


def _zones(cells: Lattice, layer: str, chosen: Any, blocks: int) -> Sheet:
    """Large zones full of holes, one a block of the county."""
    block = cells.column * blocks // (cells.column.max() + 1) + 1000 * cells.county
    geoms = [
        shapely.coverage_union_all(cells.geoms[chosen & (block == one)])
        for one in np.unique(block[chosen])
    ]
    rows = [{"code": f"{layer[:2].upper()}{i:03d}", "class": "示例"} for i in range(len(geoms))]
    return Sheet(layer, np.array(geoms, object), rows, valid_from="2023-01-01")


def _planning(cells: Lattice) -> Sheet:
    kind = (_mood(cells, 4) > 1.1).astype(int)
    label = kind * 10 + cells.township
    geoms = [shapely.coverage_union_all(cells.geoms[label == one]) for one in np.unique(label)]
    rows = [
        {"code": f"{one:02d}", "class": "示例", "construction_allowed": bool(one >= 10)}
        for one in np.unique(label)
    ]
    return Sheet("planning_zone", np.array(geoms, object), rows, valid_from="2021-01-01")


def _townships(cells: Lattice) -> Sheet:
    kinds = np.unique(cells.township)
    geoms = [shapely.coverage_union_all(cells.geoms[cells.township == one]) for one in kinds]
    codes = [*(township_code(COUNTIES[0], i) for i in range(5)), township_code(COUNTIES[1], 0)]
    return Sheet("township", np.array(geoms, object), [{"code": codes[one]} for one in kinds])


def _strips(
    rng: np.random.Generator,
    layer: str,
    box: tuple[float, float, float, float],
    width_m: float,
    count: int,
) -> Sheet:
    """Long winding strips from edge to edge: rivers, roads."""
    east, north = box[2], box[3]
    x = np.linspace(0, east, 200)
    base = rng.uniform(0.05, 0.95, count)[:, None] * north
    swing = rng.uniform(200, 900, count)[:, None]
    y = base + swing * np.sin(x[None] / rng.uniform(900, 4000, count)[:, None])
    lines = shapely.linestrings(np.stack([np.broadcast_to(x, y.shape), y], -1))
    geoms = to_degrees(np.asarray(shapely.buffer(lines, width_m / 2, join_style="mitre"), object))
    rows = [{"code": f"{layer[:2].upper()}{i:03d}"} for i in range(count)]
    return Sheet(layer, geoms, rows, valid_from="2023-01-01")
