"""Ground given in the engine's own CRS: judged by the real statements, nothing projected."""

from __future__ import annotations

import datetime
from itertools import count
from typing import TYPE_CHECKING

import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Polygon
from django.db import connection, transaction

from spatial import crs, sqlfiles
from spatial.engine.classify import classify
from spatial.models import Batch, DatasetVersion, Patch, Region, Run, Zone
from spatial.models.dataset import VersionStatus
from spatial.rules.load import load_text
from tests.gathering import LONG_AGO
from tests.spatial.test_partition import RULES
from tests.test_cases import AS_OF

if TYPE_CHECKING:
    from collections.abc import Sequence

Case = tuple[shapely.Geometry, list[shapely.Geometry]]
"""A patch and the zones of one layer that may touch it, in metres of the equal-area CRS."""

NUMBERS = count(100_000)
DEGREE_M = 91_290
"""A degree of longitude in the equal-area CRS."""
ANYWHERE = MultiPolygon(Polygon(((117, 33), (117.1, 33), (117, 33.1), (117, 33))), srid=4490)
"""Stands for the delivered geometry, which nothing here reads."""

GROUND = """
CREATE TEMPORARY TABLE derived_ground ON COMMIT DROP AS
SELECT version_id, zone_id, ST_Multi(ST_GeomFromWKB(wkb, 990003)) AS ground
FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[]) AS told (version_id, zone_id, wkb)
"""


def judged(cases: Sequence[Case]) -> tuple[Run, list[tuple[Patch, list[Zone]]]]:
    """One run over all cases, each in a county of its own; its patches and zones in order."""
    batch = Batch.objects.create(code=f"engine-{next(NUMBERS)}", source="部")
    regions = Region.objects.bulk_create(
        Region(
            code=str(next(NUMBERS)), name="县", level="county", central_meridian=_meridian(ground)
        )
        for ground, _ in cases
    )  # fmt: skip
    versions = DatasetVersion.objects.bulk_create(
        DatasetVersion(
            layer_id="land_use", region=region, valid_from=datetime.date(2000, 1, 1),
            status=VersionStatus.ACTIVE, activated_at=LONG_AGO, zone_count=len(zones),
        )
        for region, (_, zones) in zip(regions, cases, strict=True)
    )  # fmt: skip
    patches = Patch.objects.bulk_create(
        Patch(
            batch=batch, region=region, jcbh="1", geom=ANYWHERE, attributes={},
            before_on=datetime.date(2024, 1, 1), after_on=datetime.date(2024, 4, 1),
            ground=_multi(ground), area_m2=round(ground.area, 2),
        )
        for region, (ground, _) in zip(regions, cases, strict=True)
    )  # fmt: skip
    rows, zones = [], []
    for version, (_, shapes) in zip(versions, cases, strict=True):
        some = [
            Zone(version=version, layer_id="land_use", source_id=str(i), code="A", attributes={},
                 geom=ANYWHERE)
            for i in range(len(shapes))
        ]  # fmt: skip
        zones.append(some)
        rows += list(zip(some, shapes, strict=True))
    Zone.objects.bulk_create(zone for some in zones for zone in some)
    _derive(rows)
    Patch.objects.update(created_at=LONG_AGO)
    ids = [patch.pk for patch in patches]
    run = classify(ids, ruleset=load_text(RULES), as_of=AS_OF)
    return run, list(zip(patches, zones, strict=True))


def _meridian(ground: shapely.Geometry) -> float:
    """The half degree nearest to the middle of the ground, where widths are measured."""
    middle = (ground.bounds[0] + ground.bounds[2]) / 2
    return round((105 + middle / DEGREE_M) * 2) / 2


def _multi(ground: shapely.Geometry) -> GEOSGeometry:
    parts = shapely.multipolygons(shapely.get_parts(ground))
    return GEOSGeometry(memoryview(shapely.to_wkb(parts)), srid=crs.ENGINE_SRID)


def _derive(rows: list[tuple[Zone, shapely.Geometry]]) -> None:
    with transaction.atomic():
        for table in ("ground", "part", "edge"):
            sqlfiles.execute(f"engine/derive/01_drop_{table}")
        with connection.cursor() as cursor:
            cursor.execute(
                GROUND,
                [
                    [zone.version_id for zone, _ in rows],
                    [zone.pk for zone, _ in rows],
                    [shapely.to_wkb(shape) for _, shape in rows],
                ],
            )
        sqlfiles.execute("engine/derive/20_cut_parts")
        sqlfiles.execute("engine/derive/30_collect_edges", {"by_zone": False})
        sqlfiles.execute("engine/derive/40_store_parts")
        sqlfiles.execute("engine/derive/41_store_edges")
