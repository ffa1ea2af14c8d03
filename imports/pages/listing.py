"""``/imports/``: what is in work, and what was brought in, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from imports import uploads
from imports.models import Delivery, DeliveryStatus, Issue, Upload, UploadState
from imports.pages import jobs as job_pages
from imports.pages.gate import importer, seen_deliveries, user_of
from imports.readers.kinds import READABLE
from imports.readers.table import NOTE, WARNING
from spatial import jobs
from spatial.addresses import key_in
from spatial.errors import GislandError
from spatial.models import JobState, Layer
from spatial.scope import request_scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from spatial.models import Job

PAGE = 50
ASKED = ("layer", "status", "q")
PATCHES = "patches"
JOBS_SHOWN = 8
"""Open jobs that are no upload's, such as an activation."""


@importer
@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: HttpRequest) -> HttpResponse:
    """The list; a POST receives files and leads to the page of the upload (JSON: its ``url``)."""
    fault = ""
    if request.method == "POST":
        try:
            target = _received(request)
        except GislandError as error:
            fault = str(error)
        else:
            if _wants_page(request):
                return redirect(target)
            return JsonResponse({"url": target}, status=201)
        if not _wants_page(request):
            return JsonResponse({"title": "没有收下", "detail": fault}, status=400)
    return render(request, "imports/list.html", _page(request, fault), status=400 if fault else 200)


def _wants_page(request: HttpRequest) -> bool:
    return "text/html" in request.headers.get("Accept", "text/html")


def _received(request: HttpRequest) -> str:
    """Take in what was sent; the address at which it goes on."""
    upload = uploads.received(request, "files")
    return reverse("import_upload", kwargs={"token": upload.token})


def _page(request: HttpRequest, fault: str) -> dict[str, Any]:
    scope, user = request_scope(request), user_of(request)
    asked = {key: request.GET.get(key, "").strip() for key in ASKED}
    seen = seen_deliveries(scope, user)
    found = _asked_for(seen, asked)
    before = key_in(request.GET.get("before", ""))
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found.select_related("layer", "batch", "by")[: PAGE + 1])
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return {
        "fault": fault,
        "readable": READABLE,
        "limit_bytes": settings.UPLOAD_LIMIT_BYTES,
        "in_work": _in_work(request),
        "jobs": _jobs(request),
        "rows": _rows(rows),
        "asked": asked,
        "is_asked": any(asked.values()),
        "is_later": before is not None,
        "older": urlencode({**_given(asked), "before": rows[-1].pk}) if more else "",
        "newest": urlencode(_given(asked)),
        "layers": Layer.objects.filter(pk__in=scope.layers("identify")),
        "statuses": DeliveryStatus.choices,
        "total": None if any(asked.values()) else seen.count(),
    }


def _given(asked: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in asked.items() if value}


def _asked_for(found: QuerySet[Delivery], asked: dict[str, str]) -> QuerySet[Delivery]:
    if asked["layer"] == PATCHES:
        found = found.filter(kind=PATCHES)
    elif asked["layer"]:
        found = found.filter(layer=asked["layer"])
    if asked["status"]:
        found = found.filter(status=asked["status"])
    for word in asked["q"].split():
        found = found.filter(
            Q(file_name__icontains=word)
            | Q(batch__code__icontains=word)
            | Q(batch__title__icontains=word)
            | Q(layer__term__icontains=word)
            | Q(by__username__icontains=word)
            | Q(sha256__startswith=word.lower())
            | Q(pk=key_in(word) or 0)
        )
    return found


def _rows(deliveries: Sequence[Delivery]) -> list[dict[str, Any]]:
    counts: dict[int, dict[str, int]] = {}
    counted = Issue.objects.filter(delivery__in=[row.pk for row in deliveries])
    for delivery, severity, count in (
        counted.values_list("delivery", "severity")
        .annotate(count=Count("pk"))
        .order_by("delivery", "severity")
    ):
        counts.setdefault(delivery, {})[severity] = count
    return [
        {
            "delivery": row,
            "target": target_of(row),
            "errors": sum(
                count
                for severity, count in counts.get(row.pk, {}).items()
                if severity not in {WARNING, NOTE}
            ),
            "warnings": counts.get(row.pk, {}).get(WARNING, 0),
            "notes": counts.get(row.pk, {}).get(NOTE, 0),
            "next": "核对并启用" if row.status == DeliveryStatus.STAGED else "报告",
        }
        for row in deliveries
    ]


def target_of(delivery: Delivery) -> str:
    """Where a delivery went, in words."""
    if delivery.batch is not None:
        return f"图斑批次 {delivery.batch.code}"
    if delivery.layer is not None:
        return delivery.layer.term
    return "行政区" if delivery.kind == "regions" else delivery.kind


def _in_work(request: HttpRequest) -> list[dict[str, Any]]:
    """Uploads that were not imported yet, newest first."""
    found = uploads.visible(user_of(request)).filter(whole=None)
    found = found.exclude(state=UploadState.IMPORTED)
    left = Upload.objects.filter(whole=OuterRef("pk")).exclude(state=UploadState.IMPORTED)
    found = found.exclude(Q(state=UploadState.PARTED) & ~Exists(left))
    return [
        {"upload": upload, "job": _told(upload.job), "parts": _parts(upload)}
        for upload in found[:PAGE]
    ]


def _parts(upload: Upload) -> str:
    """Of a file of several layers, how many of them have come in."""
    if upload.state != UploadState.PARTED:
        return ""
    states = list(upload.parts.values_list("state", flat=True))
    return f"{len(states)} 个图层，已导入 {states.count(UploadState.IMPORTED)} 个"


def _jobs(request: HttpRequest) -> list[dict[str, Any]]:
    """Jobs that are no upload's and wait or run."""
    found = jobs.visible(user_of(request)).filter(state__in=(JobState.WAITING, JobState.RUNNING))
    found = found.filter(upload=None)
    return [job_pages.told(job) for job in found.order_by("-pk")[:JOBS_SHOWN]]


def _told(job: Job | None) -> dict[str, Any] | None:
    """The job of an upload while it has something to say."""
    return None if job is None or job.state == JobState.DONE else job_pages.told(job)
