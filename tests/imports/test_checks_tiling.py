"""Gaps, overlaps and doubles of a layer that should tile its county, seen before it is in use."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from imports import load
from imports.checks import blocks, edges, tiling
from tests.imports.conftest import CITY, DAY, WEST, square, written

pytestmark = pytest.mark.django_db

COUNTY = (119.9, 33.0, 120.0, 33.1)


def quarters():
    """The west county in four: each shares its edges with its neighbours, vertex by vertex."""
    west, south, east, north = COUNTY
    mid_x, mid_y = 119.95, 33.05
    return [
        shapely.box(west, south, mid_x, mid_y), shapely.box(mid_x, south, east, mid_y),
        shapely.box(west, mid_y, mid_x, north), shapely.box(mid_x, mid_y, east, north),
    ]  # fmt: skip


def issues(tmp_path, geoms, *kinds, layer="land_use", **options):
    records = [
        {"BSM": str(at + 1), "DLBM": "0602", "DLMC": "采矿用地", "code": f"{WEST}{at:03}"}
        for at in range(len(geoms))
    ]
    path = written(tmp_path / f"{layer}.gpkg", records, geoms)
    options = {"valid_from": DAY, "region_code": WEST, **options}
    delivery = load.stage_layer(layer, path, **options)
    assert {version.status for version in delivery.versions.all()} == {"staged"}
    wanted = kinds or ("gap", "overlap", "sliver", "duplicate_geometry", "sticks_out")
    return [issue for issue in delivery.issues.all() if issue.kind in wanted]


def test_a_county_in_four_has_neither_gaps_nor_overlaps(counties, tmp_path):
    assert not issues(tmp_path, quarters())
    assert not issues(tmp_path, quarters(), "county_sum_differs")


def test_a_vertex_that_the_neighbour_lacks_is_no_fault(counties, tmp_path):
    geoms = quarters()
    geoms[0] = shapely.segmentize(geoms[0], 0.01)
    assert not issues(tmp_path, geoms)


def test_an_overlap_is_told_with_both_rows_place_and_area(counties, tmp_path):
    geoms = quarters()
    geoms[0] = geoms[0].union(shapely.box(119.95, 33.02, 119.951, 33.021))
    (issue,) = issues(tmp_path, geoms)
    assert issue.kind == "overlap"
    assert issue.row == 1
    assert "第 1 行（1）与第 2 行（2）重叠 103" in issue.message
    assert shapely.box(119.95, 33.02, 119.951, 33.021).covers(shapely.from_wkt(issue.place.wkt))
    assert issue.delivered["BSM"] == "1"


def test_one_wholly_inside_another_overlaps(counties, tmp_path):
    (issue,) = issues(tmp_path, [*quarters(), square(119.92, 33.02)])
    assert (issue.kind, issue.row) == ("overlap", 1)


def test_two_whole_surveys_in_one_file_are_told(counties, tmp_path):
    halves = [shapely.box(119.9, 33, 119.93, 33.1), shapely.box(119.93, 33, 120, 33.1)]
    found = issues(tmp_path, [*quarters(), *halves])
    assert {issue.kind for issue in found} == {"overlap"}
    assert len(found) == 6


def test_a_gap_inside_and_a_gap_at_the_county_line(counties, tmp_path):
    hole = square(119.92, 33.02)
    edge = shapely.box(119.9, 33.07, 119.901, 33.08)
    geoms = quarters()
    geoms[0], geoms[2] = geoms[0].difference(hole), geoms[2].difference(edge)
    found = issues(tmp_path, geoms)
    assert [issue.kind for issue in found] == ["gap", "gap"]
    places = [shapely.from_wkt(issue.place.wkt) for issue in found]
    assert (edge.covers(places[0]), hole.covers(places[1])) == (True, True)
    assert "西县有 103" in found[1].message


def test_a_missing_quarter_is_one_gap(counties, tmp_path):
    (issue,) = issues(tmp_path, quarters()[:3])
    assert issue.kind == "gap"


def test_threads_along_a_shared_line_are_one_note(counties, tmp_path):
    """2 cm over a kilometre is the rounding of two files, not land: summed, never hidden."""
    geoms = quarters()
    geoms[0] = shapely.box(119.9, 33.0, 119.95, 33.05 - 2e-7)
    (issue,) = issues(tmp_path, geoms)
    assert (issue.kind, issue.severity) == ("sliver", "note")
    assert "1 处，合计 103" in issue.message


def test_the_same_shape_twice_is_one_issue_not_an_overlap_too(counties, tmp_path):
    turned = shapely.Polygon(list(quarters()[0].exterior.coords)[1:])
    (issue,) = issues(tmp_path, [*quarters(), turned])
    assert (issue.kind, issue.row) == ("duplicate_geometry", 5)
    assert "第 1 行" in issue.message


def test_a_ledger_may_hold_one_shape_for_each_step_and_paper(counties, tmp_path):
    rows = [
        {"PZWH": "甲〔2023〕1号", "SPHJ": "农转用"}, {"PZWH": "甲〔2023〕1号", "SPHJ": "征收"},
        {"PZWH": "乙〔2023〕2号", "SPHJ": "征收"}, {"PZWH": "乙〔2023〕2号", "SPHJ": "征收"},
    ]  # fmt: skip
    path = written(tmp_path / "a.gpkg", rows, [square(119.95, 33.05)] * 4)
    delivery = load.stage_layer("approval", path, region_code=WEST)
    assert [issue.row for issue in delivery.issues.filter(kind="duplicate_geometry")] == [4]


def test_papers_without_steps_are_told_apart_by_number_alone(counties, tmp_path):
    rows = [{"BAH": "甲1", "BARQ": "2023-05-06"}, {"BAH": "甲2", "BARQ": "2023-05-06"}]
    path = written(tmp_path / "a.gpkg", rows, [square(119.95, 33.05)] * 2)
    delivery = load.stage_layer("facility", path, region_code=WEST)
    assert not delivery.issues.filter(kind="duplicate_geometry").exists()


def test_parcels_may_leave_gaps_but_not_overlap(counties, tmp_path):
    geoms = [square(119.92, 33.02), square(119.9205, 33.02), square(119.95, 33.05)]
    assert [issue.kind for issue in issues(tmp_path, geoms, layer="parcel")] == ["overlap"]


def test_layers_that_may_overlap_are_not_accused(counties, tmp_path):
    geoms = [square(119.92, 33.02), square(119.9205, 33.02)]
    assert not issues(tmp_path, geoms, layer="ecological_redline")


def test_each_county_of_a_delivery_is_looked_at(counties, tmp_path):
    east = shapely.box(120.0, 33.0, 120.1, 33.09)
    (issue,) = issues(tmp_path, [*quarters(), east], layer="land_use", region_code=CITY)
    assert "东县有" in issue.message
    assert issue.place.x > 120


def test_a_repaired_row_is_judged_as_repaired(counties, tmp_path):
    """A bow tie inside a quarter's hole fills half of it; the rest is a gap."""
    hole = square(119.92, 33.02)
    west, south, east, north = hole.bounds
    bow = shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
    geoms = quarters()
    geoms[0] = geoms[0].difference(hole)
    found = issues(tmp_path, [*geoms, bow])
    assert {issue.kind for issue in found} == {"gap"}
    assert len(found) == 2


