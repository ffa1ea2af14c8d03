"""What every page is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from spatial.scope import request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Whether the invented prefecture is being shown; which doors are the user's."""
    return {"demo": settings.DEMO, "may_import": _may_import(request)}


def _may_import(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated and request_scope(request).can("import")
