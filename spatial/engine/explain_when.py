"""Which assessment an explanation is asked for: the current one, a past one, one of a run."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from spatial.engine.known import end_of
from spatial.errors import InputRefused, PatchNotAssessed

if TYPE_CHECKING:
    from spatial.models import Assessment, Patch


def moment_of(text: str) -> datetime.datetime:
    """A moment as people write it; a day alone means its end, a time without zone is local."""
    try:
        if len(text) == len("2025-01-01"):
            return end_of(datetime.date.fromisoformat(text))
        found = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise InputRefused(
            f"{text} 不是日期或时间，应写作 2024-03-31 或 2024-03-31T08:00"
        ) from error
    return found if found.tzinfo else timezone.make_aware(found)


def assessment_of_run(patch: Patch, run_id: int) -> Assessment:
    """The assessment of a patch in one run, applied or not; raises PatchNotAssessed."""
    found = patch.assessments.filter(run_id=run_id).exclude(label_class="").first()
    if found is None:
        raise PatchNotAssessed(f"分析 {run_id} 没有评定图斑 {patch.address}。请核对分析编号。")
    return found
