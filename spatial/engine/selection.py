"""Which patches a command or a page means."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from spatial.errors import BatchUnknown, GislandError
from spatial.models import Batch, Patch
from spatial.models.patch import UNISSUED

_PATCHES_OF_BATCH = Patch.objects.filter(batch=OuterRef("pk"))


def patches_of(batch: str | None = None, address: str | None = None) -> tuple[list[int], str]:
    """Patch ids and the ruleset of a batch, of one address, or of all (one ruleset only).

    All are those that somebody issued: neither planned sites nor what a detector found.
    """
    if address:
        patch = Patch.objects.by_address(address)
        return [patch.pk], patch.batch.ruleset
    if batch:
        found = Batch.objects.filter(code=batch).first()
        if found is None:
            raise BatchUnknown(f"没有批次 {batch}。请用 import_patches --batch {batch} 导入。")
        return list(found.patches.order_by("pk").values_list("pk", flat=True)), found.ruleset
    used = rulesets()
    if len(used) > 1:
        named = "、".join(used)
        raise GislandError(f"在库批次用到多个规则集（{named}），请用 --batch 或 --ruleset 指明。")
    ids = Patch.objects.exclude(batch__source__in=UNISSUED).order_by("pk")
    return list(ids.values_list("pk", flat=True)), next(iter(used), "land-enforcement")


def patches_of_ruleset(ruleset: str) -> list[int]:
    """All issued patches of the batches that are judged by a ruleset."""
    found = Patch.objects.filter(batch__ruleset=ruleset).exclude(batch__source__in=UNISSUED)
    return list(found.order_by("pk").values_list("pk", flat=True))


def rulesets() -> list[str]:
    """The rulesets by which issued patches are judged."""
    batches = Batch.objects.exclude(source__in=UNISSUED).filter(Exists(_PATCHES_OF_BATCH))
    return sorted(set(batches.values_list("ruleset", flat=True)))


def patches_by_ruleset(
    batch: str | None = None, address: str | None = None, ruleset: str | None = None
) -> dict[str, list[int]]:
    """Patch ids under the ruleset of their batch: of a batch, an address; of a ruleset or
    all, the issued ones."""
    if batch or address:
        ids, own = patches_of(batch, address)
        if ruleset and ruleset != own:
            raise GislandError(f"所选图斑由规则集 {own} 判定，不是 {ruleset}。请去掉 --ruleset。")
        return {own: ids}
    found = Patch.objects.exclude(batch__source__in=UNISSUED)
    if ruleset:
        found = found.filter(batch__ruleset=ruleset)
    result: dict[str, list[int]] = {}
    for name, pk in found.order_by("batch__ruleset", "pk").values_list("batch__ruleset", "pk"):
        result.setdefault(name, []).append(pk)
    return result
