"""One way to refuse rows: all faults of a file in one message, or left out by consent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spatial.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = 20
"""Faults that a message spells out; of the rest it names the rows."""
NAMED = 1000
"""Rows that a message names besides."""


@dataclass
class BadRows:
    """The rows of a file that cannot be imported, by number: what is wrong, and what they say.

    Without ``skip`` any fault refuses the whole file; with it (导入其余, asked for expressly) the
    rows are left out, and each becomes an error of the delivery.
    """

    skip: bool = False
    faults: dict[int, list[str]] = field(default_factory=dict)
    records: dict[int, dict[str, Any]] = field(default_factory=dict)
    declared_m2: dict[int, float] = field(default_factory=dict)

    def refuse(
        self, file_name: str, faults: Sequence[tuple[int, str]], remedy: str, unit: str = "行"
    ) -> None:
        """Note the faults if they may be skipped, else raise InputRefused naming all of them."""
        if not self.skip:
            refuse_rows(file_name, faults, remedy, unit)
        for row, message in faults:
            self.faults.setdefault(row, []).append(message)

    def listed(self) -> list[tuple[int, str]]:
        """The first faults, by row."""
        told = [(row, text) for row, texts in sorted(self.faults.items()) for text in texts]
        return told[:SHOWN]

    def refuse_all(self, file_name: str) -> None:
        """Raise InputRefused naming the faults of all rows: none is left to import."""
        faults = [(row, text) for row, texts in self.faults.items() for text in texts]
        refuse_rows(file_name, faults, "没有一行可以导入；请按行号改正后重交。")


def refuse_rows(
    file_name: str, faults: Sequence[tuple[int, str]], remedy: str, unit: str = "行"
) -> None:
    """Raise InputRefused naming file, rows and remedy if there are faults; else return."""
    if not faults:
        return
    ordered = sorted(faults)
    lines = [f"  第 {row} {unit}：{message}" for row, message in ordered[:SHOWN]]
    rest = sorted({row for row, _ in ordered[SHOWN:]})
    if rest:
        named = "、".join(map(str, rest[:NAMED]))
        more = f" 等，共 {len(rest)} {unit}" if len(rest) > NAMED else f" {unit}"
        lines.append(f"  ……另有 {len(ordered) - SHOWN} 处：第 {named}{more}")
    head = f"文件 {file_name} 有 {len(ordered)} 处不合格，未写入任何数据："
    raise InputRefused("\n".join([head, *lines, f"处理办法：{remedy}"]))
