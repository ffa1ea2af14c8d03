"""A seeded prefecture for measuring: the demo's ground, with layers made in bulk upon it.

The cells, classes, townships and counties are the demo's (``imports.demo``); lots, approvals,
parcels and patches are drawn many at a time, without the demo's scenes and files. 全部虚构
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from gisland.bench import outlines
from imports.demo.cells import VILLAGE, Ground, Ints, make_frame, make_ground
from imports.demo.classes import CULTIVATED, assign_classes, assign_regions, group_cells
from imports.demo.place import COUNTIES, Floats, Geoms, to_degrees, to_local, township_code
from imports.demo.shapes import noise

CELLS_PER_POLYGON = 1.7
"""Cells that make one survey polygon, on average."""

HOLDERS = 400
LEDGERS = {"approval": 0.5, "supply": 0.2, "temporary": 0.06, "facility": 0.06, "lease": 0.06}
"""Rows of each ledger, per patch."""

PLANS = ("农业生产区", "生态保护区", "村庄建设用地", "城镇建设用地")


@dataclass
class Sheet:
    """The zones of one layer in degrees; each has one row of attributes, perhaps a holder."""

    layer: str
    geoms: Geoms
    attributes: list[dict[str, Any]]
    holders: Ints = field(default_factory=lambda: np.zeros(0, int))
    valid_from: str = "2018-01-01"


@dataclass
class Prefecture:
    """Everything that is loaded: counties, layers, patches."""

    counties: Geoms
    sheets: list[Sheet]
    patches: Geoms
    patch_county: Ints
    patch_facts: list[dict[str, Any]]


@dataclass
class Workings:
    """What the layers are cut from: cells in degrees, survey polygons, the random stream."""

    rng: np.random.Generator
    ground: Ground
    cells: Geoms
    survey: Geoms
    code: np.ndarray[Any, np.dtype[np.str_]]
    cell: Ints
    local: Geoms
    middle: Floats
    villages: Floats


def make_prefecture(polygons: int, patches: int, seed: int) -> Prefecture:
    """About so many survey polygons, and exactly so many patches, from one seed."""
    from gisland.bench import patches as drawing  # noqa: PLC0415 - it needs this module's names

    work = workings(polygons, seed)
    places, _ = dissolve_whole(work.cells, work.ground.county)
    lots = _lots(work, patches)
    sheets = [
        survey_sheet(work),
        _farmland(work),
        _redline(work),
        _urban(work),
        _planning(work),
        _townships(work),
        _parcels(work, polygons),
        _occupied(work, patches),
        *(_ledger(work, layer, lots) for layer in LEDGERS),
    ]
    geoms, county, facts = drawing.make_patches(work, lots["approval"], patches)
    return Prefecture(places, sheets, geoms, county, facts)


def workings(polygons: int, seed: int) -> Workings:
    """The ground of about so many survey polygons, from one seed."""
    rng = np.random.default_rng(seed)
    count = max(300, int(polygons * CELLS_PER_POLYGON))
    ground = make_ground(rng, make_frame(rng, count, seed, 0), count)
    assign_regions(ground)
    assign_classes(rng, ground)
    cells = to_degrees(ground.cells)
    groups = group_cells(rng, ground)
    survey, mark = dissolve(cells, groups)
    kinds, first = np.unique(groups, return_index=True)
    local = to_local(survey)
    cell = first[np.searchsorted(kinds, mark)]
    return Workings(
        rng,
        ground,
        cells,
        survey,
        ground.code[cell],
        cell,
        local,
        shapely.get_coordinates(shapely.point_on_surface(local)),
        ground.seeds[ground.kind == VILLAGE],
    )


def _union(geoms: Geoms) -> shapely.Geometry:
    """The union of cells that share their edges; where two arcs cross, the halves by overlay."""
    try:
        return shapely.coverage_union_all(geoms)
    except shapely.GEOSException:
        middle = len(geoms) // 2
        return shapely.union(_union(geoms[:middle]), _union(geoms[middle:]))


def dissolve_whole(geoms: Geoms, labels: Ints) -> tuple[Geoms, Ints]:
    """Each label's ground as one geometry, in order of the labels."""
    kinds, dense = np.unique(labels, return_inverse=True)
    order = np.argsort(dense, kind="stable")
    whole = np.empty(len(kinds), object)
    for i, rows in enumerate(np.split(order, np.cumsum(np.bincount(dense))[:-1])):
        whole[i] = geoms[rows[0]] if len(rows) == 1 else _union(geoms[rows])
    return whole, kinds


