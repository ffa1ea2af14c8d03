"""Which county, township and land class each cell belongs to."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from imports.demo.cells import TOWN, VILLAGE, Ground, Ints
from imports.demo.place import COUNTIES, Floats
from imports.demo.shapes import noise

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.random import Generator

Codes = npt.NDArray[np.str_]
CULTIVATED = ("0101", "0102", "0103")
CONSTRUCTION = (
    "05",
    "06",
    "07",
    "08",
    "09",
    "1001",
    "1002",
    "1003",
    "1004",
    "1005",
    "1007",
    "1008",
    "1009",
    "1109",
    "1201",
)
SPRINKLED = (
    (0, 0.02, "0201"),
    (0.02, 0.035, "0201K"),
    (0.035, 0.05, "0204"),
    (0.05, 0.085, "0307"),
    (0.085, 0.11, "1104"),
    (0.11, 0.12, "1202"),
    (0.12, 0.14, "0404"),
)
NAMES = {
    "0101": "水田",
    "0102": "水浇地",
    "0103": "旱地",
    "0201": "果园",
    "0201K": "可调整果园",
    "0202": "茶园",
    "0204": "其他园地",
    "0301": "乔木林地",
    "0305": "灌木林地",
    "0307": "其他林地",
    "0404": "其他草地",
    "0508": "物流仓储用地",
    "05H1": "商业服务业设施用地",
    "0601": "工业用地",
    "0602": "采矿用地",
    "0701": "城镇住宅用地",
    "0702": "农村宅基地",
    "0809": "公用设施用地",
    "0810": "公园与绿地",
    "08H1": "机关团体新闻出版用地",
    "08H2": "科教文卫用地",
    "1003": "公路用地",
    "1004": "城镇村道路用地",
    "1006": "农村道路",
    "1101": "河流水面",
    "1102": "湖泊水面",
    "1104": "坑塘水面",
    "1104A": "养殖坑塘",
    "1106": "内陆滩涂",
    "1107": "沟渠",
    "1202": "设施农用地",
}


def is_construction(code: str) -> bool:
    """Whether a land class counts as construction land (建设用地)."""
    return code.startswith(CONSTRUCTION)


def neighbours(ground: Ground) -> Ints:
    """Pairs of cells that share an edge."""
    pairs = ground.arc_cells
    return np.asarray(pairs[(pairs >= 0).all(1)])


def assign_regions(ground: Ground) -> None:
    """Give every cell its county and township; each becomes one connected area."""
    frame, xy = ground.frame, ground.seeds
    w, h = frame.half_width, frame.half_height
    warp = np.column_stack([noise(xy, frame.seed + k, 0.7 * w) for k in (21, 22)]) * 0.045 * w
    seats = np.array([np.array(c.site) * [w, h] * 0.9 + [frame.shift, 0] for c in COUNTIES])
    county = cKDTree(seats).query(xy + warp)[1]
    east, south = 0, 1
    county[(county == south) & (xy[:, 0] > 0)] = east
    county[(county == east) & (xy[:, 0] <= 0) & (xy[:, 1] < 0)] = south
    pairs = neighbours(ground)
    county = _without_exclaves(county, pairs)
    township = np.full(len(xy), -1)
    base = 0
    for c, spec in enumerate(COUNTIES):
        mine = np.flatnonzero(county == c)
        places = _township_seats(xy[mine], len(spec.townships), frame.towns)
        township[mine] = base + cKDTree(places).query(xy[mine] + warp[mine] * 0.6)[1]
        base += len(spec.townships)
    ground.county, ground.township = county, _without_exclaves(township, pairs, county)


def _township_seats(xy: Floats, count: int, towns: Floats) -> Floats:
    """Towns inside the area first, then the points farthest from those chosen."""
    distance, _ = cKDTree(xy).query(towns)
    chosen = list(towns[distance < 150][:count])
    if not chosen:
        chosen = [xy[0]]
    while len(chosen) < count:
        chosen.append(xy[np.argmax(cKDTree(np.array(chosen)).query(xy)[0])])
    return np.array(chosen)


def _without_exclaves(labels: Ints, pairs: Ints, fence: Ints | None = None) -> Ints:
    """Labels with each smaller island given to a neighbour (never across the fence)."""
    labels = labels.copy()
    for _ in range(6):
        stray = _strays(labels, pairs)
        if not stray.any():
            break
        for a, b in np.vstack([pairs, pairs[:, ::-1]]):
            if stray[a] and not stray[b] and (fence is None or fence[a] == fence[b]):
                labels[a] = labels[b]
    return labels


def _strays(labels: Ints, pairs: Ints) -> npt.NDArray[np.bool_]:
    """Which cells lie outside the largest connected part of their label."""
    links = pairs[labels[pairs[:, 0]] == labels[pairs[:, 1]]]
    graph = coo_matrix((np.ones(len(links)), tuple(links.T)), shape=(len(labels),) * 2)
    part = connected_components(graph, directed=False)[1]
    size = np.bincount(part)[part]
    main = {
        int(k): part[np.flatnonzero(labels == k)[np.argmax(size[labels == k])]]
        for k in np.unique(labels)
    }
    return np.asarray(np.array([main[int(k)] for k in labels]) != part)


def assign_classes(rng: Generator, ground: Ground) -> None:
    """Give every cell a land class that fits relief, water, towns and villages."""
    xy, frame = ground.seeds, ground.frame
    u, hill, lake = rng.random(len(xy)), frame.hill(xy), frame.lake(xy)
    crop = noise(xy, frame.seed + 31, 0.25 * frame.half_width)
    wet = noise(xy, frame.seed + 32, 0.5 * frame.half_width) - xy[:, 1] / (0.5 * frame.half_height)
    code = np.where(wet > 0.2, "0101", np.where(crop > 0.3, "0103", "0102")).astype("U5")
    for low, high, other in SPRINKLED:
        code[(u >= low) & (u < high)] = other
    _slopes(code, u, hill, crop)
    shore = (lake < 1.32) & (u < 0.75)
    code[shore] = np.where(crop[shore] > 0, "1104A", "0101")
    code[lake < 1.08] = "1106"
    code[lake < 1.0] = "1102"
    _settlements(rng, ground, code, u)
    ground.code = code


def _slopes(code: Codes, u: Floats, hill: Floats, crop: Floats) -> None:
    slope = hill > 0.75
    wood = slope & ((hill > 1.15) | (crop > -0.35))
    code[slope] = np.where(u[slope] < 0.6, "0103", np.where(u[slope] < 0.8, "0202", "0201"))
    code[wood] = np.where(u[wood] < 0.68, "0301", np.where(u[wood] < 0.82, "0305", "0307"))
    code[wood & (u > 0.93)] = "0404"
    code[wood & (u > 0.975)] = "0103"


def _settlements(rng: Generator, ground: Ground, code: Codes, u: Floats) -> None:
    frame, xy = ground.frame, ground.seeds
    village = ground.kind == VILLAGE
    options = ["0702"] * 13 + ["1104", "0201", "0102", "0307", "0702", "08H2", "0601"]
    code[village] = np.asarray(options)[rng.integers(0, len(options), int(village.sum()))]
    town = np.flatnonzero(ground.kind == TOWN)
    centre = frame.towns[ground.owner[town]]
    reach = np.hypot(*(xy[town] - centre).T) / (0.053 * frame.half_width)
    quarter = noise(xy[town], frame.seed + 41, 0.06 * frame.half_width)
    pick = np.where(reach > 0.42, np.where(quarter > 0.2, "0601", "0701"), "0701").astype("U5")
    v = u[town]
    for low, high, other in (
        (0, 0.13, "05H1"),
        (0.13, 0.19, "08H2"),
        (0.19, 0.23, "08H1"),
        (0.23, 0.29, "0810"),
        (0.29, 0.31, "0809"),
        (0.31, 0.33, "0508"),
    ):
        pick[(v >= low) & (v < high)] = other
    edge = (reach > 0.62) & (v > 0.8)
    pick[edge] = "0102"
    code[town] = pick


def group_cells(rng: Generator, ground: Ground) -> Ints:
    """Survey polygons as groups of cells: neighbours of one class and township, at random."""
    chance = {
        "1102": 1.0,
        "0702": 0.8,
        "0301": 0.5,
        "0305": 0.4,
        "1106": 0.7,
        "0103": 0.22,
        "0102": 0.2,
        "0101": 0.2,
        "1104A": 0.2,
    }
    pairs = neighbours(ground)
    a, b = pairs.T
    same = (ground.code[a] == ground.code[b]) & (ground.township[a] == ground.township[b])
    limit = np.array([chance.get(str(c), 0.12) for c in ground.code[a]])
    links = pairs[same & (rng.random(len(pairs)) < limit)]
    count = len(ground.code)
    graph = coo_matrix((np.ones(len(links)), tuple(links.T)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1])


def check_names(table: Path) -> list[str]:
    """The codes whose name differs from the given land-class table (none are expected)."""
    with table.open(encoding="utf-8") as handle:
        known = {row["code"]: row["name"] for row in csv.DictReader(handle)}
    return [code for code, name in NAMES.items() if known.get(code) != name]
