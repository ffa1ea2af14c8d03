"""Builds, keeps and drops the levels of versions. 概略图的制作

Levels are a convenience of the map: nothing is judged by them, and a version that has none is
drawn from its zones. So they are made after an activation has been committed, and a fault in
making them is written to the log and never undoes the activation.
"""

from __future__ import annotations

import json
import logging
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from spatial import sqlfiles, vocabulary
from spatial.crs import WEB_SRID
from spatial.errors import Stopped
from spatial.job_progress import silent
from spatial.levels import make, plan
from spatial.models import DatasetVersion, LevelSet, VersionStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from spatial.job_progress import Progress
    from spatial.levels.make import Drawn, Ground

logger = logging.getLogger(__name__)

PHASE = "制作概略图"
COLUMNS = ("version_id", "level", "zone_id", "twin", "shade", "point", "geom")


def build(version: DatasetVersion, progress: Progress = silent) -> LevelSet:
    """The levels of a version, in place of those that it had; an empty set where it wants none.

    All or nothing. Raises Stopped where ``progress`` does.
    """
    started = time.perf_counter()
    vertices = int(sqlfiles.value("levels/10_count_vertices", {"version_id": version.pk}) or 0)
    if not plan.wants_levels(version, vertices):
        drop(version)
        return LevelSet.objects.create(version=version, built_at=timezone.now())
    phase = f"{PHASE}：{version}"
    progress(phase)
    merge = plan.merge_of(version.layer_id)
    ground = make.ground_of(_zones(version, progress, phase))
    numbers = {}
    with transaction.atomic():
        sqlfiles.execute("levels/31_drop_aside")
        sqlfiles.execute("levels/30_create_aside")
        for drawn in make.levels_of(
            ground, merge, is_coverage=version.layer.coverage, within=_county(version, merge),
            tell=lambda done, total: progress(phase, done, total),
        ):  # fmt: skip
            points = ground.geoms if merge == plan.Merge.ZONE else None
            sqlfiles.copy_rows("derived_level", COLUMNS, _rows(version, ground, drawn, points))
            numbers[str(drawn.level.zoom)] = {
                "polygons": len(drawn.faces),
                "vertices": int(shapely.get_num_coordinates(drawn.faces).sum()),
            }
        sqlfiles.value("levels/40_attach", {"version_id": version.pk})
        told = {
            "built_at": timezone.now(), "numbers": numbers,
            "seconds": round(time.perf_counter() - started, 2),
        }  # fmt: skip
        return LevelSet.objects.update_or_create(version=version, defaults=told)[0]


def drop(version: DatasetVersion) -> None:
    """Take a version's levels away, if it has any."""
    with transaction.atomic():
        if LevelSet.objects.filter(version=version).delete()[0]:
            sqlfiles.value("levels/50_drop", {"version_id": version.pk})


def after_commit(versions: Iterable[DatasetVersion], progress: Progress = silent) -> None:
    """Once the transaction that activates versions holds: levels for them, none for those retired.

    Nothing happens where it is taken back (a dry run). Never raises: see the module.
    """
    ids = [version.pk for version in versions]
    transaction.on_commit(lambda: _refresh(ids, progress))


def _refresh(ids: list[int], progress: Progress) -> None:
    try:
        for version in outdated():
            drop(version)
        for version in missing().filter(pk__in=ids):
            build(version, progress)
    except Stopped:
        logger.info("levels of versions %s: stopped; drawn from their zones until built", ids)
    except Exception:
        logger.exception("levels of versions %s were not built; drawn from their zones", ids)


def missing() -> Any:
    """Versions in use that were not looked at since they were activated, or have other levels
    than are made now."""
    wanted = [str(level.zoom) for level in plan.LEVELS]
    earlier = ~Q(level_set__numbers={}) & ~Q(level_set__numbers__has_keys=wanted)
    return candidates().filter(Q(level_set=None) | earlier)


def candidates() -> Any:
    """The snapshots in use."""
    return (
        DatasetVersion.objects.filter(
            status=VersionStatus.ACTIVE, valid_from__isnull=False, declared_empty=False
        )
        .select_related("layer", "region")
        .order_by("layer", "region", "valid_from", "pk")
    )


def outdated() -> Any:
    """Versions that have levels and are no longer in use."""
    return DatasetVersion.objects.exclude(level_set=None).exclude(status=VersionStatus.ACTIVE)


def _zones(version: DatasetVersion, progress: Progress, phase: str) -> list[dict[str, Any]]:
    params = {"version_id": version.pk, "groups": json.dumps(vocabulary.land_use_groups())}
    rows = []
    for row in sqlfiles.stream("levels/20_list_zones", params):
        rows.append(row)
        if len(rows) % 20_000 == 0:
            progress(phase)
    return rows


def _county(version: DatasetVersion, merge: plan.Merge) -> shapely.Geometry | None:
    """The county's ground, by which zones of a merged layer that go beyond it are cut."""
    geom = version.region.geom
    if merge == plan.Merge.ZONE or version.layer.coverage or geom is None:
        return None
    return shapely.make_valid(shapely.from_wkb(bytes(geom.transform(WEB_SRID, clone=True).wkb)))


def _rows(
    version: DatasetVersion, ground: Ground, drawn: Drawn, places: Any
) -> Iterator[tuple[Any, ...]]:
    """What is copied: a zone's label point goes with the first of its polygons."""
    geoms = shapely.to_wkb(shapely.set_srid(drawn.faces, WEB_SRID), hex=True, include_srid=True)
    first = np.zeros(len(drawn.row), bool)
    points = np.full(len(drawn.row), None, object)
    if places is not None:
        _, at = np.unique(drawn.row, return_index=True)
        first[at] = True
        found = shapely.set_srid(shapely.point_on_surface(places[drawn.row[at]]), WEB_SRID)
        points[at] = shapely.to_wkb(found, hex=True, include_srid=True)
    for row, shade, point, geom in zip(drawn.row, drawn.shade, points, geoms, strict=True):
        zone_id, twin = (
            (int(ground.zone_id[row]), int(ground.twin[row])) if row >= 0 else (None,) * 2
        )
        yield version.pk, drawn.level.zoom, zone_id, twin, str(shade) or None, point, geom
