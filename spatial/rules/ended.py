"""A rule that a run has used is never edited, only ended. 规则的终止

So a verdict's code means the same for ever: to change a rule, give it an ``until`` and write the
new wording under a new code. The named dates, the code sets and the thresholds of [ruleset] are
settings, which the yearly notice may change with a new version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spatial.rules.schema import MarkRule

if TYPE_CHECKING:
    from spatial.rules.schema import ConcludeRule, Condition, Ruleset


def edited_rules(earlier: Ruleset, newer: Ruleset) -> list[str]:
    """What is wrong with ``newer``, one sentence a rule; empty when all used rules are kept."""
    faults = []
    for rule in earlier.rules:
        kind = "涉及规则" if isinstance(rule, MarkRule) else "规则"
        named = f"规则集 {newer.name} · {kind} {rule.code}（{rule.term}）"
        since = f"已被版本 {earlier.version} 的分析用过"
        found = [other for other in newer.rules if _key(other) == _key(rule)]
        if not found:
            faults.append(f"{named}：{since}，不能删去；请保留，并以 until 写明终止日期")
        elif _meaning(rule, earlier) != _meaning(found[0], newer):
            faults.append(
                f"{named}：{since}，内容不能改；请恢复原文并以 until 终止，新内容另用一个 code"
            )
        elif rule.until_on is not None and found[0].until_on != rule.until_on:
            faults.append(f"{named}：{since}，已于 {rule.until_on} 终止，不能再改终止日期")
    return faults


def _key(rule: ConcludeRule | MarkRule) -> tuple[bool, str]:
    return isinstance(rule, MarkRule), rule.code


def _meaning(rule: ConcludeRule | MarkRule, ruleset: Ruleset) -> dict[str, Any]:
    """All that a rule says, its notions spelt out; without its end, order and colour."""
    own = {
        name: getattr(rule, name, None)
        for name in ("term", "rule_class", "kind_of", "severity", "part", "source", "from_on")
    }
    adjoins = getattr(rule, "adjoins", "")
    places = [
        *(("inside", name) for name in rule.inside),
        *(("outside", name) for name in rule.outside),
        *([("adjoins", adjoins)] if adjoins else []),
    ]
    return {
        **own,
        "tests": sorted(_said(test) for test in rule.tests),
        "places": sorted((place, _notion(name, ruleset)) for place, name in places),
    }


def _said(test: Condition) -> str:
    return " ".join(test.text.split())


def _notion(code: str, ruleset: Ruleset) -> str:
    """A notion by what it says, whatever it is called."""
    notion = ruleset.notions[code]
    if notion.any_of:
        return "|".join(sorted(_notion(name, ruleset) for name in notion.any_of))
    tests = ",".join(sorted(_said(test) for test in notion.where))
    return f"{notion.layer}/{notion.version}/{notion.within_m:g}/{notion.own}/{tests}"
