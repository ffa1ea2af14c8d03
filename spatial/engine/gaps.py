"""What is missing where an answer is unknown, in words. 缺少的数据

The engine names each gap as an object (``Piece.reason["why"]``, ``PieceNotion.why``); the kinds
are those of sql/functions/test_gap.sql and of sql/engine/judge: a layer that is not loaded, ground
that it does not cover, versions in the act's window that differ, a field that was not delivered, a
value known only within bounds, an unknown user of the ground, a law that changed in the window, a
patch that no partition closes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from spatial.install import layers_file
from spatial.rules.words import GROUP_FACTS, MEASURED, PART_FACTS
from spatial.vocabulary import date_term

if TYPE_CHECKING:
    from collections.abc import Callable

_SIGNS = {"<=": "≤", ">=": "≥", "<": "<", ">": ">", "=": "=", "+": "加", "-": "减", "in": "属于"}
_SPANS = {"y": "年", "m": "个月", "d": "日"}
_SPAN = re.compile(r"^(\d+)([ymd])$")
_POLICIES = {"before": "行为前", "act": "行为时", "latest": "最新", "": ""}
_OWNERS = {"patch": "图斑", "batch": "批次", "run": "分析"}


def said(gap: dict[str, Any]) -> str:
    """One gap as a phrase: 「无示范县供地数据」「供地未交付“合同签订日期”」."""
    told = _PHRASES[gap["kind"]]
    return (
        told(gap)
        if callable(told)
        else told.format(
            **gap,
            term=_layer_term(gap.get("layer", "")),
            when=_POLICIES[gap.get("policy", "")],
            field_term=_field_term(gap.get("layer", ""), gap.get("field", "")),
        )
    )


def _law_changed(gap: dict[str, Any]) -> str:
    days = "、".join(str(day) for day in (gap["from"], gap["until"]) if day)
    return f"行为期间规则有变（{days}）"


_PHRASES: dict[str, str | Callable[[dict[str, Any]], str]] = {
    "no_layer": "无{county}{when}{term}数据",
    "not_covered": "{when}{term}数据未覆盖此处",
    "versions_differ": "行为期间前后两版{term}结论不同",
    "no_field": "{term}未交付“{field_term}”",
    "no_value": "所涉{term}的“{field_term}”没有或不一致",
    "no_date": lambda gap: f"缺{date_term(gap['name'])}",
    "subject": "用地单位未知",
    "zone_holder": "所涉{term}未登记单位",
    "law_changed": _law_changed,
    "group": lambda gap: f"{GROUP_FACTS[gap['fact']]}不能确定",
    "part": "图斑内的面积不能确定",
    "not_closed": "图形过于破碎，按网格重算后面积仍不闭合，须核对图形",
    "uncertain": lambda gap: f"“{_spoken(gap['text'])}”不能确定：有关日期或数值只知范围",
}


def _spoken(test: str) -> str:
    """A test with the words of the office for its fields, dates and signs; ``unless`` is left out,
    since what is uncertain is so either way."""
    told = " ".join(_word_said(word) for word in test.removeprefix("unless ").split())
    return told.replace(" 加 ", "加").replace(" 减 ", "减")


def _word_said(word: str) -> str:
    if word in _SIGNS:
        return _SIGNS[word]
    span = _SPAN.match(word)
    return f"{span[1]}{_SPANS[span[2]]}" if span else _name_said(word)


def _name_said(word: str) -> str:
    owner, _, name = word.rpartition(".")
    if owner.startswith("group."):
        return GROUP_FACTS.get(name, word)
    if owner.startswith("part("):
        return f"图斑内的{PART_FACTS.get(name, name)}"
    if owner == "patch" and name in MEASURED:
        return MEASURED[name]
    if owner:
        term = _field_term(owner, name)
        return term if term.startswith(_layer_term(owner)) else f"{_layer_term(owner)}{term}"
    if date_term(word) != word:
        return date_term(word)
    layers = layers_file()["layer"]
    return next(
        (_field_term(code, word) for code in layers if word in layers[code]["fields"]), word
    )


def all_said(gaps: list[dict[str, Any]]) -> list[str]:
    """Every gap once, in the order in which the engine named them."""
    return list(dict.fromkeys(said(gap) for gap in gaps))


def _layer_term(code: str) -> str:
    if code in _OWNERS:
        return _OWNERS[code]
    layer = layers_file()["layer"].get(code)
    return str(layer["term"]) if layer else code


def _field_term(layer: str, field: str) -> str:
    tree = layers_file()
    fields = (
        tree[layer]
        if layer in ("patch", "batch")
        else tree["layer"].get(layer, {}).get("fields", {})
    )
    entry = {**tree["common"], **fields}.get(field)
    return str(entry["term"]) if entry else field