def dissolve(geoms: Geoms, labels: Ints) -> tuple[Geoms, Ints]:
    """One polygon per connected part of each label, and the label of each polygon."""
    whole, kinds = dissolve_whole(geoms, labels)
    parts, index = shapely.get_parts(whole, return_index=True)
    return np.asarray(parts, object), kinds[index]


def near_villages(work: Workings, count: int, spread: float) -> Floats:
    """Places in and about villages."""
    chosen = work.villages[work.rng.integers(0, len(work.villages), count)]
    return np.asarray(chosen + work.rng.normal(0, spread, (count, 2)))


def survey_sheet(work: Workings) -> Sheet:
    """The survey as a layer."""
    ridge = np.round(work.rng.uniform(0, 0.15, len(work.code)), 4)
    rows = [
        {"code": str(code), "kcxs": float(share) if code in CULTIVATED else 0.0}
        for code, share in zip(work.code, ridge, strict=True)
    ]
    return Sheet("land_use", work.survey, rows, valid_from="2022-12-31")


def _farmland(work: Workings) -> Sheet:
    mood = noise(work.middle, work.ground.frame.seed + 80, 0.3 * work.ground.frame.half_width)
    keep = np.isin(work.code, CULTIVATED) & (mood > -0.85)
    geoms, code = work.survey[keep].copy(), work.code[keep]
    drawn_in = work.rng.random(len(geoms)) < 0.15
    inner = to_degrees(shapely.buffer(work.local[keep][drawn_in], -1.5, join_style="mitre"))
    geoms[drawn_in] = np.where(shapely.is_valid(inner), inner, geoms[drawn_in])
    full = ~shapely.is_empty(geoms)
    rows = [{"code": f"YN{i:06d}", "class": str(c)} for i, c in enumerate(code[full])]
    return Sheet("basic_farmland", geoms[full], rows, valid_from="2023-01-01")


def _redline(work: Workings) -> Sheet:
    """One huge zone full of holes over the whole prefecture, with edges densified by hand."""
    ground = work.ground
    wild = np.isin(ground.code, ("0301", "0305", "0307", "1102", "1106"))
    kept = wild & (work.rng.random(len(wild)) < 0.95)
    whole = _union(ground.cells[kept])
    dense = to_degrees(np.array([shapely.segmentize(whole, 8)], object))
    dense = np.where(shapely.is_valid(dense), dense, shapely.make_valid(dense))
    return Sheet("ecological_redline", dense, [{"code": "990100-01", "class": "水源涵养"}])


def _town_reach(work: Workings) -> Floats:
    frame = work.ground.frame
    gaps = work.ground.seeds[:, None] - frame.towns[None]
    wobble = 0.15 * noise(work.ground.seeds, frame.seed + 71, 0.15 * frame.half_width)
    return np.asarray(np.hypot(*gaps.T).T.min(1) / (0.08 * frame.half_width) + wobble)


def _urban(work: Workings) -> Sheet:
    near = _town_reach(work) < 1
    geoms, _ = dissolve(work.cells[near], work.ground.township[near])
    rows = [{"code": "510", "class": "城镇集中建设区"}] * len(geoms)
    return Sheet("urban_boundary", geoms, rows, valid_from="2022-12-31")


def _planning(work: Workings) -> Sheet:
    ground = work.ground
    zone = np.zeros(len(ground.seeds), int)
    zone[np.isin(ground.code, ("0301", "0305", "1102", "1106"))] = 1
    zone[ground.code == "0702"] = 2
    zone[_town_reach(work) < 1.25] = 3
    geoms, mark = dissolve(work.cells, zone * 1000 + ground.township)
    kind = mark // 1000
    rows = [
        {"code": f"{k + 1:02d}", "class": PLANS[k], "construction_allowed": bool(k >= 2)}
        for k in kind
    ]
    return Sheet("planning_zone", geoms, rows, valid_from="2021-01-01")


