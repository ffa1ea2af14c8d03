"""Long work in the background: started by a page, done by the worker, seen and stopped. 后台任务

A kind of work is a function ``(arguments, by, progress) -> result`` marked with ``@kind``, in the
``tasks.py`` of its app; arguments and result are JSON. It calls ``progress`` often: there it is
stopped when somebody asked for that (a statement that takes long is cancelled), so what it does
must be safe to break off at each call (one transaction, as a rule, at whose end all is written)
and to be done again from the start.
"""

from __future__ import annotations

import datetime
import errno
import logging
import time
from typing import TYPE_CHECKING, Any

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateWorker
from procrastinate.jobs import Job as QueuedJob
from procrastinate.manager import JobManager

from spatial import sqlfiles
from spatial.errors import GislandError, InputRefused, Stopped
from spatial.job_progress import Interrupted, Progress, Reporter, never, silent
from spatial.models import Job, JobState, User
from spatial.scope import prefix_of, scope_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet
    from procrastinate import JobContext

__all__ = ["Progress", "Stopped", "kind", "silent", "start", "stop", "upkeep", "visible"]

logger = logging.getLogger(__name__)

QUEUE = "work"
TASK = "spatial.do_job"
GRACE_S = 30
"""Seconds of silence after which a worker is taken for dead: it tells of itself every ten."""
LOST_S = 10
"""The same of a job that no connection holds: it tells of itself twice a second."""
WATCHERS = ("import", "manage")
"""Acts of access.toml whose holders see and stop the jobs of their region."""
PATIENCE_S = (1, 2, 4, 8, 15, 30)
"""Waits between attempts to write down how a job ended, when the database is away."""

DATABASE = (DatabaseError, InterfaceError, psycopg.Error)
"""What a statement fails with; a COPY does so in psycopg's own words."""
DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
SQL_DISK_FULL = "53100"
SQL_AWAY = ("08", "57P")
AWAY = (OperationalError, InterfaceError)
LOST = "后台进程在做这项任务时中断（被结束、停电或重启），没有写完的都未写入。请重新开始。"
NO_SPACE = "服务器磁盘已满，未写入任何数据。请联系系统管理员清理磁盘后重新开始。"
NO_DATABASE = "数据库连接中断，未写入任何数据。请稍后重新开始。"

_KINDS: dict[str, Any] = {}
_UPKEEP: list[Callable[[], object]] = []


def kind(code: str) -> Callable[[Any], Any]:
    """Mark a function as what does jobs of this kind."""

    def mark(work: Any) -> Any:
        _KINDS[code] = work
        return work

    return mark


def upkeep(work: Callable[[], object]) -> Callable[[], object]:
    """Mark a function that the worker calls when it starts and every hour: what grows, is cut."""
    _UPKEEP.append(work)
    return work


def start(code: str, title: str, arguments: dict[str, Any], *, by: User | None) -> Job:
    """Queue work; in the caller's transaction, so that it starts only if that commits."""
    if code not in _KINDS:
        raise KeyError(code)
    with transaction.atomic():
        job = Job.objects.create(kind=code, title=title[:200], arguments=arguments, by=by)
        _queue(job.pk)
    return job


def _queue(job_id: int) -> None:
    """By Django's own connection, in the worker too: procrastinate's would not wait for commit."""
    entry = QueuedJob(
        queue=QUEUE, task_name=TASK, lock=None, queueing_lock=None, task_kwargs={"job_id": job_id}
    )
    JobManager(DjangoConnector()).defer_job(entry)


def stop(job: Job) -> None:
    """Ask that a job be stopped: at once if it waits, at its next step if it runs."""
    waiting = Job.objects.filter(pk=job.pk, state=JobState.WAITING)
    if not waiting.update(state=JobState.STOPPED, ended_at=timezone.now()):
        Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(stop_requested=True)


def again(job: Job, *, by: User) -> Job:
    """Start a job anew that failed or was stopped; raises InputRefused for any other."""
    end_lost()
    job.refresh_from_db(fields=["state"])
    if job.state not in (JobState.FAILED, JobState.STOPPED):
        raise InputRefused(f"任务“{job.title}”{job.get_state_display()}，不必重新开始。")
    return start(job.kind, job.title, job.arguments, by=by)


def whose(user: User | AnonymousUser) -> Q:
    """The condition under which work (a model with ``by``) is a user's to see and to stop: their
    own, and with the act for it, that of accounts of their region."""
    if not isinstance(user, User) or not user.is_active:
        return Q(pk__in=())
    found = Q(by=user)
    scope = scope_of(user)
    if not any(scope.can(act) for act in WATCHERS):
        return found
    if user.is_superuser and user.region is None:
        return Q()
    prefix = prefix_of(user.region)
    return found | Q(by__region__code__startswith=prefix) if prefix else found


def visible(user: User | AnonymousUser) -> QuerySet[Job]:
    """The jobs that a user may see and stop; those whose worker died are ended first."""
    end_lost()
    return Job.objects.filter(whose(user)).select_related("by")


