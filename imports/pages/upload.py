"""``/imports/uploads/<token>/``: a file on its way in — read, corrected, tried, brought in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from imports import uploads
from imports.models import Upload
from imports.pages import jobs as job_pages
from imports.pages import targets
from imports.pages.gate import importer, user_of
from imports.pages.ground_map import ground_map
from imports.pages.upload_options import Draft, drafted, lacking
from imports.pages.upload_view import told
from spatial.errors import GislandError, InputRefused
from spatial.scope import request_scope

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

ACTIONS = ("save", "look", "try", "bring")


@importer
@require_http_methods(["GET", "HEAD", "POST"])
def import_upload(request: HttpRequest, token: UUID) -> HttpResponse:
    """The page of an upload; a POST keeps what was said and does what was asked for."""
    upload = _upload(request, token)
    if request.method != "POST":
        if upload.delivery_id is not None:
            return redirect("delivery", delivery_id=upload.delivery_id)
        _look_first(upload)
        return _page(request, upload, Draft(upload.target, dict(upload.options)))
    draft = _posted(request, upload)
    upload.refresh_from_db()
    if draft.faults or request.headers.get("X-Requested-With") == "panel":
        status = 422 if draft.faults else 200
        return _page(request, upload, draft, status=status)
    return redirect("import_upload", token=upload.token)


@importer
@require_POST
def import_upload_drop(request: HttpRequest, token: UUID) -> HttpResponse:
    """Forget an upload and its file."""
    upload = _upload(request, token)
    if upload.job is not None and upload.job.open:
        raise InputRefused("没有删去：任务还在进行。请先停止它，再删去。")
    uploads.drop(upload)
    if "text/html" in request.headers.get("Accept", ""):
        return redirect("imports")
    return JsonResponse({"dropped": True})


def seen_uploads(request: HttpRequest) -> QuerySet[Upload]:
    """The user's own uploads; a superuser sees all."""
    user = user_of(request)
    return Upload.objects.all() if user.is_superuser else Upload.objects.filter(by=user)


def _upload(request: HttpRequest, token: UUID) -> Upload:
    found = seen_uploads(request).select_related("job", "by").filter(token=token).first()
    if found is None:
        raise Http404("没有这次上传，可能已删去或过期，或不是您上传的。请重新上传。")
    return found


def _look_first(upload: Upload) -> None:
    """An upload that nobody looked at yet is looked at."""
    if upload.preview or upload.job is not None:
        return
    if not upload.target:
        Upload.objects.filter(pk=upload.pk, target="").update(
            target=targets.first_target(upload.file_name)
        )
        upload.refresh_from_db()
    uploads.look(upload)
    upload.refresh_from_db()


def _posted(request: HttpRequest, upload: Upload) -> Draft:
    """Keep the draft, then look or bring; a refusal becomes a fault of the whole form."""
    action = request.POST.get("action", "save")
    if action not in ACTIONS:
        action = "save"
    scope, user = request_scope(request), user_of(request)
    with transaction.atomic():
        locked = Upload.objects.select_for_update().get(pk=upload.pk)
        job = locked.job
        if locked.delivery_id is not None or (job is not None and job.open):
            draft = Draft(locked.target, dict(locked.options))
            draft.faults[""] = (
                "没有保存：这个文件已导入。请看它的报告。"
                if locked.delivery_id is not None
                else f"没有保存：“{job.title if job else ''}”还在进行。请等它结束或先停止。"
            )
            return draft
        draft = drafted(locked, request.POST, scope, user)
        Upload.objects.filter(pk=locked.pk).update(target=draft.target, options=draft.options)
    upload.refresh_from_db()
    try:
        if action in {"try", "bring"} and not draft.faults:
            draft.faults.update(lacking(draft, upload.preview or {}))
            if not draft.faults:
                uploads.bring(upload, dry_run=action == "try")
        elif action == "look" or draft.look:
            uploads.look(upload)
    except GislandError as error:
        draft.faults[""] = str(error)
    return draft


def _page(
    request: HttpRequest, upload: Upload, draft: Draft, *, status: int = 200
) -> HttpResponse:
    scope = request_scope(request)
    context = told(upload, draft, request.POST, scope, user_of(request))
    context["job"] = job_pages.told(upload.job) if upload.job is not None else None
    shapes = context.pop("shapes")
    more: dict[str, Any] = {"shapes": shapes}
    context["map_config"] = ground_map(scope, bounds=context.pop("bounds"), **more)
    return render(request, "imports/upload.html", context, status=status)
