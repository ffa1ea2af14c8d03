"""Reads one side of a test into an operand: a field, a date name, a sum, or a literal. 操作数"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from spatial.rules.fields import (
    FieldWord,
    batch_fields,
    layers,
    patch_fields,
    run_fields,
)
from spatial.rules.problems import Problems, allowed, near
from spatial.rules.words import GROUP_FACTS, PART_FACTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.rules.schema import CodeSet

_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_DOTTED = re.compile(r"^[A-Za-z_]\w*(\.\w+)+$", re.ASCII)
_PART = re.compile(r"^part\(\s*(\w+)\s*\)\.(\w+)$")
_SHIFT = re.compile(r"\s+([+-])\s*(\d+)\s*([A-Za-z]+)$")
_FRACTION = re.compile(r"^(\d+(?:\.\d+)?)\s*/\s*(\d+(?:\.\d+)?)$")


@dataclass(frozen=True)
class Operand:
    """One side of a test. A literal has no kind of its own: the other side gives it."""

    text: str
    json: dict[str, Any]
    kind: str = ""

    @property
    def literal(self) -> bool:
        """Whether it is written out rather than named."""
        return not self.kind

    @property
    def looks_like_name(self) -> bool:
        """Whether a person may have meant a name: a plain English word."""
        return bool(_NAME.match(self.text)) and self.text not in ("true", "false")


@dataclass(frozen=True)
class Scope:
    """The names that a test may use where it stands."""

    dates: Mapping[str, str]
    sets: Mapping[str, CodeSet]
    needs: frozenset[str]
    notions: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    zone_layer: str = ""
    ground_layer: str = ""
    facts: bool = True

    def zone_fields(self) -> Mapping[str, FieldWord]:
        """The fields of the zone, inside a notion's where."""
        return layers()[self.zone_layer].fields if self.zone_layer in layers() else {}

    def names(self) -> list[str]:
        """The bare names that may stand in this place."""
        return [*self.zone_fields(), *self.dates]

    def what_names_are(self) -> str:
        """How to call those names in a message."""
        if self.zone_layer:
            term = layers()[self.zone_layer].term
            return f"图层 {self.zone_layer}（{term}）的字段，也不是 [date] 中的日期名"
        return "[date] 中的日期名（图斑字段写作 patch.字段）"


def read_operand(text: str, scope: Scope, problems: Problems) -> Operand | None:
    """An operand, or nothing when it is faulty (the fault is noted)."""
    fraction = _FRACTION.match(text)
    if fraction:
        return _fraction(text, fraction, problems)
    if " / " in text:
        top, _, bottom = text.partition(" / ")
        return _divided(text, top.strip(), bottom.strip(), scope, problems)
    shift = _SHIFT.search(text)
    if shift:
        return _shifted(text, shift, scope, problems)
    return _term(text, scope, problems)


def typed_literal(operand: Operand, kind: str) -> dict[str, Any] | None:
    """A literal as JSON of that kind, or nothing where it cannot be read as such."""
    if "divide_by" in operand.json:
        return operand.json if kind == "number" else None
    shifts = {key: value for key, value in operand.json.items() if key.startswith("shift_")}
    text = str(operand.json["value"])
    value: Any = None
    if kind == "text" and not shifts:
        value = text
    elif kind == "number" and _NUMBER.match(text) and not shifts:
        value = float(text) if "." in text else int(text)
    elif kind == "boolean" and text in ("true", "false"):
        value = text == "true"
    elif kind == "date":
        try:
            value = date.fromisoformat(text).isoformat() if len(text) == 10 else None
        except ValueError:
            value = None
    return None if value is None else {"value": value, **shifts}


def _fraction(text: str, match: re.Match[str], problems: Problems) -> Operand | None:
    if float(match[2]) == 0:
        problems.add(f"{text}：除数不能为 0")
        return None
    top, bottom = (float(part) if "." in part else int(part) for part in match.groups())
    return Operand(text, {"value": top, "divide_by": {"value": bottom}}, "number")


def _divided(text: str, top: str, bottom: str, scope: Scope, problems: Problems) -> Operand | None:
    parts = [_term(top, scope, problems), _term(bottom, scope, problems)]
    sides = []
    for part in parts:
        if part is None:
            return None
        side = typed_literal(part, "number") if part.literal else part.json
        if side is None or part.kind not in ("", "number"):
            problems.add(f"只有数值可以相除：{part.text}")
            return None
        sides.append(side)
    return Operand(text, {**sides[0], "divide_by": sides[1]}, "number")


