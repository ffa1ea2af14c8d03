"""Background jobs: what is seen of them, how they stop, and that none is lost or done twice."""

from __future__ import annotations

import datetime
import errno
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from spatial import job_progress, jobs, sqlfiles
from spatial.errors import InputRefused
from spatial.jobs import Stopped
from spatial.models import Job, JobState, Region, Run
from tests import drawing
from tests.people import make_regions, person


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Kinds of work for one test."""
    monkeypatch.setattr(jobs, "_KINDS", {**jobs._KINDS})
    return jobs._KINDS


def queued(work: Any, kinds: dict[str, Any], arguments: dict[str, Any] | None = None) -> Job:
    kinds["tried"] = work
    return jobs.start("tried", "试一试", arguments or {}, by=None)


@pytest.fixture(autouse=True)
def empty_queue(db: None) -> None:
    """Nothing empties the queue's tables between tests: what others left must not pass for ours."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_events; DELETE FROM procrastinate_jobs")


def entries(job: Job) -> Any:
    """The job's entries in the queue."""
    return ProcrastinateJob.objects.filter(args={"job_id": job.pk})


def done(job: Job, **told: Any) -> Job:
    jobs.do_job(job.pk, **told)
    job.refresh_from_db()
    return job


class TestOneJob:
    """Started, done, ended: in one transaction, where nobody else looks on."""

    pytestmark = pytest.mark.django_db

    def test_is_queued_with_its_record_and_done_once(self, kinds: dict[str, Any]) -> None:
        calls = []
        job = queued(lambda told, by, progress: calls.append(told) or {"n": 1}, kinds, {"a": 1})
        assert entries(job).get().queue_name == "work"
        assert done(job).state == JobState.DONE
        assert job.result == {"n": 1}
        assert done(job).state == JobState.DONE
        assert calls == [{"a": 1}]

    def test_starts_only_if_the_transaction_of_the_page_commits(
        self, kinds: dict[str, Any]
    ) -> None:
        with transaction.atomic():
            job = queued(lambda *_: {}, kinds)
            transaction.set_rollback(True)
        assert not entries(job).exists()
        assert not Job.objects.exists()

    def test_says_how_far_it_is(self, kinds: dict[str, Any]) -> None:
        seen = []

        def work(told: Any, by: Any, progress: Any) -> dict[str, Any]:
            progress("写入", 3, 10)
            seen.append(Job.objects.values_list("phase", "done", "total").get())
            return {}

        done(queued(work, kinds))
        assert seen == [("写入", 3, 10)]

    def test_stops_at_the_next_step_and_leaves_nothing(self, kinds: dict[str, Any]) -> None:
        def work(told: Any, by: Any, progress: Any) -> dict[str, Any]:
            with transaction.atomic():
                make_regions()
                jobs.stop(Job.objects.get())
                progress("写入", 1, 2)
            return {}

        assert done(queued(work, kinds)).state == JobState.STOPPED
        assert not Region.objects.exists()

    def test_that_waits_is_stopped_at_once_and_never_begun(self, kinds: dict[str, Any]) -> None:
        job = queued(lambda *_: pytest.fail("begun"), kinds)
        jobs.stop(job)
        assert done(job).state == JobState.STOPPED

    @pytest.mark.parametrize(
        ("error", "said"),
        [
            (InputRefused("文件 a.shp 是空文件。"), "文件 a.shp 是空文件。"),
            (OSError(errno.ENOSPC, "no space"), "磁盘已满"),
            (OperationalError("server closed the connection"), "数据库连接中断"),
            (psycopg.errors.AdminShutdown("in a COPY"), "数据库连接中断"),
            (psycopg.errors.DiskFull("in a COPY"), "磁盘已满"),
            (ZeroDivisionError(), "程序出错，未写入。请把任务号"),
        ],
        ids=["ours", "disk", "database", "copy", "full", "unforeseen"],
    )
    def test_that_fails_says_why_in_words(
        self, kinds: dict[str, Any], error: Exception, said: str
    ) -> None:
        def work(*_: Any) -> dict[str, Any]:
            raise error

        job = done(queued(work, kinds))
        assert job.state == JobState.FAILED
        assert said in job.error

    def test_that_the_worker_lets_go_waits_again(self, kinds: dict[str, Any]) -> None:
        def work(told: Any, by: Any, progress: Any) -> dict[str, Any]:
            progress("写入")
            return {}

        job = done(queued(work, kinds), shutting_down=lambda: True)
        assert job.state == JobState.WAITING
        assert entries(job).filter(status="todo").count() == 2
        assert done(job).state == JobState.DONE

    def test_is_started_again_only_when_it_ended_badly(self, kinds: dict[str, Any]) -> None:
        make_regions()
        who = person("990101", "data_admin")
        job = done(queued(lambda *_: {}, kinds, {"a": 1}))
        with pytest.raises(InputRefused, match="不必重新开始"):
            jobs.again(job, by=who)
        Job.objects.update(state=JobState.FAILED)
        new = jobs.again(job, by=who)
        assert (new.kind, new.arguments, new.by, new.open) == ("tried", {"a": 1}, who, True)

    def test_of_a_worker_that_died_is_found_and_ended(self, kinds: dict[str, Any]) -> None:
        job = queued(lambda *_: {}, kinds)
        silent_for = timezone.now() - datetime.timedelta(minutes=5)
        Job.objects.update(state=JobState.RUNNING, beat_at=silent_for)
        assert jobs.end_lost() == [job.pk]
        job.refresh_from_db()
        assert job.state == JobState.FAILED
        assert "后台进程在做这项任务时中断" in job.error

    def test_that_somebody_holds_or_that_told_of_itself_is_not_lost(
        self, kinds: dict[str, Any]
    ) -> None:
        job = queued(lambda *_: {}, kinds)
        Job.objects.update(state=JobState.RUNNING, beat_at=timezone.now())
        assert jobs.end_lost() == []
        Job.objects.update(beat_at=timezone.now() - datetime.timedelta(minutes=5))
        sqlfiles.value("jobs/10_hold", {"job_id": job.pk})
        try:
            assert jobs.end_lost() == []
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock_all()")
        assert jobs.end_lost() == [job.pk]

    def test_that_fell_out_of_the_queue_is_queued_again(self, kinds: dict[str, Any]) -> None:
        job = queued(lambda *_: {}, kinds)
        Job.objects.update(created_at=timezone.now() - datetime.timedelta(minutes=5))
        jobs.look_after()
        assert entries(job).count() == 1  # it is in the queue: nothing to do
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_events; DELETE FROM procrastinate_jobs")
        jobs.look_after()
        assert entries(job).count() == 1

    def test_whose_end_others_wrote_is_broken_off(self, kinds: dict[str, Any]) -> None:
        def work(told: Any, by: Any, progress: Any) -> dict[str, Any]:
            Job.objects.update(state=JobState.FAILED, error="认定中断")
            progress("写入")
            return {}

        job = done(queued(work, kinds))
        assert (job.state, job.error) == (JobState.FAILED, "认定中断")


