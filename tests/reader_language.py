"""The tests of the rules language, answered from plain values: yes, no, or None for unknown.

Written from the specification of the language, for tests/reader.py; it shares no code with the
engine. A value is a span: lowest and highest that it may be, None where an end is open.
"""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Answer = bool | None


class Gap:
    """A value that was not delivered, and without which nothing may be concluded."""


GAP = Gap()


@dataclass(frozen=True)
class Span:
    """What a value may be, from ``low`` to ``high``."""

    low: Any
    high: Any

    @property
    def exact(self) -> bool:
        return self.low is not None and self.low == self.high


@dataclass(frozen=True)
class Named:
    """A side of a test that names something: its kind, its raw value, whether it is needed."""

    kind: str
    raw: Any
    absent: bool
    needed: bool


Lookup = "Callable[[str], Named | None]"


def all_of(answers: Iterable[Answer]) -> Answer:
    found = list(answers)
    return False if False in found else None if None in found else True


def any_of(answers: Iterable[Answer]) -> Answer:
    found = list(answers)
    return True if True in found else None if None in found else False


def answer(text: str, lookup: Callable[[str], Named | None], sets: dict[str, Any]) -> Answer:
    """What a test answers; ``lookup`` gives a named thing, or None for a literal."""
    body = " ".join(text.split())
    negate = body.startswith("unless ")
    found = _plain(body.removeprefix("unless "), lookup, sets)
    return found if found is None else found is not negate


def _plain(body: str, lookup: Callable[[str], Named | None], sets: dict[str, Any]) -> Answer:
    if state := re.fullmatch(r"(.+) is (known|empty)", body):
        value, _ = _side(state[1], lookup)
        return None if value is GAP else (value is not None) is (state[2] == "known")
    match = re.fullmatch(r"(.+?) (<=|>=|=|<|>|in) (.+)", body)
    assert match, f"not a test: {body}"
    left, op, right = match.groups()
    a, kind = _side(left, lookup)
    if op == "in":
        if a is GAP:
            return None
        return a is not None and any(_matches(str(a.low), code) for code in _codes(sets[right]))
    b, right_kind = _side(right, lookup)
    if a is GAP or b is GAP:
        return None
    if a is None or b is None:
        return False
    kind = kind or right_kind
    return _compared(_typed(a, kind), op, _typed(b, kind))


def _codes(given: Any) -> list[str]:
    return given["codes"] if isinstance(given, dict) else given


def _matches(value: str, code: str) -> bool:
    return value.startswith(code[:-1]) if code.endswith("*") else value == code


def _compared(a: Span, op: str, b: Span) -> Answer:
    if op in (">", ">="):
        return _compared(b, {">": "<", ">=": "<="}[op], a)
    if op == "=":
        if a.exact and b.exact:
            return bool(a.low == b.low)
        apart = _below(a.high, b.low, strict=True) or _below(b.high, a.low, strict=True)
        return False if apart else None
    strict = op == "<"
    if _below(a.high, b.low, strict=strict):
        return True
    return False if _below(b.high, a.low, strict=not strict) else None


def _below(a: Any, b: Any, *, strict: bool) -> bool:
    """Whether a is surely before b; an open end is nowhere."""
    return a is not None and b is not None and bool(a < b if strict else a <= b)


def _side(text: str, lookup: Callable[[str], Named | None]) -> tuple[Any, str]:
    """The value of one side (GAP, None for empty, or a Span) and its kind ("" for a literal)."""
    if shift := re.fullmatch(r"(.+?) ([+-]) ?(\d+) ?([ymd])", text):
        value, _ = _side(shift[1], lookup)
        if value is GAP or value is None:
            return value, "date"
        count = int(shift[3]) * (1 if shift[2] == "+" else -1)
        ends = (_typed(value, "date").low, _typed(value, "date").high)
        return Span(*(end and _moved(end, count, shift[4]) for end in ends)), "date"
    if named := lookup(text):
        return _named(named), named.kind
    if "/" in text and not re.search(r"[^\w\s./()-]", text, re.ASCII):
        (top, _), (bottom, _) = (_side(part.strip(), lookup) for part in text.split("/", 1))
        if GAP in (top, bottom):
            return GAP, "number"
        if top is None or bottom is None:
            return None, "number"
        return _divided(_typed(top, "number"), _typed(bottom, "number")), "number"
    return Span(text, text), ""


def _named(named: Named) -> Any:
    if named.absent or named.raw is None or named.raw == "":
        # a needed value that is not there is unknown; delivered empty is "has not happened"
        return GAP if named.needed and named.absent else None
    if isinstance(named.raw, dict):
        return _typed(Span(named.raw.get("from"), named.raw.get("to")), named.kind)
    return _typed(Span(named.raw, named.raw), named.kind)


def _typed(span: Span, kind: str) -> Span:
    read: Any = {"date": _day, "number": _number, "boolean": _yes}.get(kind, str)
    return Span(*(None if end is None else read(end) for end in (span.low, span.high)))


def _day(value: Any) -> datetime.date:
    return value if isinstance(value, datetime.date) else datetime.date.fromisoformat(value)


def _number(value: Any) -> Fraction:
    return value if isinstance(value, Fraction) else Fraction(str(value))


def _yes(value: Any) -> bool:
    return value if isinstance(value, bool) else {"true": True, "false": False}[str(value)]


def _divided(top: Span, bottom: Span) -> Span | None:
    if bottom.exact and bottom.low == 0:
        return None
    ends = (top.low, top.high, bottom.low, bottom.high)
    if None in ends or bottom.low <= 0:
        return Span(None, None)
    return Span(top.low / bottom.high, top.high / bottom.low)


def _moved(day: datetime.date, count: int, unit: str) -> datetime.date:
    if unit == "d":
        return day + datetime.timedelta(days=count)
    months = day.year * 12 + day.month - 1 + count * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, min(day.day, last))
