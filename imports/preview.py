"""What an import would make of a file, without importing it: how it is read, fields, first rows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pyogrio
import pyogrio.errors

from imports import crs_verdict, fields, preview_shapes, readers, sources, staging, suggest
from imports.ground import ground_of
from imports.readers import bundle as bundles
from imports.readers.table import SublayerNeeded

if TYPE_CHECKING:
    from pathlib import Path

    from imports.crs_verdict import Verdict
    from imports.deliveries import FileOptions
    from imports.readers.bundle import Bundle
    from imports.readers.table import Finding, Table
    from imports.shapes import Given
    from imports.sources import Recalled
    from spatial.models import Region

ROWS = 5
LAYERED = ("geopackage", "filegdb", "kml", "xlsx")
"""Kinds of file that hold several layers, folders or sheets."""


@dataclass(frozen=True)
class Preview:
    """A file as it would be read. ``columns`` maps canonical fields to the file's columns."""

    table: Table
    verdict: Verdict
    columns: dict[str, str]
    unmapped: list[str]
    missing: list[str]
    findings: list[Finding]
    target: str = ""
    size_bytes: int = 0
    geoms: Given | None = None
    """In EPSG:4490."""
    counties: tuple[Region, ...] = ()
    sublayers: tuple[str, ...] = ()
    sublayer: str | None = None
    recalled: Recalled | None = None
    suggestions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """The preview as a command prints it."""
        known = {column: name for name, column in self.columns.items()}
        told = [f"{self.table.file_name}：{self.table.driver}，{len(self.table.geoms)} 个要素"]
        if len(self.sublayers) > 1:
            told.append(f"文件内的图层：{'、'.join(self.sublayers)}")
        told.append("字段对应（标准字段 ← 列）：")
        remembered = self.recalled.remembered if self.recalled else {}
        told += [
            f"  {name} ← {column}{'（沿用上次）' if remembered.get(name) else ''}"
            for name, column in self.columns.items()
        ]
        if self.missing:
            told.append(f"  缺少必填字段：{'、'.join(self.missing)}（用 --map 字段=列名 指明）")
        for name, found in self.suggestions.items():
            told.append(
                f"  {name} 可能是："
                + "、".join(f"{one['column']}（{one['why']}）" for one in found)
            )
        if self.unmapped:
            told.append(f"  未对应的列（原样保留）：{'、'.join(self.unmapped)}")
        told.append(f"前 {min(ROWS, len(self.table.records))} 行：")
        for number, row in zip(self.table.numbers[:ROWS], self.table.records, strict=False):
            cells = (f"{known.get(name, name)}={value}" for name, value in row.items())
            told.append(f"  第 {number} 行  {'  '.join(cells)}")
        told += self._places()
        told += [f"  问题：{finding.message}" for finding in self.findings]
        if faults := self.table.bad.listed():
            count = len(self.table.bad.faults)
            told.append(f"不合格的 {count} 行（导入会被拒收；--skip-bad 略过它们、导入其余）：")
            told += [f"  第 {row} 行：{text}" for row, text in faults]
        return told

    def _places(self) -> list[str]:
        found = self._agreement()
        if not found["counted"]:
            return []
        told = "、".join(f"{one['name']} {one['rows']}" for one in found["counties"]) or "无"
        outside = f"；区外 {found['outside']}" if found["outside"] else ""
        return [f"按位置归县（{found['counted']} 行）：{told}{outside}"]

    def _agreement(self) -> dict[str, Any]:
        if self.geoms is None:
            return {"counted": 0, "outside": 0, "counties": [], "share": None}
        return preview_shapes.agreement(self.geoms, self.counties)

    def record(self) -> dict[str, Any]:
        """The preview as JSON."""
        known = fields.fields_of(self.target) if self.target else {}
        return {
            "file": self.table.file_name,
            "driver": self.table.driver,
            "rows": len(self.table.geoms),
            "size_bytes": self.size_bytes,
            "sublayers": list(self.sublayers),
            "sublayer": self.sublayer,
            "encoding": self.table.encoding,
            "encoding_origin": self.table.encoding_origin,
            "encoding_confidence": self.table.encoding_confidence,
            "crs": self.verdict.label,
            "crs_origin": self.verdict.origin,
            "crs_confidence": self.verdict.confidence,
            "crs_evidence": list(self.verdict.evidence),
            "columns": list(self.table.columns),
            "aliases": self.table.aliases,
            "fields": [
                {"name": name, "term": one.term, "type": one.kind, "required": one.required,
                 "column": self.columns.get(name, "")}
                for name, one in known.items()
            ],
            "map": self.columns,
            "remembered": self.recalled.remembered if self.recalled else {},
            "unmapped": self.unmapped,
            "missing": self.missing,
            "suggestions": self.suggestions,
            "first": self.table.records[:ROWS],
            "first_numbers": list(self.table.numbers[:ROWS]),
            "region": self._agreement(),
            "sample": None
            if self.geoms is None
            else preview_shapes.sample(self.geoms, self.table.numbers),
            "issues": [finding.message for finding in self.findings],
            "bad_rows": len(self.table.bad.faults),
            "bad": [
                {"row": row, "message": message} for row, message in self.table.bad.listed()
            ],
            "findings": [
                {"kind": one.kind, "severity": one.severity, "row": one.row, "field": one.field,
                 "message": one.message, "done": one.done}
                for one in self.findings
            ],
        }  # fmt: skip


