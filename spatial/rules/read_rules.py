"""Reads conclusions and marks. 初判与涉及"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spatial.rules import entries
from spatial.rules.conditions import read_conditions
from spatial.rules.problems import Problems, allowed, near
from spatial.rules.schema import ConcludeRule, MarkRule
from spatial.rules.words import (
    ALL_CLASSES,
    CLASSES,
    CONCLUDE_KEYS,
    MARK_KEYS,
    PART_KEYS,
)
from spatial.vocabulary import class_term, mark_codes, style_tokens

if TYPE_CHECKING:
    from spatial.rules.operands import Scope

_DEFAULT_MARK = "mark"


def _tables(given: Any, what: str, problems: Problems) -> list[dict[str, Any]]:
    if isinstance(given, list) and all(isinstance(entry, dict) for entry in given):
        return given
    problems.add(f"[rules] 的 {what} 应为一列规则：{what} = [ {{ code = …, term = … }}, … ]")
    return []


def _place(entry: dict[str, Any]) -> str:
    return f"规则 {entry.get('code', '（无代码）')}（{entry.get('term', '未命名')}）"


def read_conclusions(given: Any, scope: Scope, problems: Problems) -> tuple[ConcludeRule, ...]:
    """The conclusions, in order of precedence."""
    found = []
    for entry in _tables(given, "conclude", problems):
        with problems.at(_place(entry)):
            entries.only_keys(entry, CONCLUDE_KEYS, "项", problems)
            found.append(_conclusion(entry, scope, problems))
    return tuple(found)


def _conclusion(entry: dict[str, Any], scope: Scope, problems: Problems) -> ConcludeRule:
    first, last = entries.period(entry, problems)
    rule_class = _class(entry, problems)
    adjoins = entries.text(entry, "adjoins", problems, longest=40)
    _known_notions("adjoins", [adjoins] if adjoins else [], scope, problems)
    return ConcludeRule(
        code=entries.code(entry, "code", problems),
        term=entries.text(entry, "term", problems, longest=60, required=True),
        rule_class=rule_class,
        style=_style(entry, rule_class, problems),
        source=entries.text(entry, "source", problems, longest=400),
        kind_of=entries.text(entry, "kind_of", problems, longest=60),
        inside=_places(entry, "inside", scope, problems),
        outside=_places(entry, "outside", scope, problems),
        adjoins=adjoins,
        tests=read_conditions(entry.get("test", []), scope, problems),
        from_on=first,
        until_on=last,
    )


def _class(entry: dict[str, Any], problems: Problems) -> str:
    rule_class = entries.text(entry, "class", problems, longest=40)
    choices = allowed(f"{name}（{class_term(name)}）" for name in CLASSES)
    if not rule_class:
        problems.add(f"缺少 class；可用：{choices}")
    elif rule_class == "unknown":
        problems.add("class 不能写 unknown：数据不足由程序给出，不由规则给出")
    elif rule_class not in CLASSES:
        problems.add(f"没有归类 {rule_class}；可用：{choices}")
    return rule_class if rule_class in CLASSES else ""


def _style(entry: dict[str, Any], default: str, problems: Problems) -> str:
    style = entries.text(entry, "style", problems, longest=20) or default
    if style and style not in style_tokens():
        problems.add(f"没有样式 {style}（spatial/vocabulary.toml）；"
                     f"{near(style, list(style_tokens()))}")  # fmt: skip
    return style


def _known_notions(key: str, listed: list[str], scope: Scope, problems: Problems) -> None:
    for name in [name for name in listed if name not in scope.notions]:
        problems.add(f"{key} 中的概念 {name} 没有定义；{near(name, scope.notions)}")


def _places(entry: dict[str, Any], key: str, scope: Scope, problems: Problems) -> tuple[str, ...]:
    listed = entries.names(entry, key, problems)
    if entry.get(key) == []:
        problems.add(f"{key} 是空的；请写上概念，或删去 {key}")
    _known_notions(key, listed, scope, problems)
    return tuple(name for name in listed if name in scope.notions)


def read_marks(given: Any, scope: Scope, problems: Problems) -> tuple[MarkRule, ...]:
    """The marks, in the order in which they are shown."""
    found = []
    for entry in _tables(given, "mark", problems):
        with problems.at(f"涉及{_place(entry)}"):
            found.append(_mark(entry, scope, problems))
    return tuple(found)


def _mark(entry: dict[str, Any], scope: Scope, problems: Problems) -> MarkRule:
    for key in [key for key in ("inside", "outside", "class", "net") if key in entry]:
        problems.add(f"{key} 应写在 part 里：part = {{ {key} = … }}")
    known = {key: value for key, value in entry.items() if key not in PART_KEYS[:4]}
    entries.only_keys(known, MARK_KEYS, "项", problems)
    if ("part" in entry) == ("test" in entry):
        problems.add("part 与 test 须有且只有一个")
    if entry.get("test") == []:
        problems.add("test 是空的；没有条件的涉及没有意义")
    first, last = entries.period(entry, problems)
    part = entries.table(entry, "part", problems)
    severity = entry.get("severity")
    if severity is not None and (severity is True or severity not in (1, 2, 3, 4)):
        problems.add(f"severity 应为 1（最重）到 4，现为 {severity!r}")
    code = entries.code(entry, "code", problems)
    style = entries.text(entry, "style", problems, longest=20)
    if style and style not in mark_codes():
        problems.add(f"没有标记样式 {style}；{near(style, mark_codes())}")
    with problems.at("part"):
        entries.only_keys(part, PART_KEYS, "项", problems)
        inside = _places(part, "inside", scope, problems)
        outside = _places(part, "outside", scope, problems)
        measure = _measure(entry, part, problems) if "part" in entry else None
    return MarkRule(
        code=code,
        term=entries.text(entry, "term", problems, longest=60, required=True),
        style=style or (code if code in mark_codes() else _DEFAULT_MARK),
        source=entries.text(entry, "source", problems, longest=400),
        severity=severity,
        inside=inside,
        outside=outside,
        part=measure,
        tests=read_conditions(entry.get("test", []), scope, problems),
        from_on=first,
        until_on=last,
    )


def _measure(entry: dict[str, Any], part: dict[str, Any], problems: Problems) -> dict[str, Any]:
    """What of the patch is summed, and from how much the mark is yes."""
    if not any(part.get(key) for key in ("inside", "outside", "class")):
        problems.add("须有 inside、outside、class 之一，否则量的是整个图斑")
    classes = entries.names(part, "class", problems)
    for name in [name for name in classes if name not in ALL_CLASSES]:
        problems.add(f"没有归类 {name}；可用：{allowed(ALL_CLASSES)}")
    threshold: Any = entry.get("at_least_m2", part.get("at_least_m2"))
    if not entries.is_number(threshold) or threshold <= 0:
        problems.add(f"缺少 at_least_m2（从多少平方米起算涉及），须大于 0，现为 {threshold!r}")
    return {
        "class": classes or None,
        "net": entries.yes_no(part, "net", problems),
        "at_least_m2": threshold,
    }
