"""One way to refuse rows: all faults of a file in one message, nothing written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = 20
"""Faults that a message spells out; the rest are counted."""


def refuse_rows(
    file_name: str, faults: Sequence[tuple[int, str]], remedy: str, unit: str = "行"
) -> None:
    """Raise InputRefused naming file, rows and remedy if there are faults; else return."""
    if not faults:
        return
    ordered = sorted(faults)
    lines = [f"  第 {row} {unit}：{message}" for row, message in ordered[:SHOWN]]
    if len(ordered) > SHOWN:
        lines.append(f"  ……另有 {len(ordered) - SHOWN} 处")
    head = f"文件 {file_name} 有 {len(ordered)} 处不合格，未写入任何数据："
    raise InputRefused("\n".join([head, *lines, f"处理办法：{remedy}"]))
