"""The set-based half of every vector import: temporary rows, repair, counties, holders.

Call inside one transaction; the temporary tables go with it. Raises InputRefused when a row
can't be repaired or nothing lies in the counties asked for: nothing is written then.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import orjson
import pyarrow as pa
import shapely

from imports import crs_shift, parties, shapes
from imports.ground import ground_of
from imports.readers.held import Column, Held
from imports.readers.table import WARNING, Finding
from imports.staged_issues import reason_of
from imports.staged_lines import (
    NONE,
    PIECE,
    HeldRows,
    Json,
    Texts,
    escaped,
    hexadecimal,
    lines,
    truths,
)
from imports.staged_shapes import Homes, look
from spatial import crs, sqlfiles
from spatial.errors import CrsRefused, InputRefused, NotAllowed, UnknownRegion
from spatial.job_progress import silent
from spatial.models import Region
from spatial.models.region import RegionLevel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from imports.fields import Canonical, Span
    from imports.readers.table import Table
    from imports.shapes import Given
    from spatial.job_progress import Progress

COLUMNS = (
    "row", "geom", "attributes", "spans", "delivered", "delivered_crs", "source_id",
    "county_code", "declared_area_m2", *parties.COLUMNS, "sound", "short_edges", "begins_in",
)  # fmt: skip
UNKNOWN = (False, False, None)
"""What is known beforehand of the shape of a row that comes by itself: nothing."""
TOLD_ROWS = 500
"""Rows between two reports of how many are written."""


@dataclass(frozen=True)
class Staged:
    """One row ready for the temporary table."""

    number: int
    source_id: str
    county_code: str | None


Rows = list[Staged] | HeldRows


def target_counties(region_code: str | None) -> list[Region]:
    """The counties that a delivery may go to: of a region, or all in force.

    Raises UnknownRegion with the remedy if there are none.
    """
    if region_code:
        region = Region.objects.by_code(region_code)
        if region.level in (RegionLevel.TOWNSHIP, RegionLevel.VILLAGE):
            raise UnknownRegion(f"--region {region_code} 是乡村级。请给出县、市或省的代码。")
        counties = list(region.counties())
    else:
        counties = list(Region.objects.filter(level=RegionLevel.COUNTY, valid_until__isnull=True))
    if not counties:
        where = f"行政区 {region_code} 之下" if region_code else "库中"
        raise UnknownRegion(f"{where}没有县级行政区。请先用 import_regions 导入县级界线。")
    return counties


def allowed(counties: Sequence[Region], within: str | None) -> list[Region]:
    """Those of the counties in which rows may be stored: all, or what lies in a region."""
    if within is None:
        return list(counties)
    own = {county.pk for county in Region.objects.by_code(within).counties()}
    found = [county for county in counties if county.pk in own]
    if not found:
        raise NotAllowed("所选行政区不在您的行政区内，不能导入。请改选本地的行政区。")
    return found


def keep_allowed(file_name: str, counties: Sequence[Region]) -> None:
    """Forget where rows lie beyond these counties; raises InputRefused when nothing is left."""
    sqlfiles.execute("imports/38_drop_foreign", {"region_ids": [county.pk for county in counties]})
    if not sqlfiles.rows("imports/36_list_placed_regions"):
        names = "、".join(str(county) for county in counties[:6])
        raise InputRefused(
            f"文件 {file_name} 没有一个要素属于您的行政区（{names}）。请核对是否拿错了文件；"
            "其他县的数据请由该县导入。"
        )


def refuse_far_away(
    file_name: str, geoms: Given, counties: Sequence[Region], *, asserted: bool = False
) -> list[Finding]:
    """What is doubtful about where the data lie (degrees): shifted as web maps shift theirs?

    ``asserted``: a person named the CRS. Raises CrsRefused when the data lie nowhere near the
    counties (axes, zone or CRS is wrong), and for a shift that is sure.
    """
    ground = ground_of(counties)
    if ground is None:
        return []
    bounds = [float(value) for value in shapes.total_bounds(geoms)]
    west, south, east, north = bounds
    if not ground.near(bounds) or not all(abs(value) <= 180 for value in bounds):
        raise CrsRefused(
            f"文件 {file_name} 的坐标不在行政区范围内：数据在 {west:.4f}–{east:.4f}°E、"
            f"{south:.4f}–{north:.4f}°N，行政区在 {ground.words}。"
            "可能轴序颠倒、带号错误或坐标系声明有误；"
            "请核对后用 --crs 指明，或用 --region 指明正确的行政区。"
        )
    return crs_shift.check(file_name, geoms, ground, asserted=asserted)


def copy_rows(
    table: Table,
    canonical: Canonical,
    staged: Rows,
    geoms: Given,
    crs_labels: Mapping[int, str] | None = None,
    progress: Progress = silent,
    counties: Sequence[Region] = (),
) -> None:
    """Make the temporary tables and copy the rows in; geometry in EPSG:4490.

    ``crs_labels``: by row, its own CRS where they differ. ``counties`` are those where they may
    lie: what of it can be told beforehand the server need not find out.
    """
    for name in ("row", "place", "target", "county", "measure"):
        sqlfiles.execute(f"imports/01_drop_{name}")
    sqlfiles.execute("imports/10_create_row")
    sqlfiles.execute("imports/14_create_place")
    if isinstance(staged, HeldRows):
        homes = Homes(counties)
        texts = _texts(table, canonical, staged, geoms, crs_labels or {}, homes, progress)
        sqlfiles.copy_text("import_row", COLUMNS, texts)
    else:
        found = _records(table, canonical, staged, geoms, crs_labels or {})
        sqlfiles.copy_rows("import_row", COLUMNS, _counted(found, len(staged), progress))
    sqlfiles.analyze("import_row", ("row", "source_id", "county_code", "holder_key", "reason"))


def _texts(
    table: Table,
    canonical: Canonical,
    staged: HeldRows,
    geoms: Given,
    crs_labels: Mapping[int, str],
    homes: Homes,
    progress: Progress,
) -> Iterator[memoryview]:
    """The rows by column, as texts of COPY of some hundred rows."""
    rows = cast("Held", canonical.rows)
    attributes, delivered = Json(rows), Json(cast("Held", table.records))
    ids, codes = Texts(staged.ids), Texts(staged.counties)
    nothing = Column(codes=np.full(len(staged), -1, np.int32), words=pa.array([], pa.string()))
    area = Texts(rows.columns.get("declared_area_m2", nothing))
    told = parties.Told(canonical)
    for first, chunk in shapes.chunks(geoms):
        hints, blobs = look(chunk, homes), shapely.to_wkb(chunk)
        for at in range(0, len(chunk), PIECE):
            start, end = first + at, first + min(at + PIECE, len(chunk))
            progress("写入", start, len(staged))
            here = slice(at, end - first)
            numbers = list(staged.numbers[start:end])
            spans = canonical.spans[start:end] if any_spans(canonical) else None
            labels = [crs_labels.get(row) for row in numbers] if crs_labels else NONE
            yield lines([
                pa.array(numbers).cast(pa.string()),
                hexadecimal(blobs[here]),
                attributes.piece(start, end),
                _array([escaped(_json(_ends(one))) for one in spans]) if spans else "{}",
                delivered.piece(start, end),
                _array(labels) if isinstance(labels, list) else labels,
                ids.piece(start, end),
                codes.piece(start, end),
                area.piece(start, end),
                *told.columns(rows, start, end),
                truths(hints.sound[here]),
                truths(hints.short[here]),
                pa.array(hints.home[here], mask=hints.home[here] == 0).cast(pa.string()),
            ])  # fmt: skip


def any_spans(canonical: Canonical) -> bool:
    """Whether the file tells dates at all."""
    return not isinstance(canonical.spans, Held) or bool(canonical.spans.columns)


def _array(texts: Sequence[str | None]) -> pa.Array:
    return pa.array(texts, pa.string())


def _counted(records: Iterator[Any], total: int, progress: Progress) -> Iterator[Any]:
    for done, record in enumerate(records):
        if done % TOLD_ROWS == 0:
            progress("写入", done, total)
        yield record


def _records(
    table: Table,
    canonical: Canonical,
    staged: Sequence[Staged],
    geoms: Given,
    crs_labels: Mapping[int, str],
) -> Iterator[tuple[Any, ...]]:
    parted = parties.Told(canonical)
    for start, chunk in shapes.chunks(geoms):
        placed = shapely.set_srid(chunk, crs.STORAGE_SRID)
        texts = shapely.to_wkb(placed, hex=True, include_srid=True).tolist()
        here = slice(start, start + len(chunk))
        told = (staged[here], canonical.rows[here], canonical.spans[here], table.records[here])
        for text, row, attributes, spans, record in zip(texts, *told, strict=True):
            yield (
                row.number,
                text,
                _json(attributes),
                _json(_ends(spans)) if spans else "{}",
                _json(record),
                crs_labels.get(row.number),
                row.source_id,
                row.county_code,
                attributes.get("declared_area_m2"),
                *parted(attributes),
                *UNKNOWN,
            )


def _ends(spans: Mapping[str, Span]) -> dict[str, list[str]]:
    return {name: [span.first.isoformat(), span.last.isoformat()] for name, span in spans.items()}


def _json(value: Any) -> str:
    try:
        plain = orjson.OPT_PASSTHROUGH_DATETIME
        return orjson.dumps(value, default=str, option=plain).decode()
    except TypeError:  # whole numbers beyond 64 bits, keys that are no text
        return json.dumps(value, ensure_ascii=False, default=str)


def repair(table: Table, unit: str = "行") -> None:
    """Make every row valid or refuse the delivery, naming the rows that nothing is left of.

    Where bad rows may be skipped, those are left out instead.
    """
    sqlfiles.execute("imports/20_repair_rows")
    step = "21_drop_unrepairable" if table.bad.skip else "21_list_unrepairable"
    faults = [
        (found["row"], f"图形无效且无法修复（{reason_of(found['reason'])}）")
        for found in sqlfiles.rows(f"imports/{step}")
    ]
    table.bad.refuse(table.file_name, faults, "在源数据中重画或删除这些图形。", unit)


def place(
    file_name: str, counties: Sequence[Region], *, one_each: bool, own_only: bool = False
) -> list[Finding]:
    """Find each row's counties (``one_each``: only the one that holds most of it; ``own_only``:
    none to which rows merely spill over). What was left out comes back as findings.

    Raises InputRefused when no row lies in any of them.
    """
    ids = [county.pk for county in counties]
    sqlfiles.execute("imports/11_create_target", {"region_ids": ids})
    sqlfiles.execute("imports/12_create_county")
    sqlfiles.execute("imports/13_index_county")
    sqlfiles.analyze("import_county")
    for step in ("30_place_by_code", "31_place_by_position", "32_place_in_only_county"):
        sqlfiles.execute(f"imports/{step}")
    if one_each:
        sqlfiles.execute("imports/33_keep_largest_place")
    spills = sqlfiles.rows("imports/37_drop_spills") if own_only else []
    sqlfiles.analyze("import_place")
    sqlfiles.execute("imports/38_measure_rows")
    if not sqlfiles.rows("imports/36_list_placed_regions"):
        names = "、".join(str(county) for county in counties[:6])
        raise InputRefused(
            f"文件 {file_name} 没有一个要素在行政区（{names}）内。"
            "请核对 --region、坐标系和行政区界线。"
        )
    named = {county.pk: county.name for county in counties}
    return [
        Finding(
            "outside_region",
            f"第 {spill['row']} 行伸入{named[spill['region_id']]} {spill['overlap_m2']} m²，"
            "但本次导入没有该县自己的要素，未在该县建版本",
            severity=WARNING,
            row=spill["row"],
            done="只计入所属县；如确为两县的数据，请用 --region 指明后重新导入",
        )
        for spill in spills
    ]