def test_what_reaches_over_the_county_line_is_told_with_its_area(counties, tmp_path):
    geoms = [square(119.8995, 33.05), square(119.95, 33.05)]
    (issue,) = issues(tmp_path, geoms, layer="ecological_redline")
    assert (issue.kind, issue.row) == ("sticks_out", 1)
    assert "5179.28 m²" in issue.message
    assert issue.place.x < 119.9


def test_a_sum_that_misses_the_county_is_told(counties, tmp_path):
    (issue,) = issues(tmp_path, quarters()[:3], "county_sum_differs")
    assert "西县" in issue.message
    assert "相差 -25" in issue.message


@pytest.mark.parametrize("seed", range(4))
def test_edges_are_shared_exactly_where_cells_meet(seed, monkeypatch):
    rng = np.random.default_rng(seed)
    box = shapely.box(*COUNTY)
    points = shapely.multipoints(rng.random((60, 2)) * 0.1 + np.array([119.9, 33.0]))
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=box))
    cells = shapely.set_precision(shapely.intersection(cells, box), 1e-9)
    dropped = int(rng.integers(len(cells)))
    ground = shapely.coverage_union_all(cells)
    kept = np.delete(cells, dropped)
    monkeypatch.setattr(blocks, "MOST", 7)  # many blocks, as a county of a million has
    around = edges.of(np.array([ground]), turned=True)
    lines = edges.together([tiling.looked_over(kept)[1], around]).unshared.lines
    faces = tiling.uncovered(lines, kept, ground)
    assert shapely.union_all(faces).symmetric_difference(cells[dropped]).area < 1e-14
    assert not len(tiling.overlapping(cells)[0])
    moved = shapely.transform(cells[dropped], lambda xy: xy + 1e-4)
    left, right = tiling.overlapping(np.append(kept, [moved]))
    truly = [at for at, cell in enumerate(kept) if cell.intersection(moved).area > 1e-13]
    assert sorted(left.tolist()) == truly
    assert set(right.tolist()) == {len(kept)}
