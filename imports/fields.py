"""Columns of a file to canonical fields of layers.toml, and raw records to typed attributes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from itertools import repeat
from typing import TYPE_CHECKING, Any, cast

from imports import date_serials, typed_held, typed_values, values
from imports.readers.held import Held
from imports.readers.table import NOTE, Finding
from spatial import install
from spatial.errors import InputRefused, UnknownField, UnknownLayer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from imports.readers.table import Table

PATCH = "patch"
DBF_NAME_BYTES = 10
Span = values.DateSpan


@dataclass(frozen=True)
class Field:
    """A canonical field as layers.toml says."""

    name: str
    term: str
    kind: str
    synonyms: tuple[str, ...] = ()
    required: bool = False


@dataclass
class Canonical:
    """The typed rows of a file: one dictionary a row, only of the fields that were delivered."""

    rows: Sequence[dict[str, Any]]
    spans: Sequence[dict[str, Span]]
    delivered_fields: list[str]
    columns: dict[str, str]
    findings: list[Finding] = field(default_factory=list)


def fields_of(target: str) -> dict[str, Field]:
    """The canonical fields of a layer (or of ``patch``), its own first, then the common ones.

    Raises UnknownLayer naming the layers there are.
    """
    tree = install.layers_file()
    if target == PATCH:
        entries = tree["patch"]
    elif target in tree["layer"]:
        entries = {**tree["layer"][target]["fields"]}
        entries.update({k: v for k, v in tree["common"].items() if k not in entries})
    else:
        known = "、".join(f"{code}（{entry['term']}）" for code, entry in tree["layer"].items())
        raise UnknownLayer(f"没有图层 {target}。已定义：{known}。")
    return {
        name: Field(
            name, entry["term"], entry["type"], tuple(entry.get("synonyms", ())),
            bool(entry.get("required")),
        )
        for name, entry in entries.items()
    }  # fmt: skip


def plain_name(name: str) -> str:
    """A column's name without case, width, spaces and underscores, and without 平方米 in brackets.

    Other units stay: 面积(亩) is not 面积(平方米).
    """
    text = re.sub(r"[\s_]+", "", unicodedata.normalize("NFKC", name).upper())
    return re.sub(r"[(\[](平方米|M2|M²)[)\]]$", "", text)


def columns_said(table: Table) -> str:
    """The columns as messages list them, with their aliases."""
    told = [
        f"{name}（{table.aliases[name]}）" if name in table.aliases else name
        for name in table.columns
    ]
    return "、".join(told) or "无"


def match_columns(
    table: Table, known: Mapping[str, Field], mapping: Mapping[str, str] | None
) -> dict[str, str]:
    """Canonical field to the file's column: ``mapping`` first, then names, synonyms, terms.

    A mapping to the empty text leaves the field unmapped. Raises UnknownField and InputRefused
    for a field or column that doesn't exist.
    """
    chosen: dict[str, str] = {}
    taken: set[str] = set()
    by_name = {plain_name(column): column for column in reversed(table.columns)}
    for named, alias in table.aliases.items():
        by_name.setdefault(plain_name(alias), named)
    for name, wanted in (mapping or {}).items():
        if name not in known:
            raise UnknownField(f"没有字段 {name}。可用字段：{'、'.join(known)}。")
        if wanted and plain_name(wanted) not in by_name:
            raise InputRefused(
                f"文件 {table.file_name} 没有列 {wanted}（--map {name}={wanted}）。"
                f"现有列：{columns_said(table)}。"
            )
        if wanted:
            chosen[name] = by_name[plain_name(wanted)]
            taken.add(chosen[name])
    common = set(install.layers_file()["common"])
    order = sorted(known, key=lambda name: name in common)  # stable: a layer's own fields first
    for share in (False, True):
        for name in order:
            free = name not in chosen and name not in (mapping or {})
            if free and (not share or name == "name"):
                column = _find(known[name], by_name, table, set() if share else taken)
                if column:
                    chosen[name] = column
                    taken.add(column)
    return chosen


def _find(wanted: Field, by_name: dict[str, str], table: Table, taken: set[str]) -> str | None:
    for name in (wanted.name, *wanted.synonyms, wanted.term):
        column = by_name.get(plain_name(name))
        if column is None and table.is_dbf:
            cut = name.encode(table.encoding, "ignore")[:DBF_NAME_BYTES]
            column = by_name.get(plain_name(cut.decode(table.encoding, "ignore")))
        if column is not None and column not in taken:
            return column
    return None


def canonical(
    table: Table,
    target: str,
    mapping: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
) -> Canonical:
    """The rows of a table as typed canonical attributes.

    Dates become ISO text (of a layer's, a partial one {"from", "to"}; ``spans`` keeps both ends).
    Raises InputRefused naming file, rows and remedy for missing fields and values of a wrong type.
    """
    known = fields_of(target)
    for name in constants or {}:
        if name not in known:
            raise UnknownField(f"没有字段 {name}（--set）。可用字段：{'、'.join(known)}。")
    columns = match_columns(table, known, mapping)
    _refuse_missing(table, known, columns, constants or {})
    result = Canonical([], [], [], columns)
    fill = _fill_held if isinstance(table.records, Held) else _fill
    faults = fill(result, table, known, constants or {}, ends=target == PATCH)
    table.bad.refuse(
        table.file_name, faults,
        "改正这些值；整列不可用时以 --map 字段= 不取该列，或以 --set 字段=值 统一给出。",
    )  # fmt: skip
    result.findings += date_serials.told(table, columns, known)
    result.delivered_fields = sorted({*columns, *(constants or {})})
    if target != PATCH:  # a patch keeps both ends in columns of its own
        result.findings += _partial_dates(table, known, result.spans)
    return result


def _fill(
    result: Canonical,
    table: Table,
    known: Mapping[str, Field],
    told: Mapping[str, str],
    *,
    ends: bool,
) -> list[tuple[int, str]]:
    """Set rows and spans; returns what is wrong, by row number."""
    typed: dict[str, list[typed_values.Typed]] = {}
    for name in {**result.columns, **told}:
        raws: Iterable[Any] = (
            repeat(told[name], len(table.records))
            if name in told
            else (record.get(result.columns[name]) for record in table.records)
        )
        if known[name].kind == "date" and table.driver in date_serials.SHEETS:
            raws = map(date_serials.read, raws)
        typed[name] = typed_values.column(known[name], raws, ends=ends)
    result.rows = typed_values.rows_of(typed, len(table.records))
    dated = {name: column for name, column in typed.items() if known[name].kind == "date"}
    result.spans = typed_values.spans_of(dated, len(table.records))
    return [
        (number, message)
        for column in typed.values()
        for number, one in zip(table.numbers, column, strict=True)
        for message in one.wrong
    ]


def _fill_held(
    result: Canonical,
    table: Table,
    known: Mapping[str, Field],
    told: Mapping[str, str],
    *,
    ends: bool,
) -> list[tuple[int, str]]:
    """The same by column. The rows of patches are changed later on: they are a list."""
    held, count = cast("Held", table.records), len(table.records)
    typed = {
        name: typed_held.column(
            known[name],
            typed_held.constant(told[name], count)
            if name in told
            else held.columns[result.columns[name]],
            ends=ends,
        )
        for name in {**result.columns, **told}
    }
    rows = Held({name: one.column for name, one in typed.items()}, count)
    spans = Held({name: one.spans for name, one in typed.items() if one.spans}, count, nulls=False)
    result.rows, result.spans = (list(rows), list(spans)) if ends else (rows, spans)
    return [(table.numbers[at], message) for one in typed.values() for at, message in one.wrong]


def _refuse_missing(
    table: Table, known: Mapping[str, Field], columns: dict[str, str], constants: Mapping[str, str]
) -> None:
    missing = [
        f"{wanted.term}（{name}）"
        for name, wanted in known.items()
        if wanted.required and name not in columns and name not in constants
    ]
    if missing:
        raise InputRefused(
            f"文件 {table.file_name} 缺少必填字段：{'、'.join(missing)}。"
            f"现有列：{columns_said(table)}。"
            "请用 --map 字段=列名 指明对应的列，或用 --set 字段=值 统一给出。"
        )


def _partial_dates(
    table: Table, known: Mapping[str, Field], rows: Sequence[dict[str, Span]]
) -> list[Finding]:
    """One finding a field: a day was missing, and only bounds are known."""
    if isinstance(rows, Held) and not rows.columns:
        return []
    found: dict[str, list[int]] = {}
    for number, spans in zip(table.numbers, rows, strict=True):
        for name, span in spans.items():
            if span.partial:
                found.setdefault(name, []).append(number)
    return [
        Finding(
            "partial_date",
            f"{known[name].term}有 {len(numbers)} 行只到年或月（首见第 {numbers[0]} 行）。",
            severity=NOTE, row=numbers[0], field=name, done="按整段时间判断",
        )
        for name, numbers in found.items()
    ]  # fmt: skip
