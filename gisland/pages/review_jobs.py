"""Large files from the desk: written in the background, seen, stopped, fetched by their asker."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import FileResponse, Http404, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from gisland.pages import review_files, review_register, review_sheets
from imports import export_log
from spatial import jobs
from spatial.errors import InputRefused, NotAllowed
from spatial.models import Job, JobState, User
from spatial.review.filters import Filters
from spatial.scope import LoginNeeded, login_or_demo, request_scope, scope_of

if TYPE_CHECKING:
    import datetime

    from django.http import HttpRequest

    from spatial.job_progress import Progress
    from spatial.scope import Scope

SHEETS_JOB, REGISTER_JOB = "print_sheets", "write_register"
FORMS = {SHEETS_JOB: "pdf", REGISTER_JOB: "xlsx"}
FOLDER = "sheets"


@login_or_demo
@require_POST
def start(request: HttpRequest, form: str) -> JsonResponse:
    """Begin the file of all that the filters find; the job to ask after."""
    scope = request_scope(request)
    scope.require("export", review_files.GUARD)
    if not isinstance(request.user, User):
        raise LoginNeeded("请先登录，再在后台生成文件。")
    kinds = {told: kind for kind, told in FORMS.items()}
    if form not in kinds:
        raise Http404(f"没有格式 {form}。")
    told = Filters.read(request.POST).told()
    is_register = kinds[form] == REGISTER_JOB
    most = review_files.MOST_REGISTERED if is_register else None
    count = review_files.count_asked(scope, told, most)
    if not is_register and count > review_sheets.MOST:
        raise InputRefused(
            f"有 {count} 个图斑，一份最多 {review_sheets.MOST} 页。请缩小筛选分批打印。"
        )
    arguments = {
        "filters": told,
        "today": timezone.localdate().isoformat(),
        "root": request.build_absolute_uri("/").rstrip("/"),
    }
    title = review_register.TITLE if is_register else "一图一表"
    job = jobs.start(kinds[form], f"{title} {count} 个图斑", arguments, by=request.user)
    return JsonResponse({"job": job.pk})


def print_in_background(
    arguments: dict[str, Any], by: User, today: datetime.date, progress: Progress
) -> dict[str, Any]:
    """Print sheets and keep the file for its user; what the job tells of it."""
    scope = scope_of(by)
    scope.require("export", review_files.GUARD)
    asked = review_files.asked_of(scope, arguments["filters"])
    name, data = review_files.printed(
        scope, asked, by=by.username, user=by, today=today, root=arguments["root"],
        progress=lambda done, total: progress("排版", done, total),
    )  # fmt: skip
    path = _new_file(FORMS[SHEETS_JOB])
    path.write_bytes(data)
    count = len(asked.patch_ids or ())
    return {"token": path.name, "name": name, "count": count, "scope": scope.key}


def write_in_background(
    arguments: dict[str, Any], by: User, today: datetime.date, progress: Progress
) -> dict[str, Any]:
    """Write a register and keep the file for its user; nothing is left of one that is stopped."""
    scope = scope_of(by)
    scope.require("export", review_files.GUARD)
    progress("查找图斑")
    asked = review_files.asked_of(scope, arguments["filters"], review_files.MOST_REGISTERED)
    ids, mark = list(asked.patch_ids or ()), export_log.new_mark()
    stamp = export_log.stamp_of("图斑", len(ids), by.username, today.isoformat(), asked, mark)
    path, name = _new_file(FORMS[REGISTER_JOB]), f"register-{today.isoformat()}.xlsx"

    def between_lots(done: int, total: int) -> None:
        progress("写台账", done, total)
        _require_same(scope, by)

    try:
        count = review_register.long_workbook(
            path, scope, ids, asked=asked.said, stamp=stamp, progress=between_lots
        )
        export_log.write_page(
            mark, name, asked, what=review_files.REGISTER, rows=count, by=by.username, user=by
        )
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return {"token": path.name, "name": name, "count": count, "scope": scope.key}


def _require_same(scope: Scope, by: User) -> None:
    """Refuse to go on for whom something else may be seen by now than when the file was begun."""
    if scope_of(User.objects.get(pk=by.pk)).key != scope.key:
        raise NotAllowed("文件生成期间您的权限有变，已停止生成。请重新导出。")


def _new_file(form: str) -> Path:
    folder = Path(settings.MEDIA_ROOT) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{uuid.uuid4().hex}.{form}"


@login_or_demo
@require_safe
def state(request: HttpRequest, job_id: int) -> JsonResponse:
    """How far the file is."""
    job = _job(request, job_id)
    told = jobs.told(job)
    told["result"] = {"count": job.result.get("count", 0)}
    return JsonResponse(told)


@login_or_demo
@require_POST
def stop(request: HttpRequest, job_id: int) -> JsonResponse:
    """Ask that the file be given up."""
    jobs.stop(_job(request, job_id))
    return JsonResponse({})


@login_or_demo
@require_safe
def fetch(request: HttpRequest, job_id: int) -> Any:
    """The finished file, for whoever asked for it and may still see all that is in it."""
    scope = request_scope(request)
    scope.require("export", review_files.GUARD)
    job = _job(request, job_id)
    if job.state == JobState.DONE and job.result.get("scope") != scope.key:
        raise Http404("文件生成后您的权限有变，不再提供。请重新导出。")
    path = Path(settings.MEDIA_ROOT) / FOLDER / str(job.result.get("token", "missing"))
    if job.state != JobState.DONE or not path.is_file():
        raise Http404("文件还没有生成，或已过期删除。请重新导出。")
    kind = review_files.KINDS[FORMS[job.kind]]
    name = job.result["name"]
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=kind)


def _job(request: HttpRequest, job_id: int) -> Job:
    if not isinstance(request.user, User):
        raise LoginNeeded("请先登录。")
    jobs.end_lost()
    job = Job.objects.filter(pk=job_id, kind__in=FORMS, by=request.user).first()
    if job is None:
        raise Http404("没有这份导出任务，或不是您提交的。")
    return job


def prune(before: datetime.datetime) -> int:
    """Remove files that are older; how many."""
    folder = Path(settings.MEDIA_ROOT) / FOLDER
    old = [
        path
        for path in (folder.iterdir() if folder.is_dir() else ())
        if path.stat().st_mtime < before.timestamp()
    ]
    for path in old:
        if path.is_dir():  # what a worker left that was killed
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(old)
