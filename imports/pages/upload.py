"""``/imports/uploads/<token>/``: a file on its way in — read, corrected, tried, brought in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from imports import uploads
from imports.models import Upload, UploadState
from imports.pages import jobs as job_pages
from imports.pages import targets
from imports.pages.gate import importer, user_of
from imports.pages.ground_map import ground_map
from imports.pages.parts import parts_page, shows_parts
from imports.pages.upload_options import Draft, drafted, lacking
from imports.pages.upload_view import told
from spatial.errors import GislandError, NotAllowed
from spatial.scope import request_scope

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from spatial.models import User


@importer
@require_http_methods(["GET", "HEAD", "POST"])
def import_upload(request: HttpRequest, token: UUID) -> HttpResponse:
    """The page of an upload; a POST keeps what was said and does what was asked for."""
    upload = _upload(request, token)
    if shows_parts(request, upload):
        return parts_page(request, upload)
    if request.method != "POST":
        if upload.delivery_id is not None and upload.state == UploadState.IMPORTED:
            return redirect("delivery", delivery_id=upload.delivery_id)
        _look_first(upload, user_of(request))
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
    uploads.remove(upload)
    if "text/html" in request.headers.get("Accept", ""):
        if upload.whole is not None:
            return redirect("import_upload", token=upload.whole.token)
        return redirect("imports")
    return JsonResponse({"dropped": True})


def _upload(request: HttpRequest, token: UUID) -> Upload:
    found = uploads.visible(user_of(request)).filter(token=token).first()
    if found is None:
        raise Http404("没有这次上传，可能已删去或过期，或不归您查看。请重新上传。")
    return found


def _look_first(upload: Upload, by: User) -> None:
    """An upload that nobody looked at yet is looked at."""
    if upload.state != UploadState.RECEIVED or upload.job_id is not None:
        return
    if not upload.target or upload.target == targets.IMAGE:
        target = targets.first_target(upload.file_name)
        uploads.choose(upload, target, {**upload.options, "guess": True}, by=by)
    uploads.look(upload, by=by)


def _posted(request: HttpRequest, upload: Upload) -> Draft:
    """Keep the draft, then look or bring; a refusal becomes a fault of the whole form."""
    action = request.POST.get("action", "save")
    scope, user = request_scope(request), user_of(request)
    draft = drafted(upload, request.POST, scope, user)
    try:
        uploads.choose(upload, draft.target, draft.options, by=user)
        if action in {"try", "bring"} and not draft.faults:
            draft.faults.update(lacking(draft, upload.preview or {}))
            if not draft.faults:
                uploads.bring(upload, by=user, dry_run=action == "try")
        elif action == "look" or draft.look:
            uploads.look(upload, by=user)
    except NotAllowed:
        raise
    except GislandError as error:
        draft.faults[""] = str(error)
    return draft


def _page(request: HttpRequest, upload: Upload, draft: Draft, *, status: int = 200) -> HttpResponse:
    scope = request_scope(request)
    context = told(upload, draft, request.POST, scope, user_of(request))
    context["job"] = job_pages.told(upload.job) if upload.job is not None else None
    shapes = context.pop("shapes")
    more: dict[str, Any] = {"shapes": shapes}
    context["map_config"] = ground_map(scope, bounds=context.pop("bounds"), **more)
    return render(request, "imports/upload.html", context, status=status)
