"""Drawn ground: letters on a grid become zones and patches in the database.

The format is that of the rules language, section 7: each letter is one zone; ``m`` is the side
of a cell; a layer that is not drawn is loaded and empty; ``layer = "missing"`` is not loaded. A
list of drawings is several versions of a snapshot (each with ``valid_from``) or overlapping zones
of a ledger. Beyond it: ``offset = [east, north]`` in metres moves a drawing or one letter;
``valid_until`` ends a version; ``declared_empty = true`` (with its dates) is an office's word that
there is nothing; a field written ``"empty"`` was delivered without a value, one not written was
not delivered; a patch's dates may be only a year or a month ("2024-01").
"""

from __future__ import annotations

import datetime
from contextlib import contextmanager
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import connection
from django.utils import timezone
from pyproj import Transformer
from shapely import affinity

from imports.values import span_of
from spatial import crs, sqlfiles
from spatial.engine import derive
from spatial.models import Batch, DatasetVersion, Document, Holder, Layer, Patch, Region, Zone
from spatial.models.dataset import Nature, VersionStatus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

ORIGIN_EAST, ORIGIN_NORTH = 500_000.0, 3_700_000.0
EARLY = datetime.date(2000, 1, 1)
LONG_AGO = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
HOME = ("990101", "绘图县")
_NUMBERS = count(1)
_WAITING: dict[bool, list[int]] | None = None


@cache
def plane_to_geographic(meridian: Decimal | float = 117) -> Transformer:
    """Gauss plane (false easting 500 km) to CGCS2000 degrees, longitude first."""
    return Transformer.from_crs(
        f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k=1 +x_0=500000 +y_0=0 "
        "+a=6378137 +rf=298.257222101 +units=m +no_defs",
        "EPSG:4490",
        always_xy=True,
    )


def cells(drawing: str, letter: str, m: float) -> shapely.Geometry:
    """The ground of one letter, in plane metres; the drawing's lower left is the origin."""
    rows = [line.strip() for line in drawing.strip().splitlines()]
    squares = [
        shapely.box(
            ORIGIN_EAST + column * m,
            ORIGIN_NORTH + (len(rows) - 1 - row) * m,
            ORIGIN_EAST + (column + 1) * m,
            ORIGIN_NORTH + (len(rows) - row) * m,
        )
        for row, line in enumerate(rows)
        for column, mark in enumerate(line)
        if mark == letter
    ]
    return shapely.union_all(squares)


def geographic(plane: shapely.Geometry, meridian: Decimal | float = 117) -> MultiPolygon:
    """Plane ground as a stored geometry (EPSG:4490)."""
    turned = shapely.transform(
        plane,
        lambda xy: np.column_stack(plane_to_geographic(meridian).transform(xy[:, 0], xy[:, 1])),
    )
    geos = GEOSGeometry(shapely.to_wkb(turned).hex(), srid=4490)
    return geos if geos.geom_type == "MultiPolygon" else MultiPolygon(geos, srid=4490)


def county(code: str = HOME[0], name: str = HOME[1]) -> Region:
    """A county on meridian 117 without a boundary."""
    return Region.objects.get_or_create(
        code=code, defaults={"name": name, "level": "county", "central_meridian": 117}
    )[0]


def place_of(region: Region) -> tuple[float, float]:
    """Every county draws on ground of its own: how far it lies from the origin."""
    return 0, 1000.0 * (int(region.code[:6]) - int(HOME[0]))


def holder(name: str, region: Region | None = None) -> Holder:
    """A holder by name, another one in each county that is named."""
    key = f"{name}@{region.code}" if region and region.code != HOME[0] else name
    return Holder.objects.get_or_create(code="", name_key=key, defaults={"name": name})[0]


def paper(layer: Layer, number: str) -> Document:
    """A document by its number."""
    found, _ = Document.objects.get_or_create(
        layer=layer, number_key=number, defaults={"number": number}
    )
    return found


def draw_version(
    layer_code: str,
    drawing: dict[str, Any] | None,
    *,
    m: float = 10,
    region: Region | None = None,
    activated_at: datetime.datetime = LONG_AGO,
    version: DatasetVersion | None = None,
) -> DatasetVersion:
    """One active version (or more rows of a ledger's) from a drawing; None is empty."""
    layer = Layer.objects.get(code=layer_code)
    ledger = layer.nature == Nature.LEDGER
    drawing = {"draw": "", **(drawing or {})}
    empty = drawing.get("declared_empty", False)
    version = version or DatasetVersion.objects.create(
        layer=layer,
        region=region or county(),
        valid_from=None if ledger and not empty else drawing.get("valid_from", EARLY),
        valid_until=drawing.get("valid_until"),
        declared_empty=empty,
        declared_by="绘图县自然资源局" if empty else "",
        status=VersionStatus.ACTIVE,
        activated_at=drawing.get("activated_at", activated_at),
        retired_at=drawing.get("retired_at"),
    )
    zones = [
        _zone(version, layer, letter, drawing, m, ledger)
        for letter in sorted(set(drawing["draw"]) - set(". \n"))
    ]
    version.zone_count += len(zones)
    version.save(update_fields=["zone_count"])
    if _WAITING is not None:
        _WAITING[ledger] += [zone.pk for zone in zones]
    elif zones:
        derive.derive_zones(version, [zone.pk for zone in zones])
    return version


