"""Columns of raw values as their fields have them, each different value judged once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from imports import values
from imports.readers.held import ABSENT
from spatial.dates import stored_span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from imports.fields import Field

CODES = {
    "code", "source_code", "region_code", "located_code", "owner_code", "deducted_class",
    "slope_class", "holder_code", "jcbh", "kind",
}  # fmt: skip
LONGEST = {"code": 120, "name": 254, "jcbh": 60, "document": 100, "source_code": 100, "kind": 10}
"""Characters that the columns of Zone and Patch hold."""
MOST = 4000
"""Characters of any other text."""

EXACT = 2.0**53
"""Up to here a float tells each whole number."""

Span = values.DateSpan


@dataclass(frozen=True, slots=True)
class Typed:
    """One raw value as its field has it, the days a date may mean, and what is wrong with it."""

    value: Any
    span: Span | None = None
    wrong: tuple[str, ...] = ()


def column(wanted: Field, raws: Iterable[Any], *, ends: bool) -> list[Typed]:
    """A column's values, each different one judged once: most of a survey repeats itself."""
    known: dict[tuple[type, Any], Typed] = {}
    result = []
    for raw in raws:
        key = (raw.__class__, raw)
        try:
            found = known.get(key)
        except TypeError:  # a list, as GeoJSON may hold
            result.append(judged(wanted, raw, ends=ends))
            continue
        if found is None:
            found = known[key] = judged(wanted, raw, ends=ends)
        result.append(found)
    return result


def rows_of(typed: Mapping[str, list[Typed]], count: int) -> list[dict[str, Any]]:
    """One dictionary a row; values that are wrong are absent from theirs."""
    if not typed:
        return [{} for _ in range(count)]
    rows = [
        dict(zip(typed, values, strict=True))
        for values in zip(
            *([one.value for one in column] for column in typed.values()), strict=True
        )
    ]
    for name, column in typed.items():
        for at, one in enumerate(column):
            if one.value is ABSENT:
                del rows[at][name]
    return rows


def spans_of(dated: Mapping[str, list[Typed]], count: int) -> list[dict[str, Span]]:
    """The days that the dates of each row may mean, by field."""
    if not any(one.span for column in dated.values() for one in column):
        return [{}] * count  # nobody writes into these
    return [
        {name: span for name, column in dated.items() if (span := column[at].span)}
        for at in range(count)
    ]


def judged(wanted: Field, raw: Any, *, ends: bool) -> Typed:
    """One value. ``ends``: a partial date is its last day, since both ends are kept beside it."""
    spans: dict[str, Span] = {}
    try:
        value = _one(wanted, raw, spans)
    except values.BadValue as error:
        return Typed(ABSENT, None, (f"{wanted.term}（{wanted.name}）{error}",))
    wrong = []
    if value is None and wanted.required:
        wrong.append(f"必填字段 {wanted.term}（{wanted.name}）为空")
    if isinstance(value, str) and len(value) > LONGEST.get(wanted.name, MOST):
        wrong.append(f"{wanted.term}（{wanted.name}）过长（{len(value)} 字）")
    span = spans.get(wanted.name)
    if span is not None and not ends:
        value = stored_span(span.first, span.last)
    return Typed(value, span, tuple(wrong))


def _one(wanted: Field, raw: Any, spans: dict[str, Span]) -> Any:
    if wanted.kind == "number":
        if raw.__class__ is float and -EXACT < raw < EXACT:  # what most columns of areas hold
            return int(raw) if raw.is_integer() else raw
        number = values.number_of(raw)
        if number is None:
            return None
        return int(number) if number == number.to_integral_value() else float(number)
    if wanted.kind == "boolean":
        return values.boolean_of(raw)
    if wanted.kind == "date":
        span = values.span_of(raw)
        if span is None:
            return None
        spans[wanted.name] = span
        return span.last.isoformat()
    if wanted.name == "document":
        return values.document_of(raw)
    return values.code_of(raw) if wanted.name in CODES else values.text_of(raw)
