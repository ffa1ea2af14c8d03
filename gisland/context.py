"""What every page is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from gisland.casework.clues import LOOKERS
from spatial.scope import request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Whether the invented prefecture is being shown; which doors are the user's."""
    return {
        "demo": settings.DEMO,
        "may_import": _may(request, "import"),
        "may_see_clues": _may(request, *LOOKERS),
        "may_assign": _may(request, "assign"),
        "may_audit": _may(request, "audit"),
    }


def _may(request: HttpRequest, *acts: str) -> bool:
    """Whether somebody with an account may do one of these."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return False
    scope = request_scope(request)
    return any(scope.can(act) for act in acts)
