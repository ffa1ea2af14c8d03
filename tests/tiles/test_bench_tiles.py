"""Measures tiles at the size of a prefecture: ``pytest -m bench -s tests/tiles``."""

from __future__ import annotations

import statistics
import time

import pytest
from django.db import connection

from spatial.models import Batch, DatasetVersion
from tests.people import person
from tests.tiles.conftest import Reader, region, tile_at, url
from tiles.grid import Tile

pytestmark = [pytest.mark.django_db, pytest.mark.bench]

MIDDLE = (117.2, 33.15)
PLOTS = """
INSERT INTO spatial_zone
    (version_id, layer_id, source_id, code, name, attributes, delivered, geom)
SELECT %s, 'land_use', i || '-' || j, '', '',
    jsonb_build_object('code', (ARRAY['0101', '0602', '1006', '0301'])[1 + mod(i * 7 + j, 4)],
        'code_name', '水田', 'kcxs', 0.1, 'located_code', '990101', 'ownership', '集体'), '{}',
    ST_Multi(ST_Segmentize(ST_MakeEnvelope(
        117 + i * 0.001, 33 + j * 0.0009, 117 + (i + 1) * 0.001, 33 + (j + 1) * 0.0009, 4490),
        0.000065))
FROM generate_series(0, 399) AS i, generate_series(0, 399) AS j
"""
PATCHES = """
INSERT INTO spatial_patch (batch_id, region_id, jcbh, kind, area_m2, attributes, delivered,
    delivered_crs, created_at, geom, ground)
SELECT %s, %s, i || '-' || j, '', 100, '{}', '{}', '', '2020-01-01', ST_Multi(g),
    ST_SetSRID(ST_Multi(g), 990003)
FROM generate_series(0, 315) AS i, generate_series(0, 315) AS j, LATERAL (
    SELECT ST_MakeEnvelope(117 + i * 0.001, 33 + j * 0.0009, 117 + (i + .6) * 0.001,
        33 + (j + .6) * 0.0009, 4490) AS g) AS made
"""
REDLINE = """
INSERT INTO spatial_zone
    (version_id, layer_id, source_id, code, name, attributes, delivered, geom)
SELECT %s, 'ecological_redline', 'x', '', '', '{"name": "大"}', '{}',
    ST_Multi(ST_Buffer(ST_SetSRID(ST_Point(117.2, 33.2), 4490), 0.15, 50000))
"""
ZOOMS = {
    "land_use": (13, 14, 15, 16),
    "patches": (7, 9, 10, 11, 12, 13, 14, 16),
    "ecological_redline": (8, 12, 16),
}


def version(layer: str) -> int:
    return DatasetVersion.objects.create(
        layer_id=layer, region=region(), valid_from="2020-01-01", status="active",
        activated_at="2020-01-02T00:00Z",
    ).pk  # fmt: skip


def test_tiles_of_a_prefecture(regions: None) -> None:
    """160 000 plots of 61 vertices, 10^5 patches, one red line of 200 000 vertices."""
    with connection.cursor() as cursor:
        cursor.execute(PLOTS, [version("land_use")])
        batch = Batch.objects.create(code="b", source="部")
        cursor.execute(PATCHES, [batch.pk, region().pk])
        cursor.execute(REDLINE, [version("ecological_redline")])
        for table in ("spatial_zone", "spatial_patch"):
            cursor.execute(f"ANALYZE {table}")
    reader = Reader(person("990101", "brigade"))
    for layer, zooms in ZOOMS.items():
        for z in zooms:
            took, largest = [], 0
            for east, north in ((0, 0), (1, 0), (0, 1), (1, 1), (2, 2)):
                at = tile_at(z, *MIDDLE)
                step = z > 10
                tile = Tile(z, at.x + east * step, at.y - north * step)
                start = time.perf_counter()
                answer = reader.get(url(layer, "live", tile), accept_encoding="gzip")
                took.append((time.perf_counter() - start) * 1000)
                largest = max(largest, len(answer.content))
            print(
                f"{layer:20} z{z:2} median {statistics.median(took):7.1f} ms "
                f"worst {max(took):7.1f} ms  {largest / 1000:6.1f} kB"
            )
    start = time.perf_counter()
    assert reader.get(f"/tiles/identify?lng={MIDDLE[0]}&lat={MIDDLE[1]}").status_code == 200
    print(f"identify {(time.perf_counter() - start) * 1000:.0f} ms")
