"""``/imports/jobs/<id>/``: work on versions and papers, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from imports.models import Delivery
from imports.pages import jobs as job_pages
from imports.pages.gate import user_of
from spatial import jobs
from spatial.models import DatasetVersion, Job, JobState, Patch
from spatial.scope import login_or_demo, request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    Row = dict[str, Any]

OPEN = (JobState.WAITING, JobState.RUNNING)
SHOWN = 30


def begun(request: HttpRequest, kind: str, title: str, arguments: dict[str, Any]) -> Job:
    """Start work for whoever asks."""
    return jobs.start(kind, title, arguments, by=user_of(request))


def open_work(arguments: dict[str, Any]) -> Job | None:
    """Work with these arguments that waits or runs."""
    return Job.objects.filter(state__in=OPEN, arguments__contains=arguments).first()


@login_or_demo
@require_http_methods(["GET", "HEAD", "POST"])
def work_page(request: HttpRequest, job_id: int) -> HttpResponse:
    """One piece of work and what came of it; a POST judges again what it has touched.

    404 for what is not the user's to see. Its state and its stop: imports.pages.jobs.
    """
    job = job_pages.job_of(request, job_id)
    if request.method == "POST":
        return _act(request, job)
    return render(request, "imports/work.html", _told(request, job))


def _act(request: HttpRequest, job: Job) -> HttpResponse:
    action = request.POST.get("action", "")
    if action in ("judge", "judge_diff") and job.state == JobState.DONE:
        request_scope(request).require_act("classify")
        adopts = action == "judge"
        again = begun(
            request,
            "judge_touched",
            f"重判受影响的图斑{'并采用' if adopts else '（先看变化）'}",
            {"as_of": timezone.localdate().isoformat(), "apply": adopts},
        )
        return redirect("work", job_id=again.pk)
    return redirect("work", job_id=job.pk)


def _told(request: HttpRequest, job: Job) -> Row:
    scope = request_scope(request)
    result = job.result if job.state == JobState.DONE else {}
    named = {
        name: scope.filter_versions(DatasetVersion.objects.filter(pk__in=result.get(name, [])))
        .select_related("layer", "region")
        .defer("region__geom")
        for name in ("active", "restored")
    }
    ids = result.get("patch_ids", [])
    patches = scope.filter_patches(Patch.objects.filter(pk__in=ids))
    delivery = Delivery.objects.filter(pk=result.get("delivery", 0)).first()
    changed = job.kind in ("activate_delivery", "rollback_version", "add_approval",
                           "withdraw_paper")  # fmt: skip
    version = job.arguments.get("version") or (job.arguments.get("versions") or [None])[0]
    return {
        "job": job,
        "open_job": job_pages.told(job) if job.open else None,
        "result": result,
        "active": named["active"],
        "restored": named["restored"],
        "delivery": delivery,
        "version_id": version,
        "causes": [
            cause
            for cause in result.get("causes", [])
            if cause["layer"] in {None, *scope.layers("verdict")}
            and cause["county"] in {None, *scope.county_codes}
        ],
        "patches": patches.select_related("batch", "region").order_by("pk")[:SHOWN],
        "patch_count": patches.count(),
        "has_changed": changed and job.state == JobState.DONE,
        "may_judge": scope.can("classify"),
    }
