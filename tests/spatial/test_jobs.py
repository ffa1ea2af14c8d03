"""The worker's job judges a batch and makes the result current."""

from __future__ import annotations

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from spatial.tasks import classify_batch
from tests import drawing


@pytest.mark.django_db
def test_a_batch_is_queued_with_its_date_and_judged_as_of_it() -> None:
    """What was asked on a day is judged as of that day, whenever the worker comes to it."""
    patch = drawing.draw_patch({"draw": "PP", "kind": "20", "before_on": None, "after_on": None})
    classify_batch.defer(batch=patch.batch.code, as_of="2025-02-03")
    job = ProcrastinateJob.objects.get(task_name="spatial.classify_batch")
    run = classify_batch(**job.args)
    found = patch.assessments.get(is_current=True)
    assert found.run_id == run
    assert found.run.as_of.isoformat() == "2025-02-03"
    assert found.label_class == "unknown"
