"""Reads [ratio]: what feeds numerator and denominator, and what is switched by default. 比率"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spatial.rules import entries
from spatial.rules.problems import Problems, allowed, near
from spatial.rules.words import (
    CLASSES,
    DENOMINATORS,
    EFFECT_KEYS,
    RATIO_AREAS,
    RATIO_CLASSES,
    RATIO_KEYS,
)
from spatial.vocabulary import class_term, exclusion_terms, rectification_terms

if TYPE_CHECKING:
    from spatial.rules.operands import Scope


def read_ratio(given: Any, scope: Scope, problems: Problems) -> dict[str, Any] | None:
    """Which conclusions feed numerator and denominator; nothing where there is no ratio.

    ``exclude`` lists the reasons for which patches are left out, ``effect`` says by kind of
    rectification whether its ground still counts in numerator and denominator.
    """
    if given is None:
        return None
    with problems.at("[ratio]"):
        ratio = entries.table({"ratio": given}, "ratio", problems)
        entries.only_keys(ratio, RATIO_KEYS, "项", problems)
        cultivated = entries.text(ratio, "cultivated", problems, longest=40, required=True)
        if cultivated and cultivated not in scope.notions:
            problems.add(
                f"cultivated 中的概念 {cultivated} 没有定义；{near(cultivated, scope.notions)}"
            )
        area = ratio.get("area", "net_m2")
        if area not in RATIO_AREAS:
            problems.add(f"area 可用：{allowed(RATIO_AREAS)}，现为 {area!r}")
        denominators = entries.names(ratio, "denominators", problems)
        for name in [name for name in denominators if name not in DENOMINATORS]:
            problems.add(f"没有分母 {name}；可用：{allowed(DENOMINATORS)}")
        return {
            "illegal": _choice(ratio, "illegal", problems),
            "new": _choice(ratio, "new", problems),
            "cultivated": cultivated,
            "area": area,
            "denominators": denominators or list(DENOMINATORS[:1]),
            "exclude": _exclude(ratio, problems),
            "effect": _effects(ratio, problems),
        }


def _choice(ratio: dict[str, Any], key: str, problems: Problems) -> dict[str, list[str]]:
    """``["class illegal", "unless CODE"]`` as classes and exceptions."""
    found: dict[str, list[str]] = {"classes": [], "except": []}
    for item in entries.names(ratio, key, problems):
        word, _, name = item.partition(" ")
        name = name.strip()
        if word == "class" and name in RATIO_CLASSES:
            found["classes"].append(name)
        elif word == "class" and name in (*CLASSES, "unknown"):
            problems.add(
                f"{key} 不能计入“{class_term(name)}”：未定的地块不作指认，也不作开脱，"
                f"只单列；可用：{allowed(RATIO_CLASSES)}"
            )
        elif word == "unless" and name:
            found["except"].append(name)
        else:
            problems.add(f'{key} 中的“{item}”看不懂；写作 "class 归类" 或 "unless 规则代码"')
    if not found["classes"]:
        problems.add(f'{key} 至少要有一项 "class 归类"')
    return found


def _exclude(ratio: dict[str, Any], problems: Problems) -> list[str]:
    """Reasons for which a patch is left out unless a query keeps them."""
    reasons = entries.names(ratio, "exclude", problems)
    known = exclusion_terms()
    for code in [code for code in reasons if code not in known]:
        problems.add(
            f"exclude 中的剔除理由 {code} 没有登记（spatial/vocabulary.toml 的 [exclusion]）；"
            f"{near(code, list(known))}"
        )
    return reasons


def _effects(ratio: dict[str, Any], problems: Problems) -> dict[str, dict[str, bool]]:
    """By kind of rectification: whether its ground still counts, above and below the line."""
    given = ratio.get("effect", [])
    if not isinstance(given, list) or not all(isinstance(entry, dict) for entry in given):
        problems.add(
            "effect 应为一列："
            'effect = [ { kind = "…", numerator = false, denominator = false }, … ]'
        )
        return {}
    found: dict[str, dict[str, bool]] = {}
    for entry in given:
        kind = str(entry.get("kind", ""))
        with problems.at(f"effect {kind or '（无 kind）'}"):
            _effect(kind, entry, found, problems)
    return found


def _effect(
    kind: str, entry: dict[str, Any], found: dict[str, dict[str, bool]], problems: Problems
) -> None:
    entries.only_keys(entry, EFFECT_KEYS, "项", problems)
    known = rectification_terms()
    if kind not in known:
        problems.add(
            f"没有整改方式 {kind}（spatial/vocabulary.toml 的 [rectification]）；"
            f"{near(kind, list(known))}"
        )
    if kind in found:
        problems.add("写了两次；每种整改方式只写一次")
    for key in ("numerator", "denominator"):
        if key not in entry:
            problems.add(f"缺少 {key}（整改后是否仍计入：true 或 false）")
    above = entries.yes_no(entry, "numerator", problems)
    below = entries.yes_no(entry, "denominator", problems)
    if above and not below:
        problems.add("计入分子的必须计入分母，否则比率没有意义")
    found[kind] = {"numerator": above, "denominator": below}
