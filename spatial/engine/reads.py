"""What a ruleset reads: layers, how far around a patch, and whether it asks for the day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spatial.models import Layer, Notion, NotionTest, RulePlace, RuleTest

if TYPE_CHECKING:
    from spatial.models import RulesetVersion


def layers_read(ruleset: RulesetVersion) -> list[str]:
    """Layer codes that a run may read: notions, subjects, townships, groups."""
    named = set(
        ruleset.notions.filter(layer__isnull=False).values_list("layer_id", flat=True).distinct()
    )
    named |= {*subject_layers(ruleset), *group_layers(ruleset), *fact_layers(ruleset), "township"}
    return sorted(named & set(Layer.objects.values_list("code", flat=True)))


def subject_layers(ruleset: RulesetVersion) -> list[str]:
    """Layers from which the user of a patch is inferred, in the ruleset's order."""
    wanted = [item.split(".")[0] for item in ruleset.settings.get("subject", [])]
    return [item for item in wanted if item != "patch"]


def group_layers(ruleset: RulesetVersion) -> list[str]:
    """Layers whose zones count as used ground of a subject."""
    groups = ruleset.settings.get("groups", {}).values()
    return sorted({layer for group in groups for layer in group.get("used", {}).get("layers", [])})


def fact_layers(ruleset: RulesetVersion) -> list[str]:
    """Layers of which tests compare a field with the patch (supply.purpose …)."""
    return sorted(
        {
            field.split(".")[1]
            for operand in _operands(ruleset)
            for field in _fields(operand)
            if field.startswith("layer.")
        }
    )


def layers_everywhere(ruleset: RulesetVersion) -> list[str]:
    """Layers of which the sums over a subject's ground read zones, wherever that ground lies."""
    groups = ruleset.settings.get("groups", {}).values()
    entitling = {code for group in groups for code in group.get("entitled", [])}
    return sorted({*_layers_of(ruleset, entitling), *group_layers(ruleset), *limit_layers(ruleset)})


def limit_layers(ruleset: RulesetVersion) -> list[str]:
    """Layers of the notions inside or outside which used ground counts for a group."""
    groups = ruleset.settings.get("groups", {}).values()
    named = {
        code
        for group in groups
        for side in ("inside", "outside")
        for code in group.get("used", {}).get(side) or []
    }
    shared = {
        code
        for group in groups
        for code in group.get("entitled", [])
        if not all(leaf.own for leaf in _leaves(ruleset, {code}))
    }
    return sorted(_layers_of(ruleset, named | shared))


def _layers_of(ruleset: RulesetVersion, codes: set[str]) -> set[str]:
    return {leaf.layer_id for leaf in _leaves(ruleset, codes) if leaf.layer_id}


def _leaves(ruleset: RulesetVersion, codes: set[str]) -> list[Notion]:
    """The notions of one layer that these come down to (any_of followed)."""
    notions = {notion.code: notion for notion in Notion.objects.filter(ruleset=ruleset)}
    asked, seen = sorted(codes), set(codes)
    found = []
    while asked:
        notion = notions[asked.pop()]
        more = [code for code in notion.members if code not in seen]
        asked += more
        seen |= set(more)
        found.append(notion)
    return [notion for notion in found if notion.layer_id]


def reach_of_layers(ruleset: RulesetVersion) -> dict[str, float]:
    """How many metres around a patch each layer may matter: widened zones, and adjoining ones."""
    reach: dict[str, float] = dict.fromkeys(layers_read(ruleset), 0.0)
    for notion in Notion.objects.filter(ruleset=ruleset):
        if notion.layer_id:
            reach[notion.layer_id] = max(reach.get(notion.layer_id, 0), notion.within_m)
    places = RulePlace.objects.filter(rule__ruleset=ruleset, relation="adjoins")
    beside = _layers_of(ruleset, set(places.values_list("notion__code", flat=True)))
    adjoin_m = float(ruleset.settings.get("adjoin_m") or 0)
    return {code: metres + adjoin_m * (code in beside) for code, metres in reach.items()}


def reads_as_of(ruleset: RulesetVersion) -> bool:
    """Whether verdicts may change with the day that a run is made for, the data being the same."""
    dates = ruleset.settings.get("dates", {})
    if "run.as_of" in dates.values() or not {"act_from", "act_to"} <= set(dates):
        return True
    return any("run.as_of" in _fields(operand) for operand in _operands(ruleset))


def _operands(ruleset: RulesetVersion) -> list[dict[str, Any]]:
    """Both sides of every test."""
    tests = (
        NotionTest.objects.filter(notion__ruleset=ruleset),
        RuleTest.objects.filter(rule__ruleset=ruleset),
    )
    return [
        side
        for rows in tests
        for pair in rows.values_list("left", "right")
        for side in pair
        if side is not None
    ]


def _fields(operand: dict[str, Any]) -> list[str]:
    """The fields that a side names, its divisor's among them."""
    named = [operand["field"]] if "field" in operand else []
    return [*named, *(_fields(operand["divide_by"]) if "divide_by" in operand else [])]
