"""As it was known then: which assessment was current at a moment of the past.

Current at T is, per patch, the assessment with the newest ``applied_at`` not after T; nothing that
was applied is ever changed, so any past T can be read.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from spatial.errors import PatchNotAssessed
from spatial.models import Assessment, Patch

if TYPE_CHECKING:
    from django.db.models import QuerySet


def assessments_known_at(
    at: datetime.datetime, patches: QuerySet[Patch] | None = None
) -> QuerySet[Assessment]:
    """For each patch (of these, else of all) the assessment that was current at a moment.

    Patches that had none then are left out. The rows may be filtered, ordered and joined further.
    """
    applied = Assessment.objects.filter(applied_at__lte=at)
    if patches is not None:
        applied = applied.filter(patch__in=patches.order_by().values("pk"))
    newest = applied.order_by("patch_id", "-applied_at", "-pk").distinct("patch_id")
    return Assessment.objects.filter(pk__in=newest.values("pk"))


def assessment_known_at(patch: Patch, at: datetime.datetime) -> Assessment:
    """The assessment of a patch that was current at a moment; raises PatchNotAssessed."""
    found = (
        Assessment.objects.filter(patch=patch, applied_at__lte=at)
        .select_related("run__ruleset", "subject")
        .order_by("-applied_at", "-pk")
        .first()
    )
    if found is None:
        local = timezone.localtime(at)
        raise PatchNotAssessed(
            f"图斑 {patch.address} 截至 {local:%Y-%m-%d %H:%M} 尚未评定。"
            "请改用更晚的日期，或运行 classify。"
        )
    return found


def end_of(day: datetime.date) -> datetime.datetime:
    """The last moment of a day here: what a date without a time means as ``known at``."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.max))
