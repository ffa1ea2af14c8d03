"""How bytes go out: private, with an ETag that carries the scope, gzipped where accepted. 发送"""

from __future__ import annotations

import gzip
import hashlib
import re
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers

if TYPE_CHECKING:
    from django.http import HttpRequest

MVT = "application/vnd.mapbox-vector-tile"
FOREVER = "private, max-age=2592000, immutable"
ASK_AGAIN = "private, no-cache"
GZIP_FROM = 200
"""Bytes below which packing gains nothing."""
_GZIP = re.compile(r"(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?P<q>[\d.]+))?\s*(?=,|$)", re.IGNORECASE)


def etag(*parts: object) -> str:
    """A weak ETag of all that decides the bytes (weak: the same for packed and plain)."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part if isinstance(part, bytes) else repr(part).encode())
        digest.update(b"\0")
    return f'W/"{digest.hexdigest()[:32]}"'


def unchanged(request: HttpRequest, tag: str, cache: str) -> HttpResponse | None:
    """304 if the reader has it already, so that nothing need be made; else None."""
    found = get_conditional_response(request, etag=tag)
    return None if found is None else _headed(found, tag, cache)


def answer(
    request: HttpRequest, body: bytes, content_type: str, *, tag: str, cache: str
) -> HttpResponse:
    """The bytes, or 304."""
    if (found := unchanged(request, tag, cache)) is not None:
        return found
    packed = len(body) >= GZIP_FROM and content_type == MVT and _takes_gzip(request)
    response = HttpResponse(
        gzip.compress(body, compresslevel=5) if packed else body, content_type=content_type
    )
    if packed:
        response["Content-Encoding"] = "gzip"
    return _headed(response, tag, cache)


def nothing(request: HttpRequest, *, tag: str, cache: str) -> HttpResponse:
    """204: there is no picture here."""
    return unchanged(request, tag, cache) or _headed(HttpResponse(status=204), tag, cache)


def _headed(response: HttpResponse, tag: str, cache: str) -> HttpResponse:
    response["ETag"] = tag
    response["Cache-Control"] = cache
    patch_vary_headers(response, ("Accept-Encoding",))
    return response


def _takes_gzip(request: HttpRequest) -> bool:
    found = _GZIP.search(request.headers.get("Accept-Encoding", ""))
    if found is None:
        return False
    try:
        return float(found["q"] or 1) > 0
    except ValueError:
        return False
