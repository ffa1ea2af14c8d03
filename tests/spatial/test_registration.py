"""A batch that lies beside the survey as a whole is told with its shift, or: not enough edges."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import numpy as np
import pytest
import shapely
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.engine.registration import Shift, measured, shift_of
from spatial.models import Batch, Patch
from tests import drawing

Shapes = list[shapely.Geometry]


def survey(rng: np.random.Generator, cells: int = 250) -> Shapes:
    """A gap-free survey of fields about fifty metres wide."""
    side = 50 * cells**0.5
    points = shapely.multipoints(rng.uniform(0, side, (cells, 2)))
    box = shapely.box(0, 0, side, side)
    fields = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=box))
    return [field for field in shapely.intersection(fields, box) if field.area > 100]


def batch_on(rng: np.random.Generator, fields: Shapes, traced: int, other: int) -> Shapes:
    """Some outlines traced along fields, by a hand that is off by half a metre; others anywhere."""
    found = [_traced(rng, fields[i]) for i in rng.permutation(len(fields))[:traced]]
    side = shapely.union_all(fields).bounds[2]
    for _ in range(other):
        corners = np.sort(rng.uniform(0, 2 * np.pi, 5))
        place, size = rng.uniform(0, side, 2), rng.uniform(15, 40)
        ring = place + size * np.column_stack([np.cos(corners), np.sin(corners)])
        found.append(shapely.Polygon(ring))
    return [shape for shape in found if shape.is_valid]


def _traced(rng: np.random.Generator, field: shapely.Geometry) -> shapely.Geometry:
    rough = rng.normal(0, 0.4, (shapely.get_num_coordinates(field) - 1, 2))
    return shapely.transform(field, lambda xy: xy + np.vstack([rough, rough[:1]]))


def moved(shapes: Shapes, east: float, north: float) -> Shapes:
    return [shapely.transform(shape, lambda xy: xy + [east, north]) for shape in shapes]


def shift_against(fields: Shapes, outlines: Shapes) -> Shift:
    """As the database hands them over: each outline with the boundaries near it."""
    edges = shapely.boundary(np.array(fields, object))
    tree = shapely.STRtree(edges)
    pairs = []
    for outline in outlines:
        box = shapely.buffer(shapely.box(*outline.bounds), 20)
        near = shapely.union_all(edges[tree.query(box)])
        pairs.append((shapely.boundary(outline), near))
    return measured(pairs)


@settings(max_examples=6, deadline=None, derandomize=True, database=None)
@given(st.integers(0, 10_000), st.floats(0, 2 * np.pi), st.integers(30, 60))
def test_a_shift_of_three_metres_is_found_to_half_a_metre(
    seed: int, angle: float, traced: int
) -> None:
    rng = np.random.default_rng(seed)
    fields = survey(rng)
    true = 3 * np.cos(angle), 3 * np.sin(angle)
    found = shift_against(fields, moved(batch_on(rng, fields, traced, 80), *true))
    assert found.enough
    assert found.is_off
    assert np.hypot(found.east_m - true[0], found.north_m - true[1]) <= 0.5
    assert "3." in found.said or "2." in found.said


@settings(max_examples=6, deadline=None, derandomize=True, database=None)
@given(st.integers(0, 10_000))
def test_outlines_that_follow_nothing_are_not_enough(seed: int) -> None:
    rng = np.random.default_rng(seed)
    found = shift_against(survey(rng), batch_on(rng, survey(rng), 0, 150))
    assert not found.enough
    assert not found.is_off
    assert found.said.startswith("边不够")


def test_a_batch_in_its_place_is_said_to_be() -> None:
    rng = np.random.default_rng(3)
    fields = survey(rng)
    found = shift_against(fields, batch_on(rng, fields, 40, 40))
    assert (found.enough, found.is_off) == (True, False)
    assert "未见整体偏移" in found.said


def test_edges_of_one_direction_do_not_tell_a_shift_along_them() -> None:
    outlines = [shapely.box(90 * i, 40 * i, 90 * i + 60, 40 * i + 40) for i in range(40)]
    lines = [shapely.LineString(shape.exterior.coords[1:3]) for shape in moved(outlines, 0, 3)]
    pairs = [(shapely.boundary(shape), line) for shape, line in zip(outlines, lines, strict=True)]
    assert not measured(pairs).enough


def test_a_few_patches_are_not_enough_however_well_they_fit() -> None:
    rng = np.random.default_rng(4)
    fields = survey(rng)
    assert not shift_against(fields, moved(batch_on(rng, fields, 5, 0), 3, 0)).enough


def test_nothing_to_compare_with_is_not_enough() -> None:
    assert measured([]).said.startswith("边不够")


@pytest.mark.django_db
def test_a_batch_is_measured_against_the_survey_of_its_county() -> None:
    rng = np.random.default_rng(5)
    fields = survey(rng, 90)
    batch = Batch.objects.create(code="moved", source="部")
    letters = {chr(0x4E00 + i): {"plane": field} for i, field in enumerate(fields)}
    drawing.draw_version("land_use", {"draw": "".join(letters), **letters})
    for outline in moved(batch_on(rng, fields, 30, 10), 0, -3):
        drawing.draw_patch({"plane": outline}, batch=batch)
    ids = list(Patch.objects.values_list("pk", flat=True))
    found = shift_of(ids)
    assert (found.east_m, found.north_m) == pytest.approx((0, -3), abs=0.5)
    told: dict[str, Any] = json.loads(command("--batch", "moved", "--json"))
    assert (told["enough"], told["off"], told["looked_at"]) == (True, True, len(ids))
    assert f"批次 moved：整批图斑相对三调地类界向{found.said.split('向')[1]}" in command(
        "--batch", "moved"
    )
    Patch.objects.filter(pk__in=ids[5:]).delete()
    assert "边不够" in command("--batch", "moved")


def command(*words: str) -> str:
    out = StringIO()
    call_command("check_shift", *words, stdout=out)
    return out.getvalue()
