"""What remains of a site, checked again, touches nothing of what was erased: by construction."""

from __future__ import annotations

from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from shapely import affinity

from spatial import crs
from spatial.models import Region
from spatial.rules.load import load_ruleset
from spatial.scope import scope_of
from spatial.site_check.check import LEAST_M2
from spatial.site_check.parcels import Parcel, parcels_of
from spatial.site_check.what_if import what_if
from tests import drawing
from tests.site_ground import PURPOSE, SURVEY, checked, county, line, planner, seen
from tests.test_cases import layers_read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spatial.site_check.check import SiteCheck

pytestmark = pytest.mark.django_db
SCENES = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes minutes here
)
metres = st.floats(-120, 900, allow_nan=False)


@contextmanager
def undone() -> Iterator[None]:
    """An example leaves neither rows nor locks."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@st.composite
def lots(draw: Any, most_m: float = 900) -> shapely.Geometry:
    """A turned rectangle with edges of up to so many metres, many of them above 70."""
    wide, high = draw(st.floats(3, most_m)), draw(st.floats(3, 200))
    turned = affinity.rotate(shapely.box(0, 0, wide, high), draw(st.floats(0, 180)))
    return affinity.translate(turned, draw(metres), draw(metres) / 3)


def zone(shape: shapely.Geometry) -> dict[str, Any]:
    """A layer of one zone with this shape, in metres of the drawing."""
    placed = affinity.translate(shape, drawing.ORIGIN_EAST, drawing.ORIGIN_NORTH)
    return {"draw": "Z", "Z": {"plane": placed}}


def site_of(shape: shapely.Geometry) -> Parcel:
    """The shape as a parcel."""
    placed = affinity.translate(shape, drawing.ORIGIN_EAST, drawing.ORIGIN_NORTH)
    return Parcel("地块 1", drawing.geographic(placed))


def recheck(site: SiteCheck, by: Any, codes: tuple[str, ...]) -> dict[str, Any] | None:
    """The check of what remains without these lines; None where nothing does."""
    told = what_if(site, scope_of(by), lines=codes, radius_m=10, seconds=0.05)
    rest = told["remaining"]
    if not rest["parts"] or rest["area_m2"] < LEAST_M2:
        return None
    features = [
        {"type": "Feature", "properties": {}, "geometry": part["geometry"]}
        for part in rest["parts"]
    ]
    again = checked(by, *parcels_of({"type": "FeatureCollection", "features": features}))
    found = seen(again, by)
    assert abs(found["site"]["area_m2"] - rest["area_m2"]) <= Decimal("0.01") * len(features)
    return found


def require_clear(found: dict[str, Any] | None, codes: tuple[str, ...]) -> None:
    for code in codes if found else ():
        told = line(found, code)
        assert (code, told["answer"], told["area_m2"]) == (code, "clear", 0)
        assert told["features"] == []


@SCENES
@given(site=lots(), farm=lots(), eco=lots(2500))
def test_ground_erased_is_not_touched_again(site: Any, farm: Any, eco: Any) -> None:
    scene: dict[str, Any] = {"basic_farmland": zone(farm), "ecological_redline": zone(eco)}
    with undone():
        county(**scene)
        by = planner()
        codes = ("basic_farm", "eco")
        require_clear(recheck(checked(by, site_of(site)), by, codes), codes)


@SCENES
@given(site=lots(), town=lots(2500))
def test_ground_outside_what_it_must_lie_in_is_erased_to_the_line(site: Any, town: Any) -> None:
    with undone():
        county(urban_boundary=zone(town))
        by = planner()
        codes = ("out_of_town",)
        require_clear(recheck(checked(by, site_of(site)), by, codes), codes)


def beside(code: str, meridian: str, west: float, east: float, **layers: Any) -> None:
    """A county between these metres of the drawing, with its one township and its own plane."""
    region = drawing.county(code, f"接壤县{code[-2:]}")
    # short edges, as county lines are delivered: one of a kilometre runs apart in two planes
    bounds = shapely.segmentize(shapely.box(west, -900, east, 900), 20)
    ground = affinity.translate(bounds, drawing.ORIGIN_EAST, drawing.ORIGIN_NORTH)
    above, _ = Region.objects.get_or_create(code="990100", defaults={"level": "city"})
    region.central_meridian, region.geom = meridian, drawing.geographic(ground)
    region.parent = above
    region.save()
    # drawing.py moves every county to ground of its own; here they meet
    back = [0, -1000.0 * (int(code) - 990101)]
    told = {"township": {"draw": "T", "T": {"plane": ground, "code": f"{code}001"}}, **layers}
    drawing.draw_empty(sorted(layers_read(load_ruleset(PURPOSE)) - set(told)), region)
    for layer in sorted(told):
        drawing.draw_layer(layer, {**told[layer], "offset": back}, region=region)


@SCENES
@given(site=lots(), farm=lots(2500), share=st.floats(0.2, 0.8))
def test_the_same_holds_across_a_county_line_and_two_planes(
    site: Any, farm: Any, share: float
) -> None:
    west, _, east, _ = site.bounds
    middle = west + share * (east - west)
    with undone():
        survey = {"land_use": SURVEY, "basic_farmland": zone(farm)}
        beside("990101", "117", west - 2000, middle, **survey)
        beside("990102", "120", middle, east + 2000, **survey)
        by = planner("990100")
        codes = ("basic_farm",)
        require_clear(recheck(checked(by, site_of(site)), by, codes), codes)


@given(st.floats(73, 136), st.floats(3, 53.5), st.floats(0, 3))
def test_the_way_back_to_degrees_is_exact(longitude: float, latitude: float, turn: float) -> None:
    """There and back: the engine's ground of the degrees is the ground again, to 10⁻⁸ m."""
    there = Transformer.from_crs("EPSG:4490", crs.ENGINE_PROJ4, always_xy=True)
    x, y = there.transform(longitude, latitude)
    ring = [(x, y), (x + 400 * np.cos(turn), y + 400 * np.sin(turn)), (x - 90, y + 500)]
    ground = shapely.Polygon(ring)
    back = shapely.get_coordinates(crs.to_degrees(ground))
    again = np.column_stack(there.transform(back[:, 0], back[:, 1]))
    assert shapely.hausdorff_distance(shapely.Polygon(again), ground) < 1e-8
    assert len(again) > len(ring) + 10  # no edge is left that a plane would split
