"""What an import would make of a file, without importing it: how it is read, fields, first rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from imports import crs_verdict, fields, readers, staging
from imports.ground import ground_of
from imports.readers import bundle as bundles

if TYPE_CHECKING:
    from pathlib import Path

    from imports.crs_verdict import Verdict
    from imports.deliveries import FileOptions
    from imports.readers.table import Finding, Table

ROWS = 5


@dataclass(frozen=True)
class Preview:
    """A file as it would be read. ``columns`` maps canonical fields to the file's columns."""

    table: Table
    verdict: Verdict
    columns: dict[str, str]
    unmapped: list[str]
    missing: list[str]
    findings: list[Finding]

    def lines(self) -> list[str]:
        """The preview as a command prints it."""
        known = {column: name for name, column in self.columns.items()}
        told = [f"{self.table.file_name}：{self.table.driver}，{len(self.table.geoms)} 个要素"]
        told.append("字段对应（标准字段 ← 列）：")
        told += [f"  {name} ← {column}" for name, column in self.columns.items()]
        if self.missing:
            told.append(f"  缺少必填字段：{'、'.join(self.missing)}（用 --map 字段=列名 指明）")
        if self.unmapped:
            told.append(f"  未对应的列（原样保留）：{'、'.join(self.unmapped)}")
        told.append(f"前 {min(ROWS, len(self.table.records))} 行：")
        for number, row in zip(self.table.numbers[:ROWS], self.table.records, strict=False):
            cells = (f"{known.get(name, name)}={value}" for name, value in row.items())
            told.append(f"  第 {number} 行  {'  '.join(cells)}")
        told += [f"  问题：{finding.message}" for finding in self.findings]
        return told

    def record(self) -> dict[str, Any]:
        """The preview as JSON."""
        return {
            "file": self.table.file_name,
            "driver": self.table.driver,
            "rows": len(self.table.geoms),
            "encoding": self.table.encoding,
            "encoding_origin": self.table.encoding_origin,
            "encoding_confidence": self.table.encoding_confidence,
            "crs": self.verdict.label,
            "crs_origin": self.verdict.origin,
            "crs_confidence": self.verdict.confidence,
            "crs_evidence": list(self.verdict.evidence),
            "map": self.columns,
            "unmapped": self.unmapped,
            "missing": self.missing,
            "first": self.table.records[:ROWS],
            "issues": [finding.message for finding in self.findings],
        }


def look(target: str, path: str | Path, options: FileOptions) -> Preview:
    """Read a file for a layer (or ``patch``) as an import would; nothing is written.

    Raises what an import raises for files that cannot be read or placed; missing fields and bad
    values are not refused here but shown.
    """
    options.progress("读文件")
    counties = staging.allowed(staging.target_counties(options.region_code), options.within)
    with bundles.opened(path, options.sublayer) as bundle:
        table = readers.read(bundle, options)
    options.progress("判读", 0, len(table.numbers))
    verdict = crs_verdict.decide(table, options.crs, ground_of(counties))
    geoms = verdict.to_storage(table.geoms)
    shifted = staging.refuse_far_away(table.file_name, geoms, counties, asserted=bool(options.crs))
    known = fields.fields_of(target)
    columns = fields.match_columns(table, known, options.mapping)
    missing = [
        f"{wanted.term}（{name}）"
        for name, wanted in known.items()
        if wanted.required and name not in columns and name not in options.constants
    ]
    used = set(columns.values())
    return Preview(
        table, verdict, columns,
        [name for name in table.columns if name not in used], missing,
        [*table.findings, *verdict.findings, *shifted],
    )  # fmt: skip
