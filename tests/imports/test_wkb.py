"""Polygons as bytes: what is read and moved without making shapes is what shapely makes of it."""

from __future__ import annotations

import errno
import io

import numpy as np
import pyarrow as pa
import pytest
import shapely
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from imports import put_aside, shapes, wkb
from spatial import crs
from spatial.errors import DiskFull

SQUARE = shapely.box(0, 0, 10, 10)
RING = SQUARE.difference(shapely.box(2, 2, 4, 5)).difference(shapely.box(6, 6, 8, 8))
TWO = shapely.MultiPolygon([RING, shapely.box(20, 0, 23, 4)])
KINDS = (SQUARE, RING, shapely.MultiPolygon([SQUARE]), TWO)


def blobs_of(geoms: list[shapely.Geometry]) -> wkb.Blobs:
    return wkb.joined(shapely.to_wkb(np.array(geoms, dtype=object)).tolist())


@given(st.lists(st.sampled_from(KINDS), min_size=1, max_size=8), st.integers(-9, 9))
def test_points_are_read_and_moved_as_shapely_does(
    geoms: list[shapely.Geometry], east: int
) -> None:
    blobs = blobs_of(geoms)
    assert blobs.rings is not None
    assert np.array_equal(blobs.rings.points, shapely.get_coordinates(geoms))
    parts, of = shapely.get_parts(geoms, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    assert np.array_equal(blobs.rings.rows, of[part])
    assert blobs.rings.outer.tolist() == (np.diff(part, prepend=-1) > 0).tolist()
    assert np.array_equal(
        blobs.rings.firsts, np.cumsum([0, *shapely.get_num_coordinates(rings)])[:-1]
    )
    moved = blobs.moved(blobs.rings.points + [east, 1])
    wanted = shapely.transform(np.array(geoms, dtype=object), lambda xy: xy + [east, 1])
    assert shapely.equals_exact(moved.geoms, wanted).all()
    assert moved.rings is not None
    assert np.array_equal(moved.rings.points, shapely.get_coordinates(wanted))


ODD = {
    "a point": shapely.Point(1, 2),
    "a line": shapely.LineString([(0, 0), (1, 1), (2, 0), (3, 3)]),
    "heights": shapely.Polygon([(0, 0, 1), (1, 0, 1), (1, 1, 1)]),
    "nothing": shapely.Polygon(),
    "a collection": shapely.GeometryCollection([SQUARE]),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_anything_else_is_left_to_shapely(odd: shapely.Geometry) -> None:
    assert blobs_of([SQUARE, odd]).rings is None


def test_bytes_cut_short_are_no_polygon() -> None:
    whole = shapely.to_wkb(TWO)
    for cut in range(len(whole)):
        assert wkb.joined([shapely.to_wkb(SQUARE), whole[:cut]]).rings is None, cut


def test_bytes_that_lie_never_read_beyond_their_end() -> None:
    for at in range(22):  # the heads: order, type, counts
        lying = bytearray(shapely.to_wkb(TWO))
        lying[at] = 0xFF
        assert wkb.joined([bytes(lying)]).rings is None, at


def test_a_ring_that_is_not_closed_is_left_to_be_mended() -> None:
    data = bytearray(shapely.to_wkb(SQUARE))
    data[-1] ^= 1
    assert wkb.joined([bytes(data)]).rings is None


def test_bytes_come_from_arrow_as_they_are_sliced() -> None:
    column = pa.array(shapely.to_wkb(np.array(KINDS, dtype=object)).tolist(), pa.binary())
    found = wkb.of_arrow(column.slice(1, 2))
    assert found is not None
    assert shapely.equals_exact(found.geoms, np.array(KINDS[1:3], dtype=object)).all()
    assert wkb.of_arrow(pa.array([b"x", None], pa.binary())) is None


def test_shapes_put_aside_as_bytes_are_the_same_as_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "CHUNK", 3)
    lost = shapely.Polygon([(0, 0), (1, 0), (np.nan, 1), (0, 0)])
    geoms = np.array([*KINDS, lost, *KINDS], dtype=object)
    plain, bytewise = shapes.Shapes(), shapes.Shapes()
    for start in range(0, len(geoms), 3):
        plain.append(geoms[start : start + 3])
        bytewise.append_blobs(blobs_of(geoms[start : start + 3].tolist()))
    assert shapely.equals_identical(bytewise[:], geoms).all()
    assert bytewise.infinite == plain.infinite == [4]
    assert bytewise.vertices == plain.vertices
    finite = np.arange(len(geoms)) != 4
    assert np.array_equal(bytewise.bounds[finite], plain.bounds[finite])
    moved = bytewise.take([0, 8]).moved(lambda _start, xy: xy + 1)
    assert shapely.equals_exact(moved[:], shapely.transform(geoms[[0, 8]], lambda xy: xy + 1)).all()


def test_a_full_disk_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, _data: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(put_aside.tempfile, "TemporaryFile", lambda **_: Full())
    monkeypatch.setattr(shapes, "CHUNK", 3)
    with pytest.raises(DiskFull, match="磁盘已满"):
        shapes.Shapes().append_blobs(blobs_of(list(KINDS)))


@pytest.mark.django_db
@pytest.mark.parametrize("latitude", [18.2, 33.0, 53.4])
@pytest.mark.parametrize("size", [1e-5, 1e-3, 0.3])
def test_the_program_measures_rings_as_the_server_does(latitude: float, size: float) -> None:
    angle = np.linspace(0, 2 * np.pi, 40)[:-1]
    blob = shapely.Polygon(
        np.column_stack([121 + size * np.cos(angle), latitude + size * np.sin(angle)])
    )
    found = crs.ring_areas_m2(shapely.get_coordinates([blob, blob]), np.array([0, len(angle) + 1]))
    wanted = _area_m2(blob)
    assert found == pytest.approx([wanted, wanted], rel=1e-9, abs=1e-5)


def _area_m2(blob: shapely.Geometry) -> float:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT area_m2(ST_Transform(ST_SetSRID(%s::geometry, 4490), 990003))",
            [shapely.to_wkb(blob, hex=True)],
        )
        return float(cursor.fetchone()[0])
