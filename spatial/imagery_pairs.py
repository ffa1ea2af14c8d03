"""Which images show a patch before the act and after it, and how much of it. 前后影像"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spatial import sqlfiles
from spatial.models import Patch

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from spatial.scope import Scope

LEAST_SHARE = 0.2
"""Share of a patch that an image must cover to be named for it."""
BEFORE, BETWEEN, AFTER = "before", "between", "after"


@dataclass(frozen=True)
class Shot:
    """One image over a patch; ``share`` of the patch lies in it (0 to 1)."""

    image_id: int
    taken_on: date
    resolution_m: float
    share: float
    moment: str
    """before, between or after: beside the patch's own dates."""


@dataclass(frozen=True)
class Pair:
    """The best image before the act and after it, where there is one, and all, oldest first."""

    before: Shot | None = None
    after: Shot | None = None
    shots: tuple[Shot, ...] = ()


def pairs_for(
    patches: Iterable[Patch | int], scope: Scope, *, least_share: float = LEAST_SHARE
) -> dict[int, Pair]:
    """By patch: its pair, and the images that cover at least that share; one statement for all.

    Patches beyond the scope are left out, and so are images that it may not see. A patch without
    images has an empty Pair.
    """
    asked = [one.pk if isinstance(one, Patch) else one for one in patches]
    seen = scope.filter_patches(Patch.objects.filter(pk__in=asked)).values_list("pk", flat=True)
    shots: dict[int, list[Shot]] = {pk: [] for pk in seen}
    best: dict[int, dict[str, Shot]] = defaultdict(dict)
    found = sqlfiles.rows(
        "imagery/find_pairs",
        {
            "patch_ids": list(shots),
            "county_ids": scope.sql_params()["county_ids"],
            "secrecies": list(scope.secrecies("map")),
            "least_share": least_share,
        },
    )
    for row in found:
        shot = Shot(
            row["image_id"], row["taken_on"], row["resolution_m"], row["share"], row["moment"]
        )
        shots[row["patch_id"]].append(shot)
        if row["best"]:
            best[row["patch_id"]][shot.moment] = shot
    return {
        pk: Pair(best[pk].get(BEFORE), best[pk].get(AFTER), tuple(listed))
        for pk, listed in shots.items()
    }
