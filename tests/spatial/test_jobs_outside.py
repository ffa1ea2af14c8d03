"""Jobs as others see them: by another connection, and when a worker or the database dies."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from spatial import jobs, sqlfiles
from spatial.models import Job, JobState, Region
from tests.people import make_regions, person
from tests.spatial.test_jobs import done, kinds, queued

__all__ = ["kinds"]

# ---------------------------------------------------------------- seen from outside


def seen_by_others(job_id: int) -> tuple[str, int, bool]:
    """Phase, count and whether it lives, as another connection reads them."""
    found: list[tuple[str, int, bool]] = []

    def read() -> None:
        job = Job.objects.get(pk=job_id)
        found.append((job.phase, job.done, job.open))

    thread = threading.Thread(target=sqlfiles.in_thread, args=(read,))
    thread.start()
    thread.join()
    return found[0]


def until(told: Any, limit_s: float = 10) -> None:
    """Wait for something that another thread does."""
    pause = threading.Event()
    for _ in range(int(limit_s * 20)):
        if told():
            return
        pause.wait(0.05)
    pytest.fail("it never came")


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_progress_is_seen_while_the_transaction_of_the_work_is_open(kinds: dict[str, Any]) -> None:
    def work(told: Any, by: Any, progress: Any) -> dict[str, Any]:
        with transaction.atomic():
            progress("写入", 7, 9)
            until(lambda: seen_by_others(job.pk) == ("写入", 7, True))
        return {}

    job = queued(work, kinds)
    assert done(job).state == JobState.DONE


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_a_long_statement_is_broken_off_and_what_went_before_is_undone(
    kinds: dict[str, Any],
) -> None:
    def work(told: Any, by: Any, progress: Any) -> dict[str, Any]:
        with transaction.atomic():
            make_regions()
            threading.Thread(target=sqlfiles.in_thread, args=(jobs.stop, job)).start()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(60)")
        return {}

    job = queued(work, kinds)
    begun = timezone.now()
    assert done(job).state == JobState.STOPPED
    assert (timezone.now() - begun).total_seconds() < 20
    assert not Region.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_an_outage_of_the_database_ends_the_job_in_words(kinds: dict[str, Any]) -> None:
    def work(told: Any, by: Any, progress: Any) -> dict[str, Any]:
        with connection.cursor() as cursor:  # as when the server restarts
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return {}

    job = queued(work, kinds)
    assert done(job).state == JobState.FAILED
    assert "数据库连接中断" in job.error


HANGING = """
import django; django.setup()
from django.db import transaction
from spatial import jobs
from spatial.models import Region
def work(told, by, progress):
    with transaction.atomic():
        Region.objects.create(code="980000", name="半途", level="province")
        progress("写入", 1, 2)
        while True: __import__("time").sleep(1)
jobs._KINDS["tried"] = work
jobs.do_job({job})
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_a_worker_killed_in_the_middle_leaves_the_database_as_before(kinds: dict[str, Any]) -> None:
    job = queued(lambda *_: {}, kinds)
    settings = connection.settings_dict
    url = f"postgis://{settings['USER']}@/{settings['NAME']}?host={settings['HOST']}"
    env = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "gisland.settings"}
    worker = subprocess.Popen([sys.executable, "-c", HANGING.format(job=job.pk)], env=env)
    try:
        until(lambda: seen_by_others(job.pk) == ("写入", 1, True), limit_s=60)
        assert jobs.end_lost(grace_s=0) == []  # it lives, however long it is silent
        assert done(job).state == JobState.RUNNING  # nobody else begins it
    finally:
        worker.kill()
        worker.wait()
    until(lambda: jobs.end_lost(grace_s=0) == [job.pk])
    assert not Region.objects.filter(code="980000").exists()
    assert done(jobs.again(job, by=person(None, "data_admin"))).state == JobState.DONE
