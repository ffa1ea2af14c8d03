"""The set-based half of every vector import: temporary rows, repair, counties, holders.

Call inside one transaction; the temporary tables go with it. Raises InputRefused when a row
can't be repaired or nothing lies in the counties asked for: nothing is written then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imports import crs_shift, shapes
from imports.ground import ground_of
from imports.readers.table import WARNING, Finding
from imports.staged_copy import Rows, Seen, Staged, copy_rows
from imports.staged_issues import reason_of
from spatial import sqlfiles
from spatial.errors import CrsRefused, InputRefused, NotAllowed, UnknownRegion
from spatial.models import Region
from spatial.models.region import RegionLevel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imports.readers.table import Table
    from imports.shapes import Given

__all__ = ["Rows", "Seen", "Staged", "copy_rows"]


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


def repair(table: Table, seen: Seen, unit: str = "行") -> None:
    """Make every row valid or refuse the delivery, naming the rows that nothing is left of.

    Where bad rows may be skipped, those are left out instead.
    """
    if seen.sound:
        return
    sqlfiles.execute("imports/20_repair_rows")
    step = "21_drop_unrepairable" if table.bad.skip else "21_list_unrepairable"
    faults = [
        (found["row"], f"图形无效且无法修复（{reason_of(found['reason'])}）")
        for found in sqlfiles.rows(f"imports/{step}")
    ]
    table.bad.refuse(table.file_name, faults, "在源数据中重画或删除这些图形。", unit)


def place(
    file_name: str,
    counties: Sequence[Region],
    seen: Seen,
    *,
    one_each: bool,
    own_only: bool = False,
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
    placed = sqlfiles.execute("imports/30_place_by_code")
    seen.everywhere = seen.sound and placed == seen.rows
    if not seen.everywhere:
        sqlfiles.execute("imports/31_place_by_position")
        sqlfiles.execute("imports/32_place_in_only_county")
    if one_each:
        sqlfiles.execute("imports/33_keep_largest_place")
    spills = sqlfiles.rows("imports/37_drop_spills") if own_only and not seen.everywhere else []
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
