"""Which patches wait for a case. 待建案"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.errors import BatchUnknown
from spatial.models import Batch, Patch
from spatial.models.patch import Source

if TYPE_CHECKING:
    from spatial.scope import Scope

UNISSUED = (Source.SITE, Source.LOCAL, Source.MACHINE)
"""Sources whose patches nobody issued: they are no findings to be followed up."""


def waiting(scope: Scope, batch_code: str = "") -> list[int]:
    """The patches of issued batches without a case, in order; raises BatchUnknown."""
    patches = scope.filter_patches(Patch.objects.filter(case__isnull=True))
    if batch_code:
        if not Batch.objects.filter(code=batch_code).exists():
            raise BatchUnknown(f"没有批次 {batch_code}。请核对批次号。")
        patches = patches.filter(batch__code=batch_code)
    found = patches.exclude(batch__source__in=UNISSUED)
    return list(found.order_by("pk").values_list("pk", flat=True))
