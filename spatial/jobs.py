"""Long work in the background: started by a page, done by the worker, seen and stopped. 后台任务

A kind of work is a function ``(arguments, by, progress) -> result`` marked with ``@kind``, in the
``tasks.py`` of its app; arguments and result are JSON. It calls ``progress`` often: there it is
stopped when somebody asked for that, so what it does must be safe to break off at each call (one
transaction, as a rule, at whose end all is written).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Protocol

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from spatial.errors import GislandError
from spatial.models import Job, JobState

if TYPE_CHECKING:
    from collections.abc import Callable

    from spatial.models import User

logger = logging.getLogger(__name__)


class Stopped(Exception):
    """Somebody asked that the work be stopped."""


class Progress(Protocol):
    """What work tells of itself while it goes on."""

    def __call__(self, phase: str, done: int = 0, total: int = 0) -> None:
        """Say what is being done, and how far; raises Stopped if that was asked for."""


_KINDS: dict[str, Any] = {}


def kind(code: str) -> Callable[[Any], Any]:
    """Mark a function as what does jobs of this kind."""

    def mark(work: Any) -> Any:
        _KINDS[code] = work
        return work

    return mark


def silent(phase: str, done: int = 0, total: int = 0) -> None:
    """A progress that nobody watches."""


def start(code: str, title: str, arguments: dict[str, Any], *, by: User | None) -> Job:
    """Queue work; in the caller's transaction, so that it starts only if that commits."""
    if code not in _KINDS:
        raise KeyError(code)
    with transaction.atomic():
        job = Job.objects.create(kind=code, title=title[:200], arguments=arguments, by=by)
        do_job.defer(job_id=job.pk)
    return job


def stop(job: Job) -> None:
    """Ask that a job be stopped: at once if it waits, at its next step if it runs."""
    waiting = Job.objects.filter(pk=job.pk, state=JobState.WAITING)
    if not waiting.update(state=JobState.STOPPED, ended_at=timezone.now()):
        Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(stop_requested=True)


@app.task(name="spatial.do_job", queue="work")
def do_job(job_id: int) -> None:
    """Do one job: what the worker runs."""
    begun = Job.objects.filter(pk=job_id, state=JobState.WAITING).update(
        state=JobState.RUNNING, started_at=timezone.now()
    )
    if not begun:
        return
    job = Job.objects.get(pk=job_id)

    def progress(phase: str, done: int = 0, total: int = 0) -> None:
        Job.objects.filter(pk=job_id).update(phase=phase[:100], done=done, total=total)

    end: dict[str, Any] = {}
    try:
        end = {"state": JobState.DONE, "result": _KINDS[job.kind](job.arguments, job.by, progress)}
    except Stopped:
        end = {"state": JobState.STOPPED}
    except GislandError as error:
        end = {"state": JobState.FAILED, "error": str(error)}
    except Exception:
        logger.exception("job %s (%s) failed", job_id, job.kind)
        end = {
            "state": JobState.FAILED,
            "error": f"程序出错，未写入。请把任务号 {job_id} 告诉系统管理员。",
        }
    Job.objects.filter(pk=job_id).update(ended_at=timezone.now(), **end)
