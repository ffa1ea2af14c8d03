"""A run whose worker, web process or database dies: nothing lost, nothing doubled, nothing half."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from django.db import connection, transaction

from spatial import jobs, sqlfiles
from spatial.engine import held
from spatial.engine.classify import apply_run, classify, resume
from spatial.errors import RunStale, Stopped
from spatial.models import Assessment, Batch, Job, JobState, Patch, Piece, Run
from spatial.rules.load import load_text
from tests import drawing
from tests.people import person
from tests.spatial.private_cluster import PrivateCluster, server_programs
from tests.spatial.test_jobs_outside import until
from tests.spatial.test_partition import DATES, RULES, circle
from tests.test_cases import AS_OF

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
CHECKS = ("pieces_add_up_to_patch", "exact_pieces_close", "every_piece_is_concluded",
          "applied_runs_are_whole", "current_is_what_was_applied_last")  # fmt: skip

BEGIN = """
import sys, django; django.setup()
import datetime
from spatial.engine import chunks, classify
from spatial.models import Patch, RulesetVersion
real, calls = chunks.store, []
def store(**told):
    real(**told)
    calls.append(1)
    if len(calls) == 3:  # its rows are written, and not committed
        print("half", flush=True)
        sys.stdin.readline()
chunks.store = store
classify.CHUNK_PATCHES = 2
classify.classify(
    list(Patch.objects.values_list("pk", flat=True)), workers=2,
    ruleset=RulesetVersion.objects.get(name="partition"), as_of=datetime.date(2024, 6, 30),
)
"""

TELL = """
import json, django; django.setup()
from tests.spatial.test_broken_off import found
from spatial.models import Run
print(json.dumps(found(Run.objects.get(pk={run}))))
"""


@pytest.fixture
def patches() -> list[Patch]:
    """Twelve patches over a few zones, in the database for others to see."""
    zones = {"land_use": shapely.box(-50, -50, 3.7, 250), "approval": circle(31)}
    with transaction.atomic():
        region = drawing.county("990101", "断电县")
        batch = Batch.objects.create(code="broken", source="部", ruleset="partition")
        load_text(RULES)
        for layer, zone in zones.items():
            drawing.draw_version(layer, {"draw": "A", "A": {"plane": zone}}, region=region)
        grounds = [shapely.box(-9, 14 * i, 9 + i, 14 * i + 11) for i in range(12)]
        return [
            drawing.draw_patch({"plane": ground, **DATES}, batch=batch, region=region)
            for ground in grounds
        ]


def found(run: Run) -> list[list[Any]]:
    """What a run found, without its numbers."""
    pieces = Piece.objects.filter(assessment__run=run).select_related("assessment")
    return sorted(
        [piece.assessment.patch_id, piece.seq, str(piece.area_m2), piece.conclusion, piece.zones]
        for piece in pieces
    )


def unbroken(patches: list[Patch]) -> list[list[Any]]:
    """What a run finds that nothing disturbs."""
    ids = [patch.pk for patch in patches]
    return found(classify(ids, ruleset=load_text(RULES), as_of=AS_OF, workers=1))


def url_of(host: str, name: str, user: str) -> str:
    return f"postgis://{user}@/{name}?host={host}"


def here() -> str:
    told = connection.settings_dict
    return url_of(told["HOST"], told["NAME"], told["USER"])


def program(*words: str, url: str) -> subprocess.Popen[str]:
    env = {
        **os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "gisland.settings",
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, env=env, stdin=pipe, stdout=pipe, stderr=pipe, text=True
    )


def output_of(*words: str, url: str) -> str:
    process = program(*words, url=url)
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    return out


@contextmanager
def half_way(url: str) -> Iterator[subprocess.Popen[str]]:
    """A process in the middle of a run: some chunks committed, one written and not committed."""
    process = program("-c", BEGIN, url=url)
    try:
        assert process.stdout is not None
        told = process.stdout.readline()
        assert told == "half\n", process.communicate()[1]
        yield process
    finally:
        process.kill()
        process.communicate()


def in_order(run: Run) -> None:
    """Whole, counted, and nothing that any check finds fault with."""
    assert run.status == "done"
    assert run.patch_done == run.patch_total == run.assessments.exclude(label_class="").count()
    assert not {name: rows for name in CHECKS if (rows := sqlfiles.rows(f"checks/{name}"))}


def test_a_worker_that_is_killed_leaves_a_run_that_is_resumed(patches: list[Patch]) -> None:
    with half_way(here()) as process:
        run = Run.objects.select_related("ruleset").get()
        assert not held.is_broken_off(run)
        with pytest.raises(RunStale, match="正在进行"):
            resume(run)
        process.kill()
        process.wait()
    until(lambda: held.is_broken_off(run), limit_s=60)
    judged = run.assessments.exclude(label_class="").count()
    assert judged < run.patch_total
    assert not Assessment.objects.filter(is_current=True).exists()
    with pytest.raises(RunStale, match="未完成"):
        apply_run(run)
    run = resume(run)
    in_order(run)
    assert found(run) == unbroken(patches)
    apply_run(run)
    in_order(run)
    with pytest.raises(RunStale, match="已采用"):
        resume(Run.objects.select_related("ruleset").get(pk=run.pk))


def test_a_run_is_stopped_from_the_page_and_resumed_by_the_worker(patches: list[Patch]) -> None:
    with half_way(here()) as process:
        run = Run.objects.get()
        assert held.stop(run)
        _, said = process.communicate("go on\n", timeout=120)
    assert "Stopped" in said
    run.refresh_from_db()
    assert (run.status, run.note) == ("stopped", held.STOPPED)
    assert not held.stop(run)
    job = jobs.start("resume_run", "继续", {"run": run.pk}, by=None)
    jobs.do_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result) == (JobState.DONE, {"run": run.pk, "patches": 12})
    run.refresh_from_db()
    in_order(run)
    assert found(run) == unbroken(patches)


def test_two_runs_at_once_on_the_same_patches_do_not_mix(patches: list[Patch]) -> None:
    ruleset, ids = load_text(RULES), [patch.pk for patch in patches]
    made: list[Run] = []

    def judge() -> None:
        made.append(classify(ids, ruleset=ruleset, as_of=AS_OF, workers=2))

    threads = [threading.Thread(target=sqlfiles.in_thread, args=(judge,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first, second = sorted(made, key=lambda run: run.pk)
    expected = unbroken(patches)
    for run in (first, second):
        in_order(run)
        assert found(run) == expected
    apply_run(second)
    with pytest.raises(RunStale, match="已有更新的分析"):
        apply_run(first)
    in_order(second)
    assert set(Assessment.objects.filter(is_current=True).values_list("run", flat=True)) == {
        second.pk
    }


@pytest.mark.skipif(not server_programs(), reason="no initdb and pg_ctl on this machine")
def test_a_restart_of_the_database_leaves_a_run_that_is_resumed(patches: list[Patch]) -> None:
    expected = unbroken(patches)
    told = connection.settings_dict
    with tempfile.TemporaryDirectory(prefix="gisland-") as folder:
        cluster = PrivateCluster(Path(folder))
        with cluster.running():
            cluster.copy_from(told["HOST"], told["NAME"], told["USER"])
            url = url_of(cluster.socket, cluster.name, cluster.user)
            with half_way(url) as process:
                cluster.crash_and_start()
                _, said = process.communicate("go on\n", timeout=120)
            assert process.returncode
            assert "数据库连接中断" in said
            number = int(cluster.value("SELECT max(id) FROM spatial_run"))
            assert f"classify --resume {number}" in said
            assert cluster.value("SELECT count(*) FROM spatial_assessment WHERE is_current") == "0"
            output_of("manage.py", "classify", "--resume", str(number), url=url)
            output_of("manage.py", "check_data", url=url)
            assert json.loads(output_of("-c", TELL.format(run=number), url=url)) == expected


REQUEST = """
import sys, django; django.setup()
from django.test import Client
from django.contrib.auth import get_user_model
from spatial import jobs
real = jobs.{where}
def wait(*told, **named):
    made = real(*told, **named)
    print("half", flush=True)
    sys.stdin.readline()
    return made
