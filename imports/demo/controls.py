"""Control layers dissolved from the survey's own faces: farmland, red line, plans, lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from imports.demo import shapes
from imports.demo.cells import TOWN, VILLAGE, Ints
from imports.demo.classes import NAMES
from imports.demo.cover import dissolve
from imports.demo.place import (
    CITY,
    COUNTIES,
    Geoms,
    statutory_m2,
    to_degrees,
    to_local,
)
from imports.demo.shapes import noise
from imports.demo.world import World, construction


@dataclass
class Sheet:
    """One file's worth of features: master geometries and columns by canonical name."""

    layer: str
    region: str
    geoms: Geoms
    columns: dict[str, Any]
    valid_from: str = ""


def _town_share(world: World) -> npt.NDArray[np.float64]:
    """For each face, its distance to the nearest town in units of that town's reach."""
    frame = world.ground.frame
    distance, town = cKDTree(frame.towns).query(world.ground.seeds)
    radius = 0.023 * frame.half_width * np.where(town < frame.seats, 4.1, 2.2)
    wobble = 0.15 * noise(world.ground.seeds, frame.seed + 71, 0.15 * frame.half_width)
    return np.asarray((distance / radius + wobble)[world.faces.cell])


def farmland(world: World, version: int) -> Sheet:
    """Permanent basic farmland: fields away from towns, some merged, one across a county line."""
    survey, frame = world.surveys[0], world.ground.frame
    middle = shapely.get_coordinates(shapely.centroid(to_local(survey.geom)))
    crops = np.char.startswith(survey.code, "010")
    keep = np.flatnonzero(crops & (frame.protection(middle, version) > 0))
    label = _joined(world, keep, across=version == 1)
    geoms, marks = dissolve(survey.geom[keep], label)
    first = _first(keep, label, marks)
    codes = [f"YN{version + 1}{i:06d}" for i in range(1, len(geoms) + 1)]
    columns = {
        "source_code": codes,
        "code": codes,
        "class": survey.code[first],
        "kcxs": survey.net[first],
        "_county": survey.county[first],
    }
    return Sheet("basic_farmland", CITY, geoms, columns, ("2018-01-01", "2023-01-01")[version])


def _first(keep: Ints, label: Ints, marks: Ints) -> Ints:
    firsts: dict[int, int] = {}
    for row, mark in zip(keep, label, strict=True):
        firsts.setdefault(int(mark), int(row))
    return np.array([firsts[int(mark)] for mark in marks])


def _joined(world: World, keep: Ints, *, across: bool) -> Ints:
    """Labels that join some neighbouring fields; ``across`` joins one pair over a county line."""
    survey = world.surveys[0]
    a, b = shapely.STRtree(survey.geom[keep]).query(survey.geom[keep], predicate="touches")
    same = (survey.county[keep[a]] == survey.county[keep[b]]) & (a < b)
    links = np.column_stack([a, b])[same][::9]
    graph = coo_matrix((np.ones(len(links)), tuple(links.T)), shape=(len(keep),) * 2)
    label = np.asarray(connected_components(graph, directed=False)[1])
    other = np.flatnonzero((survey.county[keep[a]] != survey.county[keep[b]]) & (a < b))
    if across and len(other):
        pairs = zip(a[other], b[other], strict=True)
        shared = [
            shapely.length(shapely.intersection(survey.geom[keep[i]], survey.geom[keep[j]]))
            for i, j in pairs
        ]
        best = other[int(np.argmax(shared))]
        label[label == label[b[best]]] = label[a[best]]
    return label


def redline(world: World) -> Sheet:
    """One huge ecological red line over the whole prefecture, full of holes."""
    ground, faces = world.ground, world.faces
    rng = np.random.default_rng(ground.frame.seed + 91)
    wild = np.isin(ground.code, ("0301", "0305", "0307", "1102", "1106"))
    high = (ground.frame.hill(ground.seeds) > 0.8) | (ground.frame.lake(ground.seeds) < 1.1)
    kept = wild & high & (rng.random(len(wild)) < 0.95)
    geom = shapely.coverage_union_all(faces.geom[kept[faces.cell]])
    columns = {"code": ["990100-01"], "class": ["水源涵养"], "name": ["示范市生态保护红线（虚构）"]}
    return Sheet("ecological_redline", CITY, np.array([geom], object), columns, "2018-06-30")


def urban(world: World) -> Sheet:
    """The urban boundary: one polygon round each town."""
    near = _town_share(world) < 1
    town = cKDTree(world.ground.frame.towns).query(world.ground.seeds)[1][world.faces.cell]
    geoms, marks = dissolve(world.faces.geom[near], town[near])
    columns = {
        "code": ["510"] * len(geoms),
        "class": ["城镇集中建设区"] * len(geoms),
        "source_code": [f"KFBJ{int(m):03d}-{i}" for i, m in enumerate(marks)],
    }
    return Sheet("urban_boundary", CITY, geoms, columns, "2022-12-31")


def planning(world: World) -> Sheet:
    """Planning zones over the whole prefecture, with whether construction is allowed."""
    ground, faces = world.ground, world.faces
    names = ("农业生产区", "生态保护区", "村庄建设用地", "城镇建设用地", "交通运输用地")
    zone = np.zeros(len(faces.cell), int)
    wild = np.isin(ground.code, ("0301", "0305", "1102", "1106"))
    zone[wild[faces.cell]] = 1
    village = (ground.kind == VILLAGE) & (ground.code == "0702")
    zone[village[faces.cell]] = 2
    zone[(_town_share(world) < 1.25) | (ground.kind == TOWN)[faces.cell]] = 3
    road = np.array([c.code == "1003" for c in world.corridors])
    zone[(faces.corridor >= 0) & road[faces.corridor]] = 4
    township = ground.township[faces.cell]
    geoms, marks = dissolve(faces.geom, zone * 1000 + township)
    kind = marks // 1000
    columns = {
        "code": [f"{k + 1:02d}" for k in kind],
        "class": [names[k] for k in kind],
        "construction_allowed": np.where(kind >= 2, "是", "否"),
        "source_code": [f"GH{i:05d}" for i in range(len(kind))],
    }
    return Sheet("planning_zone", CITY, geoms, columns, "2020-12-31")


