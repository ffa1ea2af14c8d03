"""Which patches a command or a page means."""

from __future__ import annotations

from spatial.errors import BatchUnknown, GislandError
from spatial.models import Batch, Patch


def patches_of(batch: str | None = None, address: str | None = None) -> tuple[list[int], str]:
    """Patch ids and the ruleset of a batch, of one address, or of all (one ruleset only)."""
    if address:
        patch = Patch.objects.by_address(address)
        return [patch.pk], patch.batch.ruleset
    if batch:
        found = Batch.objects.filter(code=batch).first()
        if found is None:
            raise BatchUnknown(f"没有批次 {batch}。请用 import_patches --batch {batch} 导入。")
        return list(found.patches.order_by("pk").values_list("pk", flat=True)), found.ruleset
    batches = Batch.objects.exclude(source="选址").filter(patches__isnull=False)
    rulesets = set(batches.values_list("ruleset", flat=True))
    if len(rulesets) > 1:
        named = "、".join(sorted(rulesets))
        raise GislandError(f"在库批次用到多个规则集（{named}），请用 --batch 或 --ruleset 指明。")
    ids = Patch.objects.exclude(batch__source="选址").order_by("pk").values_list("pk", flat=True)
    return list(ids), next(iter(rulesets), "land-enforcement")


def patches_of_ruleset(ruleset: str) -> list[int]:
    """All patches of the batches that are judged by a ruleset."""
    found = Patch.objects.filter(batch__ruleset=ruleset).exclude(batch__source="选址")
    return list(found.order_by("pk").values_list("pk", flat=True))