def _shifted(text: str, match: re.Match[str], scope: Scope, problems: Problems) -> Operand | None:
    sign, count, unit = match.groups()
    if unit not in ("y", "m", "d"):
        problems.add(f"日期加减的单位只有 y（年）、m（月）、d（日），现为 {unit}")
        return None
    base = read_operand(text[: match.start()].strip(), scope, problems)
    if base is None:
        return None
    if base.kind not in ("date", "") or (base.literal and typed_literal(base, "date") is None):
        problems.add(f"只有日期可以加减年月日：{base.text}")
        return None
    amount = int(count) * (1 if sign == "+" else -1) * (12 if unit == "y" else 1)
    key = "shift_days" if unit == "d" else "shift_months"
    shifted = {**base.json, key: base.json.get(key, 0) + amount}
    return replace(base, text=text, json=shifted)


def _term(text: str, scope: Scope, problems: Problems) -> Operand | None:
    part = _PART.match(text)
    if part:
        return _part(text, part[1], part[2], scope, problems)
    if text in scope.zone_fields():
        return _zone(text, scope)
    if text in scope.dates:
        needed = scope.dates[text] in scope.needs or _may_be_absent(text, scope)
        return Operand(text, _facts(text, needed=needed), "date")
    if _DOTTED.match(text) and not _NUMBER.match(text):
        return _dotted(text, scope, problems)
    return Operand(text, {"value": text})


def _may_be_absent(date_name: str, scope: Scope) -> bool:
    """Whether a record is measured against a day that may lack: without it, nothing is told."""
    return bool(scope.zone_layer) and not scope.dates[date_name].startswith("run.")


def _zone(name: str, scope: Scope) -> Operand:
    found: dict[str, Any] = {"field": name, "scope": "zone"}
    if f"{scope.zone_layer}.{name}" in scope.needs:
        found["needed"] = True
    return Operand(name, found, scope.zone_fields()[name].kind)


def _facts(key: str, *, needed: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"field": key, "scope": "facts"}
    if needed:
        found["needed"] = True
    return found


def _dotted(text: str, scope: Scope, problems: Problems) -> Operand | None:
    root, _, name = text.partition(".")
    books = {
        "patch": patch_fields(scope.ground_layer),
        "batch": batch_fields(),
        "run": run_fields(),
    }
    if not scope.facts:
        problems.add(f"{text}：这里只能用本图层的字段，图斑此时还没有")
        return None
    if root in books:
        if name not in books[root]:
            problems.add(f"没有字段 {text}；{near(name, list(books[root]))}")
            return None
        return Operand(text, _facts(text, needed=text in scope.needs), books[root][name].kind)
    if root == "group":
        return _group(text, name, scope, problems)
    if root in layers():
        fields = layers()[root].fields
        if name not in fields:
            problems.add(f"图层 {root} 没有字段 {name}；{near(name, list(fields))}")
            return None
        return Operand(text, _facts(f"layer.{text}", needed=True), fields[name].kind)
    roots = ["patch", "batch", "run", "group", *layers()]
    problems.add(f"{text} 中的 {root} 既不是图层，也不是 patch、batch、run、group；"
                 f"{near(root, roots)}")  # fmt: skip
    return None


def _group(text: str, rest: str, scope: Scope, problems: Problems) -> Operand | None:
    group, _, fact = rest.partition(".")
    if group not in scope.groups:
        problems.add(f"没有分组 {group}（[group]）；{near(group, list(scope.groups))}")
    elif fact not in GROUP_FACTS:
        problems.add(f"分组没有 {fact or '（未写）'}；可用：{allowed(GROUP_FACTS)}")
    elif scope.zone_layer:
        problems.add("概念的条件里不能用 group：分组的合计要等概念定了才有")
    else:
        return Operand(text, _facts(text, needed=True), "number")
    return None


def _part(text: str, notion: str, fact: str, scope: Scope, problems: Problems) -> Operand | None:
    if scope.zone_layer or not scope.facts:
        problems.add("概念的条件里不能用 part()：面积要等概念定了才有")
    elif notion not in scope.notions:
        problems.add(f"part({notion}) 中的概念没有定义；{near(notion, list(scope.notions))}")
    elif fact not in PART_FACTS:
        problems.add(f"part() 没有 {fact}；可用：{allowed(PART_FACTS)}")
    else:
        return Operand(text, _facts(f"part.{notion}.{fact}", needed=True), "number")
    return None
