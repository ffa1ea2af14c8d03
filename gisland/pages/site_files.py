"""A site check as a file: printed extract, shapes, tables; each on record. 选址检查导出"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from gisland.pages import site_report
from gisland.pages.paper_files import answer
from gisland.pages.site_told import told_of
from imports import export_log
from imports.site_export import FORMS, GUARD, export_site
from spatial.models import User
from spatial.scope import login_or_demo, request_scope
from spatial.site_check import check as checks

if TYPE_CHECKING:
    from django.http import HttpRequest

    from gisland.pages.site_told import Told
    from spatial.scope import Scope

WHAT = "site"
TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "shp": "application/zip",
    "kml": "application/vnd.google-earth.kml+xml",
}
SHOWN = ("xlsx", "geojson", "gpkg", "kml")
"""The files that the page offers, beside the extract."""


def offered(scope: Scope) -> tuple[str, ...]:
    """The forms that the reader may take away; the printed extract goes with the page itself."""
    return SHOWN if scope.may("export", GUARD) else ()


@login_or_demo
@require_safe
def site_check_pdf(request: HttpRequest, site_id: int) -> HttpResponse:
    """The extract on paper: what the reader sees on the page, and no more."""
    told = _told(request, site_id)
    address = reverse("site_check_result", args=[site_id]) + told.address
    content = site_report.extract(
        told,
        made_on=timezone.localdate(),
        by=_who(request),
        address=request.build_absolute_uri(address),
    )
    return _paper(request, told, content, "pdf")


@login_or_demo
@require_safe
def site_check_file(request: HttpRequest, site_id: int, form: str) -> HttpResponse:
    """The tables as XLSX, or the shapes in one of the formats of exports."""
    if form == "xlsx":
        scope = request_scope(request)
        scope.require("export", GUARD)
        told = _told(request, site_id)
        content = site_report.spreadsheet(told, made_on=timezone.localdate(), by=_who(request))
        return _paper(request, told, content, "xlsx")
    if form not in FORMS:
        raise Http404("没有这种格式。")
    scope = request_scope(request)
    site = checks.found(scope, site_id)
    name, content = export_site(
        site, scope, form, by=_who(request), today=timezone.localdate(), user=_user(request)
    )
    return answer(content, TYPES[form], name)


def _told(request: HttpRequest, site_id: int) -> Told:
    scope = request_scope(request)
    return told_of(checks.found(scope, site_id), scope, request.GET)


def _paper(request: HttpRequest, told: Told, content: bytes, form: str) -> HttpResponse:
    """The file, once it is on record; without a record nothing is given out."""
    name = f"选址检查-{told.result['code']}.{form}"
    export_log.write_paper(
        WHAT, form, name, rows=len(told.lines),
        asked={"site": told.site.id, "avoid": list(told.avoid)},
        scope=told.scope, by=_who(request), user=_user(request),
    )  # fmt: skip
    return answer(content, TYPES[form], name, inline=form == "pdf")


def _user(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _who(request: HttpRequest) -> str:
    user = _user(request)
    if user is None:
        return "演示访客"
    return f"{user.get_full_name() or user.get_username()}{f' {user.unit}' if user.unit else ''}"
