"""Many drawings at once: rows are gathered, then stored, measured and derived by the set.

A drawn case costs a score of statements when each row goes alone, and none of its own here.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import connection

from spatial import crs, sqlfiles
from spatial.models import Batch, DatasetVersion, Document, Holder, Layer, Patch, Region, Zone
from spatial.models.dataset import Nature

if TYPE_CHECKING:
    from django.db.models import Model

    Row = TypeVar("Row", bound=Model)

ORDER = (Region, Holder, Document, Batch, DatasetVersion, Zone, Patch)
"""Models that drawings make, those that others point to first."""
LONG_AGO = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
MERIDIAN = 117
"""All drawn counties lie on it."""
UNMEASURED = MultiPolygon(Polygon(((0, 0), (1, 0), (1, 1), (0, 0))), srid=crs.ENGINE_SRID)
MEASURE = """
UPDATE spatial_patch AS patch
SET ground = seen.ground, area_m2 = round(area_m2(seen.ground)::numeric, 2), created_at = %s
FROM (
    SELECT id, engine_ground(geom, %s) AS ground FROM spatial_patch WHERE id = ANY(%s)
) AS seen
WHERE patch.id = seen.id
"""


class Gathered:
    """Rows that are not stored yet. They can point to each other as if they were."""

    def __init__(self) -> None:
        self.layers = {layer.pk: layer for layer in Layer.objects.all()}
        self.rows: dict[type[Model], dict[Any, Any]] = {model: {} for model in ORDER}

    def keep(self, row: Row) -> Row:
        """The row, gathered."""
        rows = self.rows[type(row)]
        rows[len(rows)] = row
        return row

    def once(self, row: Row, *key: Any) -> Row:
        """The row gathered under this key, or this one."""
        found: Row = self.rows[type(row)].setdefault(key, row)
        return found

    def store(self) -> None:
        """Store everything; the rows that were given have their ids afterwards."""
        for patch in self.rows[Patch].values():
            patch.ground, patch.area_m2 = UNMEASURED, 0
        for model, rows in self.rows.items():
            model._default_manager.bulk_create(rows.values())
        patches = [patch.pk for patch in self.rows[Patch].values()]
        with connection.cursor() as cursor:
            cursor.execute(MEASURE, [LONG_AGO, crs.plane_srid(MERIDIAN), patches])
        zones: dict[bool, list[int]] = {False: [], True: []}
        for zone in self.rows[Zone].values():
            zones[self.layers[zone.layer_id].nature == Nature.LEDGER].append(zone.pk)
        for ledger, zone_ids in zones.items():
            derive_many(zone_ids, by_zone=ledger)
        for model in ORDER:  # an earlier test's empty tables would have misled the planner
            sqlfiles.analyze(model._meta.db_table)


def derive_many(zone_ids: list[int], *, by_zone: bool) -> None:
    """As derive_zones, but for zones of many versions."""
    for table in ("ground", "part", "edge"):
        sqlfiles.execute(f"engine/derive/01_drop_{table}")
    one_version = "zone.version_id = %(version_id)s AND "
    densify = sqlfiles.text("engine/derive/11_densify_zones")
    assert one_version in densify
    with connection.cursor() as cursor:
        cursor.execute(
            densify.replace(one_version, ""),
            {"zone_ids": zone_ids, "plane_srid": crs.plane_srid(MERIDIAN)},
        )
    sqlfiles.execute("engine/derive/20_cut_parts")
    sqlfiles.execute("engine/derive/30_collect_edges", {"by_zone": by_zone})
    for step in ("50_measure_zones", "40_store_parts", "41_store_edges"):
        sqlfiles.execute(f"engine/derive/{step}")