def told(job: Job) -> dict[str, Any]:
    """What a page shows of a job while it polls: JSON."""
    waits = job.state == JobState.WAITING
    ends = job.ended_at or timezone.now()
    return {
        "id": job.pk,
        "title": job.title,
        "state": job.state,
        "state_term": job.get_state_display(),
        "open": job.open,
        "stopping": job.open and job.stop_requested,
        "phase": job.phase,
        "done": job.done,
        "total": job.total,
        "ahead": Job.objects.filter(pk__lt=job.pk, state__in=OPEN).count() if waits else 0,
        "worker": worker_alive() if waits else True,
        "seconds": int((ends - job.started_at).total_seconds()) if job.started_at else 0,
        "error": job.error,
        "result": job.result,
    }


OPEN = (JobState.WAITING, JobState.RUNNING)


def worker_alive() -> bool:
    """Whether a worker has told of itself lately."""
    lately = Now() - datetime.timedelta(seconds=GRACE_S)
    return ProcrastinateWorker.objects.filter(last_heartbeat__gt=lately).exists()


def end_lost(grace_s: float = LOST_S) -> list[int]:
    """End the jobs whose worker died, as failed; their numbers."""
    found = sqlfiles.rows("jobs/40_end_lost", {"error": LOST, "grace_s": grace_s})
    return [row["id"] for row in found]


def look_after() -> None:
    """What the worker does now and then: end lost jobs, queue again what fell out of the queue."""
    for job_id in end_lost():
        logger.warning("job %s: its worker died; ended as failed", job_id)
    for row in sqlfiles.rows("jobs/50_list_unqueued", {"task": TASK, "grace_s": GRACE_S}):
        logger.warning("job %s: queued again", row["id"])
        _queue(row["id"])


def clean_up() -> None:
    """Everything that is marked as upkeep; what fails is logged and does not hinder the rest."""
    for work in _UPKEEP:
        try:
            work()
        except Exception:
            logger.exception("upkeep %s failed", work)


@app.task(name=TASK, queue=QUEUE, pass_context=True)
def _do_queued(context: JobContext, job_id: int) -> None:
    do_job(job_id, shutting_down=context.should_abort)


def do_job(job_id: int, *, shutting_down: Callable[[], bool] = never) -> None:
    """Do one job and write down how it ended; one that another worker has begun is left alone.

    Never raises for what the work does. ``shutting_down`` is asked while it goes on: when it says
    so, the work is broken off and the job waits again.
    """
    now = timezone.now()
    begun = Job.objects.filter(pk=job_id, state=JobState.WAITING).update(
        state=JobState.RUNNING, started_at=now, beat_at=now, phase="", done=0, total=0
    )
    if begun:
        job = Job.objects.select_related("by").get(pk=job_id)
        _write_end(job_id, _done(job, shutting_down))


def _done(job: Job, shutting_down: Callable[[], bool]) -> dict[str, Any]:
    """Do it; the fields of the job that say how it ended."""
    with Reporter(job.pk, shutting_down) as progress:
        try:
            result = _KINDS[job.kind](job.arguments, job.by, progress)
        except Interrupted:
            return {"state": JobState.WAITING}
        except Stopped:
            return {"state": JobState.STOPPED}
        except GislandError as error:
            return {"state": JobState.FAILED, "error": str(error)}
        except Exception as error:
            if progress.stopping and isinstance(error, DATABASE):  # a statement was cancelled
                waits = progress.stopping is Interrupted
                return {"state": JobState.WAITING if waits else JobState.STOPPED}
            logger.exception("job %s (%s) failed", job.pk, job.kind)
            return {"state": JobState.FAILED, "error": _words(error, job.pk)}
    return {"state": JobState.DONE, "result": result or {}}


def _words(error: Exception, job_id: int) -> str:
    """A failure that is not of our making, in words that a person can act on."""
    states = {state for part in _chain(error) if (state := getattr(part, "sqlstate", None))}
    if SQL_DISK_FULL in states or (isinstance(error, OSError) and error.errno in DISK_FULL):
        return NO_SPACE
    if any(state.startswith(SQL_AWAY) for state in states) or (
        not states and isinstance(error, (*AWAY, psycopg.OperationalError, psycopg.InterfaceError))
    ):
        return NO_DATABASE
    return f"程序出错，未写入。请把任务号 {job_id} 告诉系统管理员。"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _write_end(job_id: int, end: dict[str, Any]) -> None:
    """Keep at it while the database is away; a job that nobody could end is found as lost."""
    for wait in (*PATIENCE_S, None):
        try:
            with transaction.atomic():
                running = Job.objects.filter(pk=job_id, state=JobState.RUNNING)
                ends = None if end["state"] == JobState.WAITING else timezone.now()
                if not running.update(ended_at=ends, **end):
                    logger.warning("job %s was ended by others before it said %s", job_id, end)
                elif end["state"] == JobState.WAITING:
                    _queue(job_id)
        except AWAY:
            if wait is None or transaction.get_connection().in_atomic_block:
                logger.exception("job %s ended as %s, and nobody could be told", job_id, end)
                return
            transaction.get_connection().close()
            time.sleep(wait)
        else:
            return
