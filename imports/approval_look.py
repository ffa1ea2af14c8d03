"""What registering a paper would do, before anything is done: ground, areas, what it lies on."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import shapely

from imports import crs_verdict, fields, readers, rights, staging, values
from imports.approval_fields import check_fields, ledgers
from imports.deliveries import FileOptions
from imports.ground import ground_of
from imports.readers import bundle as bundles
from spatial import crs as house
from spatial import holders, sqlfiles
from spatial.errors import InputRefused
from spatial.models import Region, Zone
from spatial.scope import scope_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from spatial.models import User

MOST_PARCELS = 500
"""Parcels of one paper at the page; more is a register, for import_layer."""
SAME_M2 = Decimal("0.01")


@dataclass(frozen=True)
class Parcel:
    """One parcel of the ground: how it is called, area, counties, shape."""

    row: int
    name: str
    area_m2: Decimal
    declared_m2: Decimal | None
    counties: list[dict[str, Any]]
    geometry: dict[str, Any]


@dataclass(frozen=True)
class Look:
    """What registering would do, before anything is done."""

    layer: str
    number: str
    parcels: list[Parcel]
    crs: str
    crs_origin: str
    crs_confidence: str
    findings: list[str]
    meets: list[dict[str, Any]]
    """Open rows of ledgers on the same ground, other than the paper's own."""
    patches: list[dict[str, Any]]
    known: dict[str, Any] | None
    """Of the same paper: zones, areas before and after, gained, lost, fields; None if it is new."""
    attributes: dict[str, Any]
    has_codes: bool
    region_code: str | None = None
    declared_m2: Decimal | None = field(default=None)

    @property
    def area_m2(self) -> Decimal:
        """All parcels together."""
        return sum((parcel.area_m2 for parcel in self.parcels), Decimal(0))

    @property
    def changes_nothing(self) -> bool:
        """Whether the paper stands in the ledger just so already."""
        known = self.known
        return bool(
            known
            and known["gained_m2"] < SAME_M2
            and known["lost_m2"] < SAME_M2
            and not known["fields"]
        )


def look(
    layer: str,
    ground: Path,
    given: Mapping[str, str],
    *,
    by: User | None = None,
    crs: str | None = None,
    act: str = rights.ACT,
) -> Look:
    """What registering this ground under these fields would do; nothing is written.

    Raises what an import raises: InputRefused and its kin name the fault and the remedy; NotAllowed
    where the ground lies beyond the counties of ``by``.
    """
    told, faults = check_fields(layer, given)
    if faults:
        raise InputRefused("".join(faults.values()))
    region_code = _region_of(by)
    options = FileOptions(region_code, crs, None, {}, told)
    with bundles.opened(ground) as bundle:
        table = readers.read(bundle, options)
    if len(table.geoms) > MOST_PARCELS:
        raise InputRefused(
            f"文件有 {len(table.geoms)} 个地块，本页一件最多 {MOST_PARCELS} 个。"
            "请在数据导入页整批导入。"
        )
    counties = staging.target_counties(region_code)
    verdict = crs_verdict.decide(table, crs, ground_of(counties))
    geoms = verdict.to_storage(table.geoms)
    shifted = staging.refuse_far_away(table.file_name, geoms, counties, asserted=bool(crs))
    canonical = fields.canonical(table, layer, {}, told)
    shapes = _shapes(geoms)
    ids = [county.pk for county in counties]
    parcels = _parcels(shapes, ids, table.numbers, canonical.rows)
    rights.require_counties(
        by,
        layer,
        Region.objects.filter(pk__in={
            county["region_id"] for parcel in parcels for county in parcel.counties
        }),
        act,
    )  # fmt: skip
    plane = parcels[0].counties[0]["plane_srid"]
    number = str(canonical.rows[0].get("document") or "")
    key = holders.paper_key(number)
    place = {"shapes": shapes, "plane_srid": plane}
    known = _known(layer, key, ids, place, canonical.rows[0], set(told))
    meets = sqlfiles.rows(
        "imports/meet_zones", {**place, "layers": list(_readable(by)), "region_ids": ids}
    )
    return Look(
        layer=layer,
        number=number,
        parcels=parcels,
        crs=verdict.label,
        crs_origin=verdict.origin,
        crs_confidence=verdict.confidence,
        findings=[
            finding.message
            for finding in [*table.findings, *verdict.findings, *shifted, *canonical.findings]
        ],
        meets=[row for row in meets if (row["layer_id"], row["number_key"]) != (layer, key)],
        patches=sqlfiles.rows("imports/meet_patches", place),
        known=known,
        attributes=canonical.rows[0],
        has_codes=all(row.get("source_code") or row.get("name") for row in canonical.rows),
        region_code=region_code,
        declared_m2=_number(told.get("declared_area_m2")),
    )


