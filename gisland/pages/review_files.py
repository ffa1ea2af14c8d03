"""What is taken away from the desk: register, KML, printed sheets; per patch and per filter."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST, require_safe

from gisland.pages import review_register, review_sheets
from imports import export_log
from imports.export import Form, export_to_bytes
from imports.export_patches import PATCHES
from imports.export_source import Asked
from spatial import jobs
from spatial.errors import InputRefused
from spatial.models import Job, JobState, User
from spatial.review.filters import Filters, select
from spatial.scope import LoginNeeded, login_or_demo, request_scope, scope_of

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from django.http import HttpRequest

    from spatial.job_progress import Progress
    from spatial.scope import Scope

AT_ONCE = 10
"""Up to so many sheets are printed while the person waits; more are work in the background."""
MOST_ROWS = 20_000
"""Rows of a file from the desk; more is for the command line."""
KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "kml": "application/vnd.google-earth.kml+xml",
    "geojson": "application/geo+json",
    "pdf": "application/pdf",
}
REGISTER, SHEETS = "register", "sheets"
JOB = "print_sheets"
FOLDER = "sheets"
GUARD = "internal"
"""The secrecy whose export right is asked for, as for every file of patches."""


@login_or_demo
@require_GET
def taken(request: HttpRequest, form: str) -> HttpResponse:
    """The file of what the address asks for: ``only=ID`` one patch, else all the filters find."""
    if form not in KINDS:
        raise Http404(f"没有格式 {form}。")
    scope, today = request_scope(request), timezone.localdate()
    scope.require("export", GUARD)
    asked = asked_of(scope, request.GET)
    by = name_of(request)
    user = request.user if isinstance(request.user, User) else None
    if form == "xlsx":
        name, data = _register(scope, asked, by=by, user=user, today=today)
    elif form == "pdf":
        if len(asked.patch_ids or ()) > AT_ONCE:
            raise InputRefused(f"超过 {AT_ONCE} 个图斑的一图一表在后台打印，请用“一图一表”按钮。")
        root = request.build_absolute_uri("/").rstrip("/")
        name, data = printed(scope, asked, by=by, user=user, today=today, root=root)
    else:
        name, data, _ = export_to_bytes(PATCHES, Form(form), asked, by=by, today=today, user=user)
    answer = HttpResponse(data, content_type=KINDS[form])
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def asked_of(scope: Scope, told: Mapping[str, Any]) -> Asked:
    """Which patches an address asks for, at most MOST_ROWS.

    Raises InputRefused where there are none or more, with the remedy.
    """
    filters = Filters.read(told)
    found = select(scope, filters)
    said = "；".join(f"{name}={value}" for name, value in filters.told().items())
    if only := str(told.get("only", "")):
        if not only.isdigit() or len(only) > 18:
            raise InputRefused("图斑编号有误。请刷新后重试。")
        found, said = select(scope, Filters()).filter(pk=int(only)), "单个图斑"
    ids = list(found.order_by("pk").values_list("pk", flat=True)[: MOST_ROWS + 1])
    if not ids:
        raise InputRefused("没有符合条件的图斑，没有可导出的。请放宽条件。")
    if len(ids) > MOST_ROWS:
        raise InputRefused(
            f"超过 {MOST_ROWS} 个图斑，不在页面上导出。请按批次或行政区缩小筛选，"
            "或请数据管理员用命令 export patches 导出。"
        )
    return Asked(scope=scope, patch_ids=ids, said=said or "全部")


def _register(
    scope: Scope, asked: Asked, *, by: str, user: User | None, today: datetime.date
) -> tuple[str, bytes]:
    table = review_register.register(scope, list(asked.patch_ids or ()))
    mark = export_log.new_mark()
    stamp = export_log.stamp_of("图斑", len(table.rows), by, today.isoformat(), asked, mark)
    data = review_register.workbook(table, asked=asked.said, stamp=stamp)
    name = f"register-{today.isoformat()}.xlsx"
    export_log.write_page(mark, name, asked, what=REGISTER, rows=len(table.rows), by=by, user=user)
    return name, data


def printed(
    scope: Scope,
    asked: Asked,
    *,
    by: str,
    user: User | None,
    today: datetime.date,
    root: str,
    progress: Any = lambda done, total: None,
) -> tuple[str, bytes]:
    """The sheets as a file on record: its name and bytes."""
    mark = export_log.new_mark()
    ids = list(asked.patch_ids or ())
    data = review_sheets.sheets(
        scope, ids, made_on=today, by=by, root=root, mark=mark, progress=progress
    )
    name = f"sheets-{today.isoformat()}-{mark}.pdf"
    export_log.write_page(mark, name, asked, what=SHEETS, rows=len(ids), by=by, user=user)
    return name, data


@login_or_demo
@require_POST
def start_sheets(request: HttpRequest) -> JsonResponse:
    """Begin to print the sheets of all that the filters find; the job to ask after."""
    scope = request_scope(request)
    scope.require("export", GUARD)
    if not isinstance(request.user, User):
        raise LoginNeeded("请先登录，再在后台打印。")
    filters = Filters.read(request.POST)
    count = len(asked_of(scope, filters.told()).patch_ids or ())
    if count > review_sheets.MOST:
        raise InputRefused(
            f"有 {count} 个图斑，一份最多 {review_sheets.MOST} 页。请缩小筛选分批打印。"
        )
    arguments = {
        "filters": filters.told(),
        "today": timezone.localdate().isoformat(),
        "root": request.build_absolute_uri("/").rstrip("/"),
    }
    job = jobs.start(JOB, f"一图一表 {count} 个图斑", arguments, by=request.user)
    return JsonResponse({"job": job.pk})


def print_in_background(
    arguments: dict[str, Any], by: User, today: datetime.date, progress: Progress
) -> dict[str, Any]:
    """Print and keep the file for its user; what the job tells of it."""
    scope = scope_of(by)
    asked = asked_of(scope, arguments["filters"])
    name, data = printed(
        scope, asked, by=by.username, user=by, today=today, root=arguments["root"],
        progress=lambda done, total: progress("排版", done, total),
    )  # fmt: skip
    folder = Path(settings.MEDIA_ROOT) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    token = f"{uuid.uuid4().hex}.pdf"
    (folder / token).write_bytes(data)
    return {"token": token, "name": name, "count": len(asked.patch_ids or ())}


@login_or_demo
@require_safe
def sheets_state(request: HttpRequest, job_id: int) -> JsonResponse:
    """How far the printing is."""
    job = _job(request, job_id)
    told = jobs.told(job)
    told["result"] = {"count": job.result.get("count", 0)}
    return JsonResponse(told)


@login_or_demo
@require_safe
def sheets_pdf(request: HttpRequest, job_id: int) -> FileResponse:
    """The printed file, for whoever had it printed."""
    job = _job(request, job_id)
    path = Path(settings.MEDIA_ROOT) / FOLDER / str(job.result.get("token", "missing"))
    if job.state != JobState.DONE or not path.is_file():
        raise Http404("文件还没有打印好，或已过期删除。请重新打印。")
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=job.result["name"], content_type=KINDS["pdf"]
    )


def _job(request: HttpRequest, job_id: int) -> Job:
    if not isinstance(request.user, User):
        raise LoginNeeded("请先登录。")
    jobs.end_lost()
    job = Job.objects.filter(pk=job_id, kind=JOB, by=request.user).first()
    if job is None:
        raise Http404("没有这份打印任务，或不是您提交的。")
    return job


def prune(before: datetime.datetime) -> int:
    """Remove printed files that are older; how many."""
    folder = Path(settings.MEDIA_ROOT) / FOLDER
    old = [
        path
        for path in (folder.iterdir() if folder.is_dir() else ())
        if path.stat().st_mtime < before.timestamp()
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def name_of(request: HttpRequest) -> str:
    """Who takes the file, as it stands in it."""
    return request.user.get_username() if request.user.is_authenticated else "演示访客"