def roads(world: World) -> Sheet:
    """Road land with road class; one zone per road, whole across county lines."""
    rows = [i for i, c in enumerate(world.corridors) if c.code == "1003"]
    return _lines(world, "road_line", rows, 0.0, {"road_class": "rank", "name": "name"})


def rivers(world: World) -> Sheet:
    """River management lines: each river widened by twenty metres."""
    rows = [i for i, c in enumerate(world.corridors) if c.code == "1101"]
    return _lines(world, "river_line", rows, 20.0, {"name": "name"})


def _lines(
    world: World, layer: str, rows: list[int], widen: float, fields: dict[str, str]
) -> Sheet:
    found, kept = [], []
    for row in rows:
        mine = world.faces.geom[world.faces.corridor == row]
        if len(mine):
            geom = shapely.coverage_union_all(mine)
            if widen:
                local = to_local(np.array([geom], object))
                geom = to_degrees(shapely.buffer(local, widen, quad_segs=4))[0]
            found.append(geom)
            kept.append(world.corridors[row])
    columns: dict[str, Any] = {k: [getattr(c, v) for c in kept] for k, v in fields.items()}
    columns["code"] = [f"{c.name.split()[0]}" for c in kept]
    return Sheet(layer, CITY, np.array(found, object), columns, "2018-12-31")


def built_up(world: World) -> Sheet:
    """Built-up areas: construction land of the first survey in one piece per place."""
    survey = world.surveys[0]
    mine = construction(survey)
    geom = shapely.coverage_union_all(survey.geom[mine])
    parts = np.asarray(shapely.get_parts(geom), object)
    parts = parts[shapely.area(parts) * 1.04e10 > 8000]
    codes = [f"JCQ{i:04d}" for i in range(1, len(parts) + 1)]
    return Sheet("built_up", CITY, parts, {"code": codes}, "2022-12-31")


def greens(world: World, county: int) -> Sheet:
    """Green lines: the parks of a county."""
    survey = world.surveys[0]
    mine = (survey.code == "0810") & (survey.county == county)
    geoms = survey.geom[mine]
    columns = {
        "code": [f"LX{i:03d}" for i in range(1, len(geoms) + 1)],
        "name": [f"示例公园{i}" for i in range(1, len(geoms) + 1)],
    }
    return Sheet("green_line", COUNTIES[county].code, geoms, columns, "2021-01-01")


def schemes(world: World) -> Sheet:
    """Development schemes beside the county seats: lots by use, public or not."""
    frame = world.ground.frame
    uses = (
        ("07", "居住用地", "否"),
        ("08", "公共服务设施用地", "是"),
        ("14", "公园绿地", "是"),
        ("10", "工业用地", "否"),
        ("12", "道路用地", "是"),
        ("09", "商业用地", "否"),
    )
    geoms: list[shapely.Geometry] = []
    columns: dict[str, list[str]] = {"code": [], "class": [], "public": [], "name": []}
    for town in range(frame.seats):
        side = 0.010 * frame.half_width
        for n in range(9):
            x, y = (n % 3 + 1.2) * side, (n // 3 - 1.5) * side
            ring = np.array([[x, y], [x + side, y], [x + side, y + side], [x, y + side]])
            centre = (float(frame.towns[town][0]), float(frame.towns[town][1]))
            geoms.append(shapes.turned(ring, centre, 0.3 * town))
            code, name, public = uses[(n * 5 + town) % len(uses)]
            for key, value in zip(
                columns, (code, name, public, f"示例片区{town + 1}"), strict=True
            ):
                columns[key].append(value)
    return Sheet("scheme_use", CITY, to_degrees(np.array(geoms, object)), columns, "2022-01-01")


def survey_sheet(world: World, version: int, county: int) -> Sheet:
    """The land-use survey (DLTB) of one county, areas by the statutory method."""
    survey, spec = world.surveys[version], COUNTIES[county]
    mine = survey.county == county
    geoms, code, net = survey.geom[mine], survey.code[mine], survey.net[mine]
    gross = np.round(statutory_m2(geoms, spec.meridian), 2)
    lost = np.round(gross * net, 2)
    base = sum(len(c.townships) for c in COUNTIES[:county])
    village = [spec.townships[t - base] for t in survey.township[mine]]
    numbers = range(1, len(geoms) + 1)
    columns = {
        "BSM": [f"{spec.code}{version}00000{i:06d}" for i in numbers],
        "YSDM": ["2001010100"] * len(geoms),
        "TBBH": [str(i) for i in numbers],
        "DLBM": code,
        "DLMC": [NAMES[str(c)] for c in code],
        "QSXZ": np.where(np.char.startswith(code, ("10",)), "20", np.where(net > 0, "30", "31")),
        "ZLDWDM": [spec.code + t[0] + "0000000000" for t in village],
        "ZLDWMC": [spec.name + t[1] for t in village],
        "TBMJ": gross,
        "KCDLBM": np.where(net > 0, "1203", ""),
        "KCXS": net,
        "KCMJ": lost,
        "TBDLMJ": np.round(gross - lost, 2),
        "SJNF": [("2022", "2023")[version]] * len(geoms),
    }
    return Sheet("land_use", spec.code, geoms, columns, ("2022-12-31", "2023-12-31")[version])
