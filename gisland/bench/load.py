"""Puts the seeded prefecture into a database by COPY, and derives its layers."""

from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime
from itertools import count
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction

from gisland.bench.ground import HOLDERS
from imports.demo.place import COUNTIES, Geoms
from spatial import sqlfiles
from spatial.engine import derive
from spatial.models import Batch, DatasetVersion, Holder, Layer, Patch, Region
from spatial.models.dataset import Nature, VersionStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from django.contrib.gis.geos import MultiPolygon

    from gisland.bench.ground import Prefecture, Sheet

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
ZONE_COLUMNS = (
    "version_id", "layer_id", "source_id", "code", "name", "holder_id", "attributes",
    "delivered", "recorded_from", "geom",
)  # fmt: skip
PATCH_COLUMNS = (
    "row_no", "region_id", "jcbh", "kind", "before_on", "after_on", "holder_id", "geom",
)  # fmt: skip


def load(place: Prefecture, say: Callable[[str], None]) -> tuple[list[int], dict[str, float]]:
    """Store everything; returns the patch ids and the seconds that deriving each layer took."""
    regions = add_regions(place.counties)
    holders = add_holders()
    seconds = add_sheets(place.sheets, place.counties, regions, holders, say)
    ids = _add_patches(place, regions, holders)
    sqlfiles.analyze("spatial_patch")
    return ids, seconds


def add_sheets(
    sheets: Sequence[Sheet],
    counties: Geoms,
    regions: list[Region],
    holders: list[int],
    say: Callable[[str], None],
) -> dict[str, float]:
    """Store and derive these layers; returns the seconds that deriving each took."""
    seconds: dict[str, float] = {}
    numbers = count(1)
    for sheet in sheets:
        versions = _add_zones(sheet, counties, regions, holders, numbers)
        started = time.perf_counter()
        for version in versions:
            with transaction.atomic():
                derive.derive_version(version)
        seconds[sheet.layer] = round(time.perf_counter() - started, 2)
        say(f"{sheet.layer}：{len(sheet.geoms)} 个，派生 {seconds[sheet.layer]} 秒")
    for table in ("spatial_zone", "zone_part", "zone_edge"):
        sqlfiles.analyze(table)
    return seconds


def add_regions(counties: Geoms) -> list[Region]:
    """The demo's counties, the first ones of them, with these boundaries."""
    return [
        Region.objects.create(
            code=spec.code,
            name=spec.name,
            level="county",
            central_meridian=spec.meridian,
            geom=cast("MultiPolygon", GEOSGeometry(wkb)),
        )
        for spec, wkb in zip(COUNTIES, ewkb(multi(counties)), strict=False)
    ]


def add_holders() -> list[int]:
    """The invented holders."""
    names = [f"示例单位{i}" for i in range(HOLDERS)]
    made = Holder.objects.bulk_create(Holder(name=name, name_key=name) for name in names)
    return [holder.pk for holder in made]


def _add_zones(
    sheet: Sheet,
    counties: Geoms,
    regions: list[Region],
    holders: list[int],
    numbers: Iterator[int],
) -> list[DatasetVersion]:
    """One version in each county; a zone goes whole into every county that it touches."""
    layer = Layer.objects.get(pk=sheet.layer)
    ledger = layer.nature == Nature.LEDGER
    geoms = multi(sheet.geoms)
    wkb = ewkb(geoms)
    first = next(numbers)
    versions = []
    for region, county in zip(regions, counties, strict=True):
        version = DatasetVersion.objects.create(
            layer=layer,
            region=region,
            valid_from=None if ledger else date.fromisoformat(sheet.valid_from),
            status=VersionStatus.ACTIVE,
            activated_at=LONG_AGO,
        )
        shapely.prepare(county)
        rows = np.flatnonzero(_inner(sheet.layer, county, geoms))
        version.zone_count = sqlfiles.copy_rows(
            "spatial_zone",
            ZONE_COLUMNS,
            (_zone(sheet, version, int(i), first, holders, wkb[i], ledger=ledger) for i in rows),
        )
        version.save(update_fields=["zone_count"])
        versions.append(version)
    return versions


def _inner(layer: str, county: Any, geoms: Geoms) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which zones have ground in a county: those of the survey lie in one, by construction."""
    if layer in ("land_use", "township"):
        return np.asarray(shapely.intersects(county, shapely.point_on_surface(geoms)))
    return np.asarray(shapely.intersects(county, geoms) & ~shapely.touches(county, geoms))


def _zone(
    sheet: Sheet,
    version: DatasetVersion,
    row: int,
    first: int,
    holders: list[int],
    wkb: str,
    *,
    ledger: bool,
) -> tuple[Any, ...]:
    attributes = sheet.attributes[row]
    who = int(sheet.holders[row]) if len(sheet.holders) else -1
    return (
        version.pk,
        sheet.layer,
        f"{first}-{row}",
        str(attributes.get("code", "")),
        "",
        holders[who] if who >= 0 else None,
        json.dumps(attributes, ensure_ascii=False),
        "{}",
        LONG_AGO if ledger else None,
        wkb,
    )


def _add_patches(place: Prefecture, regions: list[Region], holders: list[int]) -> list[int]:
    batch = Batch.objects.create(
        code="BENCH",
        source="部",
        issued_on=date(2024, 6, 1),
        report_due_on=date(2024, 7, 1),
        period="2024Q2",
    )
    wkb = ewkb(multi(place.patches))
    records = (
        (
            row,
            regions[int(county)].pk,
            facts["jcbh"],
            facts["kind"],
            facts["before_on"],
            facts["after_on"],
            holders[facts["holder"]] if facts["holder"] >= 0 else None,
            wkb[row],
        )
        for row, (county, facts) in enumerate(
            zip(place.patch_county, place.patch_facts, strict=True)
        )
    )
    with transaction.atomic():
        sqlfiles.execute("bench/create_patch")
        sqlfiles.copy_rows("bench_patch", PATCH_COLUMNS, records)
        told = {"batch_id": batch.pk, "created_at": LONG_AGO}
        sqlfiles.execute("bench/add_patches", told)
    return list(Patch.objects.order_by("pk").values_list("pk", flat=True))


def multi(geoms: Geoms) -> Geoms:
    """Valid multipolygons, as the importers would store them."""
    sound = np.where(shapely.is_valid(geoms), geoms, shapely.make_valid(geoms))
    parts, row = shapely.get_parts(sound, return_index=True)
    areal = shapely.get_dimensions(parts) == 2
    return np.asarray(shapely.multipolygons(parts[areal], indices=row[areal]), object)


def ewkb(geoms: Geoms) -> list[str]:
    """Geometries in degrees as COPY takes them."""
    return list(shapely.to_wkb(shapely.set_srid(geoms, 4490), hex=True, include_srid=True))
