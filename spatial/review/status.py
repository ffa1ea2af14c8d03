"""Where a patch stands: what its newest fact in force says. 核查状态

A fact is in force unless it was withdrawn or superseded. The newest in force counts: a decision
ends what was sent back before it, and what is sent back waits whatever was decided before. The
view desk_standing says the same of all patches at once.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef

from spatial.models import Assessment, Determination, Referral

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

DECIDED = ("confirmed", "changed", "divided")
WAITING = ("open", "field_check", "rejected")
STATUSES = ("unjudged", *WAITING, *DECIDED)


@dataclass(frozen=True)
class Standing:
    """A patch at the desk. ``seen`` changes with everything that a decision could overlook."""

    status: str
    seen: str
    decision: Determination | None = None
    referral: Referral | None = None
    parts: tuple[Determination, ...] = ()
    """Decisions on drawn parts, where the newest decision is one of them."""

    @property
    def overtaken(self) -> bool:
        """Whether the proposal is another one than was decided about."""
        return self.decision is not None and not self.decision.assessment.is_current


def standings(patch_ids: Sequence[int]) -> dict[int, Standing]:
    """How these patches stand; one look at each table."""
    current = dict(
        Assessment.objects.filter(patch__in=patch_ids, is_current=True).values_list("patch", "pk")
    )
    decisions, decided = _facts(
        Determination.objects.select_related("by", "assessment__run"), patch_ids
    )
    referrals, referred = _facts(Referral.objects.select_related("by"), patch_ids)
    return {
        pk: _standing(
            current.get(pk),
            decisions[pk],
            referrals[pk][-1] if referrals[pk] else None,
            f"{current.get(pk, 0)}.{decided[pk]}.{referred[pk]}",
        )
        for pk in patch_ids
    }


def _facts(
    facts: QuerySet, patch_ids: Sequence[int]
) -> tuple[dict[int, list[Any]], dict[int, int]]:
    """By patch: the facts in force, oldest first, and the newest number of any, in force or not."""
    holding: dict[int, list[Any]] = defaultdict(list)
    newest: dict[int, int] = defaultdict(int)
    later = facts.model.objects.filter(supersedes=OuterRef("pk"))
    found = facts.filter(patch__in=patch_ids).annotate(superseded=Exists(later))
    for fact in found.order_by("recorded_at", "pk"):
        newest[fact.patch_id] = max(newest[fact.patch_id], fact.pk)
        if not (fact.withdrawn or fact.superseded):
            holding[fact.patch_id].append(fact)
    return holding, newest


def _standing(
    assessment_id: int | None, decisions: list[Determination], referral: Referral | None, seen: str
) -> Standing:
    if assessment_id is None:
        return Standing("unjudged", seen)
    last = decisions[-1] if decisions else None
    if referral and (last is None or last.recorded_at < referral.recorded_at):
        status = "rejected" if referral.kind == "reject" else "field_check"
        return Standing(status, seen, last, referral)
    if last is None:
        return Standing("open", seen)
    if last.part is not None:
        whole = max((at for at, fact in enumerate(decisions) if fact.part is None), default=-1)
        return Standing("divided", seen, last, None, tuple(decisions[whole + 1 :]))
    return Standing("confirmed" if last.kind == "confirm" else "changed", seen, last)
