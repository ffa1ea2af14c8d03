"""Kinds of long work on the land: judging, and levels for the map. 后台任务

The date is fixed by whoever asks, so that a job that waited overnight judges what was asked.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from spatial.engine import classify, corrections, selection
from spatial.jobs import kind, start, upkeep
from spatial.levels import build
from spatial.models import Job, JobState, Run

if TYPE_CHECKING:
    from spatial.job_progress import Progress
    from spatial.models import User

JUDGING = "判定图斑"


@kind("classify_batch")
def classify_batch(
    arguments: dict[str, Any], by: User | None, progress: Progress
) -> dict[str, Any]:
    """Judge a ``batch`` ``as_of`` a date (ISO text) and apply the run; its number."""
    progress("准备")
    ids, ruleset = selection.patches_of(arguments["batch"])
    run = classify.classify(
        ids,
        ruleset=ruleset,
        as_of=datetime.date.fromisoformat(arguments["as_of"]),
        progress=lambda done, total: progress(JUDGING, done, total),
    )
    progress("采用结果", len(ids), len(ids))
    return {"run": int(classify.apply_run(run).pk), "patches": len(ids)}


@kind("resume_run")
def resume_run(arguments: dict[str, Any], by: User | None, progress: Progress) -> dict[str, Any]:
    """Go on with a ``run`` that was stopped or broken off; it is not applied."""
    progress("准备")
    run = classify.resume(
        Run.objects.select_related("ruleset").get(pk=arguments["run"]),
        progress=lambda done, total: progress(JUDGING, done, total),
    )
    return {"run": int(run.pk), "patches": run.patch_done}


@kind("rejudge_holders")
def rejudge_holders(
    arguments: dict[str, Any], by: User | None, progress: Progress
) -> dict[str, Any]:
    """Judge again what ``holder_ids`` touch, and the patches ``also``, by a ``ruleset`` ``as_of``
    a date (ISO text); the number of the run."""
    progress("查找所涉图斑")
    run = corrections.rejudge(
        arguments["holder_ids"],
        ruleset=arguments["ruleset"],
        as_of=datetime.date.fromisoformat(arguments["as_of"]),
        also=arguments["also"],
        progress=lambda done, total: progress(JUDGING, done, total),
    )
    return {"run": int(run.pk)}


LEVELS = "build_levels"


@kind(LEVELS)
def build_levels(arguments: dict[str, Any], by: User | None, progress: Progress) -> dict[str, Any]:
    """Make the levels that versions in use lack: activated by a worker that died, or long ago."""
    return {"versions": [build.build(version, progress).pk for version in build.missing()]}


@upkeep
def look_for_missing_levels() -> None:
    """Queue that, unless it waits already."""
    waits = Job.objects.filter(kind=LEVELS, state__in=(JobState.WAITING, JobState.RUNNING))
    if build.missing().exists() and not waits.exists():
        start(LEVELS, "补做概略图", {}, by=None)
