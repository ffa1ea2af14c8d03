"""The field page: cases near the phone, patches on imagery, photos and findings. 外业核查"""

from __future__ import annotations

import datetime
import math
import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.gis.geos import Point
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from gisland.casework import field, queue
from gisland.casework.field_words import words
from gisland.field_who import mark_of, put_mark, require_own
from gisland.pages import field_told
from gisland.pages.cases import found, person
from gisland.pages.review_acts import told_body
from spatial import crs, vocabulary
from spatial.errors import InputRefused
from spatial.scope import LoginNeeded, login_or_demo, request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest

    from spatial.models import User

COUNTY_DIGITS, TOWNSHIP_DIGITS = 6, 9
WORKER = settings.BASE_DIR / "gisland" / "static" / "gisland" / "js" / "field" / "worker.js"


@login_or_demo
@ensure_csrf_cookie
@require_safe
def field_page(request: HttpRequest) -> HttpResponse:
    """The page as it is kept on the phone: nothing of a person or a case is in it."""
    by = _person(request)
    told = {
        "list_url": "cases.json",
        "keep_hours": words().keep_hours,
        "limit_bytes": settings.EVIDENCE_LIMIT_BYTES,
        "most": field.MOST,
    }
    response = render(
        request,
        "gisland/field.html",
        {"told": told, "words": words(), "land_classes": vocabulary.land_use_terms().items()},
    )
    put_mark(response, by)
    return response


@require_safe
def field_worker(request: HttpRequest) -> HttpResponse:
    """The service worker; it lies here because it may serve only what lies below it."""
    response = HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@login_or_demo
@require_safe
def field_cases(request: HttpRequest) -> HttpResponse:
    """Open cases, the nearest first where the phone says where it is."""
    scope, by = request_scope(request), _person(request)
    given = request.GET
    place, asked = _place(given.get("lon", ""), given.get("lat", "")), _asked(given)
    region = given.get("region", "").strip()
    near = field.list_near(
        scope, asked, by, timezone.localdate(), place=place,
        township=region if len(region) == TOWNSHIP_DIGITS else "",
    )  # fmt: skip
    told = {
        "who": mark_of(by),
        "name": str(by),
        "at": timezone.now().isoformat(),
        "cases": field_told.rows(scope, near, by),
        "regions": field_told.townships(scope),
        "may_handle": scope.can(field.ACT),
        "may_attach": scope.can("evidence"),
    }
    response = JsonResponse(told)
    response["Cache-Control"] = "no-store"
    put_mark(response, by)
    return response


@login_or_demo
@require_safe
def field_picture(request: HttpRequest, case_id: int, moment: str) -> HttpResponse:
    """The patch on imagery, small enough to be kept on a phone."""
    scope = request_scope(request)
    _person(request)
    case = found(scope, case_id)
    if moment not in field_told.MOMENTS:
        raise Http404
    body = field_told.picture(scope, case, moment)
    if body is None:
        raise Http404("没有这一时相的影像。")
    response = HttpResponse(body, content_type="image/svg+xml")
    response["Cache-Control"] = "no-store"
    response["Content-Security-Policy"] = "default-src 'none'; img-src data:; sandbox"
    return response


@login_or_demo
@require_POST
def field_result(request: HttpRequest, case_id: int) -> HttpResponse:
    """Register what was found on the spot; the same receipt again is answered the same."""
    by = _person(request)
    scope = request_scope(request)
    require_own(request)
    found(scope, case_id)
    told = told_body(request)
    visit = field.Visit(
        receipt=_receipt(_text(told, "receipt")),
        result=_text(told, "result"),
        on=_day(_text(told, "on")),
        purpose=_text(told, "purpose"),
        land_class=_text(told, "land_class"),
        note=_text(told, "note"),
        report=told.get("report") is True,
    )
    answer = field.register(by, case_id, visit, timezone.now())
    return JsonResponse(answer, status=201 if answer["new"] else 200)


def _person(request: HttpRequest) -> User:
    by = person(request)
    if by is None:
        raise LoginNeeded("请先登录，再使用外业核查。")
    return by


def _asked(given: Any) -> queue.Asked:
    region = given.get("region", "").strip()
    if region and not (
        region.isdigit() and region.isascii() and len(region) in (COUNTY_DIGITS, TOWNSHIP_DIGITS)
    ):
        raise InputRefused(f"行政区代码 {region} 有误。请从列表中选择。")
    return queue.Asked(county=region[:COUNTY_DIGITS], mine=given.get("mine", ""))


def _place(lon: str, lat: str) -> Point | None:
    if not lon and not lat:
        return None
    try:
        x, y = float(lon), float(lat)
    except ValueError:
        raise InputRefused("定位的坐标有误。请重新定位，或按乡镇查找。") from None
    if not (math.isfinite(x) and math.isfinite(y) and abs(x) <= 180 and abs(y) <= 90):
        raise InputRefused("定位的坐标不是经纬度。请重新定位，或按乡镇查找。")
    return Point(x, y, srid=crs.STORAGE_SRID)


def _text(told: dict[str, Any], name: str) -> str:
    value = told.get(name, "")
    if not isinstance(value, str):
        raise InputRefused("发送的内容有误。请刷新页面后重新填写。")
    return value


def _receipt(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise InputRefused("回执号有误，请重新填写后再发送。") from None


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise InputRefused(f"核查日期 {text} 应写作 2026-03-31。") from None
