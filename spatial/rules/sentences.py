"""Tests, notions and rules as sentences of office Chinese. 规则的文字表述"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from spatial.rules.fields import FieldWord, batch_fields, layers, patch_fields, run_fields
from spatial.rules.words import GROUP_FACTS, PART_FACTS
from spatial.vocabulary import date_term, event_word, patch_kind_term

if TYPE_CHECKING:
    from spatial.rules.schema import Condition, Ruleset

_ORDER = {"<": "早于", "<=": "不晚于", ">": "晚于", ">=": "不早于", "=": "为"}
_NOT_ORDER = {"<": "不早于", "<=": "晚于", ">": "不晚于", ">=": "早于", "=": "不为"}
_SIZE = {"<": "小于", "<=": "不大于", ">": "大于", ">=": "不小于", "=": "等于"}
_NOT_SIZE = {"<": "不小于", "<=": "大于", ">": "不大于", ">=": "小于", "=": "不等于"}
_HAPPENED = {
    "<=": "截至{day}已{event}",
    "<": "{day}之前已{event}",
    ">": "{day}之后才{event}",
    ">=": "{day}当日或之后才{event}",
    "=": "{day}当日{event}",
}
_NOT_HAPPENED = {"<=": "截至{day}未{event}", "<": "{day}之前未{event}"}
_SINCE = {
    "<": "至{day}{event}已超过{span}",
    "<=": "至{day}{event}已满{span}",
    ">=": "至{day}{event}不超过{span}",
    ">": "至{day}{event}未满{span}",
}
_UNITS = {"m2": " 平方米", "_m": " 米", "_yuan": " 元"}
_PARTS = {**PART_FACTS, "share": "面积占图斑的比例"}


def of_condition(test: Condition, ruleset: Ruleset, layer: str = "") -> str:
    """One test as the middle of a sentence; ``layer`` is the notion's, inside its where."""
    of_kind = {"date": _said_date, "number": _said_number}.get(test.kind, _said_text)
    of_op = {"known": _said_state, "empty": _said_state, "in": _said_in}
    said = of_op.get(test.op, of_kind)
    return said(test, ruleset, layer)


def named(side: dict[str, Any], ruleset: Ruleset, layer: str) -> str:
    """What an operand is called."""
    if "divide_by" in side:
        top = {key: value for key, value in side.items() if key != "divide_by"}
        bottom = side["divide_by"]
        if "value" in side and "value" in bottom:
            return f"{side['value']}/{bottom['value']}"
        return f"{named(top, ruleset, layer)}与{named(bottom, ruleset, layer)}之比"
    name = _value(side["value"]) if "value" in side else _field(side, ruleset, layer)
    return name + (f"加{span_of(side)}" if span_of(side) else "")


def span_of(side: dict[str, Any]) -> str:
    """The time that a date is moved by, in words."""
    months, days = side.get("shift_months", 0), side.get("shift_days", 0)
    sign = "负" if months < 0 or days < 0 else ""
    years, rest = divmod(abs(months), 12)
    said = [f"{_count(years)}年" if years else "", f"{rest} 个月" if rest else ""]
    return (sign + "".join([*said, f"{abs(days)} 日" if days else ""])) if months or days else ""


def _count(number: int) -> str:
    return "零一两三四五六七八九十"[number] if number <= 10 else f" {number} "


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return f"“{value}”"
        return day_of(day)
    return f"{value:g}"


def _field(side: dict[str, Any], ruleset: Ruleset, layer: str) -> str:
    key = side["field"]
    if side["scope"] == "zone":
        return plain(layers()[layer].fields[key].term)
    if key in ruleset.dates:
        return date_name(key, ruleset)
    root, _, rest = key.partition(".")
    if root == "group":
        return f"同一用地单位{GROUP_FACTS[rest.partition('.')[2]]}"
    if root == "part":
        notion, _, fact = rest.partition(".")
        whole = "位于" if fact == "share" else "图斑中位于"
        return f"{whole}“{ruleset.notions[notion].term}”范围内的{_PARTS[fact]}"
    if root == "layer":
        code, _, name = rest.partition(".")
        return f"所在{layers()[code].term}记录的{plain(layers()[code].fields[name].term)}"
    return _of_patch_batch_run(root, rest, ruleset)


