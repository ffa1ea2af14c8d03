"""A run that is not finished: how far it is, who is at it, and stopping and resuming it. 进度"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spatial import jobs
from spatial.engine import held
from spatial.engine.classify import code_version
from spatial.models import Job, JobState, User
from spatial.models.run import RunStatus

if TYPE_CHECKING:
    from django.http import HttpRequest

    from spatial.models import Run

KIND = "resume_run"
QUEUED, BROKEN_OFF, STOPPING = "排队中", "已中断", "正在停止"


def told(run: Run, *, may_act: bool) -> dict[str, Any]:
    """What the page shows; ``may_act`` is whether the reader may stop and resume it."""
    is_running, is_held = run.status == RunStatus.RUNNING, held.is_held(run)
    is_broken_off = is_running and not is_held
    is_stopping = is_held and not is_running  # the chunk in hand is being ended
    waits = not is_held and _waits(run)
    is_over = run.status == RunStatus.DONE
    same_code = run.code_version == code_version()
    return {
        "state_term": (
            QUEUED
            if waits
            else BROKEN_OFF
            if is_broken_off
            else STOPPING
            if is_stopping
            else run.get_status_display()
        ),
        "goes_on": is_held,
        "is_broken_off": is_broken_off and not waits,
        "waits": waits,
        "may_stop": may_act and is_running and is_held,
        "may_resume": may_act and same_code and not (is_held or is_over or waits),
        "other_code": not is_over and not same_code,
        "note": "" if run.note == held.STOPPED else run.note,
    }


def state_of(run: Run) -> dict[str, Any]:
    """The same for the page's script, as JSON; open until there is something else to show."""
    shown = told(run, may_act=False)
    return {
        "open": shown["goes_on"] or shown["waits"],
        "state": shown["state_term"],
        "phase": "",
        "done": run.patch_done,
        "total": run.patch_total,
    }


def act(request: HttpRequest, run: Run) -> str:
    """Stop or resume the run as the form asks; else why not."""
    shown = told(run, may_act=True)
    if request.POST.get("action") == "stop":
        return "" if held.stop(run) else f"分析 {run.pk} 没有在进行，不必停止。"
    if not shown["may_resume"]:
        return f"分析 {run.pk} {shown['state_term']}，不能继续。请刷新后再看。"
    by = request.user if isinstance(request.user, User) else None
    jobs.start(KIND, f"继续分析 {run.pk}", {"run": run.pk}, by=by)
    return ""


def _waits(run: Run) -> bool:
    """Whether a job will go on with the run."""
    return Job.objects.filter(
        kind=KIND, arguments={"run": run.pk}, state__in=(JobState.WAITING, JobState.RUNNING)
    ).exists()
