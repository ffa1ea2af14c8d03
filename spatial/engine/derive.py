"""Derived tables: zones densified, equal-area, as parts (to label) and edges (to cut).

Everything here can be rebuilt from ``Zone.geom``. Call inside the transaction that activates a
version or adds ledger rows, so that no reader sees a version without its parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial import sqlfiles
from spatial.models import DatasetVersion
from spatial.models.dataset import Nature

if TYPE_CHECKING:
    from collections.abc import Sequence

OWN_PARTITION_PARTS = 2000
"""A snapshot of more parts than this gets partitions of its own (a red line is one zone)."""


def derive_version(version: DatasetVersion | int) -> None:
    """Fill the parts, edges and areas (m2) of all zones of a version."""
    found = _load(version)
    parts = _prepare(found, None)
    if found.layer.nature == Nature.SNAPSHOT and parts > OWN_PARTITION_PARTS:
        sqlfiles.execute("engine/derive/42_attach_partitions", {"version_id": found.pk})
    else:
        _store()


def derive_zones(version: DatasetVersion | int, zone_ids: Sequence[int]) -> None:
    """Fill the parts, edges and areas of some zones of a ledger (its new rows)."""
    _prepare(_load(version), list(zone_ids))
    _store()


def _load(version: DatasetVersion | int) -> DatasetVersion:
    if isinstance(version, DatasetVersion):
        return version
    return DatasetVersion.objects.select_related("layer", "region").get(pk=version)


def _prepare(version: DatasetVersion, zone_ids: list[int] | None) -> int:
    """Fill the tables that are derived aside; returns how many parts there are."""
    for table in ("ground", "part", "edge"):
        sqlfiles.execute(f"engine/derive/01_drop_{table}")
    params = {"version_id": version.pk, "plane_srid": version.region.plane_srid}
    if zone_ids is None:
        sqlfiles.execute("engine/derive/10_densify_version", params)
    else:
        sqlfiles.execute("engine/derive/11_densify_zones", {**params, "zone_ids": zone_ids})
    parts = sqlfiles.execute("engine/derive/20_cut_parts")
    by_zone = version.layer.nature == Nature.LEDGER
    sqlfiles.execute("engine/derive/30_collect_edges", {"by_zone": by_zone})
    sqlfiles.execute("engine/derive/50_measure_zones")
    return parts


def _store() -> None:
    sqlfiles.execute("engine/derive/40_store_parts")
    sqlfiles.execute("engine/derive/41_store_edges")
