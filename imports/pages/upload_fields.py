"""The fields of an upload: which column each standard field is taken from, with samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imports import fields
from imports.pages.targets import IMAGE
from imports.pages.words import on_page

if TYPE_CHECKING:
    from collections.abc import Mapping

SAMPLES = 3
LONGEST = 40
"""Characters of a sample that are shown."""
TYPES = {"text": "文字", "number": "数字", "date": "日期", "boolean": "是否"}

Row = dict[str, Any]


def columns_of(preview: Mapping[str, Any]) -> list[str]:
    """The file's columns, in its order as far as the preview tells it."""
    told = preview.get("columns")
    if told:
        return list(told)
    first = preview.get("first") or []
    seen = list(first[0]) if first else []
    more = [*preview.get("map", {}).values(), *preview.get("unmapped", [])]
    return list(dict.fromkeys([*seen, *more]))


def chosen_columns(preview: Mapping[str, Any], mapping: Mapping[str, str]) -> dict[str, str]:
    """Field to column: what the preview matched, as a person corrected it."""
    matched = {**preview.get("map", {}), **mapping}
    return {name: column for name, column in matched.items() if column}


def field_rows(
    target: str,
    preview: Mapping[str, Any],
    mapping: Mapping[str, str],
    constants: Mapping[str, str],
) -> list[Row]:
    """One row a standard field: term, type, required, column, constant, samples, fault."""
    if target == IMAGE:
        return []
    chosen = chosen_columns(preview, mapping)
    suggestions = preview.get("suggestions") or {}
    rows = []
    for name, field in fields.fields_of(target).items():
        column, constant = chosen.get(name, ""), constants.get(name, "")
        rows.append(
            {
                "name": name,
                "term": field.term,
                "kind": TYPES.get(field.kind, field.kind),
                "required": field.required,
                "column": column,
                "constant": constant,
                "corrected": name in mapping,
                "remembered": name in (preview.get("remembered") or {}),
                "samples": "" if constant else samples_of(preview, column),
                "missing": field.required and not column and not constant,
                "suggestion": _suggestion(suggestions.get(name)) if not column else "",
            }
        )
    return rows


def _suggestion(told: Any) -> str:
    """The column that most resembles a field which none was found for."""
    if isinstance(told, list):
        told = told[0] if told else ""
    if isinstance(told, dict):
        told = told.get("column", "")
    return str(told or "")


def samples_of(preview: Mapping[str, Any], column: str) -> str:
    """The first few different values of a column."""
    if not column:
        return ""
    values = [_cell(row.get(column)) for row in preview.get("first") or []]
    return "，".join(list(dict.fromkeys(value for value in values if value))[:SAMPLES])


def first_rows(rows: list[Row], preview: Mapping[str, Any]) -> Row:
    """The first rows as they would come in: the heads, then a list of cells a row."""
    taken = [row for row in rows if row["column"] or row["constant"]]
    body = [
        [row["constant"] or _cell(record.get(row["column"])) for row in taken]
        for record in preview.get("first") or []
    ]
    return {"heads": [row["term"] for row in taken], "body": body}


def left_over(rows: list[Row], preview: Mapping[str, Any]) -> list[str]:
    """Columns that no field takes; they are kept as delivered."""
    used = {row["column"] for row in rows}
    return [column for column in columns_of(preview) if column not in used]


def issue_lines(preview: Mapping[str, Any]) -> list[str]:
    """What was noticed while reading, in sentences of the page."""
    told = preview.get("issues") or []
    return [
        on_page(line if isinstance(line, str) else str(line.get("message", ""))) for line in told
    ]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
