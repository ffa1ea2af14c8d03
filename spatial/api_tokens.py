"""Tokens: made and shown once, asked at each request, revoked. 接口令牌

A token has the scope of its account, or only part of it, never more, as long as the account is
active.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied

from spatial.errors import InputRefused
from spatial.models import ApiToken
from spatial.models.token import MOST_NAME

if TYPE_CHECKING:
    from datetime import datetime

    from rest_framework.request import Request

    from spatial.models import User

ONLY = {"clue": "/api/clues/"}
"""What a narrow token opens: the addresses that begin so, and no others."""
PREFIX = "gis_"
"""A token tells what it is, so that one left in a script can be found by searching."""
HEAD = 8
"""Characters that are kept to tell tokens apart."""


def digest_of(key: str) -> str:
    """What is kept of a token: 256 random bits need neither salt nor a slow hash."""
    return hashlib.sha256(key.encode()).hexdigest()


def make_token(user: User, name: str, only: str = "") -> tuple[ApiToken, str]:
    """A new token and its text, which is not kept anywhere; ``only`` what it opens, by default all
    that the account may. Raises InputRefused."""
    name = name.strip()
    if not name:
        raise InputRefused("请写明令牌的用途，例如“选址系统”。")
    if len(name) > MOST_NAME:
        raise InputRefused(f"令牌的用途最长 {MOST_NAME} 字。请写短些。")
    if not user.is_active:
        raise InputRefused(f"账号 {user.username} 已停用，不能生成令牌。请先启用账号。")
    key = PREFIX + secrets.token_urlsafe(32)
    return ApiToken.objects.create(
        user=user, name=name, only=only, head=key[:HEAD], digest=digest_of(key)
    ), key


def revoke(token: ApiToken, at: datetime) -> bool:
    """Let it open nothing any more; False where it was revoked before."""
    changed = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at)
    token.refresh_from_db(fields=["revoked_at"])
    return bool(changed)


class HouseTokens(TokenAuthentication):
    """``Authorization: Token …``; a wrong or revoked one is refused, not read as nobody's."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The account and the token; a narrow token opens nothing but what it is for."""
        found: tuple[User, ApiToken] | None = super().authenticate(request)
        only = found[1].only if found is not None else ""
        if only and not request.path.startswith(ONLY[only]):
            raise PermissionDenied(f"这个令牌只能用于 {ONLY[only]}。")
        return found

    def authenticate_credentials(self, key: str) -> tuple[User, ApiToken]:
        """The account and the token."""
        token = (
            ApiToken.objects.select_related("user__region", "user__unit")
            .filter(digest=digest_of(key), revoked_at=None, user__is_active=True)
            .first()
        )
        if token is None:
            raise AuthenticationFailed("令牌无效、已吊销，或账号已停用。请向系统管理员要新令牌。")
        today = timezone.localdate()
        unused = Q(used_on=None) | Q(used_on__lt=today)
        if token.used_on != today:  # once a day: reading should not write
            ApiToken.objects.filter(unused, pk=token.pk).update(used_on=today)
        return token.user, token
