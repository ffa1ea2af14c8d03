"""Levels of the map's far zooms: no gaps, small ground joins its neighbour, nothing ever fails."""

from __future__ import annotations

import datetime
from types import SimpleNamespace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.levels import coverage, make, plan
from spatial.levels.plan import LEVELS, Merge
from spatial.levels.ready import Ready, ready_for
from spatial.models.dataset import Nature


def survey(side_m: float, seed: int, rows: int = 12, points: int = 14) -> np.ndarray:
    """A coverage of wobbling quadrilaterals that have every vertex in common with a neighbour."""
    rng = np.random.default_rng(seed)
    corner = rng.uniform(-0.2, 0.2, (rows + 1, rows + 1, 2))
    corner += np.stack(np.meshgrid(np.arange(rows + 1.0), np.arange(rows + 1.0)), axis=-1)

    def line(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        share = np.linspace(0, 1, points)[:, None]
        aside = np.array([a[1] - b[1], b[0] - a[0]])  # never back along the line: no crossing
        swing = rng.uniform(-0.06, 0.06, (points, 1)) * np.sin(np.pi * share) ** 2
        found = a + (b - a) * share + swing * aside
        found[0], found[-1] = a, b
        return found

    across = [[line(corner[r, c], corner[r, c + 1]) for c in range(rows)] for r in range(rows + 1)]
    along = [[line(corner[r, c], corner[r + 1, c]) for c in range(rows + 1)] for r in range(rows)]
    made = []
    for r in range(rows):
        for c in range(rows):
            ring = [across[r][c], along[r][c + 1], across[r + 1][c][::-1], along[r][c][::-1]]
            made.append(shapely.Polygon(np.concatenate([part[:-1] for part in ring]) * side_m))
    found = np.array(made, object)
    assert shapely.is_valid(found).all()
    return found


def ground(faces: np.ndarray, shades: list[str]) -> make.Ground:
    ids = np.arange(len(faces)) + 100
    return make.Ground(ids, ids, np.array(shades), faces)


def seamless(faces: np.ndarray) -> bool:
    """Neither gap nor overlap: the parts make up their union, which has no hole."""
    whole = shapely.union_all(faces)
    holes = shapely.get_num_interior_rings(shapely.get_parts(whole)).sum()
    return holes == 0 and shapely.area(faces).sum() == pytest.approx(whole.area, rel=1e-9)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([15.0, 60.0, 300.0, 2000.0]))
def test_every_level_tiles_the_ground_of_the_survey(seed: int, side_m: float) -> None:
    faces = survey(side_m, seed)
    rng = np.random.default_rng(seed)
    shades = [str(shade) for shade in rng.choice(["cultivated", "forest", "water"], len(faces))]
    assert seamless(faces)
    area = shapely.area(faces).sum()
    for drawn in make.levels_of(ground(faces, shades), Merge.GROUP, is_coverage=True):
        assert seamless(drawn.faces), drawn.level
        if drawn.level.is_single:
            assert shapely.area(drawn.faces).sum() == pytest.approx(area, rel=1e-9)


def test_near_by_each_zone_stays_itself_far_out_only_its_group() -> None:
    faces = survey(400, 1)
    shades = ["forest" if row % 12 < 6 else "water" for row in range(len(faces))]
    near, *far = make.levels_of(ground(faces, shades), Merge.GROUP, is_coverage=True)
    assert near.level.zoom == 14
    assert sorted(near.row) == list(range(len(faces)))
    assert all((drawn.row == -1).all() for drawn in far)
    assert all(set(drawn.shade) == {"forest", "water"} for drawn in far[:3])
    for one, other in zip([near, *far], far, strict=False):
        assert len(other.faces) <= len(one.faces)
        assert shapely.get_num_coordinates(other.faces).sum() < (
            shapely.get_num_coordinates(one.faces).sum()
        )


def test_small_ground_joins_the_neighbour_with_the_longest_border() -> None:
    left, right = shapely.box(0, 0, 100, 100), shapely.box(110, 0, 200, 100)
    strip = shapely.box(100, 0, 110, 90)  # 90 m with either, 10 m with what lies on top
    top = shapely.box(100, 90, 110, 100)
    faces = np.array([
        shapely.Polygon([(0, 0), (100, 0), (100, 90), (100, 100), (0, 100)]),
        shapely.Polygon([(110, 0), (200, 0), (200, 100), (110, 100), (110, 90)]),
        strip, top, shapely.box(900, 900, 905, 905),
    ], object)  # fmt: skip
    borders = coverage.borders_of(faces)
    met = {
        (int(a), int(b)): round(float(length))
        for a, b, length in zip(borders.one, borders.other, borders.length, strict=True)
    }
    assert met == {(0, 2): 90, (0, 3): 10, (1, 2): 90, (1, 3): 10, (2, 3): 10}
    labels = coverage.absorb_small(
        np.arange(5), np.array([left.area, right.area + 1, strip.area, top.area, 25.0]), borders,
        smallest=2000,
    )  # fmt: skip
    assert labels[2] in (0, 1)
    assert labels[3] in (0, 1)
    assert (labels[0], labels[1], labels[4]) == (0, 1, 4), "what has no larger neighbour stays"


