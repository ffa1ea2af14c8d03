"""A file of several layers on a page: what each is, where each goes, how far each has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect, render

from imports import upload_parts
from imports.models import Upload, UploadState
from imports.pages import jobs as job_pages
from imports.pages import targets
from imports.pages.gate import user_of
from imports.pages.upload_options import Draft, drafted, lacking
from imports.pages.upload_view import regions_of
from imports.pages.words import on_page
from imports.upload_parts import OPEN
from spatial.errors import GislandError, InputRefused, NotAllowed
from spatial.models import JobState
from spatial.scope import request_scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from spatial.models import Job
    from spatial.scope import Scope

COLUMNS = 8
SHARED = ("region", "valid_from", "batch")
ACTIONS = ("part", "bring_all", "try_all", "unpart")


def shows_parts(request: HttpRequest, upload: Upload) -> bool:
    """Whether the layers are to be shown instead of the one upload."""
    if upload.state == UploadState.PARTED or request.POST.get("action") in ACTIONS:
        return True
    several = len((upload.preview or {}).get("parts") or ()) > 1
    is_open = several and not upload.busy and upload.whole_id is None
    if "parts" in request.GET:
        return is_open
    chosen = "one" in request.GET or upload.options.get("sublayer")
    return is_open and not chosen and request.method != "POST"


def parts_page(request: HttpRequest, upload: Upload) -> HttpResponse:
    """The layers to choose from, or those chosen; a POST chooses, brings in or takes back."""
    fault, faults = "", {}
    if request.method == "POST":
        try:
            faults = _act(request, upload)
        except NotAllowed:
            raise
        except GislandError as error:
            fault = on_page(str(error))
        if not fault and not faults:
            return redirect("import_upload", token=upload.token)
    scope = request_scope(request)
    upload.refresh_from_db()
    context = {
        "upload": upload,
        "fault": fault,
        "faults": faults,
        "given": request.POST,
        **(_chosen(upload) if upload.state == UploadState.PARTED else _choice(request, upload)),
        "regions": regions_of(scope, user_of(request)),
    }
    return render(request, "imports/parts.html", context, status=422 if fault or faults else 200)


def _act(request: HttpRequest, upload: Upload) -> dict[str, str]:
    action, by, scope = request.POST["action"], user_of(request), request_scope(request)
    if action == "unpart":
        upload_parts.whole_again(upload)
    elif action == "part":
        names = [one["name"] for one in (upload.preview or {}).get("parts", [])]
        allowed = {code for _, group in targets.choices(scope) for code, _ in group}
        wanted = {name: request.POST.get(f"target.{at}", "") for at, name in enumerate(names)}
        if set(wanted.values()) - {"", *allowed}:
            raise InputRefused("没有这个去向，或您无权使用。请重新选择。")
        draft = drafted(Upload(options={}), _shared(request.POST), scope, by)
        if draft.faults:
            return draft.faults
        upload_parts.part(upload, wanted, draft.options, by=by)
    else:
        ready = [one for one in upload.parts.select_related("job") if _is_ready(one)]
        if not ready:
            raise InputRefused("没有可以导入的图层：先按各行所说补全。")
        upload_parts.bring_all(upload, ready, by=by, dry_run=action == "try_all")
    return {}


def _shared(posted: Mapping[str, str]) -> dict[str, str]:
    return {name: posted[name] for name in SHARED if name in posted}


def _choice(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    scope = request_scope(request)
    found = (upload.preview or {}).get("parts") or []
    return {
        "layers": [
            {
                **one,
                "at": at,
                "fault": on_page(one.get("fault", "")),
                "shown": "、".join(one.get("columns", [])[:COLUMNS]),
                "more": len(one.get("columns", [])) > COLUMNS,
                "target": request.POST.get(f"target.{at}", _proposed(one, scope)),
            }
            for at, one in enumerate(found)
        ],
        "groups": [group for group in targets.choices(scope) if group[1] and group[0] != "影像"],
        "values": {
            "region": request.POST.get("region", _own(request)),
            **{name: request.POST.get(name, "") for name in SHARED[1:]},
        },
    }


def _own(request: HttpRequest) -> str:
    user = user_of(request)
    return user.region.code if user.region is not None else ""


def _proposed(one: Mapping[str, Any], scope: Scope) -> str:
    """The target that the columns speak for most, else the name; none where they speak for none."""
    if not one.get("columns") or not one.get("rows"):
        return ""
    found = targets.suggested(one["columns"], scope)
    return str(found[0]["target"]) if found else targets.named(one["name"], scope)


def _chosen(upload: Upload) -> dict[str, Any]:
    parts = [_row(one) for one in upload.parts.select_related("job", "delivery").order_by("pk")]
    return {
        "parts": parts,
        "ready": sum(row["is_ready"] for row in parts),
        "done": sum(row["upload"].state == UploadState.IMPORTED for row in parts),
        "busy": any(row["upload"].busy for row in parts),
    }


def _row(upload: Upload) -> dict[str, Any]:
    preview = upload.preview or {}
    job = upload.job
    return {
        "upload": upload,
        "term": targets.term_of(upload.target),
        "rows": preview.get("rows"),
        "crs": preview.get("crs", ""),
        "job": job_pages.told(job) if job is not None and job.state != JobState.DONE else None,
        "said": _said(job),
        "error": "" if upload.busy else on_page(upload.error),
        "lack": [] if upload.busy or not preview.get("crs") else _lack(upload),
        "is_ready": _is_ready(upload),
    }


def _said(job: Job | None) -> str:
    """What the last job came to."""
    if job is None or job.state != JobState.DONE:
        return ""
    if job.result.get("tried"):
        count = job.result.get("count", 0)
        return "试运行：可以导入" + (f"，有 {count} 个问题" if count else "，没有问题")
    return str(job.result.get("said", ""))


def _lack(upload: Upload) -> list[str]:
    return list(lacking(Draft(upload.target, upload.options), upload.preview or {}).values())


def _is_ready(upload: Upload) -> bool:
    """Whether nothing is in the way of its import."""
    return upload.state in OPEN and bool((upload.preview or {}).get("crs")) and not _lack(upload)
