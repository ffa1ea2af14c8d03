"""The unit's site checks, newest first, and their names. 选址检查清单"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gisland.pages.site_asked import MOST_TITLE
from spatial.errors import InputRefused, NotAllowed
from spatial.hidden import hidden_rules
from spatial.models import Assessment, Patch
from spatial.models.patch import Source
from spatial.site_check import purposes

if TYPE_CHECKING:
    from spatial.scope import Scope
    from spatial.site_check.check import SiteCheck

PAGE = 20


@dataclass(frozen=True)
class Listed:
    """One page of checks; ``later`` is what the next page begins before."""

    rows: list[dict[str, Any]]
    later: int | None
    is_first: bool


def page_of(scope: Scope, before: str) -> Listed:
    """The checks that may be seen, older than ``before`` (a check's number), a page of them."""
    found = scope.filter_patches(Patch.objects.filter(batch__source=Source.SITE))
    is_first = not (before.isascii() and before.isdigit() and len(before) < 19)
    if not is_first:
        found = found.filter(pk__lt=int(before))
    rows = list(
        found.select_related("batch__owner", "region")
        .defer("geom", "ground", "region__geom", "delivered")
        .order_by("-pk")[: PAGE + 1]
    )
    shown = rows[:PAGE]
    hits = _hits(scope, shown)
    titles = {purpose.code: purpose.title for purpose in purposes.rulesets()}
    return Listed(
        rows=[
            {
                "patch": patch,
                "purpose": titles.get(patch.batch.ruleset, patch.batch.ruleset),
                "hits": hits.get(patch.pk, []),
                "own": scope.unit_id is not None and patch.batch.owner_id == scope.unit_id,
            }
            for patch in shown
        ],
        later=shown[-1].pk if len(rows) > PAGE else None,
        is_first=is_first,
    )


def _hits(scope: Scope, patches: list[Patch]) -> dict[int, list[str]]:
    """By check the lines that it touches, those alone that the reader may know of."""
    hidden = hidden_rules(scope)
    current = Assessment.objects.filter(patch__in=patches, is_current=True)
    found: dict[int, list[str]] = defaultdict(list)
    for assessment in current.select_related("run").prefetch_related("marks"):
        ruleset = assessment.run.ruleset_id
        for mark in assessment.marks.all():
            if mark.answer and (ruleset, "mark", mark.code) not in hidden:
                found[assessment.patch_id].append(mark.term)
    return dict(found)


def rename(site: SiteCheck, scope: Scope, title: str) -> None:
    """Give the check another name; raises NotAllowed for another unit's, InputRefused for none."""
    batch = site.patch.batch
    if scope.unit_id is None or batch.owner_id != scope.unit_id:
        raise NotAllowed("只有做这次检查的单位可以改名称。")
    told = " ".join(title.split())
    if not told:
        raise InputRefused("名称不能为空。")
    if len(told) > MOST_TITLE:
        raise InputRefused(f"名称有 {len(told)} 字，超过 {MOST_TITLE} 字。请写短一些。")
    batch.title = told
    batch.save(update_fields=["title"])
