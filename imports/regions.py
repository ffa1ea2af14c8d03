"""Regions: province, city, county boundaries and codes. 行政区"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.core.exceptions import ValidationError
from django.db import transaction

from imports import (
    crs_shift,
    crs_verdict,
    deliveries,
    fields,
    readers,
    staged_issues,
    staging,
    values,
)
from imports.deliveries import FileOptions
from imports.ground import ground_of
from imports.models import Delivery, DeliveryStatus
from imports.readers import bundle as bundles
from imports.readers.table import Finding
from imports.refusal import refuse_rows
from spatial import crs, sqlfiles
from spatial.errors import InputRefused
from spatial.models import Region
from spatial.models.region import RegionLevel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from imports.ground import Ground
    from imports.readers.table import Table
    from imports.shapes import Given

FIELDS = {
    "code": fields.Field("code", "行政区代码", "text", ("XZQDM", "adcode", "XZDM", "DM")),
    "name": fields.Field("name", "名称", "text", ("XZQMC", "MC", "NAME")),
    "level": fields.Field("level", "级别", "text", ("JB", "LEVEL")),
    "parent": fields.Field("parent", "上级代码", "text", ("SJDM", "PARENT")),
    "central_meridian": fields.Field("central_meridian", "中央经线", "number", ("ZYJX",)),
}
TERMS = {**{name: found.term for name, found in FIELDS.items()}, "geom": "界线"}
LEVELS = {
    "省": RegionLevel.PROVINCE, "省级": RegionLevel.PROVINCE, "1": RegionLevel.PROVINCE,
    "市": RegionLevel.CITY, "市级": RegionLevel.CITY, "地级": RegionLevel.CITY,
    "2": RegionLevel.CITY, "区县": RegionLevel.COUNTY, "县": RegionLevel.COUNTY,
    "县级": RegionLevel.COUNTY, "区": RegionLevel.COUNTY, "3": RegionLevel.COUNTY,
    "乡镇": RegionLevel.TOWNSHIP, "乡级": RegionLevel.TOWNSHIP, "4": RegionLevel.TOWNSHIP,
    "村": RegionLevel.VILLAGE, "村级": RegionLevel.VILLAGE, "5": RegionLevel.VILLAGE,
    **{str(level.value): level for level in RegionLevel},
}  # fmt: skip
WEB_ATLAS = {"ADCODE", "CHILDRENNUM", "PARENT"}
"""Columns by which the boundaries that Chinese web atlases give out are known."""
ORDER = [level.value for level in RegionLevel]


@dataclass
class RegionsLoaded:
    """What an import of regions did."""

    delivery: Delivery
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Row:
    number: int
    code: str
    name: str
    level: str
    parent: str
    meridian: Decimal | None


def load_regions(
    path: str | Path,
    *,
    mapping: Mapping[str, str] | None = None,
    private_meridian: Decimal | float | None = None,
    crs_option: str | None = None,
    encoding: str | None = None,
    replace: bool = False,
    dry_run: bool = False,
) -> RegionsLoaded:
    """Register the regions of a file: boundaries of province, city and county; codes of lower.

    A county without meridian gets the one of its 3-degree zone, or ``private_meridian`` (degrees).
    The same region again changes nothing; a different one is refused unless ``replace``. Raises
    InputRefused, CrsMissing, CrsRefused, UnknownField; nothing is stored then.
    """
    options = FileOptions(crs=crs_option, encoding=encoding, mapping=mapping or {}, dry_run=dry_run)
    with bundles.opened(path) as bundle:
        table = readers.read(bundle, options)
        ground = ground_of(list(Region.objects.filter(level=RegionLevel.COUNTY)))
        # the ground of new regions may lie anywhere; only what says nothing is judged by the old
        verdict = crs_verdict.decide(table, crs_option, ground if table.crs is None else None)
        rows = _rows(table, mapping, private_meridian)
        geoms = verdict.to_storage(table.geoms)
        shifted = _shifted(table, geoms, ground, asserted=bool(crs_option))
        canonical = fields.Canonical([{} for _ in rows], [{} for _ in rows], [], {})
        staged = [staging.Staged(row.number, row.code, None) for row in rows]
        with transaction.atomic():
            seen = staging.copy_rows(table, canonical, staged, geoms)
            staging.repair(table, seen)
            delivery = deliveries.record(
                "regions", bundle, table, verdict, options.record(),
                status=DeliveryStatus.ACTIVE,
            )  # fmt: skip
            deliveries.add_issues(delivery, shifted)
            result = RegionsLoaded(delivery)
            _store(table.file_name, rows, result, replace=replace)
            _report(delivery)
            deliveries.finish(delivery, bundle, dry_run=dry_run)
    return result


def _shifted(table: Table, geoms: Given, ground: Ground | None, *, asserted: bool) -> list[Finding]:
    """Whether the boundaries are those of a web map: beside registered ones, or by their columns.

    Raises CrsRefused where that is sure.
    """
    found = []
    if {fields.plain_name(name) for name in table.columns} >= WEB_ATLAS:
        message = "列与 DataV 等网站的行政区划数据相同；那些界线是 GCJ-02（火星坐标），偏移数百米。"
        done = "按声明的坐标系读取；请换用测绘部门的界线，或先纠偏"
        found.append(Finding("web_map_source", message, done=done))
    bounds = [float(value) for value in shapely.total_bounds(geoms)]
    if ground is not None and ground.near(bounds):
        found += crs_shift.check(table.file_name, geoms, ground, asserted=asserted)
    return found


def _report(delivery: Delivery) -> None:
    deliveries.add_issues_at(
        delivery,
        "invalid_geometry",
        [
            (
                row,
                f"第 {row['row']} 行界线无效：{staged_issues.reason_of(row['reason'])}。",
                "按结构修复",
            )
            for row in sqlfiles.rows("imports/23_list_region_repairs")
        ],
    )


def _rows(
    table: Table, mapping: Mapping[str, str] | None, private: Decimal | float | None
) -> list[_Row]:
    columns = fields.match_columns(table, FIELDS, mapping)
    missing = [FIELDS[name].term for name in ("code", "name") if name not in columns]
    if missing:
        raise InputRefused(
            f"文件 {table.file_name} 缺少{'、'.join(missing)}列。现有列："
            f"{'、'.join(table.columns) or '无'}。请用 --map code=列名 --map name=列名 指明。"
        )
    rows: list[_Row] = []
    faults: list[tuple[int, str]] = []
    seen: dict[str, int] = {}
    for number, record in zip(table.numbers, table.records, strict=True):
        raw = {name: record.get(column) for name, column in columns.items()}
        try:
            row = _row(number, raw, private)
        except values.BadValue as error:
            faults.append((number, str(error)))
            continue
        if row.code in seen:
            faults.append((number, f"代码 {row.code} 与第 {seen[row.code]} 行重复"))
        seen[row.code] = number
        rows.append(row)
    refuse_rows(table.file_name, faults, "改正这些行的代码、名称、级别或中央经线后重交。")
    return rows


def _row(number: int, raw: Mapping[str, Any], private: Decimal | float | None) -> _Row:
    code, name = values.code_of(raw.get("code")) or "", values.text_of(raw.get("name")) or ""
    if not (code.isdigit() and len(code) in (6, 9, 12)) or not name:
        raise values.BadValue(f"代码“{code}”应为 6、9 或 12 位数字，名称“{name}”不得为空")
    word = values.text_of(raw.get("level"))
    level = LEVELS.get(word) if word else _level_of(code)
    if level is None:
        raise values.BadValue(f"级别“{word}”不认识，应为 省、市、县、乡镇、村")
    meridian = values.number_of(raw.get("central_meridian"))
    if meridian is None and private is not None:
        meridian = Decimal(str(private))
    try:
        if meridian is not None:
            crs.plane_srid(meridian)
    except (ValueError, InvalidOperation) as error:
        raise values.BadValue(str(error)) from error
    parent = values.code_of(raw.get("parent")) or ""
    return _Row(number, code, name, str(level.value), parent, meridian)


def _level_of(code: str) -> RegionLevel:
    if len(code) > 6:
        return RegionLevel.TOWNSHIP if len(code) == 9 else RegionLevel.VILLAGE
    if code.endswith("0000"):
        return RegionLevel.PROVINCE
    return RegionLevel.CITY if code.endswith("00") else RegionLevel.COUNTY


def _store(file_name: str, rows: list[_Row], result: RegionsLoaded, *, replace: bool) -> None:
    shapes = {
        found["row"]: GEOSGeometry(memoryview(found["wkb"]), srid=crs.STORAGE_SRID)
        for found in sqlfiles.rows("imports/24_list_region_shapes")
    }
    faults: list[tuple[int, str]] = []
    for row in sorted(rows, key=lambda row: (ORDER.index(row.level), row.code)):
        fault = _store_one(row, shapes[row.number], result, replace=replace)
        if fault:
            faults.append((row.number, fault))
    refuse_rows(file_name, faults, "确认要以本文件为准时加 --replace；区划调整请另用新代码登记。")


def _store_one(
    row: _Row, shape: GEOSGeometry, result: RegionsLoaded, *, replace: bool
) -> str | None:
    """Add, keep or replace one region; returns the fault if it differs and may not be replaced."""
    holds_shape = row.level in (RegionLevel.PROVINCE, RegionLevel.CITY, RegionLevel.COUNTY)
    told = {
        "name": row.name,
        "level": row.level,
        "parent": _parent(row),
        "central_meridian": _meridian(row, shape),
        "geom": shape if holds_shape else None,
    }
    found = Region.objects.filter(code=row.code).order_by("-valid_from").first()
    if found is None:
        region = Region(code=row.code, **told)
        try:
            region.full_clean(exclude=["geom"])
        except ValidationError as error:
            return "；".join(error.messages)
        region.save()
        result.added.append(row.code)
        return None
    different = [name for name, value in told.items() if not _same(getattr(found, name), value)]
    if not different:
        result.unchanged.append(row.code)
        return None
    if not replace:
        terms = "、".join(TERMS[name] for name in different)
        return f"行政区 {row.code} {row.name} 已登记，{terms}不同"
    for name, value in told.items():
        setattr(found, name, value)
    found.save()
    result.changed.append(row.code)
    return None


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, GEOSGeometry) and isinstance(new, GEOSGeometry):
        return bytes(old.wkb) == bytes(new.wkb)
    return bool(old == new)


def _meridian(row: _Row, shape: GEOSGeometry) -> Decimal | None:
    if row.level != RegionLevel.COUNTY:
        return None
    if row.meridian is not None:
        return row.meridian
    return crs.nearest_meridian(float(shapely.from_wkb(bytes(shape.wkb)).centroid.x))


def _parent(row: _Row) -> Region | None:
    """The region above: by the file's column, else by the code's own prefix."""
    guesses = [row.parent, row.code[:9] if len(row.code) == 12 else ""]
    if len(row.code) > 6:
        guesses.append(row.code[:6])
    else:
        guesses += [row.code[:4] + "00", row.code[:2] + "0000"]
    for code in guesses:
        if code and code != row.code:
            found = Region.objects.filter(code=code).order_by("-valid_from").first()
            if found is not None:
                return found
    return None
