"""Long work in the background: what the worker process does. 后台任务"""

from __future__ import annotations

import datetime

from procrastinate.contrib.django import app

from spatial.engine import classify, corrections, selection


@app.task(name="spatial.classify_batch", queue="engine")
def classify_batch(batch: str, as_of: str) -> int:
    """Judge a batch as of a date (ISO text), apply the run, and return its number.

    The date is fixed by whoever asks, so that a job that waited overnight judges what was asked.
    """
    ids, ruleset = selection.patches_of(batch)
    run = classify.classify(ids, ruleset=ruleset, as_of=datetime.date.fromisoformat(as_of))
    return int(classify.apply_run(run).pk)


@app.task(name="spatial.rejudge_holders", queue="engine")
def rejudge_holders(holder_ids: list[int], ruleset: str, as_of: str, also: list[int]) -> int:
    """Judge again what these holders touch, as of a date (ISO text); the number of the run."""
    day = datetime.date.fromisoformat(as_of)
    return int(corrections.rejudge(holder_ids, ruleset=ruleset, as_of=day, also=also).pk)
