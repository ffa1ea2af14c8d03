"""Errors to HTTP: one table; a Chinese page for people, problem+json for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from spatial import errors

if TYPE_CHECKING:
    from collections.abc import Callable

STATUS: dict[type[errors.GislandError], int] = {
    errors.NotAllowed: 403,
    errors.PatchUnknown: 404,
    errors.BatchUnknown: 404,
    errors.PatchNotAssessed: 404,
    errors.UnknownRegion: 404,
    errors.UnknownLayer: 404,
    errors.RunStale: 409,
    errors.GislandError: 400,
}
"""The most specific class wins; anything else of ours is a bad request."""


def status_of(error: errors.GislandError) -> int:
    """The HTTP status of one of our errors."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def wants_json(request: HttpRequest) -> bool:
    """Whether a machine asks: API, tiles, or an Accept header without HTML."""
    machine = request.path.startswith(("/api/", "/tiles/", "/imagery/"))
    return machine or "text/html" not in request.headers.get("Accept", "text/html")


def problem(status: int, title: str, detail: str = "") -> JsonResponse:
    """An RFC 9457 problem."""
    body = {"type": "about:blank", "status": status, "title": title, "detail": detail}
    return JsonResponse(body, status=status, content_type="application/problem+json")


class ErrorMiddleware:
    """Turns our errors into answers; others pass through to Django."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next step."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer an error that a person can act on."""
        if not isinstance(error, errors.GislandError):
            return None
        status = status_of(error)
        if wants_json(request):
            return problem(status, type(error).__doc__ or "", str(error))
        return render(
            request, "gisland/error.html", {"message": str(error), "status": status}, status=status
        )
