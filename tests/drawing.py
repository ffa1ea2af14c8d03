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
from itertools import count
from typing import TYPE_CHECKING, Any

import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.utils import timezone
from shapely import affinity

from imports.values import span_of
from spatial import sqlfiles
from spatial.engine import derive
from spatial.holders import holder_key, paper_key
from spatial.models import Batch, DatasetVersion, Document, Holder, Layer, Patch, Region, Zone
from spatial.models.dataset import Nature, VersionStatus
from tests.drawn_plane import (  # noqa: F401 - others draw by them too
    ORIGIN_EAST,
    ORIGIN_NORTH,
    cells,
    geographic,
    plane_to_geographic,
)  # fmt: skip
from tests.gathering import LONG_AGO, MERIDIAN, Gathered, derive_many

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.gathering import Row

EARLY = datetime.date(2000, 1, 1)
HOME = ("990101", "绘图县")
_NUMBERS = count(1)
_WAITING: dict[bool, list[int]] | None = None
_GATHERED: Gathered | None = None


def county(code: str = HOME[0], name: str = HOME[1]) -> Region:
    """A county on meridian 117 without a boundary."""
    values = {"name": name, "level": "county", "central_meridian": MERIDIAN}
    if _GATHERED is not None:
        return _GATHERED.once(Region(code=code, **values), code)
    return Region.objects.get_or_create(code=code, defaults=values)[0]


def place_of(region: Region) -> tuple[float, float]:
    """Every county draws on ground of its own: how far it lies from the origin."""
    return 0, 1000.0 * (int(region.code[:6]) - int(HOME[0]))


def holder(name: str, region: Region | None = None) -> Holder:
    """A holder by name, another one in each county that is named."""
    key = holder_key(name)
    if region and region.code != HOME[0]:
        key = f"{key}@{region.code}"
    if _GATHERED is not None:
        return _GATHERED.once(Holder(code="", name_key=key, name=name), key)
    return Holder.objects.get_or_create(code="", name_key=key, defaults={"name": name})[0]


def paper(layer: Layer, number: str) -> Document:
    """A document by its number."""
    key = paper_key(number)
    if _GATHERED is not None:
        return _GATHERED.once(Document(layer=layer, number=number, number_key=key), layer.pk, key)
    found, _ = Document.objects.get_or_create(
        layer=layer, number_key=key, defaults={"number": number}
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
    layer = _layer(layer_code)
    ledger = layer.nature == Nature.LEDGER
    drawing = {"draw": "", **(drawing or {})}
    empty = drawing.get("declared_empty", False)
    version = version or DatasetVersion(
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
    if _GATHERED is not None:
        for row in (version, *zones):
            _GATHERED.once(row, id(row))
        return version
    version.save()
    Zone.objects.bulk_create(zones)
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
            derive_many(zone_ids, by_zone=ledger)
    finally:
        _WAITING = None


@contextmanager
def gathered() -> Iterator[None]:
    """What is drawn within is stored and derived at its end by the set; it has no id before."""
    global _GATHERED
    _GATHERED = Gathered()
    try:
        yield
        _GATHERED.store()
    finally:
        _GATHERED = None


def keep(row: Row) -> Row:
    """The row, stored now, or with the others that are being gathered."""
    if _GATHERED is not None:
        return _GATHERED.keep(row)
    row.save()
    return row


def _layer(code: str) -> Layer:
    return _GATHERED.layers[code] if _GATHERED is not None else Layer.objects.get(code=code)


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
    return Zone(
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
    for code in layer_codes:
        keep(
            DatasetVersion(
                layer_id=code,
                region=region,
                valid_from=None if _layer(code).nature == Nature.LEDGER else EARLY,
                status=VersionStatus.ACTIVE,
                activated_at=LONG_AGO,
            )
        )


def draw_layer(layer_code: str, drawn: Any, *, m: float = 10, region: Region | None = None) -> None:
    """A layer as a case tells it: missing, one drawing, or several."""
    if drawn == "missing":
        return
    ledger = _layer(layer_code).nature == Nature.LEDGER
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
    batch = batch or keep(Batch(code=f"case-{number}", source="部"))
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
    if _GATHERED is not None:
        return keep(patch)
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
