"""Everything adds up, for any ground on any line: to the patch, by layer, by zone, by county."""

from __future__ import annotations

import os
from collections import defaultdict
from itertools import count
from typing import TYPE_CHECKING

import pytest
import shapely
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from spatial.engine.classify import classify
from spatial.models import Batch, Region
from spatial.rules.load import load_text
from tests.spatial.line_ground import CRS, LAYERS, Scene, draw, zone_grounds
from tests.spatial.test_partition import RULES, box, in_shapely, shifted, star
from tests.test_cases import AS_OF

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.models import Assessment

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
THOROUGH = int(os.environ.get("GISLAND_THOROUGH", "1"))
"""How many times as many examples: for a night, not for every run."""
BOUNDED = settings(
    max_examples=4 * THOROUGH,
    deadline=None,
    derandomize=THOROUGH == 1,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
SCENES = 4
CENT = 0.01
NUMBERS = count(1)


@st.composite
def strip(draw: st.DrawFn) -> shapely.Geometry:
    """A sliver: hundreds of metres long, from a tenth of a millimetre to half a metre wide."""
    east, north, rise = draw(st.tuples(*[st.integers(-60, 60)] * 3))
    width = draw(st.sampled_from([1e-4, 1e-3, 0.01, 0.1, 0.5]))
    line = shapely.LineString([(east - 400, north - rise), (east + 400, north + rise)])
    return shapely.buffer(line, width / 2, cap_style="flat")


@st.composite
def islands(draw: st.DrawFn) -> list[shapely.Geometry]:
    """A ring and the island that fills its hole, sometimes a lake within."""
    outer = draw(star(90))
    core = shapely.transform(outer, lambda xy: xy * 0.5 + 0.5 * xy.mean(axis=0))
    lake = shapely.transform(outer, lambda xy: xy * 0.2 + 0.8 * xy.mean(axis=0))
    parts = [outer.difference(core), core.difference(lake)]
    return [*parts, lake] if draw(st.booleans()) else parts


def junction(rise: int) -> list[shapely.Geometry]:
    """Neighbours on an oblique edge of 1.6 km across the county line, one with corners on it."""
    a, b, middle = (-800, -rise), (800, rise), (100, rise / 8)
    return [shapely.Polygon([a, b, (0, 900)]), shapely.Polygon([a, (0, -900), b, middle])]


@st.composite
def scene(draw: st.DrawFn) -> Scene:
    """Up to three patches about a county line, over zones of every awkward kind."""
    patches = draw(st.lists(st.one_of(star(60), box()), min_size=1, max_size=3))
    if draw(st.booleans()):
        patches.append(shapely.box(-700, -35, 650, 20))  # long: densified, and over both zones
    near = st.sampled_from([1e-9, 1e-7, 1e-5, 1e-3, 0.02]).map(
        lambda by: shifted(patches[0], by, -by)
    )
    single = st.one_of(star(90), box(), near, strip()).map(lambda shape: [shape])
    several = st.one_of(single, islands(), st.integers(0, 300).map(junction))
    zones = {}
    for layer in LAYERS:
        shapes = [shape for group in draw(st.lists(several, max_size=3)) for shape in group]
        zones[layer] = tuple(shape for shape in shapes if good(shape))
    kept = tuple(patch for patch in patches if good(patch))
    return Scene(kept or (shapely.box(-9, -9, 9, 9),), zones, draw(st.integers(-900, 900)))


def good(shape: shapely.Geometry) -> bool:
    return shape.is_valid and shape.area > 1e-3 and shape.geom_type in ("Polygon", "MultiPolygon")


def judged(scenes: Sequence[Scene], srids: Sequence[int]) -> list[Assessment]:
    batch = Batch.objects.create(code=f"closure-{next(NUMBERS)}", source="部")
    drawn = [draw(told, place, srids, batch) for place, told in enumerate(scenes)]
    ids = [patch.pk for patches in drawn for patch in patches]
    run = classify(ids, ruleset=load_text(RULES), as_of=AS_OF)
    rows = run.assessments.select_related("patch__region").prefetch_related("pieces")
    return list(rows.order_by("patch_id"))


def check(found: Assessment) -> None:
    """By patch, by layer inside and outside, by zone, by county: against the independent engine."""
    ground, pieces = in_shapely(found.patch.ground), list(found.pieces.all())
    assert not found.fallback
    assert sum(piece.area_m2 for piece in pieces) == found.area_m2 == found.patch.area_m2
    assert sum(piece.exact_area_m2 for piece in pieces) == pytest.approx(ground.area, abs=CENT)
    own = found.patch.region
    other = Region.objects.get(code=str(int(own.code) + (1 if own.central_meridian == 117 else -1)))
    zones = zone_grounds([own.pk, other.pk])
    townships = {
        zone.version.region_id: shape
        for zone, shape in zones.values()
        if zone.layer_id == "township"
    }
    read = {own.pk} | ({other.pk} if townships[other.pk].intersects(ground) else set())
    label = [{id for ids in piece.zones.values() for id in ids} for piece in pieces]
    assert len({frozenset(ids) for ids in label}) == len(label), "the same zones, two pieces"
    inside: dict[str, list[shapely.Geometry]] = defaultdict(list)
    for pk, (zone, shape) in zones.items():
        if zone.version.region_id not in read:
            assert not any(pk in ids for ids in label)
            continue
        inside[zone.layer_id].append(shape)
        within = sum(p.exact_area_m2 for p, ids in zip(pieces, label, strict=True) if pk in ids)
        assert within == pytest.approx(ground.intersection(shape).area, abs=CENT), zone
    for layer, shapes in inside.items():
        covered = ground.intersection(shapely.union_all(shapes)).area
        within = sum(p.exact_area_m2 for p in pieces if layer in p.zones)
        outside = sum(p.exact_area_m2 for p in pieces if layer not in p.zones)
        assert within == pytest.approx(covered, abs=CENT), layer
        assert within + outside == pytest.approx(ground.area, abs=CENT), layer
    # ground in no township counts to the patch's county; in both, to the lower code
    lower, upper = sorted((own, other), key=lambda region: region.code)
    beyond = ground.difference(shapely.union_all(list(townships.values()))).area
    for region, extra in ((lower, 0), (upper, townships[lower.pk].intersection(ground))):
        mine = townships[region.pk].intersection(ground)
        mine = mine.difference(extra) if extra else mine
        counted = sum(p.exact_area_m2 for p in pieces if p.county_id == region.pk)
        expected = mine.area + (beyond if region.pk == own.pk else 0)
        assert counted == pytest.approx(expected, abs=CENT)


@BOUNDED
@given(
    st.lists(scene(), min_size=SCENES, max_size=SCENES),
    st.permutations(sorted(CRS.values())),
)
def test_any_ground_on_any_line_in_any_mixture_of_crs(
    scenes: list[Scene], srids: list[int]
) -> None:
    """Neighbours, townships and patches come each in another CRS than the one before."""
    with transaction.atomic():
        for found in judged(scenes, srids):
            check(found)
        transaction.set_rollback(True)


def summed(found: Sequence[Assessment]) -> dict[tuple[str, ...], float]:
    """The ground of each patch by the zones' own names."""
    sums: dict[tuple[str, ...], float] = defaultdict(float)
    names = {
        pk: zone.source_id[0] if zone.layer_id == "township" else zone.source_id
        for pk, (zone, _) in zone_grounds(
            list({piece.county_id for row in found for piece in row.pieces.all()})
        ).items()
    }
    for row in found:
        for piece in row.pieces.all():
            key = sorted({names[id] for ids in piece.zones.values() for id in ids})
            sums[(row.patch.jcbh, *key)] += piece.exact_area_m2
    return sums


@settings(BOUNDED, max_examples=3 * THOROUGH)
@given(scene())
def test_the_crs_of_the_delivery_changes_no_sum(told: Scene) -> None:
    """Slivers of a hundredth may come and go; nothing else does."""
    seen = []
    for srid in CRS.values():
        with transaction.atomic():
            rows = judged([told], [srid])
            seen.append(summed(rows))
            transaction.set_rollback(True)
    for other in seen[1:]:
        for key in seen[0].keys() | other.keys():
            assert seen[0].get(key, 0) == pytest.approx(other.get(key, 0), abs=CENT), key
