"""What the set-based steps of an import found, as issues: repairs, places, declared areas. 问题"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imports import deliveries
from imports.checks import settings
from spatial import sqlfiles
from spatial.errors import CrsRefused

if TYPE_CHECKING:
    from imports.models import Delivery
    from imports.staged_copy import Seen

REASONS = {
    "Ring Self-intersection": "环自相接", "Self-intersection": "自相交",
    "Hole lies outside shell": "内环在外环之外", "Holes are nested": "内环互相套叠",
    "Nested shells": "外环互相套叠", "Duplicate Rings": "环重复",
    "Interior is disconnected": "面的内部被分断", "Too few points": "环的点数不足",
    "Invalid Coordinate": "坐标值无效", "Ring is not closed": "环未闭合",
}  # fmt: skip

FAR_M = 1000
"""From here on a row outside the county of its code is no matter of how the border is drawn."""


def report(delivery: Delivery, seen: Seen) -> None:
    """Issues of what was repaired, what lies outside, and what the declared areas don't say."""
    deliveries.add_issues_at(
        delivery,
        "invalid_geometry",
        (
            (
                found,
                _invalid_text(found),
                f"按结构修复，面积 {found['before_m2']:.2f} → {found['after_m2']:.2f} 平方米",
            )
            for found in ([] if seen.sound else sqlfiles.stream("imports/22_list_repairs"))
        ),
    )
    deliveries.add_issues_at(
        delivery,
        "outside_region",
        (
            (found, f"第 {found['row']} 行不在本次行政区内。", "未入库")
            for found in ([] if seen.everywhere else sqlfiles.stream("imports/34_list_unplaced"))
        ),
    )
    _report_misplaced(delivery, seen)
    deliveries.add_issues_at(delivery, "area_differs", _area_issues())


def _report_misplaced(delivery: Delivery, seen: Seen) -> None:
    """Rows that don't lie in the county of their code: far ones are errors, and doubt of the CRS.

    Raises CrsRefused where most of a file lies far from its counties and nobody named the CRS.
    """
    if seen.strays == []:
        return
    found = sqlfiles.rows("imports/35_list_misplaced", {"strays": seen.strays})
    far = [row for row in found if (row["away_m"] or 0) > FAR_M]
    if far and 2 * len(far) > delivery.row_count and not delivery.options.get("crs"):
        one = far[0]
        raise CrsRefused(
            f"文件 {delivery.file_name} 的 {delivery.row_count} 行中有 {len(far)} 行"
            f"不在其代码所属的县（如第 {one['row']} 行的代码属 {one['code']}，"
            f"图形距该县{_away(one)}），坐标系 {delivery.verdict['crs']} 可疑："
            "带号、中央经线或轴序可能有误，也可能是行政区代码错了。"
            "请核对；坐标系确实无误的，请用 --crs 指明它再导入。"
        )
    deliveries.add_issues_at(
        delivery,
        "region_far",
        [
            (row, f"第 {row['row']} 行的代码属 {row['code']}，图形却距该县{_away(row)}。",
             "按代码入库")
            for row in far
        ],
    )  # fmt: skip
    deliveries.add_issues_at(
        delivery,
        "region_mismatch",
        [
            (row, f"第 {row['row']} 行的代码属 {row['code']}，图形却不在该县。", "按代码入库")
            for row in found
            if (row["away_m"] or 0) <= FAR_M
        ],
    )


def _away(row: dict[str, Any]) -> str:
    return f"约 {row['away_m'] / 1000:,.0f} 公里"


def _invalid_text(row: dict[str, Any]) -> str:
    where = f"（{row['x']:.7f}, {row['y']:.7f}）"
    return f"第 {row['row']} 行图形无效：{reason_of(row['reason'])}{where}。"


def _difference_text(row: dict[str, Any]) -> str:
    declared, computed = f"{row['declared_area_m2']:.2f}", f"{row['area_m2']:.2f}"
    share = settings.limits().area_share
    return (
        f"第 {row['row']} 行登记面积 {declared} 平方米，计算面积 {computed} 平方米，"
        f"相差超过 {share:.0%}。"
    )


def _area_issues() -> list[tuple[dict[str, Any], str, str]]:
    limits = settings.limits()
    found = sqlfiles.rows(
        "imports/41_list_area_differences",
        {
            "share": limits.area_share,
            "above_m2": limits.area_above_m2,
            "at_most": limits.listed,
        },
    )
    issues = [
        (
            row,
            _difference_text(row),
            "两者并存，以计算面积为准",
        )
        for row in found
    ]
    if found and found[0]["total"] > len(found):
        total = found[0]["total"]
        rest = {"row": None}
        message = f"登记面积与计算面积不符的共 {total} 行，只列 {len(found)} 行；请核对面积单位。"
        issues.append((rest, message, ""))
    return issues


def reason_of(text: str | None) -> str:
    """GEOS's reason in Chinese, with its own words."""
    text = text or "没有图形"
    term = next((term for words, term in REASONS.items() if text.startswith(words)), "")
    return f"{term} {text}".strip()
