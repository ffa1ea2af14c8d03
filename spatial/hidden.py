"""Rules whose answer a scope may not see, because they read a layer that it may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.models import Notion, RulePlace

if TYPE_CHECKING:
    from spatial.scope import Scope

RuleKey = tuple[int, str, str]
"""Ruleset version, action (conclude or mark), code."""


def hidden_rules(scope: Scope) -> frozenset[RuleKey]:
    """The rules of every stored ruleset that ask about a layer without the deed ``verdict``.

    Found once for a scope, which lives no longer than a request or a job.
    """
    found = scope.known.get(hidden_rules.__name__)
    if found is None:
        found = scope.known[hidden_rules.__name__] = _hidden_rules(scope)
    return found


def _hidden_rules(scope: Scope) -> frozenset[RuleKey]:
    seen = set(scope.layers("verdict"))
    if len(seen) == len(scope.layer_secrecies):
        return frozenset()
    notions = {
        (ruleset, code): (layer, members)
        for ruleset, code, layer, members in Notion.objects.values_list(
            "ruleset_id", "code", "layer_id", "members"
        )
    }
    hidden = {key for key, (layer, _) in notions.items() if layer and layer not in seen}
    while more := {
        (ruleset, code)
        for (ruleset, code), (_, members) in notions.items()
        if (ruleset, code) not in hidden and any((ruleset, name) in hidden for name in members)
    }:
        hidden |= more
    places = RulePlace.objects.values_list(
        "rule__ruleset_id", "rule__action", "rule__code", "notion__code"
    )
    return frozenset(
        (ruleset, action, code)
        for ruleset, action, code, notion in places
        if (ruleset, notion) in hidden
    )
