"""A ruleset as the values of its rows: what the engine joins, before it is stored. 编译"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spatial.rules.schema import ConcludeRule, Condition, MarkRule, NotionSpec, Ruleset

_STEP = 10


def compile_ruleset(ruleset: Ruleset) -> dict[str, Any]:
    """``settings``, ``notions`` and ``rules``, with tests and places inside; all JSON-able."""
    compiled: dict[str, Any] = {
        "settings": _settings(ruleset),
        "notions": [_notion(notion) for notion in ruleset.notions.values()],
        "rules": [
            *(_conclude(rule, rank) for rank, rule in _ranked(ruleset.conclude)),
            *(_mark(rule, rank) for rank, rule in _ranked(ruleset.marks)),
        ],
    }
    written = json.dumps(compiled, sort_keys=True, ensure_ascii=False, default=str)
    compiled["settings"]["compiled"] = hashlib.sha256(written.encode()).hexdigest()
    return compiled


def _ranked(rules: tuple[Any, ...]) -> list[tuple[int, Any]]:
    return [(position * _STEP, rule) for position, rule in enumerate(rules, start=1)]


def _settings(ruleset: Ruleset) -> dict[str, Any]:
    ground: Any = ruleset.ground
    if isinstance(ground, dict):
        ground = {"layer": ground["layer"], "where": _tests(ruleset.ground_where)}
    return {
        **ruleset.settings,
        "ground": ground,
        "dates": ruleset.dates,
        "sets": {name: asdict(codes) for name, codes in ruleset.sets.items()},
        "groups": ruleset.groups,
        "ratio": ruleset.ratio,
        "draft": ruleset.draft,
    }


def _tests(conditions: tuple[Condition, ...]) -> list[dict[str, Any]]:
    return [
        {
            "seq": seq,
            "negate": condition.negate,
            "op": condition.op,
            "kind": condition.kind,
            "left": condition.left,
            "right": condition.right,
            "text": condition.text,
        }
        for seq, condition in enumerate(conditions, start=1)
    ]


def _notion(notion: NotionSpec) -> dict[str, Any]:
    return {
        "code": notion.code,
        "term": notion.term,
        "layer_id": notion.layer or None,
        "version_policy": notion.version,
        "within_m": notion.within_m,
        "own": notion.own,
        "base": notion.base,
        "members": list(notion.any_of),
        "tests": _tests(notion.where),
    }


def _places(rule: ConcludeRule | MarkRule) -> list[tuple[str, str]]:
    adjoins = getattr(rule, "adjoins", "")
    return [
        *(("inside", name) for name in rule.inside),
        *(("outside", name) for name in rule.outside),
        *([("adjoins", adjoins)] if adjoins else []),
    ]


def _shared(rule: ConcludeRule | MarkRule, rank: int) -> dict[str, Any]:
    return {
        "rank": rank,
        "code": rule.code,
        "term": rule.term,
        "style": rule.style,
        "source": rule.source,
        "from_on": rule.from_on,
        "until_on": rule.until_on,
        "tests": _tests(rule.tests),
        "places": _places(rule),
    }


def _conclude(rule: ConcludeRule, rank: int) -> dict[str, Any]:
    own = {"action": "conclude", "rule_class": rule.rule_class, "kind_of": rule.kind_of}
    return {**_shared(rule, rank), **own}


def _mark(rule: MarkRule, rank: int) -> dict[str, Any]:
    return {**_shared(rule, rank), "action": "mark", "severity": rule.severity, "part": rule.part}
