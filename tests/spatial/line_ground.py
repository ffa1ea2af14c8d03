"""Ground on both sides of a county line at which two Gauss zones meet, delivered in any CRS."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import connection
from pyproj import Transformer

from spatial import sqlfiles
from spatial.engine import derive
from spatial.models import Batch, DatasetVersion, Patch, Region, Zone
from spatial.models.dataset import VersionStatus
from tests.gathering import LONG_AGO

if TYPE_CHECKING:
    from collections.abc import Sequence

EARLY = datetime.date(2000, 1, 1)
CENTRES = (117, 120)
EAST, NORTH = 500_000 + 139_500, 3_700_000
"""About 118.5° E in the plane of 117°: where zones 39 and 40 meet."""
CRS = {"degrees": 4490, "zone 39": 4527, "zone 40": 4528}
"""How an office may deliver the same ground."""
APART_M = 9000
LAYERS = ("land_use", "basic_farmland")
NUMBERS = count(1)


@dataclass(frozen=True)
class Scene:
    """Patches and zones about the origin, in metres; the county line runs through it.

    ``line`` is how far the line's northern end lies east of its southern.
    """

    patches: tuple[shapely.Geometry, ...]
    zones: dict[str, tuple[shapely.Geometry, ...]]
    line: int


@cache
def to_crs(srid: int) -> Transformer:
    """From EPSG:4527 (zone 39, with its prefix)."""
    return Transformer.from_crs(4527, srid, always_xy=True)


@cache
def to_degrees(srid: int) -> Transformer:
    """What the importer stores."""
    return Transformer.from_crs(srid, 4490, always_xy=True)


def delivered(shape: shapely.Geometry, place: int, srid: int) -> MultiPolygon:
    """The shape at a place, as it is stored when it comes in that CRS."""

    def moved(xy: np.ndarray) -> np.ndarray:
        there = xy + [39_000_000 + EAST, NORTH + APART_M * place]
        crossed = np.column_stack(to_crs(srid).transform(*there.T))
        return np.column_stack(to_degrees(srid).transform(*crossed.T))

    found = GEOSGeometry(shapely.to_wkb(shapely.transform(shape, moved)).hex(), srid=4490)
    return found if found.geom_type == "MultiPolygon" else MultiPolygon(found, srid=4490)


def counties(scene: Scene) -> tuple[shapely.Geometry, shapely.Geometry]:
    """West and east of the line."""
    south, north = (-scene.line / 2, -2500), (scene.line / 2, 2500)
    return (
        shapely.Polygon([south, north, (-2500, 2500), (-2500, -2500)]),
        shapely.Polygon([south, (2500, -2500), (2500, 2500), north]),
    )


def draw(scene: Scene, place: int, srids: Sequence[int], batch: Batch) -> list[Patch]:
    """Two counties with their townships, and zones whole in the version of each that they touch;
    what is delivered takes the next of the CRSs each time. The patches, each in its county."""
    turn = count()

    def stored(shape: shapely.Geometry) -> MultiPolygon:
        return delivered(shape, place, srids[next(turn) % len(srids)])

    sides = counties(scene)
    regions = [
        Region.objects.create(
            code=str(900_000 + next(NUMBERS)), name="县", level="county",
            central_meridian=centre, geom=delivered(side, place, 4490),
        )
        for centre, side in zip(CENTRES, sides, strict=True)
    ]  # fmt: skip
    for region, side in zip(regions, sides, strict=True):
        _version("township", region, [(f"T{region.code}", stored(side))])
    for layer in LAYERS:
        shapes = scene.zones.get(layer, ())
        rows = [(f"{layer}-{place}-{i}", stored(shape)) for i, shape in enumerate(shapes)]
        for region, side in zip(regions, sides, strict=True):
            near = [row for row, shape in zip(rows, shapes, strict=True) if shape.intersects(side)]
            _version(layer, region, near)
    found = []
    for i, shape in enumerate(scene.patches):
        own = max(range(2), key=lambda at: shape.intersection(sides[at]).area)
        found.append(_patch(batch, regions[own], str(i), stored(shape)))
    return found


def _version(layer: str, region: Region, rows: list[tuple[str, MultiPolygon]]) -> None:
    version = DatasetVersion.objects.create(
        layer_id=layer, region=region, valid_from=EARLY, status=VersionStatus.ACTIVE,
        activated_at=LONG_AGO, zone_count=len(rows),
    )  # fmt: skip
    Zone.objects.bulk_create(
        Zone(version=version, layer_id=layer, source_id=key, code=key, attributes={}, geom=geom)
        for key, geom in rows
    )
    derive.derive_version(version)


def _patch(batch: Batch, region: Region, jcbh: str, geom: MultiPolygon) -> Patch:
    seen = sqlfiles.rows(
        "imports/measure_ground", {"geom": geom.ewkb, "plane_srid": region.plane_srid}
    )[0]
    patch = Patch.objects.create(
        batch=batch, region=region, jcbh=jcbh, geom=geom, attributes={},
        before_on=datetime.date(2024, 1, 1), after_on=datetime.date(2024, 4, 1),
        ground=GEOSGeometry(seen["ground"]), area_m2=seen["area_m2"],
    )  # fmt: skip
    Patch.objects.filter(pk=patch.pk).update(created_at=LONG_AGO)
    return patch


def zone_grounds(region_ids: Sequence[int]) -> dict[int, tuple[Zone, shapely.Geometry]]:
    """Every zone of these counties as the engine sees it, whole, for an independent engine."""
    zones = Zone.objects.filter(version__region__in=region_ids).select_related("version__region")
    found = {}
    with connection.cursor() as cursor:
        for zone in zones:
            cursor.execute(
                "SELECT ST_AsBinary(engine_ground(geom, %s)) FROM spatial_zone WHERE id = %s",
                [zone.version.region.plane_srid, zone.pk],
            )
            found[zone.pk] = (zone, shapely.from_wkb(bytes(cursor.fetchone()[0])))
    return found
