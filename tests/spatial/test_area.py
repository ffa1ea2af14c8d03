"""One area, by law: 国土调查办发〔2008〕32号 against area_m2(), to the hundredth of a m2."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from spatial import crs

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.django_db
BOUNDED = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TOLERANCE = 0.02

A, F = 6378137.0, 1 / 298.257222101
B = A * (1 - F)
E2 = (A * A - B * B) / (A * A)
SERIES = (
    1 + 3 / 6 * E2 + 30 / 80 * E2**2 + 35 / 112 * E2**3 + 630 / 2304 * E2**4,
    -(1 / 6 * E2 + 15 / 80 * E2**2 + 21 / 112 * E2**3 + 420 / 2304 * E2**4),
    3 / 80 * E2**2 + 7 / 112 * E2**3 + 180 / 2304 * E2**4,
    -(1 / 112 * E2**3 + 45 / 2304 * E2**4),
    5 / 2304 * E2**4,
)
"""A, B, C, D, E of the formula, with their signs."""

Ring = list[tuple[float, float]]
"""East, north in a Gauss plane, without zone prefix."""


def strip(b1: float, b2: float, width: float) -> float:
    """The ground between two latitudes over a difference of longitude, radians."""
    middle, height = (b1 + b2) / 2, b2 - b1
    terms = (
        factor * math.sin((2 * k + 1) * height / 2) * math.cos((2 * k + 1) * middle)
        for k, factor in enumerate(SERIES)
    )
    return 2 * B * B * width * sum(terms)


def with_points_each_70_m(ring: Ring) -> Ring:
    """Rule 2: an edge longer than 70 m gets int(length / 70) points on the plane line."""
    dense: Ring = []
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        parts = int(math.hypot(x2 - x1, y2 - y1) / 70) + 1
        dense += [(x1 + (x2 - x1) * i / parts, y1 + (y2 - y1) * i / parts) for i in range(parts)]
    return dense


def statutory_m2(ring: Ring, zone: int) -> float:
    """The formula, step by step, without the rounding of seconds (noise of ± 0.002 m2 a ha)."""
    east, north = np.array(with_points_each_70_m(ring)).T
    lon, lat = to_geographic(zone).transform(east, north)
    points = [(math.radians(x - 3 * zone), math.radians(y)) for x, y in zip(lon, lat, strict=True)]
    return abs(
        sum(
            strip(b1, b2, (l1 + l2) / 2)
            for (l1, b1), (l2, b2) in zip(points, points[1:] + points[:1], strict=True)
        )
    )


@cache
def to_geographic(zone: int) -> Transformer:
    """From the plane of a 3-degree zone, false easting 500 km, to degrees."""
    return Transformer.from_crs(f"EPSG:{4534 + zone - 25}", "EPSG:4490", always_xy=True)


def engine_m2(rings: Sequence[tuple[Ring | np.ndarray, int]]) -> list[float]:
    """The same rings delivered in degrees and measured by the engine in their plane."""
    wkb, planes = [], []
    for ring, zone in rings:
        east, north = np.array(ring).T
        lon, lat = to_geographic(zone).transform(east, north)
        wkb.append(shapely.to_wkb(shapely.Polygon(np.column_stack([lon, lat]))))
        planes.append(crs.plane_srid(3 * zone))
    return query(
        "SELECT area_m2(engine_ground(ST_SetSRID(ST_GeomFromWKB(wkb), 4490), plane))"
        " FROM unnest(%s::bytea[], %s::int[]) WITH ORDINALITY AS told (wkb, plane, n) ORDER BY n",
        [wkb, planes],
    )


def query(sql: str, params: list[object]) -> list[float]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [row[0] for row in cursor.fetchall()]


def test_the_series_has_the_published_constants() -> None:
    assert SERIES[0] == pytest.approx(1.0033640898341927, abs=1e-15)
    assert SERIES[1] == pytest.approx(-0.0011241893819271072, abs=1e-15)


@pytest.mark.parametrize(
    ("ring", "expected"),
    [
        ([(0, 0), (100, 0), (100, 100), (0, 100)], 9999.9985),
        ([(100000, 0), (100100, 0), (100100, 100), (100000, 100)], 9997.5337),
        ([(60000, 10000), (61000, 10000), (61000, 10800), (60000, 10800)], 799927.8323),
        (
            [
                (45678.1234, 5123.4567), (45750.25, 5201.1), (45902.5, 5188.75),
                (45921.875, 5050.5), (45790.5, 4990.125),
            ],
            34647.3443,
        ),
    ],
)  # fmt: skip
def test_check_values_of_zone_39(ring: Ring, expected: float) -> None:
    """domain.md 6.4: corners in EPSG:4527, east from 500 km, north from 3700 km."""
    placed = [(500_000 + east, 3_700_000 + north) for east, north in ring]
    wkt = shapely.Polygon([(39_000_000 + x, y) for x, y in placed]).wkt
    (delivered,) = query(
        "SELECT area_m2(engine_ground(ST_Transform(ST_GeomFromText(%s, 4527), 4490), %s))",
        [wkt, crs.plane_srid(117)],
    )
    assert delivered == pytest.approx(expected, abs=TOLERANCE)
    assert engine_m2([(placed, 39)])[0] == pytest.approx(delivered, abs=0.001)
    assert statutory_m2(placed, 39) == pytest.approx(delivered, abs=0.001)


@pytest.mark.parametrize(
    ("latitude", "width", "height", "expected"),
    [
        (33, 3.75, 2.5, 26984312.39),
        (25, 3.75, 2.5, 29116347.87),
        (40, 15, 10, 394594693.26),
    ],
)
def test_map_sheets_are_the_trapezoid_on_their_corners(
    latitude: float, width: float, height: float, expected: float
) -> None:
    """Edges along the graticule: the corners alone, not densified in any plane."""
    sheet = shapely.box(117, latitude, 117 + width / 60, latitude + height / 60)
    (found,) = query("SELECT area_m2(ST_Transform(ST_GeomFromText(%s, 4490), 990003))", [sheet.wkt])
    assert found == pytest.approx(expected, abs=TOLERANCE)


@st.composite
def ground(draw: st.DrawFn) -> tuple[Ring, int]:
    """A star of 3 to 12 corners, 50 m2 to 1000 ha, anywhere in a 3-degree zone of China."""
    zone = draw(st.integers(25, 45))
    east = 500_000 + draw(st.integers(-150_000, 150_000))
    north = draw(st.integers(2_000_000, 5_900_000))
    reach = 10 ** draw(st.floats(0.8, 3.25))
    corners = draw(st.integers(3, 12))
    turn = draw(st.floats(0, 6))
    radii = draw(st.lists(st.floats(0.4, 1), min_size=corners, max_size=corners))
    ring = [
        (
            east + reach * radius * math.cos(turn + 2 * math.pi * i / corners),
            north + reach * radius * math.sin(turn + 2 * math.pi * i / corners),
        )
        for i, radius in enumerate(radii)
    ]
    return ring, zone


@BOUNDED
@given(st.lists(ground().filter(lambda told: 50 <= planar(told[0]) <= 1e7), min_size=5, max_size=5))
def test_any_ground_has_its_statutory_area(rings: list[tuple[Ring, int]]) -> None:
    for (ring, zone), found in zip(rings, engine_m2(rings), strict=True):
        assert found == pytest.approx(statutory_m2(ring, zone), abs=0.01)


def planar(ring: Ring) -> float:
    return shapely.Polygon(ring).area


def many_rings(rng: np.random.Generator, count: int) -> list[np.ndarray]:
    """Stars of 3 to 12 corners with corners to the tenth of a millimetre (rule 1), 50 m2 to
    1000 ha, all over a zone and somewhat beyond it."""
    rings = []
    for _ in range(count):
        corners = rng.integers(3, 13)
        angles = rng.uniform(0, 6) + 2 * np.pi * np.arange(corners) / corners
        radii = 10 ** rng.uniform(0.8, 3.25) * rng.uniform(0.4, 1, corners)
        middle = rng.uniform([350_000, 2_000_000], [650_000, 5_900_000])
        spokes = np.column_stack([np.cos(angles), np.sin(angles)])
        rings.append((middle + radii[:, None] * spokes).round(4))
    return [ring for ring in rings if 50 <= shapely.Polygon(ring).area <= 1e7]


def statutory_many_m2(rings: list[np.ndarray], zone: int) -> np.ndarray:
    """Rules 1 to 4 of the formula, over many rings at once; seconds rounded to six decimals."""
    ring = np.repeat(np.arange(len(rings)), [len(each) for each in rings])
    start = np.concatenate(rings)
    along = np.concatenate([np.roll(each, -1, axis=0) for each in rings]) - start
    parts = (np.hypot(*along.T) / 70).astype(int) + 1
    edge = np.repeat(np.arange(len(parts)), parts)
    step = (np.arange(len(edge)) - np.repeat(np.cumsum(parts) - parts, parts)) / parts[edge]
    dense, ring = (start[edge] + along[edge] * step[:, None]).round(6), ring[edge]
    lon, lat = to_geographic(zone).transform(*dense.T)
    seconds = np.floor(np.array([lon - 3 * zone, lat]) * 3600 * 1e6 + 0.5) / 1e6
    width, north = np.radians(seconds / 3600)
    # the next point of the same ring: the last one's is the first
    last = np.flatnonzero(np.diff(ring, append=-1))
    after = np.arange(len(ring)) + 1
    after[last] = np.concatenate([[0], last[:-1] + 1])
    middle, height = (north + north[after]) / 2, north[after] - north
    terms = sum(
        factor * np.sin((2 * k + 1) * height / 2) * np.cos((2 * k + 1) * middle)
        for k, factor in enumerate(SERIES)
    )
    strips = 2 * B * B * (width + width[after]) / 2 * terms
    return np.abs(np.bincount(ring, strips)).round(2)


def test_thousands_of_grounds_in_every_zone_have_their_statutory_area() -> None:
    """The formula as the offices' tools compute it, with their rounding of seconds."""
    rng = np.random.default_rng(2008)
    count = 0
    for zone in range(25, 46):
        rings = many_rings(rng, 200)
        found = np.array(engine_m2([(ring, zone) for ring in rings]))
        off = np.abs(found - statutory_many_m2(rings, zone))
        assert off.max() <= TOLERANCE, (zone, rings[int(off.argmax())])
        count += len(rings)
    assert count > 3000