@pytest.mark.django_db
def test_jobs_are_seen_by_who_started_them_and_by_who_imports_there(kinds: dict[str, Any]) -> None:
    make_regions()
    kinds["tried"] = lambda *_: {}
    own, city = person("990101", "brigade"), person("990100", "data_admin")
    beside, other = person("990101", "planner"), person("990201", "data_admin")
    job = jobs.start("tried", "判定", {}, by=own)
    assert [who.username for who in (own, city, beside, other) if jobs.visible(who)] == [
        own.username, city.username,
    ]  # fmt: skip
    told = jobs.told(job)
    assert (told["state_term"], told["ahead"], told["worker"]) == ("排队中", 0, False)


@pytest.mark.django_db
def test_a_batch_is_judged_as_of_the_date_that_was_asked() -> None:
    """What was asked on a day is judged as of that day, whenever the worker comes to it."""
    patch = drawing.draw_patch({"draw": "PP", "kind": "20", "before_on": None, "after_on": None})
    told = {"batch": patch.batch.code, "as_of": "2025-02-03"}
    job = done(jobs.start("classify_batch", "判定", told, by=None))
    found = patch.assessments.get(is_current=True)
    assert job.result == {"run": found.run_id, "patches": 1}
    assert found.run.as_of.isoformat() == "2025-02-03"
    assert found.label_class == "unknown"


@pytest.mark.django_db
def test_judging_that_is_stopped_applies_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    patch = drawing.draw_patch({"draw": "PP", "kind": "20", "before_on": None, "after_on": None})
    told = {"batch": patch.batch.code, "as_of": "2025-02-03"}

    def stop_when_judging(self: Any, phase: str, *_: int) -> None:
        if phase == "判定图斑":
            raise Stopped

    monkeypatch.setattr(job_progress.Reporter, "__call__", stop_when_judging)
    assert done(jobs.start("classify_batch", "判定", told, by=None)).state == JobState.STOPPED
    assert Run.objects.get().status == "stopped"
    assert not patch.assessments.filter(is_current=True).exists()
