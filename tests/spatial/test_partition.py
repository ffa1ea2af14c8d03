"""The partition: disjoint, covering, exact; and the patch that GEOS refuses is redone alone."""

from __future__ import annotations

import math
from itertools import combinations, count
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from spatial.engine.classify import classify
from spatial.models import Assessment, Batch, Patch, Run, Zone
from spatial.rules.load import load_text
from tests import drawing
from tests.test_cases import AS_OF

if TYPE_CHECKING:
    from spatial.models import Region, RulesetVersion

pytestmark = pytest.mark.django_db
BOUNDED = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
SCENES = 8
"""Scenes of one example: they are judged in one run."""

RULES = """
[ruleset]
name = "partition"
title = "划分"
version = "1"
ground = "batch"
subject = ["patch.holder", "approval.holder"]
[date]
act_from = "patch.before_on"
act_to = "patch.after_on"
[notion]
land = { term = "地类", layer = "land_use", version = "act" }
farm = { term = "永农", layer = "basic_farmland", version = "act" }
eco = { term = "红线", layer = "ecological_redline", version = "act" }
line = { term = "批准", layer = "approval" }
[rules]
conclude = [
  { code = "line", term = "批准", class = "legal", inside = ["line"], source = "试" },
  { code = "rest", term = "其余", class = "other", source = "试" },
]
mark = [
  { code = "land", term = "地类", part = { inside = ["land"] }, at_least_m2 = 1, source = "试" },
  { code = "farm", term = "永农", part = { inside = ["farm"] }, at_least_m2 = 1, source = "试" },
  { code = "eco", term = "红线", part = { inside = ["eco"] }, at_least_m2 = 1, source = "试" },
]
"""
LAYERS = ("land_use", "basic_farmland", "ecological_redline", "approval")
DATES = {"before_on": "2024-01-01", "after_on": "2024-04-01"}
NUMBERS = count(1)
Scene = tuple[shapely.Geometry, dict[str, list[shapely.Geometry]]]


def shifted(shape: shapely.Geometry, east: float, north: float) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: xy + [east, north])


@st.composite
def star(draw: st.DrawFn, reach: float) -> shapely.Geometry:
    """Ground of 3 to 9 corners about a point not far from the origin."""
    corners = draw(st.integers(3, 9))
    size = reach * draw(st.integers(1, 20)) / 20
    radii = draw(st.lists(st.integers(3, 10), min_size=corners, max_size=corners))
    turn, east, north = draw(st.tuples(*[st.integers(-60, 60)] * 3))
    angles = [turn / 10 + 2 * math.pi * i / corners for i in range(corners)]
    return shapely.Polygon(
        [
            (east + size * r / 10 * math.cos(a), north + size * r / 10 * math.sin(a))
            for r, a in zip(radii, angles, strict=True)
        ]
    )


@st.composite
def box(draw: st.DrawFn) -> shapely.Geometry:
    """Squares of a 10 m lattice: shared edges and corners that touch."""
    west, south = draw(st.tuples(st.integers(-8, 6), st.integers(-8, 6)))
    width, height = draw(st.tuples(st.integers(1, 6), st.integers(1, 6)))
    return shapely.box(10 * west, 10 * south, 10 * (west + width), 10 * (south + height))


def kilometre() -> list[shapely.Geometry]:
    """Two neighbours on an oblique edge of 1.2 km; only one has a corner on it: a T-junction."""
    a, b, middle = (-600, -137), (600, 211), (-3, 36.13)
    return [shapely.Polygon([a, b, (0, 900)]), shapely.Polygon([a, (0, -900), b, middle])]


@st.composite
def scene(draw: st.DrawFn) -> Scene:
    """A patch, sometimes with a hole, and up to four zones in each layer."""
    patch = draw(st.one_of(star(60), box()))
    if draw(st.booleans()):
        core = shapely.transform(patch, lambda xy: xy * 0.4 + 0.6 * xy.mean(axis=0))
        holed = patch.difference(core)
        patch = holed if holed.geom_type == "Polygon" and holed.area > 1 else patch
    near = st.tuples(st.sampled_from([1e-9, 1e-7, 1e-6, 1e-4, 1e-3]), st.integers(-2, 2)).map(
        lambda told: shifted(patch, told[0] * told[1], -told[0])
    )
    ring = star(90).map(lambda shape: shape.difference(shape.buffer(-5, join_style="mitre")))
    zone = st.one_of(star(90), box(), near, ring)
    layers = {layer: draw(st.lists(zone, max_size=4)) for layer in LAYERS}
    if draw(st.booleans()):
        layers["land_use"] = kilometre()
    good = {
        layer: [shape for shape in shapes if shape.is_valid and shape.area > 1e-4]
        for layer, shapes in layers.items()
    }
    return patch, good


def draw_scene(told: Scene, batch: Batch, place: int = 0) -> Patch:
    """The scene in a county of its own, so many kilometres north of the origin."""
    patch, layers = told
    number = next(NUMBERS)
    region = drawing.county(str(990101 + number), f"划分县{number}")
    east, north = drawing.ORIGIN_EAST, drawing.ORIGIN_NORTH + 1000 * (place - number)
    for layer, shapes in layers.items():
        letters = {
            chr(65 + i): {"plane": shifted(shape, east, north)} for i, shape in enumerate(shapes)
        }
        drawing.draw_version(layer, {"draw": "".join(letters), **letters}, region=region)
    ground = shifted(patch, east, north)
    return drawing.draw_patch({"plane": ground, **DATES}, batch=batch, region=region)