OBLIQUE = shapely.Polygon([(640_000, 0), (640_900, 450), (640_500, 1_300), (639_700, 700)])
"""Edges of about a kilometre at 118.5° E, where zone 39 ends: metres north of 3700 km."""


def delivered_in(srid: int, shape: shapely.Geometry, decimals: int) -> str:
    """SQL text of the shape as a file in that CRS would bring it, as geometry in 4490."""
    plane = shapely.transform(shape, lambda xy: xy + [39_000_000, 3_700_000])
    there = Transformer.from_crs(4527, srid, always_xy=True)
    moved = shapely.transform(plane, lambda xy: np.column_stack(there.transform(*xy.T)))
    rounded = shapely.transform(moved, lambda xy: xy.round(decimals))
    return f"ST_Transform(ST_GeomFromText('{shapely.to_wkt(rounded, 12)}', {srid}), 4490)"


@pytest.mark.parametrize(("srid", "decimals"), [(4490, 12), (4527, 6), (4528, 6)])
def test_the_crs_of_the_delivery_does_not_change_the_area(srid: int, decimals: int) -> None:
    sql = f"SELECT area_m2(engine_ground({delivered_in(srid, OBLIQUE, decimals)}, %s))"
    (found,) = query(sql, [crs.plane_srid(117)])
    expected = statutory_m2([(x, y + 3_700_000) for x, y in OBLIQUE.exterior.coords[:-1]], 39)
    assert found == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("srid", [4490, 4528])
def test_one_edge_delivered_in_two_crs_leaves_no_sliver(srid: int) -> None:
    """Neighbours of zones 39 and 40 meet: overlap and gap together below 0.01 m2."""
    half = shapely.Polygon([(640_000, 0), (640_900, 450), (640_500, 1_300)])
    other = shapely.Polygon([(640_000, 0), (640_500, 1_300), (639_700, 700)])
    sql = (
        "SELECT area_m2(ST_Intersection(a, b))"
        " + abs(area_m2(a) + area_m2(b) - area_m2(ST_Intersection(a, b)) - area_m2(whole))"
        f" FROM (SELECT engine_ground({delivered_in(4527, half, 12)}, %s) AS a,"
        f" engine_ground({delivered_in(srid, other, 12)}, %s) AS b,"
        f" engine_ground({delivered_in(4527, OBLIQUE, 12)}, %s) AS whole) AS told"
    )
    (found,) = query(sql, [crs.plane_srid(117)] * 3)
    assert found < 0.01


def test_only_the_equal_area_crs_has_an_area() -> None:
    sql = "SELECT area_m2(ST_GeomFromText('POLYGON((117 33,117.1 33,117 33.1,117 33))', 4490))"
    assert query(sql, []) == [None]
