"""The mapping of columns remembered for tables of one shape, and applied at the next import.

A mapping that a person gives now wins, field by field. Nothing of what is remembered is applied
or left out silently: ``Recalled.findings`` says it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from imports import fields
from imports.models import Source
from imports.readers.table import NOTE, Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

    from imports.deliveries import FileOptions
    from imports.readers.table import Table

ALIKE = 0.8
"""Share of columns that two tables have in common where they are of one source."""
SHOWN = 8


@dataclass(frozen=True)
class Recalled:
    """The mapping to import with: what was given now, and what was remembered for the rest."""

    mapping: dict[str, str]
    remembered: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    source: Source | None = None


def key_of(columns: Sequence[str]) -> str:
    """The fingerprint of a set of columns, whatever their order, case and width."""
    plain = sorted({fields.plain_name(column) for column in columns})
    return hashlib.sha256("\0".join(plain).encode()).hexdigest()


def recall(target: str, table: Table, options: FileOptions) -> Recalled:
    """The mapping given in ``options``, filled up with what was remembered for such a table.

    A table whose columns differ a little from the remembered ones gets what still fits; what
    doesn't is said.
    """
    given = dict(options.mapping)
    if options.forget:
        return Recalled(given)
    source = _nearest(target, table.columns, options.region_code or "")
    if source is None:
        return Recalled(given)
    here = {fields.plain_name(column) for column in table.columns}
    known = fields.fields_of(target)
    taken = {fields.plain_name(column) for column in given.values() if column}
    remembered: dict[str, str] = {}
    gone: dict[str, str] = {}
    for name, column in source.mapping.items():
        if name in given or name not in known:
            continue
        plain = fields.plain_name(column)
        if column and plain not in here:
            gone[name] = column
        elif not column or plain not in taken:
            remembered[name] = column
    findings = _said(source, known, remembered, gone)
    return Recalled({**remembered, **given}, remembered, findings, source)


def _nearest(target: str, columns: Sequence[str], region_code: str) -> Source | None:
    """The source of just these columns, else the most alike one; of this region before others."""
    key = key_of(columns)
    here = {fields.plain_name(column) for column in columns}
    best: tuple[float, bool, Source] | None = None
    for source in Source.objects.filter(target=target, region_code__in={region_code, ""}):
        there = {fields.plain_name(column) for column in source.columns}
        alike = 1.0 if source.columns_key == key else len(here & there) / len(here | there or {""})
        found = (alike, source.region_code == region_code, source)
        if alike >= ALIKE and (best is None or found[:2] > best[:2]):
            best = found
    return best[2] if best else None


def _said(
    source: Source,
    known: Mapping[str, fields.Field],
    remembered: Mapping[str, str],
    gone: Mapping[str, str],
) -> list[Finding]:
    day = timezone.localtime(source.at).date().isoformat()
    origin = f"上次导入 {source.file_name}（{day}）"
    findings = []
    if remembered:
        pairs = [f"{known[name].term} ← {column or '不取'}" for name, column in remembered.items()]
        listing = "、".join(pairs[:SHOWN]) + (f" 等 {len(pairs)} 项" if len(pairs) > SHOWN else "")
        message = f"按{origin}的对应：{listing}。"
        done = "沿用；要改用 --map，要忘掉用 --forget"
        findings.append(Finding("mapping_remembered", message, NOTE, done=done))
    if gone:
        listing = "、".join(f"{known[name].term} ← {column}" for name, column in gone.items())
        message = f"{origin}时的列这次没有了：{listing}。"
        findings.append(
            Finding("mapping_gone", message, done="这些字段改按列名判断；不对时用 --map 指明")
        )
    constants = {name: value for name, value in source.constants.items() if name in known}
    if constants:
        listing = "、".join(f"{name}={value}" for name, value in constants.items())
        message = f"{origin}时另给了 --set {listing}。"
        findings.append(
            Finding("constants_not_kept", message, NOTE, done="各次的值可能不同，本次未套用")
        )
    return findings


def remember(target: str, table: Table, options: FileOptions, recalled: Recalled) -> Source | None:
    """Keep what a person said of this table for the next one; nothing said, nothing kept."""
    region_code = options.region_code or ""
    key = key_of(table.columns)
    if options.forget:
        forget(Source.objects.filter(target=target, region_code=region_code, columns_key=key))
    if not options.mapping and not options.constants:
        return None
    mapping = dict(recalled.mapping)
    if not mapping:
        return None
    told: dict[str, Any] = {
        "columns": list(table.columns), "mapping": mapping, "constants": dict(options.constants),
        "file_name": table.file_name, "by": options.by,
    }  # fmt: skip
    source, _ = Source.objects.update_or_create(
        target=target, region_code=region_code, columns_key=key, defaults=told
    )
    return source


def forget(sources: QuerySet[Source]) -> int:
    """Drop remembered mappings; returns how many."""
    count, _ = sources.delete()
    return int(count)
