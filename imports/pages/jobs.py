"""A job as a page watches it: state, how far, what came of it; and its stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from imports.models import Upload
from imports.pages.gate import delivery_url, user_of
from imports.pages.words import on_page
from spatial import jobs
from spatial.models import JobState
from spatial.scope import login_or_demo

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from spatial.models import Job


@login_or_demo
@require_safe
def job_state(request: HttpRequest, job_id: int) -> HttpResponse:
    """One job as JSON."""
    return JsonResponse(told(job_of(request, job_id)))


@login_or_demo
@require_POST
def job_stop(request: HttpRequest, job_id: int) -> HttpResponse:
    """Ask that a job be stopped; answers its state as JSON, or goes back to its page."""
    job = job_of(request, job_id)
    jobs.stop(job)
    job.refresh_from_db()
    if "text/html" in request.headers.get("Accept", ""):
        upload = Upload.objects.filter(job=job).first()
        return redirect("import_upload", upload.token) if upload else redirect("work", job.pk)
    return JsonResponse(told(job))


def told(job: Job) -> dict[str, Any]:
    """A job as pages know it; ``next`` is where its outcome is read."""
    delivery = job.result.get("delivery") if job.state == JobState.DONE else None
    told = jobs.told(job)
    told.pop("result")  # may tell of ground that the page would leave out
    return {
        **told,
        "kind": job.kind,
        "error": on_page(job.error),
        "wait": waits_for(told),
        "next": delivery_url(delivery) if isinstance(delivery, int) else "",
        "url": reverse("job", kwargs={"job_id": job.pk}),
        "stop_url": reverse("job_stop", kwargs={"job_id": job.pk}),
    }


def waits_for(told: dict[str, Any]) -> str:
    """Why a job that is queued has not begun, in words; empty for any other."""
    if told["state"] != JobState.WAITING:
        return ""
    if not told["worker"]:
        return "后台进程没有运行，请联系系统管理员启动"
    return f"前面还有 {told['ahead']} 件" if told["ahead"] else ""


def job_of(request: HttpRequest, job_id: int) -> Job:
    """The job; 404 where it is not the user's to see (spatial.jobs.visible)."""
    found = jobs.visible(user_of(request)).filter(pk=job_id).first()
    if found is None:
        raise Http404("没有这个任务，或不归您查看。")
    return found
