"""Reads one test: ``[unless] A op B``, or ``[unless] A is known`` / ``is empty``. 条件"""

from __future__ import annotations

import re
from typing import Any

from spatial.rules.operands import Operand, Scope, read_operand, typed_literal
from spatial.rules.problems import Problems, allowed, near
from spatial.rules.schema import CodeSet, Condition
from spatial.rules.words import OPERATORS

LONGEST = 200
_STATE = re.compile(r"^(?P<left>\S.*?)\s+is\s+(?P<state>\S+)$")
_COMPARE = re.compile(r"^(?P<left>\S.*?)\s+(?P<op><=|>=|==|!=|<>|=|<|>|in)\s+(?P<right>\S.*)$")
_KIND = {"date": "日期", "number": "数值", "text": "文字", "boolean": "是/否"}
_FORM = "条件写作“[unless] A 比较符 B”，比较符两边留空格；或“A is known”“A is empty”"


def read_conditions(texts: Any, scope: Scope, problems: Problems) -> tuple[Condition, ...]:
    """Every test of a list; faults are noted, and the faulty ones left out."""
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        problems.add(f'条件应为一列文字，例如 ["approved_on <= cutoff"]，现为 {texts!r}')
        return ()
    found = [read_condition(text, scope, problems) for text in texts]
    return tuple(condition for condition in found if condition is not None)


def read_condition(text: str, scope: Scope, problems: Problems) -> Condition | None:
    """One test, or nothing when it is faulty (the fault is noted)."""
    with problems.at(f"条件“{text}”"):
        if len(text) > LONGEST:
            problems.add(f"太长（{len(text)} 字），最多 {LONGEST} 字")
            return None
        if _foreign_words(text, problems):
            return None
        body = text.strip()
        negate = body.startswith("unless ")
        body = body.removeprefix("unless ").strip()
        state = _STATE.match(body)
        if state:
            return _read_state(text, state, scope, problems, negate=negate)
        compare = _COMPARE.match(body)
        if compare is None:
            problems.add(f"看不懂。{_FORM}；可用的比较符：{allowed(OPERATORS)}")
            return None
        if compare["op"] not in OPERATORS:
            problems.add(
                f"没有比较符“{compare['op']}”；可用：{allowed(OPERATORS)}；"
                "“不等于”写作 unless A = B"
            )
            return None
        if compare["op"] == "in":
            return _read_in(text, compare, scope, problems, negate=negate)
        return _read_compare(text, compare, scope, problems, negate=negate)


def _foreign_words(text: str, problems: Problems) -> bool:
    """Words that people bring from elsewhere: or, and, not, brackets."""
    hints = {
        "or": "不能写 or；请另写一条结论相同的规则（或另一个概念）",
        "and": "不能写 and；请分成两个条件，一列条件须全部成立",
        "not": "不能写 not；“不”写作 unless，放在条件开头",
    }
    for word in text.split():
        if word in hints:
            problems.add(hints[word])
            return True
    if re.search(r"[()]", re.sub(r"\bpart\([^()]*\)", "", text)):
        problems.add("不能用括号；唯一的括号是 part(概念).m2 这类写法")
        return True
    return False


def _read_state(
    text: str, match: re.Match[str], scope: Scope, problems: Problems, *, negate: bool
) -> Condition | None:
    if match["state"] not in ("known", "empty"):
        problems.add(f"is 之后只能写 known（已知）或 empty（为空），现为 {match['state']}")
        return None
    left = read_operand(match["left"], scope, problems)
    if left is None:
        return None
    if left.literal:
        _unknown_name(match["left"], scope, problems)
        return None
    return Condition(text, match["state"], left.kind, left.json, None, negate)


def _read_in(
    text: str, match: re.Match[str], scope: Scope, problems: Problems, *, negate: bool
) -> Condition | None:
    left = read_operand(match["left"], scope, problems)
    codes = scope.sets.get(match["right"])
    if codes is None:
        problems.add(f"没有代码表 {match['right']}（[set]）；{near(match['right'], scope.sets)}")
    if left is None or codes is None:
        return None
    if left.literal:
        _unknown_name(match["left"], scope, problems)
        return None
    if left.kind != "text":
        problems.add(f"in 只用于文字，{match['left']} 是{_KIND[left.kind]}")
        return None
    right = {"value": like_patterns(codes)}
    return Condition(text, "in", "text", left.json, right, negate, codes.name)


def like_patterns(codes: CodeSet) -> list[str]:
    """The codes as LIKE patterns: ``01*`` becomes ``01%``, everything else stands for itself."""
    return [
        re.sub(r"([\\%_])", r"\\\1", code.removesuffix("*")) + ("%" if code.endswith("*") else "")
        for code in codes.codes
    ]


def _read_compare(
    text: str, match: re.Match[str], scope: Scope, problems: Problems, *, negate: bool
) -> Condition | None:
    left = read_operand(match["left"], scope, problems)
    right = read_operand(match["right"], scope, problems)
    if left is None or right is None:
        return None
    if left.literal and (right.literal or left.looks_like_name):
        _unknown_name(match["left"], scope, problems)
        return None
    kind = right.kind if left.literal else left.kind
    left_json = _agreed(left, kind, scope, problems)
    right_json = _agreed(right, kind, scope, problems)
    if left_json is None or right_json is None:
        return None
    if kind in ("text", "boolean") and match["op"] != "=":
        problems.add(f"{_KIND[kind]}不能比较大小（{match['op']}）；只能用 = 或 in")
        return None
    return Condition(text, match["op"], kind, left_json, right_json, negate)


def _agreed(operand: Operand, kind: str, scope: Scope, problems: Problems) -> dict[str, Any] | None:
    """The operand as JSON when it is, or can be read as, of that kind."""
    if not operand.literal:
        if operand.kind == kind:
            return operand.json
        problems.add(f"{_KIND[kind]}不能与{_KIND[operand.kind]}比较：{operand.text}")
        return None
    found = typed_literal(operand, kind)
    if found is None:
        hint = ""
        if operand.looks_like_name:
            hint = f"；也不是可用的名称，{near(operand.text, scope.names())}"
        problems.add(f"{_KIND[kind]}不能与“{operand.text}”比较{hint}")
    return found


def _unknown_name(name: str, scope: Scope, problems: Problems) -> None:
    problems.add(f"“{name}”不是{scope.what_names_are()}；{near(name, scope.names())}")