def _townships(work: Workings) -> Sheet:
    geoms, kinds = dissolve_whole(work.cells, work.ground.township)
    codes = [township_code(c, i) for c in COUNTIES for i in range(len(c.townships))]
    rows = [{"code": codes[int(kind)]} for kind in kinds]
    return Sheet("township", geoms, rows)


def _parcels(work: Workings, polygons: int) -> Sheet:
    """House plots about villages; in crowded ones they overlap."""
    centres = near_villages(work, int(polygons * 0.4), 90)
    areas = np.full(len(centres), 17.0 * 13)
    geoms = outlines.any_rects(work.rng, centres, areas)
    rows = [{"code": f"ZD{i:07d}", "purpose": "住宅"} for i in range(len(geoms))]
    who = np.where(work.rng.random(len(geoms)) < 0.3, _holders(work, len(geoms)), -1)
    return Sheet("parcel", to_degrees(geoms), rows, who)


def _occupied(work: Workings, patches: int) -> Sheet:
    centres = near_villages(work, max(5, patches // 20), 500)
    geoms = outlines.blobs(work.rng, centres, np.exp(work.rng.normal(8.5, 0.8, len(centres))))
    rows = [{"code": f"ZY{i:06d}"} for i in range(len(geoms))]
    return Sheet("occupied", to_degrees(geoms), rows, _holders(work, len(geoms)))


def _holders(work: Workings, count: int) -> Ints:
    return work.rng.integers(0, HOLDERS, count)


def _lots(work: Workings, patches: int) -> dict[str, Geoms]:
    """The ground of each ledger's rows: lots, traced shapes, survey polygons, a tenth twice."""
    found: dict[str, Geoms] = {}
    for layer, share in LEDGERS.items():
        count = max(8, int(patches * share))
        third = count // 3
        areas = np.exp(work.rng.normal(9.2, 1.0, 2 * third))
        centres = near_villages(work, 2 * third, 450)
        drawn = [
            outlines.any_rects(work.rng, centres[:third], areas[:third]),
            outlines.blobs(work.rng, centres[third:], areas[third:]),
            work.local[work.rng.integers(0, len(work.local), max(1, third - count // 10))],
        ]
        geoms = np.concatenate(drawn)
        again = work.rng.integers(0, len(geoms), count - len(geoms))
        found[layer] = np.concatenate([geoms, geoms[again]])
    some = work.rng.permutation(len(found["approval"]))[: len(found["supply"]) // 2]
    found["supply"][: len(some)] = found["approval"][some]
    return found


def _ledger(work: Workings, layer: str, lots: dict[str, Geoms]) -> Sheet:
    geoms = lots[layer]
    day = np.datetime64("2019-01-01") + work.rng.integers(0, 2100, len(geoms))
    steps = ("农转用", "征收", "单独选址", "宅基地", "先行用地")
    step = work.rng.integers(0, len(steps), len(geoms))
    rows = []
    for i, on in enumerate(day):
        later = str(on + np.timedelta64(730, "D"))
        rows.append(
            {
                "document": f"示土批〔{str(on)[:4]}〕{i}号",
                **_dates(layer, str(on), later, steps[step[i]]),
            }
        )
    return Sheet(layer, to_degrees(geoms), rows, _holders(work, len(geoms)))


def _dates(layer: str, on: str, later: str, step: str) -> dict[str, Any]:
    """What each ledger says of a row made on a day."""
    told: dict[str, dict[str, Any]] = {
        "approval": {"step": step, "filed_on": on, "approved_on": on, "valid_until": None,
                     "revoked_on": None, "purpose": "工业用地"},
        "supply": {"contract_on": on, "revoked_on": None, "purpose": "工业用地"},
        "temporary": {"approved_on": on, "valid_until": later, "revoked_on": None,
                      "reclaimed_on": None},
        "facility": {"filed_on": on, "revoked_on": None},
        "lease": {"lessor_kind": "集体", "signed_on": on},
    }  # fmt: skip
    return told[layer]