def judge(patches: list[Patch], ruleset: RulesetVersion | None = None) -> Run:
    ids = [patch.pk for patch in patches]
    return classify(ids, ruleset=ruleset or load_text(RULES), as_of=AS_OF)


def in_shapely(geometry: Any) -> shapely.Geometry:
    return shapely.from_wkb(bytes(geometry.wkb))


def engine_ground(zone: Zone, region: Region) -> shapely.Geometry:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_AsBinary(engine_ground(geom, %s)) FROM spatial_zone WHERE id = %s",
            [region.plane_srid, zone.pk],
        )
        return shapely.from_wkb(bytes(cursor.fetchone()[0]))


def check(found: Assessment) -> None:
    """Every invariant of the partition of one patch."""
    patch, pieces = found.patch, list(found.pieces.all())
    ground = in_shapely(patch.ground)
    shapes = [in_shapely(piece.ground) for piece in pieces]
    assert sum(piece.area_m2 for piece in pieces) == patch.area_m2 == found.area_m2
    assert sum(piece.exact_area_m2 for piece in pieces) == pytest.approx(ground.area, abs=0.01)
    for piece, shape in zip(pieces, shapes, strict=True):
        assert piece.area_m2 == round(piece.area_m2, 2)
        assert abs(float(piece.area_m2) - piece.exact_area_m2) <= 0.01 + 1e-9
        assert shape.is_valid
        assert shape.area == pytest.approx(piece.exact_area_m2, abs=1e-4)
    assert shapely.union_all(shapes).area == pytest.approx(ground.area, abs=0.01)
    for one, other in combinations(shapes, 2):
        assert one.intersection(other).area < 1e-4
    labels = [tuple(sorted(id for ids in piece.zones.values() for id in ids)) for piece in pieces]
    assert len(set(labels)) == len(labels), "the same zones, and yet two pieces"
    for zone in Zone.objects.filter(version__region=patch.region):
        within = sum(
            piece.exact_area_m2
            for piece, label in zip(pieces, labels, strict=True)
            if zone.pk in label
        )
        independent = shapely.intersection(ground, engine_ground(zone, patch.region)).area
        assert within == pytest.approx(independent, abs=0.01), zone


@BOUNDED
@given(st.lists(scene(), min_size=SCENES, max_size=SCENES))
def test_any_ground_over_any_zones(scenes: list[Scene]) -> None:
    with transaction.atomic():  # rolled back: an example leaves neither rows nor locks
        batch = Batch.objects.create(code=f"partition-{next(NUMBERS)}", source="部")
        with drawing.derived_together():
            drawn = [draw_scene(told, batch, place) for place, told in enumerate(scenes)]
        run = judge(drawn)
        for found in run.assessments.select_related("patch__region").prefetch_related("pieces"):
            assert not found.fallback
            check(found)
        transaction.set_rollback(True)


def single(patch: shapely.Geometry, **layers: list[shapely.Geometry]) -> Assessment:
    batch = Batch.objects.create(code=f"partition-{next(NUMBERS)}", source="部")
    return judge([draw_scene((patch, layers), batch)]).assessments.get()


def circle(radius: float) -> shapely.Geometry:
    return shapely.Point(0, 0).buffer(radius, quad_segs=500)


def test_cut_lines_of_a_large_zone_never_reach_its_pieces() -> None:
    """2000 corners are 16 parts and more; the patch inside stays whole, with its own corners."""
    found = single(shapely.box(-40, -30, 40, 30), basic_farmland=[circle(100)])
    (piece,) = found.pieces.all()
    assert piece.ground.num_coords == found.patch.ground.num_coords
    check(found)


def test_a_large_zone_that_crosses_cuts_once() -> None:
    found = single(shapely.box(-200, -10, 200, 10), basic_farmland=[circle(100)])
    inside, outside = sorted(found.pieces.all(), key=lambda piece: len(piece.zones), reverse=True)
    assert (len(inside.ground), len(outside.ground)) == (1, 2)
    (zone,) = Zone.objects.all()
    expected = in_shapely(found.patch.ground) & engine_ground(zone, found.patch.region)
    assert in_shapely(inside.ground).length == pytest.approx(expected.length, abs=1e-3)
    check(found)


def test_faces_with_the_same_zones_are_one_polygon() -> None:
    """A second version's edge that changes no label leaves no seam."""
    halves = [shapely.box(-50, -50, 0, 50), shapely.box(-50, -50, 0, 50)]
    found = single(shapely.box(-20, -20, 20, 20), land_use=halves, basic_farmland=[circle(90)])
    assert sorted(len(piece.ground) for piece in found.pieces.all()) == [1, 1]
    check(found)


def test_corners_that_touch_leave_pieces_that_touch() -> None:
    found = single(
        shapely.box(-20, -20, 20, 20),
        land_use=[shapely.box(-40, 0, 0, 40)],
        basic_farmland=[shapely.box(0, -40, 40, 0)],
    )
    assert [len(piece.ground) for piece in found.pieces.order_by("-area_m2")] == [2, 1, 1]
    check(found)


@pytest.mark.parametrize(("place", "shift"), [(127, -2e-6), (133, 2e-6)])
def test_a_face_with_a_spike_is_labelled_by_its_body(place: int, shift: float) -> None:
    """One zone ends a metre before the patch does, another lies two micrometres beside it."""
    patch = shapely.box(50, -80, 110, -70)
    zones = [shifted(patch, 0, -1), shifted(patch, shift, shift)]
    batch = Batch.objects.create(code="spike", source="部")
    run = judge([draw_scene((patch, {"ecological_redline": zones}), batch, place)])
    check(run.assessments.get())
