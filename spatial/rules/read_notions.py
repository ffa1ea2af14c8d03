"""Reads notions and groups. 概念与分组"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from spatial.rules import entries
from spatial.rules.conditions import read_conditions
from spatial.rules.fields import layers
from spatial.rules.problems import Problems, allowed, near
from spatial.rules.schema import NotionSpec
from spatial.rules.words import GROUP_KEYS, NOTION_KEYS, USED_KEYS, VERSIONS

if TYPE_CHECKING:
    from spatial.rules.operands import Scope

_WINDOW = {"before": ("act_from",), "act": ("act_from", "act_to"), "latest": ()}


def read_notions(tree: dict[str, Any], scope: Scope, problems: Problems) -> dict[str, NotionSpec]:
    """Every notion by its code, each ``of`` followed to what it narrows."""
    found: dict[str, NotionSpec] = {}
    for code in tree:
        entry = entries.table(tree, code, problems)
        with problems.at(f"概念 {code}（{entry.get('term', '未命名')}）"):
            entries.code({"code": code}, "code", problems)
            entries.only_keys(entry, NOTION_KEYS, "项", problems)
            found[code] = _notion(code, entry, scope, problems)
    return {code: _follow(notion, found, problems) for code, notion in found.items()}


def _notion(code: str, entry: dict[str, Any], scope: Scope, problems: Problems) -> NotionSpec:
    term = entries.text(entry, "term", problems, longest=60, required=True)
    origins = [key for key in ("layer", "of", "any_of") if key in entry]
    if len(origins) != 1:
        problems.add(f"layer、of、any_of 须有且只有一个，现有：{allowed(origins)}")
        return NotionSpec(code, term)
    own = entries.yes_no(entry, "own", problems)
    if origins == ["layer"]:
        return _of_layer(code, term, entry, scope, problems)
    extra = [key for key in ("version", "where", "within_m") if key in entry]
    if extra:
        problems.add(f"用 {origins[0]} 定义的概念不能再写 {allowed(extra)}")
    if origins == ["of"]:
        base = entries.text(entry, "of", problems, longest=40)
        if base not in scope.notions:
            problems.add(f"of 中的概念 {base} 没有定义；{near(base, scope.notions)}")
        if not own:
            problems.add("用 of 定义的概念须有 own = true，否则与原概念没有分别")
        return NotionSpec(code, term, base=base, own=own)
    members = entries.names(entry, "any_of", problems)
    for name in [name for name in members if name not in scope.notions]:
        problems.add(f"any_of 中的概念 {name} 没有定义；{near(name, scope.notions)}")
    if own:
        problems.add("any_of 不能加 own；请在其中的概念上写 own = true")
    return NotionSpec(code, term, any_of=tuple(members))


def _of_layer(
    code: str, term: str, entry: dict[str, Any], scope: Scope, problems: Problems
) -> NotionSpec:
    layer = entries.text(entry, "layer", problems, longest=40)
    if layer not in layers():
        problems.add(f"图层 {layer} 没有定义；{near(layer, list(layers()))}")
        return NotionSpec(code, term)
    word = layers()[layer]
    version = entries.text(entry, "version", problems, longest=10)
    _check_version(layer, version, scope, problems)
    within = entry.get("within_m", 0)
    if not entries.is_number(within) or within < 0:
        problems.add(f"within_m 应为不小于 0 的米数，现为 {within!r}")
        within = 0
    own = entries.yes_no(entry, "own", problems)
    if own and not word.has_holder:
        problems.add(f"图层 {layer}（{word.term}）没有单位字段，不能限定本单位（own）")
    zone_scope = replace(scope, zone_layer=layer)
    where = read_conditions(entry.get("where", []), zone_scope, problems)
    return NotionSpec(code, term, layer, version, where, within, own)


def _check_version(layer: str, version: str, scope: Scope, problems: Problems) -> None:
    term = layers()[layer].term
    if layers()[layer].ledger:
        if version:
            problems.add(
                f"图层 {layer}（{term}）是台账，不写 version；记录自带日期，请在 where 里比较"
            )
        return
    if version not in VERSIONS:
        problems.add(
            f"图层 {layer}（{term}）整体更替，须写 version = "
            f"before（行为前）、act（行为时）或 latest（最新），现为“{version}”"
        )
        return
    absent = [name for name in _WINDOW[version] if name not in scope.dates]
    if absent:
        problems.add(f"version = {version} 要用到日期 {allowed(absent)}，[date] 中没有")


def _follow(notion: NotionSpec, found: dict[str, NotionSpec], problems: Problems) -> NotionSpec:
    """An ``of`` notion with the layer, version and tests of what it narrows."""
    base, seen = notion, [notion.code]
    while base.base in found:
        base = found[base.base]
        if base.code in seen:
            problems.add(f"概念 {notion.code}：of 绕成了圈（{' → '.join([*seen, base.code])}）")
            return notion
        seen.append(base.code)
    if base is notion:
        return notion
    if notion.own and base.layer and not layers()[base.layer].has_holder:
        problems.add(
            f"概念 {notion.code}（{notion.term}）：图层 {base.layer}（{layers()[base.layer].term}）"
            "没有单位字段，不能限定本单位（own）"
        )
    if notion.own and base.any_of:
        problems.add(f"概念 {notion.code}（{notion.term}）：不能对 any_of 的概念加 own")
    return replace(
        base, code=notion.code, term=notion.term, base=notion.base, own=notion.own or base.own
    )


def read_groups(
    tree: dict[str, Any], scope: Scope, problems: Problems
) -> dict[str, dict[str, Any]]:
    """The sums over all ground of one subject."""
    found = {}
    for name in tree:
        with problems.at(f"分组 {name}"):
            found[name] = _group(entries.table(tree, name, problems), scope, problems)
    return found


def _group(entry: dict[str, Any], scope: Scope, problems: Problems) -> dict[str, Any]:
    entries.only_keys(entry, GROUP_KEYS, "项", problems)
    if entry.get("by") != "subject":
        problems.add(f'by 只能写 "subject"（按用地单位），现为 {entry.get("by")!r}')
    used = dict(entries.table(entry, "used", problems))
    entries.only_keys(used, USED_KEYS, "used 的项", problems)
    if used.get("patches", "same ruleset") != "same ruleset":
        problems.add(f'used.patches 只能写 "same ruleset"，现为 {used["patches"]!r}')
    if not used:
        problems.add("缺少 used：要合计哪些用地")
    for layer in entries.names(used, "layers", problems):
        if layer not in layers():
            problems.add(f"used.layers 中的图层 {layer} 没有定义；{near(layer, list(layers()))}")
        elif not layers()[layer].has_holder:
            problems.add(f"used.layers 中的图层 {layer} 没有单位字段，不能按单位合计")
    entitled = entries.names(entry, "entitled", problems)
    if not entitled:
        problems.add("缺少 entitled：单位有权使用哪些范围")
    for key, listed in (
        ("used.inside", entries.names(used, "inside", problems)),
        ("used.outside", entries.names(used, "outside", problems)),
        ("entitled", entitled),
    ):
        for notion in [notion for notion in listed if notion not in scope.notions]:
            problems.add(f"{key} 中的概念 {notion} 没有定义；{near(notion, scope.notions)}")
    return {"by": "subject", "used": used, "entitled": entitled}
