"""Earlier and later patches on the same ground, on the page of one: 此地历次图斑."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from gisland.pages.patch_reasons import HIDDEN
from spatial import units
from spatial.engine.known import assessments_known_at
from spatial.hidden import hidden_rules
from spatial.models import Assessment, Determination, Patch, PatchLink, Rule
from spatial.models.patch import LinkKind

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from spatial.hidden import RuleKey
    from spatial.scope import Scope

FROM_HERE = {
    LinkKind.SAME: LinkKind.SAME.label,
    LinkKind.SPLIT: "由本图斑分出",
    LinkKind.MERGED: "并入了本图斑",
    LinkKind.OVERLAP: LinkKind.OVERLAP.label,
}
"""What a later patch is to this one; what an earlier is, LinkKind says."""


def lineage(
    scope: Scope, patch: Patch, at: datetime.datetime | None = None
) -> list[dict[str, Any]]:
    """Patches of this ground before and after, in order of issue; only those that may be seen.

    Each with its batch, what it is to this one, the common ground and its share of this patch,
    how it was labelled, and what a person decided; ``at`` a past time, as was known then.
    """
    links = PatchLink.objects.filter(Q(patch=patch) | Q(earlier=patch))
    others = {link.earlier_id if link.patch_id == patch.pk else link.patch_id for link in links}
    seen = scope.filter_patches(Patch.objects.filter(pk__in=others))
    if at is not None:
        seen = seen.filter(created_at__lte=at)
    seen = seen.select_related("batch", "region").defer("geom", "ground", "region__geom")
    patches = {each.pk: each for each in seen}
    labels = _labels(scope, list(patches), at)
    decided = _decisions(scope, list(patches), at)
    rows = []
    for link in links:
        is_before = link.patch_id == patch.pk
        other = patches.get(link.earlier_id if is_before else link.patch_id)
        if other is None:
            continue
        share = link.share_of_patch if is_before else link.share_of_earlier
        rows.append(
            {
                "patch": other,
                "is_before": is_before,
                "known_on": other.batch.issued_on or other.after_on,
                "kind": LinkKind(link.kind).label if is_before else FROM_HERE[LinkKind(link.kind)],
                "overlap_m2": link.overlap_m2,
                "share": units.percent(Decimal(str(min(share, 1)))),
                "label": labels.get(other.pk, "未评定"),
                "decision": decided.get(other.pk, ""),
            }
        )
    return sorted(rows, key=lambda row: (not row["is_before"], str(row["known_on"] or ""),
                                         row["patch"].pk))  # fmt: skip


def _labels(scope: Scope, ids: list[int], at: datetime.datetime | None) -> dict[int, str]:
    found = (
        assessments_known_at(at, Patch.objects.filter(pk__in=ids))
        if at
        else Assessment.objects.filter(patch__in=ids, is_current=True)
    )
    hidden = hidden_rules(scope)
    return {
        each.patch_id: HIDDEN
        if (each.run.ruleset_id, "conclude", each.label_code) in hidden
        else each.label_term
        for each in found.select_related("run")
    }


def _decisions(scope: Scope, ids: list[int], at: datetime.datetime | None) -> dict[int, str]:
    """The newest determination in force on each whole patch, in words."""
    facts = Determination.objects.filter(patch__in=ids, part__isnull=True)
    newest: dict[int, Determination] = {}
    for fact in decisions_in_force(facts, at).select_related("assessment__run"):
        newest.setdefault(fact.patch_id, fact)
    said = decisions_said(scope, list(newest.values()))
    return dict(zip(newest, said, strict=True))


def decisions_in_force(
    facts: QuerySet[Determination], at: datetime.datetime | None
) -> QuerySet[Determination]:
    """Those that were neither withdrawn nor superseded (by a past time: as was known then)."""
    later = Determination.objects.filter(supersedes=OuterRef("pk"))
    if at is not None:
        facts, later = facts.filter(recorded_at__lte=at), later.filter(recorded_at__lte=at)
    return facts.filter(~Exists(later), withdrawn=False).order_by("-recorded_at", "-pk")


def decision_said(scope: Scope, fact: Determination) -> str:
    """What a person decided and when; the conclusion only where its rule may be seen."""
    return decisions_said(scope, [fact])[0]


def decisions_said(scope: Scope, facts: Sequence[Determination]) -> list[str]:
    """The same of many (read with ``assessment__run``), in their order; one look at the rules."""
    rulesets = {fact.assessment.run.ruleset_id for fact in facts if fact.conclusion}
    codes = {fact.conclusion for fact in facts}
    rules = Rule.objects.filter(ruleset__in=rulesets, action="conclude", code__in=codes)
    terms = {(ruleset, code): term for ruleset, code, term in rules.values_list(
        "ruleset", "code", "term")}  # fmt: skip
    hidden = hidden_rules(scope)
    return [_said(fact, terms, hidden) for fact in facts]


def _said(
    fact: Determination,
    terms: dict[tuple[int, str], str],
    hidden: frozenset[RuleKey],
) -> str:
    if not fact.conclusion:
        return f"{fact.get_kind_display()}{_day(fact)}"
    ruleset = fact.assessment.run.ruleset_id
    if (ruleset, "conclude", fact.conclusion) in hidden:
        return f"{HIDDEN}{_day(fact)}"
    term = terms.get((ruleset, fact.conclusion), fact.conclusion)
    return f"{fact.get_kind_display()}：{term}{_day(fact)}"


def _day(fact: Determination) -> str:
    return f"（{fact.on:%Y-%m-%d}）"
