"""Which column an unmapped field may mean: by its name, and by what stands in it."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

from imports import fields, values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imports.readers.table import Table

MOST, LEAST = 3, 0.5
"""Proposals for a field, and the likeness below which none is made."""
LOOKED_AT = 200
BY_VALUES = 0.6
"""The likeness of a column that has nothing but the values: below that of a like name."""

SHAPES: dict[str, str] = {
    "jcbh": r"[A-Za-z]{0,4}\d{4,30}",
    "region_code": r"\d{6}(\d{3}){0,2}",
    "document": r".*[〔\[(（【]?(19|20)\d{2}[〕\])）】].*号.*",
    "holder_code": r"[0-9A-HJ-NPQRTUWXY]{18}",
}
CODES = {"land_use": r"(0[1-9]|1[0-2])\d{2}[A-Z]?"}
"""How the values of such a field look; ``code`` by layer."""


def proposals(
    target: str, table: Table, columns: Mapping[str, str]
) -> dict[str, list[dict[str, Any]]]:
    """For each field without a column the columns that it may be: name, likeness, why.

    Only columns that nothing was mapped to, the likest first; required fields first.
    """
    known = fields.fields_of(target)
    used = set(columns.values())
    free = [name for name in table.columns if name not in used]
    texts = {name: _texts(table, name) for name in free}
    found: dict[str, list[dict[str, Any]]] = {}
    for name in sorted(set(known) - set(columns), key=lambda one: not known[one].required):
        wanted = known[name]
        told: list[dict[str, Any]] = [
            {"column": column, "likeness": round(likeness, 2), "why": why}
            for column in free
            for shown in {column, table.aliases.get(column, column)}
            for likeness, why in [_likeness(target, wanted, shown, texts[column])]
            if likeness >= LEAST
        ]
        if told:
            found[name] = sorted(told, key=lambda one: -one["likeness"])[:MOST]
    return found


def _texts(table: Table, column: str) -> list[str]:
    rows = table.records[:LOOKED_AT]
    return [str(row[column]).strip() for row in rows if not values.is_null(row.get(column))]


def _likeness(
    target: str, wanted: fields.Field, column: str, texts: list[str]
) -> tuple[float, str]:
    plain = fields.plain_name(column)
    best, like = 0.0, ""
    for name in (wanted.name, *wanted.synonyms, wanted.term):
        other = fields.plain_name(name)
        ratio = difflib.SequenceMatcher(None, plain, other).ratio()
        if min(len(plain), len(other)) >= 2 and (plain in other or other in plain):
            ratio = max(ratio, 0.75)
        if ratio > best:
            best, like = ratio, name
    pattern = CODES.get(target) if wanted.name == "code" else SHAPES.get(wanted.name)
    fits = bool(pattern and texts) and all(re.fullmatch(str(pattern), text) for text in texts)
    if fits:
        return max(
            best, BY_VALUES
        ), "值的样子相符" if best < BY_VALUES else f"列名像 {like}，值相符"
    if texts and not _typed(wanted.kind, texts):
        return 0.0, ""
    return best, f"列名像 {like}"


def _typed(kind: str, texts: list[str]) -> bool:
    """Whether these are values of the kind at all."""
    reader: Callable[[Any], Any] | None = {
        "number": values.number_of, "date": values.span_of, "boolean": values.boolean_of,
    }.get(kind)  # fmt: skip
    if reader is None:
        return True
    try:
        for text in texts:
            reader(text)
    except values.BadValue:
        return False
    return True
