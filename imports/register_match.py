"""Rows of a register and the patches that they name: found, doubtful, unknown, saying otherwise."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from imports import fields
from imports.readers.table import Finding
from spatial import holders, sqlfiles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imports.fields import Canonical
    from imports.readers.table import Table
    from spatial.sqlfiles import Row

KEYS = ("jcbh", "region_code")
LOST_DIGITS = re.compile(r"\d(\.\d+)?[Ee]\+\d+")


@dataclass
class Matched:
    """Which row speaks of which patch, and what could not be matched."""

    found: dict[int, Row] = field(default_factory=dict)
    unknown: list[int] = field(default_factory=list)
    ambiguous: list[int] = field(default_factory=list)
    double: list[int] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def match(
    table: Table, canonical: Canonical, hits: Sequence[Row], batch_id: int, batch: str
) -> Matched:
    """Sort the rows by what was found for them; each that is not taken is told with its reason."""
    result = Matched()
    by_row: dict[int, list[Row]] = {}
    for hit in hits:
        by_row.setdefault(hit["row"], []).append(hit)
    first: dict[int, int] = {}
    numbers = {
        number: str(attributes["jcbh"])
        for number, attributes in zip(table.numbers, canonical.rows, strict=True)
    }
    for number, jcbh in numbers.items():
        mine = by_row.get(number, [])
        if not mine:
            result.unknown.append(number)
        elif len(mine) > 1:
            result.ambiguous.append(number)
            counties = "、".join(hit["county"] for hit in mine)
            _tell(result, "register_ambiguous", number, f"监测编号 {jcbh} 在 {counties} 都有",
                  "未采用；请补上 XZQDM 列，或用 --region 指明县")  # fmt: skip
        elif mine[0]["patch_id"] in first:
            result.double.append(number)
            other = first[mine[0]["patch_id"]]
            _tell(result, "register_double", number, f"监测编号 {jcbh} 与第 {other} 行重复",
                  "只采用前一行；请删去重复的行")  # fmt: skip
        else:
            first[mine[0]["patch_id"]] = number
            result.found[number] = mine[0]
    _tell_unknown(result, numbers, batch_id, batch)
    return result


def _tell(result: Matched, kind: str, row: int, what: str, done: str) -> None:
    result.findings.append(
        Finding(kind, f"第 {row} 行：{what}。", row=row, field="jcbh", done=done)
    )


def _tell_unknown(result: Matched, numbers: Mapping[int, str], batch_id: int, batch: str) -> None:
    bare = {numbers[row].lstrip("0") for row in result.unknown}
    near: dict[str, list[str]] = {}
    asked = {"batch_id": batch_id, "numbers": sorted(bare)}
    for known in sqlfiles.rows("imports/67_list_near_numbers", asked):
        near.setdefault(known["bare"], []).append(known["jcbh"])
    for row in result.unknown:
        jcbh = numbers[row]
        what, done = f"批次 {batch} 没有监测编号 {jcbh}", "未采用；请核对编号、批次和行政区"
        if LOST_DIGITS.fullmatch(jcbh):
            what += "（像是被 Excel 改成了科学计数法）"
            done = "未采用；请在 Excel 中把该列设为文本后重新导出"
        elif like := near.get(jcbh.lstrip("0")):
            what += f"（有 {'、'.join(like)}，像是丢了前面的 0）"
            done = "未采用；请在 Excel 中把该列设为文本后重新导出"
        _tell(result, "register_unknown", row, what, done)


def differs(attributes: Mapping[str, Any], hit: Row) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a row tells that the patch doesn't; and where both do, differently, what it says."""
    new: dict[str, Any] = {}
    other: dict[str, Any] = {}
    for name, value in attributes.items():
        if name in KEYS or value is None:
            continue
        old = hit["attributes"].get(name)
        if old is None:
            new[name] = value
        elif not _same(name, old, value):
            other[name] = old
    return new, other


def _same(name: str, old: Any, new: Any) -> bool:
    if name == "holder_name":
        return holders.holder_key(str(old)) == holders.holder_key(str(new))
    if name == "holder_code":
        return holders.holder_code(str(old)) == holders.holder_code(str(new))
    if name == "project":
        return holders.project_key(str(old)) == holders.project_key(str(new))
    if isinstance(old, int | float) and isinstance(new, int | float):
        return abs(old - new) < 0.005
    return bool(old == new)


def conflicts(
    number: int, jcbh: str, attributes: Mapping[str, Any], other: Mapping[str, Any]
) -> list[Finding]:
    """One finding a field in which the register says otherwise than the patch was issued."""
    known = fields.fields_of(fields.PATCH)
    return [
        Finding(
            "register_differs",
            f"第 {number} 行（{jcbh}）{known[name].term}：下发“{old}”，登记“{attributes[name]}”。",
            row=number, field=name, feature=jcbh, done="下发的值不改，登记的值另存",
        )
        for name, old in other.items()
    ]  # fmt: skip