def test_a_survey_that_is_not_clean_is_drawn_all_the_same() -> None:
    faces = survey(50, 3)
    bowtie = shapely.Polygon([(0, 0), (200, 200), (200, 0), (0, 200)])
    shifted = shapely.transform(faces[:40], lambda xy: xy + (7, 3))
    dirty = np.array([*faces, *shifted, bowtie, shapely.Polygon()], object)
    shades = ["forest", "water"] * (len(dirty) // 2) + ["forest"] * (len(dirty) % 2)
    whole = shapely.union_all(shapely.make_valid(dirty))
    for drawn in make.levels_of(ground(dirty, shades), Merge.GROUP, is_coverage=True):
        assert shapely.is_valid(drawn.faces).all()
        if drawn.level.zoom >= 12:  # farther out it is a pixel wide
            missing = shapely.difference(whole, shapely.union_all(drawn.faces))
            assert missing.area < 0.05 * whole.area, drawn.level


def test_zones_of_a_line_layer_stay_themselves_at_every_level() -> None:
    huge = shapely.Point(0, 0).buffer(30_000, quad_segs=5000)
    levels = list(make.levels_of(
        ground(np.array([huge, shapely.box(0, 0, 60, 60)], object), ["", ""]), Merge.ZONE,
        is_coverage=False,
    ))  # fmt: skip
    assert [set(drawn.row) for drawn in levels[:3]] == [{0, 1}, {0, 1}, {0, 1}]
    assert set(levels[-1].row) == {0}, "what is no pixel wide is not drawn"
    sizes = [int(shapely.get_num_coordinates(drawn.faces).sum()) for drawn in levels]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[1] < 2000


def test_what_is_merged_ends_at_the_county() -> None:
    county = shapely.box(0, 0, 1000, 1000)
    zones = np.array([shapely.box(100, 100, 600, 600), shapely.box(600, 100, 1500, 600)], object)
    _, *far = make.levels_of(ground(zones, ["", ""]), Merge.LAYER, is_coverage=False, within=county)
    assert shapely.union_all(far[0].faces).bounds == (100, 100, 1000, 600)


def test_the_level_of_each_zoom() -> None:
    assert [plan.level_for(zoom) for zoom in (3, 6, 7, 8, 9, 10, 11, 12, 13, 14)] == [
        6, 6, 6, 8, 8, 10, 11, 12, 12, 14,
    ]  # fmt: skip
    assert plan.level_for(15) is None
    assert [level.zoom for level in LEVELS] == [14, 12, 11, 10, 8, 6]


def test_levels_of_an_earlier_plan_are_drawn_until_they_are_made_anew() -> None:
    at = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    now, before = (1, at, (14, 12, 11, 10, 8, 6)), (2, at, (14, 12, 10, 8, 6))
    drawn = {zoom: ready_for(zoom, [now, before]).level for zoom in (5, 8, 10, 11, 12)}
    assert drawn == {5: 6, 8: 8, 10: 10, 11: 10, 12: 12}
    assert ready_for(11, [now]).level == 11
    assert ready_for(15, [now]) == ready_for(11, []) == Ready()


@pytest.mark.parametrize(
    ("nature", "coverage_", "vertices", "wants"),
    [
        (Nature.SNAPSHOT, True, 4, True),
        (Nature.SNAPSHOT, True, 0, False),
        (Nature.SNAPSHOT, False, 99_999, False),
        (Nature.SNAPSHOT, False, 100_000, True),
        (Nature.LEDGER, False, 10**7, False),
    ],
)
def test_which_versions_want_levels(
    nature: str, coverage_: bool, vertices: int, wants: bool
) -> None:
    layer = SimpleNamespace(nature=nature, coverage=coverage_)
    version = SimpleNamespace(layer=layer, declared_empty=False)
    assert plan.wants_levels(version, vertices) is wants


def test_twins_are_the_same_feature_only() -> None:
    one = shapely.box(0, 0, 1, 1).wkb
    assert make.twin("7", one) == make.twin("7", one)
    assert make.twin("7", one) != make.twin("8", one)
    assert make.twin("7", one) != make.twin("7", shapely.box(0, 0, 1, 2).wkb)