def _region_of(by: User | None) -> str | None:
    return by.region.code if by is not None and by.region is not None else None


def _readable(by: User | None) -> Sequence[str]:
    """Ledgers whose rows this person may read."""
    if by is None:
        return list(ledgers())
    may = scope_of(by).layers("identify")
    return [code for code in ledgers() if code in may]


def _shapes(geoms: Any) -> list[str]:
    return list(
        shapely.to_wkb(
            shapely.set_srid(shapely.force_2d(geoms), house.STORAGE_SRID),
            hex=True, include_srid=True,
        )
    )  # fmt: skip


def _parcels(
    shapes: list[str],
    region_ids: list[int],
    numbers: Sequence[int],
    rows: Sequence[dict[str, Any]],
) -> list[Parcel]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in sqlfiles.rows("imports/look_ground", {"shapes": shapes, "region_ids": region_ids}):
        found.setdefault(row["number"], []).append(row)
    parcels = []
    outside = []
    for at, told in enumerate(rows, start=1):
        places = found[at]
        if places[0]["region_id"] is None:
            outside.append(str(numbers[at - 1]))
            continue
        if not places[0]["area_m2"]:
            raise InputRefused(f"第 {numbers[at - 1]} 行的地块没有面积。请核对坐标。")
        parcels.append(
            Parcel(
                row=numbers[at - 1],
                name=str(told.get("name") or told.get("source_code") or f"地块{at}"),
                area_m2=places[0]["area_m2"],
                declared_m2=_number(told.get("declared_area_m2")),
                counties=[
                    {"region_id": place["region_id"], "code": place["code"],
                     "name": place["name"], "plane_srid": place["plane_srid"],
                     "inside_m2": place["inside_m2"]}
                    for place in places if place["inside_m2"]
                ],
                geometry=places[0]["geometry"],
            )
        )  # fmt: skip
    if outside or not parcels:
        raise InputRefused(
            f"第 {'、'.join(outside[:5])} 行的地块不在您的行政区内。请核对坐标系、带号和坐标。"
        )
    return parcels


def _known(
    layer: str,
    key: str,
    region_ids: list[int],
    place: dict[str, Any],
    attributes: Mapping[str, Any],
    asked: set[str],
) -> dict[str, Any] | None:
    """The paper as it stands, against what is to take its place; None where it is new."""
    found = sqlfiles.rows(
        "imports/compare_paper",
        {**place, "layer": layer, "number_key": key, "region_ids": region_ids},
    )[0]
    if not found["zones"]:
        return None
    zone = (
        Zone.objects.filter(
            layer_id=layer, document__number_key=key, recorded_until__isnull=True,
            version__status="active", version__region__in=region_ids,
        )
        .order_by("pk")
        .first()
    )  # fmt: skip
    old = zone.attributes if zone is not None else {}
    known = fields.fields_of(layer)
    changed = [
        {"term": known[name].term, "old": _said(old.get(name)), "new": _said(attributes.get(name))}
        for name in known
        if name in {*old, *asked} - {"source_code", "name", "declared_area_m2"}
        and _said(old.get(name)) != _said(attributes.get(name))
    ]
    return {**found, "fields": changed}


def _said(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)


def _number(value: Any) -> Decimal | None:
    return None if value in (None, "") else values.number_of(value)
