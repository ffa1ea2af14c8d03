"""Which patches lie on the same ground, the later with the earlier: links, derived. 图斑沿革

The links say nothing that the ground doesn't: they can be dropped and found anew at any time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from spatial import sqlfiles
from spatial.errors import BatchUnknown
from spatial.models import Batch, Patch
from spatial.models.patch import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST_M2 = 1.0
"""Common ground that counts at all."""

BORDER_M = 1.0
"""Common ground narrower than this on average is a border that two people drew (domain 9.6)."""

NEARLY = 0.9
"""The share from which one lies wholly in the other, whatever their edges say."""


@dataclass(frozen=True)
class Linked:
    """How many links of each kind the patches had, and have now."""

    patches: int
    before: dict[str, int]
    after: dict[str, int]

    @property
    def changed(self) -> bool:
        """Whether any count changed."""
        return self.before != self.after


def link_patches(patch_ids: Sequence[int], *, dry_run: bool = False) -> Linked:
    """Find the links of these patches with all others of their ruleset, and name them.

    The kinds of their neighbours' links follow, for a second part makes a split of the first.
    One transaction; a dry run takes it back.
    """
    ids = {"patch_ids": list(patch_ids)}
    with transaction.atomic():
        before = _counted(ids)
        sqlfiles.execute("engine/genealogy/10_drop_links", ids)
        sqlfiles.execute(
            "engine/genealogy/20_measure_links", {**ids, "least_m2": LEAST_M2, "border_m": BORDER_M}
        )
        sqlfiles.execute("engine/genealogy/30_name_links", {**ids, "nearly": NEARLY})
        found = Linked(len(ids["patch_ids"]), before, _counted(ids))
        if dry_run:
            transaction.set_rollback(True)
    return found


def patches_to_link(batch: str | None = None) -> list[int]:
    """The patches of a batch, or all but machine-made ones; raises BatchUnknown."""
    found = Patch.objects.order_by("pk")
    if batch:
        if not Batch.objects.filter(code=batch).exists():
            raise BatchUnknown(f"没有批次 {batch}。请核对批次号。")
        found = found.filter(batch__code=batch)
    else:
        found = found.exclude(batch__source=Source.MACHINE)
    return list(found.values_list("pk", flat=True))


def _counted(ids: dict[str, list[int]]) -> dict[str, int]:
    found = sqlfiles.rows("engine/genealogy/40_count_links", ids)
    return {row["kind"]: row["link_count"] for row in found}