jobs.{where} = wait
client = Client()
client.force_login(get_user_model().objects.get(username="clerk"))
client.post("/runs/{run}/", {{"action": "resume"}})
"""


@pytest.mark.parametrize(("where", "started"), [("_queue", 0), ("start", 1)])
def test_a_web_process_that_is_killed_has_started_a_job_or_has_not(
    patches: list[Patch], where: str, started: int
) -> None:
    """Before its transaction ends there is nothing of it; after, the worker does it, once."""

    def stop(*_: int) -> None:
        raise Stopped

    ids = [patch.pk for patch in patches]
    with pytest.raises(Stopped):
        classify(ids, ruleset=load_text(RULES), as_of=AS_OF, workers=2, progress=stop)
    run = Run.objects.get()
    assert run.patch_done < run.patch_total
    person("990101", "data_admin", name="clerk")
    process = program("-c", REQUEST.format(where=where, run=run.pk), url=here())
    assert process.stdout is not None
    assert process.stdout.readline() == "half\n", process.communicate()[1]
    process.kill()
    process.communicate()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'"
                       " AND task_name = %s AND args ? 'job_id' AND (args->>'job_id')::bigint"
                       " IN (SELECT id FROM spatial_job)", [jobs.TASK])  # fmt: skip
        assert cursor.fetchone()[0] == started
    assert Job.objects.count() == started
    for job in Job.objects.all():
        jobs.do_job(job.pk)
        jobs.do_job(job.pk)
        in_order(Run.objects.get())