def look(target: str, path: str | Path, options: FileOptions) -> Preview:
    """Read a file for a layer (or ``patch``) as an import would; nothing is written.

    Raises what an import raises for files that cannot be read or placed (SublayerNeeded, with its
    ``names``, where one of several layers must be chosen); missing fields, bad values and rows
    that cannot be read are not refused here but shown.
    """
    options.progress("读文件")
    counties = staging.allowed(staging.target_counties(options.region_code), options.within)
    with bundles.opened(path, options.sublayer) as bundle:
        table = readers.read(bundle, replace(options, skip_bad=True))
        listed = _sublayers(bundle)
        size_bytes = bundle.size_bytes
    options.progress("判读", 0, len(table.numbers))
    verdict = crs_verdict.decide(table, options.crs, ground_of(counties))
    geoms = verdict.to_storage(table.geoms)
    shifted = staging.refuse_far_away(table.file_name, geoms, counties, asserted=bool(options.crs))
    known = fields.fields_of(target)
    recalled = sources.recall(target, table, options)
    columns = fields.match_columns(table, known, recalled.mapping)
    missing = [
        f"{wanted.term}（{name}）"
        for name, wanted in known.items()
        if wanted.required and name not in columns and name not in options.constants
    ]
    used = set(columns.values())
    return Preview(
        table, verdict, columns,
        [name for name in table.columns if name not in used], missing,
        [*table.findings, *verdict.findings, *shifted, *recalled.findings],
        target, size_bytes, geoms, tuple(counties), listed,
        options.sublayer or (listed[0] if len(listed) == 1 else None), recalled,
        suggest.proposals(target, table, columns),
    )  # fmt: skip


def sublayers(path: str | Path) -> tuple[str, ...]:
    """The names of the layers, folders, sheets or files of a delivery; empty where it is one.

    Raises InputRefused for what can't be opened.
    """
    try:
        with bundles.opened(path) as bundle:
            return _sublayers(bundle)
    except SublayerNeeded as error:
        return tuple(error.names)


def _sublayers(bundle: Bundle) -> tuple[str, ...]:
    if bundle.kind not in LAYERED:
        return ()
    try:
        return tuple(
            str(name)
            for name, kind in pyogrio.list_layers(bundle.main)
            if kind is not None or bundle.kind in ("xlsx", "kml")
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError):
        return ()
