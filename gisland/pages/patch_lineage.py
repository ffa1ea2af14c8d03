"""Earlier and later patches on the same ground, on the page of one: 此地历次图斑."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from gisland.pages.patch_proof import hidden_codes
from gisland.pages.patch_reasons import HIDDEN
from spatial import units
from spatial.models import Assessment, Determination, Patch, PatchLink, Rule
from spatial.models.patch import LinkKind

if TYPE_CHECKING:
    from spatial.scope import Scope

FROM_HERE = {
    LinkKind.SAME: LinkKind.SAME.label,
    LinkKind.SPLIT: "由本图斑分出",
    LinkKind.MERGED: "并入了本图斑",
    LinkKind.OVERLAP: LinkKind.OVERLAP.label,
}
"""What a later patch is to this one; what an earlier is, LinkKind says."""


def lineage(scope: Scope, patch: Patch) -> list[dict[str, Any]]:
    """Patches of this ground before and after, in order of issue; only those that may be seen.

    Each with its batch, what it is to this one, the common ground and its share of this patch,
    how it was labelled, and what a person decided.
    """
    links = PatchLink.objects.filter(Q(patch=patch) | Q(earlier=patch))
    others = {link.earlier_id if link.patch_id == patch.pk else link.patch_id for link in links}
    seen = scope.filter_patches(Patch.objects.filter(pk__in=others))
    seen = seen.select_related("batch", "region").defer("geom", "ground", "region__geom")
    patches = {each.pk: each for each in seen}
    labels = _labels(scope, list(patches))
    decided = _decisions(scope, list(patches))
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


def _labels(scope: Scope, ids: list[int]) -> dict[int, str]:
    found = Assessment.objects.filter(patch__in=ids, is_current=True).select_related("run__ruleset")
    return {
        each.patch_id: HIDDEN
        if ("conclude", each.label_code) in hidden_codes(scope, each)
        else each.label_term
        for each in found
    }


def _decisions(scope: Scope, ids: list[int]) -> dict[int, str]:
    """The newest determination of each patch, in words; none where it was withdrawn."""
    facts = Determination.objects.filter(patch__in=ids, part__isnull=True)
    facts = facts.select_related("assessment__run__ruleset")
    found: dict[int, str] = {}
    for fact in facts.order_by("recorded_at", "pk"):
        found[fact.patch_id] = "" if fact.withdrawn else _said(scope, fact)
    return found


def _said(scope: Scope, fact: Determination) -> str:
    day = f"（{fact.on:%Y-%m-%d}）"
    if not fact.conclusion:
        return f"{fact.get_kind_display()}{day}"
    if ("conclude", fact.conclusion) in hidden_codes(scope, fact.assessment):
        return f"{HIDDEN}{day}"
    rules = Rule.objects.filter(ruleset=fact.assessment.run.ruleset, action="conclude")
    term = rules.filter(code=fact.conclusion).values_list("term", flat=True).first()
    return f"{fact.get_kind_display()}：{term or fact.conclusion}{day}"
