"""What is taken away from the desk: register, KML, printed sheets; per patch and per filter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from gisland.pages import review_register, review_sheets
from imports import export_log
from imports.export import Form, export_to_bytes
from imports.export_patches import PATCHES
from imports.export_source import Asked
from spatial.errors import InputRefused
from spatial.models import User
from spatial.review import queue
from spatial.review.filters import Filters, select
from spatial.scope import login_or_demo, request_scope

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from spatial.models import Patch
    from spatial.scope import Scope

SHEETS_AT_ONCE = 10
"""Up to so many sheets are printed while the person waits; more are work in the background."""
ROWS_AT_ONCE = 2_000
"""Up to so many rows a register is written while the person waits; more in the background."""
MOST_ROWS = 20_000
"""Rows of a file of shapes from the desk; more is for the command line."""
MOST_REGISTERED = 500_000
"""Rows of a register; a spreadsheet holds a million lines."""
KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "kml": "application/vnd.google-earth.kml+xml",
    "geojson": "application/geo+json",
    "pdf": "application/pdf",
}
REGISTER, SHEETS = "register", "sheets"
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
        if len(asked.patch_ids or ()) > ROWS_AT_ONCE:
            raise InputRefused(
                f"超过 {ROWS_AT_ONCE} 个图斑的台账在后台生成，请用核查台的“导出 → 台账 XLSX”。"
            )
        name, data = _register(scope, asked, by=by, user=user, today=today)
    elif form == "pdf":
        if len(asked.patch_ids or ()) > SHEETS_AT_ONCE:
            raise InputRefused(
                f"超过 {SHEETS_AT_ONCE} 个图斑的一图一表在后台打印，请用“一图一表”按钮。"
            )
        root = request.build_absolute_uri("/").rstrip("/")
        name, data = printed(scope, asked, by=by, user=user, today=today, root=root)
    else:
        name, data, _ = export_to_bytes(PATCHES, Form(form), asked, by=by, today=today, user=user)
    answer = HttpResponse(data, content_type=KINDS[form])
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def asked_of(scope: Scope, told: Mapping[str, Any], most: int | None = None) -> Asked:
    """Which patches an address asks for, in order of address, at most MOST_ROWS or as told.

    Raises InputRefused where there are none or more, with the remedy.
    """
    found, said = _found(scope, told)
    most = MOST_ROWS if most is None else most
    ids = list(found.order_by(*queue.ADDRESS).values_list("pk", flat=True)[: most + 1])
    _require_count(len(ids), most)
    return Asked(scope=scope, patch_ids=ids, said=said or "全部")


def count_asked(scope: Scope, told: Mapping[str, Any], most: int | None = None) -> int:
    """How many patches ``asked_of`` would give, neither sorted nor read; refused alike."""
    most = MOST_ROWS if most is None else most
    count = _found(scope, told)[0].order_by()[: most + 1].count()
    _require_count(count, most)
    return count


def _found(scope: Scope, told: Mapping[str, Any]) -> tuple[QuerySet[Patch], str]:
    """What an address asks for, and how that is said."""
    if only := str(told.get("only", "")):
        if not only.isdigit() or len(only) > 18:
            raise InputRefused("图斑编号有误。请刷新后重试。")
        return select(scope, Filters()).filter(pk=int(only)), "单个图斑"
    filters = Filters.read(told)
    said = "；".join(f"{name}={value}" for name, value in filters.told().items())
    return select(scope, filters), said


def _require_count(count: int, most: int) -> None:
    if not count:
        raise InputRefused("没有符合条件的图斑，没有可导出的。请放宽条件。")
    if count > most:
        raise InputRefused(
            f"超过 {most} 个图斑，不在页面上导出。请按批次或行政区缩小筛选，"
            "或请数据管理员用命令 export patches 导出。"
        )


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


def name_of(request: HttpRequest) -> str:
    """Who takes the file, as it stands in it."""
    return request.user.get_username() if request.user.is_authenticated else "演示访客"
