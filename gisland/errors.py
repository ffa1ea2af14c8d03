"""Errors to HTTP: one table; a Chinese page for people, problem+json for machines."""

from __future__ import annotations

import logging
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from django.contrib.auth.views import redirect_to_login
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.views import exception_handler

from gisland.casework.errors import ClueRepeated, StaleCase, StaleClue
from spatial import errors
from spatial.review.acts import StaleReview
from spatial.scope import LoginNeeded, mark_private
from spatial.site_check.check import DataChanging, SiteUnknown

if TYPE_CHECKING:
    from collections.abc import Callable

PROBLEM = "application/problem+json"
UNREACHABLE = (OperationalError, InterfaceError)
"""The database is away, or broke off: nothing that the asker did, and it passes."""
RETRY_AFTER_S = 30
NUL = "\x00"
NOT_HERE = "没有这个地址，或您无权查看。"

log = logging.getLogger(__name__)

STATUS: dict[type[errors.GislandError], int] = {
    LoginNeeded: 401,
    errors.NotAllowed: 403,
    errors.PatchUnknown: 404,
    errors.BatchUnknown: 404,
    errors.PatchNotAssessed: 404,
    errors.UnknownRegion: 404,
    errors.UnknownLayer: 404,
    errors.RunStale: 409,
    StaleReview: 409,
    StaleCase: 409,
    StaleClue: 409,
    ClueRepeated: 409,
    SiteUnknown: 404,
    DataChanging: 503,
    errors.UploadTooLarge: 413,
    errors.DiskFull: 507,
    errors.GislandError: 400,
}
"""The most specific class wins; anything else of ours is a bad request."""

TITLES = {
    400: "请求有误",
    401: "需要登录",
    403: "无权限",
    404: "未找到",
    405: "不支持的方法",
    406: "不能提供所要的格式",
    409: "与现状冲突",
    413: "文件过大",
    415: "不支持的内容类型",
    429: "请求过于频繁",
    500: "服务器内部错误",
    503: "服务暂不可用",
    507: "服务器磁盘空间不足",
}


def status_of(error: errors.GislandError) -> int:
    """The HTTP status of one of our errors."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def title_of(status: int) -> str:
    """What a status is called."""
    return TITLES.get(status) or HTTPStatus(status).phrase


def wants_json(request: HttpRequest) -> bool:
    """Whether a machine asks: API, tiles, or an Accept header without HTML."""
    machine = request.path.startswith(("/api/", "/tiles/", "/imagery/"))
    return machine or "text/html" not in request.headers.get("Accept", "text/html")


def problem(status: int, title: str, detail: str = "") -> JsonResponse:
    """An RFC 9457 problem."""
    body = {"type": "about:blank", "status": status, "title": title, "detail": detail}
    response = JsonResponse(body, status=status, content_type=PROBLEM)
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Token"
    return response


def api_problem(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's exceptions, and ours in the API, as problems; others become a 500 in Django."""
    if isinstance(error, errors.GislandError):
        status = status_of(error)
        return problem(status, title_of(status), str(error))
    response = exception_handler(error, context)
    if response is None:
        return None
    status = response.status_code
    body: dict[str, Any] = {"type": "about:blank", "status": status}
    body["title"] = title_of(status)
    if isinstance(error, ValidationError):
        body["detail"] = "有参数不合格，见 errors。"
        body["errors"] = response.data
    else:
        body["detail"] = str(error.detail if isinstance(error, APIException) else NOT_HERE)
    answer = JsonResponse(body, status=status, content_type=PROBLEM)
    for name in ("WWW-Authenticate", "Retry-After"):
        if name in response.headers:
            answer[name] = response.headers[name]
    return answer


class ErrorMiddleware:
    """Turns our errors into answers; others pass through to Django."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next step."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; a bare refusal of the method becomes a problem for machines.

        No text of an address holds the character 0, and the database takes none; the API says
        itself which parameter has it.
        """
        if not request.path.startswith("/api/") and NUL in _address(request):
            return bad_request(request)
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and wants_json(request):
            return _method_refused(response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer an error that a person can act on."""
        if isinstance(error, UNREACHABLE):
            return _unreachable(request, error)
        if isinstance(error, DataError) and "NUL" in str(error):  # in a form or a JSON body
            return bad_request(request, error)
        if not isinstance(error, errors.GislandError):
            return None
        status = status_of(error)
        if isinstance(error, LoginNeeded) and not wants_json(request):
            return redirect_to_login(request.get_full_path())
        return mark_private(_answer(request, status, "gisland/error.html", str(error)))


def _address(request: HttpRequest) -> str:
    return f"{request.path}?{unquote_plus(request.META.get('QUERY_STRING', ''))}"


def _method_refused(response: HttpResponse) -> HttpResponse:
    if response.headers.get("Content-Type") == PROBLEM:
        return response
    allowed = response.headers.get("Allow", "")
    status = HTTPStatus.METHOD_NOT_ALLOWED
    answer = problem(status, title_of(status), f"这个地址只接受 {allowed}。")
    answer["Allow"] = allowed
    return answer


def _unreachable(request: HttpRequest, error: BaseException) -> HttpResponse:
    """503: what the database said stays in the log."""
    log.error("database: %s %s", request.method, request.path, exc_info=error)
    message = "数据库暂时不能应答，这次请求没有完成。请稍后重试，仍有问题请联系系统管理员。"
    answer = _bare(request, HTTPStatus.SERVICE_UNAVAILABLE, message)
    answer["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def _answer(request: HttpRequest, status: int, template: str, message: str) -> HttpResponse:
    title = title_of(status)
    if wants_json(request):
        return problem(status, title, message)
    context = {"title": title, "message": message, "status": status}
    return render(request, template, context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400 outside our own errors: nothing of it is repeated to the sender."""
    return _bare(request, 400, "请求的内容或地址不合规范。请返回上一页重试。")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 outside our own errors."""
    return _answer(request, 403, "403.html", "您没有进行这项操作的权限。")


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token is missing or stale."""
    return _answer(request, 403, "403.html", "页面已过期或 Cookie 被禁用。请返回并刷新后重试。")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return _answer(request, 404, "404.html", NOT_HERE)


def failed(request: HttpRequest) -> HttpResponse:
    """500, or 503 where the database is away: needs neither the database nor the session."""
    if isinstance(error := sys.exception(), UNREACHABLE):
        return _unreachable(request, error)
    message = "这次请求没有完成，原因已记录。请稍后重试，仍有问题请联系系统管理员。"
    return _bare(request, 500, message)


def _bare(request: HttpRequest, status: int, message: str) -> HttpResponse:
    """An answer that does not lean on the request or the database."""
    title = title_of(status)
    if wants_json(request):
        return problem(status, title, message)
    context = {"title": title, "message": message, "status": status}
    return HttpResponse(render_to_string("500.html", context), status=status)
