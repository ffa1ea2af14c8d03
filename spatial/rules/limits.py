"""What the language can say and this engine cannot yet compute. 引擎的限度"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spatial.errors import RulesetInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spatial.rules.schema import Condition, NotionSpec, Ruleset

_WIDTHS = {"patch.mean_width_m", "patch.max_width_m"}


def engine_can(ruleset: Ruleset) -> None:
    """Refuse a ruleset that this version of the engine cannot compute; say what and where."""
    faults = list(_faults(ruleset))
    if faults:
        lines = [f"规则集 {ruleset.name} · {fault}，本版本引擎尚不支持" for fault in faults]
        raise RulesetInvalid("\n".join(lines))


def _faults(ruleset: Ruleset) -> Iterator[str]:
    if isinstance(ruleset.ground, dict):
        yield f"[ruleset]：以图层 {ruleset.ground['layer']} 的要素为图斑（ground）"
    for notion in ruleset.notions.values():
        for fault in _of_notion(notion):
            yield f"概念 {notion.code}（{notion.term}）：{fault}"
    for rule in ruleset.rules:
        for test in rule.tests:
            for fault in _of_test(test):
                yield f"规则 {rule.code}（{rule.term}）：{fault}"
    for name, group in ruleset.groups.items():
        for key in ("inside", "outside"):
            if group["used"].get(key):
                yield f"分组 {name}：used.{key}"


def _of_notion(notion: NotionSpec) -> Iterator[str]:
    if notion.within_m > 0:
        yield f"外扩 within_m = {notion.within_m:g}"
    if notion.any_of:
        yield "由几个概念合成（any_of）"
    for test in notion.where:
        if any(key.startswith("layer.") for key in fields_of(test)):
            yield f"条件“{test.text}”引用其他图层的字段"


def _of_test(test: Condition) -> Iterator[str]:
    fields = fields_of(test)
    if any(key.startswith("part.") for key in fields):
        yield f"条件“{test.text}”用到 part()"
    if _WIDTHS & set(fields):
        yield f"条件“{test.text}”用到宽度"


def fields_of(test: Condition) -> list[str]:
    """The keys of the facts and fields that a test reads, divisors among them."""
    return [key for side in (test.left, test.right or {}) for key in _fields(side)]


def _fields(side: dict[str, Any]) -> Iterator[str]:
    if "field" in side:
        yield side["field"]
    if "divide_by" in side:
        yield from _fields(side["divide_by"])
