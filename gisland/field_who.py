"""Whose phone it is: a mark that a page can read without the server, gone as soon as its user is.

The session's cookie cannot be read by a page, so offline it could not know whether anybody is
logged in. This mark says it: the field page gets it, and the first answer to anybody else takes it
away, on whatever page they logged out or in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.crypto import salted_hmac

from gisland.casework.field_words import words
from spatial.models import User
from spatial.scope import LoginNeeded

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

COOKIE = "gisland_field"
HEADER = "X-Gisland-Field"


def mark_of(user: User) -> str:
    """The same for a user on every phone and at every login; says nothing of who it is."""
    return salted_hmac("gisland.field", str(user.pk)).hexdigest()[:24]


def put_mark(response: HttpResponse, user: User) -> None:
    """Let the pages of this browser know that the user is here, for as long as patches are kept."""
    response.set_cookie(
        COOKIE, mark_of(user), max_age=words().keep_hours * 3600, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip


def require_own(request: HttpRequest) -> None:
    """Refuse what a phone kept for another user than the one who is logged in on it now."""
    told = request.headers.get(HEADER)
    if told and not (isinstance(request.user, User) and told == mark_of(request.user)):
        raise LoginNeeded("这是另一位用户在本机留下的，须由本人登录后发送。")


class FieldMarkMiddleware:
    """Takes the mark away from whoever it is not of: after a logout, a lapse, another login."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next step."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at browsers that carry a mark only."""
        response = self.get_response(request)
        told = request.COOKIES.get(COOKIE)
        if told is not None and COOKIE not in response.cookies:
            user = request.user
            if not isinstance(user, User) or told != mark_of(user):
                response.delete_cookie(COOKIE, samesite="Lax")
        return response