@contextmanager
def derived_together() -> Iterator[None]:
    """Zones drawn within are derived at its end, all at once: quick, and few locks."""
    global _WAITING
    _WAITING = {False: [], True: []}
    try:
        yield
        for ledger, zone_ids in _WAITING.items():
            _derive(zone_ids, by_zone=ledger)
    finally:
        _WAITING = None


def _derive(zone_ids: list[int], *, by_zone: bool) -> None:
    """As derive_zones, but for zones of many versions."""
    for table in ("ground", "part", "edge"):
        sqlfiles.execute(f"engine/derive/01_drop_{table}")
    one_version = "zone.version_id = %(version_id)s AND "
    densify = sqlfiles.text("engine/derive/11_densify_zones")
    assert one_version in densify
    with connection.cursor() as cursor:
        cursor.execute(
            densify.replace(one_version, ""),
            {"zone_ids": zone_ids, "plane_srid": crs.plane_srid(117)},
        )
    sqlfiles.execute("engine/derive/20_cut_parts")
    sqlfiles.execute("engine/derive/30_collect_edges", {"by_zone": by_zone})
    for step in ("50_measure_zones", "40_store_parts", "41_store_edges"):
        sqlfiles.execute(f"engine/derive/{step}")


def _zone(
    version: DatasetVersion,
    layer: Layer,
    letter: str,
    drawing: dict[str, Any],
    m: float,
    ledger: bool,
) -> Zone:
    told = dict(drawing.get(letter, {}))
    who = told.pop("holder", None)
    recorded_from = told.pop("recorded_from", version.activated_at if ledger else None)
    recorded_until = told.pop("recorded_until", None)
    offset = told.pop("offset", drawing.get("offset", (0, 0)))
    plane = told.pop("plane", None) or cells(drawing["draw"], letter, m)
    attributes = {key: _stored(value) for key, value in told.items()}
    number = attributes.get("document")
    return Zone.objects.create(
        version=version,
        layer=layer,
        source_id=f"{letter}-{next(_NUMBERS)}",
        code=str(attributes.get("code", letter)),
        attributes=attributes,
        holder=holder(who, version.region) if who else None,
        document=paper(layer, number) if number else None,
        recorded_from=recorded_from,
        recorded_until=recorded_until,
        geom=_placed(plane, offset, version.region),
    )


def _placed(plane: shapely.Geometry, offset: Any, region: Region) -> MultiPolygon:
    east, north = place_of(region)
    return geographic(affinity.translate(plane, offset[0] + east, offset[1] + north))


def _stored(value: Any) -> Any:
    if value == "empty":
        return None
    return value.isoformat() if isinstance(value, datetime.date) else value


def draw_empty(layer_codes: list[str], region: Region) -> None:
    """These layers are loaded, and hold nothing there."""
    natures = dict(Layer.objects.values_list("code", "nature"))
    DatasetVersion.objects.bulk_create(
        DatasetVersion(
            layer_id=code,
            region=region,
            valid_from=None if natures[code] == Nature.LEDGER else EARLY,
            status=VersionStatus.ACTIVE,
            activated_at=LONG_AGO,
        )
        for code in layer_codes
    )


def draw_layer(layer_code: str, drawn: Any, *, m: float = 10, region: Region | None = None) -> None:
    """A layer as a case tells it: missing, one drawing, or several."""
    if drawn == "missing":
        return
    ledger = Layer.objects.get(code=layer_code).nature == Nature.LEDGER
    drawings = drawn if isinstance(drawn, list) else [drawn]
    version = None
    for drawing in drawings:
        version = draw_version(
            layer_code, drawing, m=m, region=region, version=version if ledger else None
        )


def draw_patch(
    told: dict[str, Any],
    *,
    m: float = 10,
    batch: Batch | None = None,
    region: Region | None = None,
) -> Patch:
    """A patch from a drawing (letter P) and its attributes."""
    told = dict(told)
    plane = told.pop("plane", None) or cells(told.pop("draw"), "P", m)
    told.pop("draw", None)
    number = next(_NUMBERS)
    batch = batch or Batch.objects.create(code=f"case-{number}", source="部")
    region = region or county()
    who = told.pop("holder", None)
    offset = told.pop("offset", (0, 0))
    before = span_of(told.pop("before_on", None))
    after = span_of(told.pop("after_on", None))
    patch = Patch(
        batch=batch,
        region=region,
        jcbh=str(told.pop("jcbh", number)),
        kind=told.pop("kind", ""),
        before_on=before and before.first,
        before_on_last=before and before.last,
        after_on_first=after and after.first,
        after_on=after and after.last,
        holder=holder(who, region) if who else None,
        attributes=told,
        geom=_placed(plane, offset, region),
    )
    found = sqlfiles.rows(
        "imports/measure_ground",
        {"geom": patch.geom.ewkb, "plane_srid": region.plane_srid},
    )[0]
    patch.ground = GEOSGeometry(found["ground"])
    patch.area_m2 = found["area_m2"]
    patch.save()
    Patch.objects.filter(pk=patch.pk).update(created_at=LONG_AGO)
    return patch


def now() -> datetime.datetime:
    """The moment of a test's run."""
    return timezone.now()
