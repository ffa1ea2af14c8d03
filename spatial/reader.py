"""Who asks for a tile, read by one statement instead of five. 读者

A map asks for dozens of tiles at once, and each has to know session, account, region and layers.
Nothing of them is kept between requests: an account that is closed, a role that is taken away,
a session that has ended, a layer that became secret hold from the next request on. Kept is only
what an unchanged session's text says, which is a matter of arithmetic.
"""

from __future__ import annotations

import json
from functools import lru_cache, wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils.crypto import constant_time_compare

from spatial import sqlfiles
from spatial.access import access
from spatial.models import User
from spatial.scope import CODE_DIGITS, DEMO_PROVINCE, NOTHING, READ_SCOPE, roles_of, scope_made

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from spatial.scope import Scope

LONGEST_KEY = 40
SESSIONS_KNOWN = 4096


def read_once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a view that is asked for dozens of times at once know its reader by one statement.

    Stands before ``login_or_demo``. Where the session is not plainly a living account's, the
    long way decides, which also tidies up.
    """

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if (scope := _scope_of_cookie(request)) is not None:
            setattr(request, READ_SCOPE, scope)
        return view(request, *args, **kwargs)

    return asked


def _scope_of_cookie(request: HttpRequest) -> Scope | None:
    """The scope of whom the session's cookie names; None where the long way must decide."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if key is None:
        if not settings.DEMO:
            return NOTHING
        return _made(_read(None, None), [access().anonymous_role], None)
    if not key.isalnum() or len(key) > LONGEST_KEY:
        return None
    hint = _user_of(key)
    row = _read(key, hint[0] if hint else None)
    told = _decoded(row["session_data"] or "")
    if told is None:
        return None
    if row["user_id"] != told[0]:
        hint[:] = [told[0]]
        row = _read(key, told[0])
    if row["user_id"] is None:
        return None
    user = User(
        password=row["password"], is_active=row["is_active"], is_superuser=row["is_superuser"],
        roles=row["roles"],
    )  # fmt: skip
    if not constant_time_compare(told[1], user.get_session_auth_hash()):
        return None
    return _made(row, roles_of(user), row["unit_id"]) if user.is_active else None


def _read(key: str | None, user_id: int | None) -> sqlfiles.Row:
    found = sqlfiles.rows(
        "access/read_reader",
        {
            "session_key": key,
            "user_id": user_id,
            "code_digits": json.dumps(CODE_DIGITS),
            "prefix": DEMO_PROVINCE if key is None else None,
        },
    )
    return found[0]


@lru_cache(SESSIONS_KNOWN)
def _user_of(session_key: str) -> list[int]:
    """Where the account of a session is remembered, so that one statement finds both; it is only
    believed if the session's text says the same."""
    return []


@lru_cache(SESSIONS_KNOWN)
def _decoded(session_data: str) -> tuple[int, str] | None:
    """Account and proof in a session's text; None where it is of no account."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    told = cast("dict[str, Any]", store.decode(session_data))
    if told.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    number = str(told.get(SESSION_KEY, ""))
    return (int(number), str(told.get(HASH_SESSION_KEY, ""))) if number.isdecimal() else None


def _made(row: sqlfiles.Row, roles: list[Any], unit_id: int | None) -> Scope:
    told = (row[name] or () for name in ("county_ids", "county_codes", "county_names"))
    counties = tuple(zip(*told, strict=True))
    layers = tuple(zip(row["layer_codes"] or (), row["layer_secrecies"] or (), strict=True))
    return scope_made(tuple(roles), counties, unit_id, layers)