def _of_patch_batch_run(root: str, name: str, ruleset: Ruleset) -> str:
    ground = ruleset.ground["layer"] if isinstance(ruleset.ground, dict) else ""
    books: dict[str, dict[str, FieldWord]] = {
        "patch": patch_fields(ground), "batch": batch_fields(), "run": run_fields(),
    }  # fmt: skip
    term = plain(books[root][name].term)
    if root == "run" or term.startswith("图斑"):
        return term
    return {"patch": "图斑的", "batch": "批次的"}[root] + term


def day_of(day: date) -> str:
    """A day as it is read aloud."""
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def plain(term: str) -> str:
    """A field's term without the unit that stands in its brackets."""
    return term.partition("(")[0]


def date_name(name: str, ruleset: Ruleset) -> str:
    """What a named date is called; one without a word is called by its field."""
    if date_term(name) != name:
        return date_term(name)
    root, _, field = ruleset.dates[name].partition(".")
    return _of_patch_batch_run(root, field, ruleset)


def _said_state(test: Condition, ruleset: Ruleset, layer: str) -> str:
    known = (test.op == "known") is not test.negate
    event = _event(test.left, layer, ruleset)
    if event:
        return f"已{event}" if known else f"未{event}"
    return f"{named(test.left, ruleset, layer)}{'已填写' if known else '未填写'}"


def _said_in(test: Condition, ruleset: Ruleset, layer: str) -> str:
    codes = ruleset.sets[test.set_name]
    verb = "不属于" if test.negate else "属于"
    return f"{named(test.left, ruleset, layer)}{verb}“{codes.term or codes.name}”"


def _said_text(test: Condition, ruleset: Ruleset, layer: str) -> str:
    left, right = (named(side, ruleset, layer) for side in (test.left, test.right or {}))
    if test.kind == "boolean":
        return f"“{left}”{'不为' if test.negate else '为'}“{right}”"
    if "value" in (test.right or {}):
        return f"{left}{'不为' if test.negate else '为'}{right}{_kind_named(test)}"
    return f"{left}与{right}{'不一致' if test.negate else '一致'}"


def _kind_named(test: Condition) -> str:
    code = str((test.right or {}).get("value", ""))
    term = patch_kind_term(code) if test.left.get("field") == "patch.kind" else code
    return f"（{term}）" if term != code else ""


def unit_of(test: Condition) -> str:
    """The unit of a number that is written out; nothing for a share or a quotient."""
    right = test.right or {}
    key = test.left.get("field", "")
    if "value" not in right or "divide_by" in {**test.left, **right}:
        return ""
    return next((word for end, word in _UNITS.items() if key.endswith(end)), "")


def _said_number(test: Condition, ruleset: Ruleset, layer: str) -> str:
    right = test.right or {}
    size = (_NOT_SIZE if test.negate else _SIZE)[test.op]
    key = test.left.get("field", "")
    if key.endswith("share") and isinstance(right.get("value"), float):
        return f"{named(test.left, ruleset, layer)}{size} {right['value'] * 100:g}%"
    gap = " " if "value" in right else ""
    number = f"{named(right, ruleset, layer)}{unit_of(test)}"
    return f"{named(test.left, ruleset, layer)}{size}{gap}{number}"


def _event(side: dict[str, Any], layer: str, ruleset: Ruleset) -> str:
    """What has happened on the day of this operand, where it is such a day."""
    root, _, name = side.get("field", "").rpartition(".")
    if side.get("scope") == "zone":
        return event_word(name, layer)
    if root == "patch" and isinstance(ruleset.ground, dict):
        return event_word(name, ruleset.ground["layer"])
    return ""


def _said_date(test: Condition, ruleset: Ruleset, layer: str) -> str:
    right = test.right or {}
    event = _event(test.left, layer, ruleset)
    day = named(right, ruleset, layer)
    span = span_of(test.left)
    pattern = ""
    if event and not span:
        pattern = (_NOT_HAPPENED if test.negate else _HAPPENED).get(test.op, "")
    elif event and not span.startswith("负") and not test.negate:
        pattern = _SINCE.get(test.op, "")
    if pattern:
        return pattern.format(day=day, event=event, span=span)
    order = (_NOT_ORDER if test.negate else _ORDER)[test.op]
    gap = " " if "value" in right else ""
    return f"{named(test.left, ruleset, layer)}{order}{gap}{day}"
