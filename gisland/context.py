"""What every page is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Whether the invented prefecture is being shown."""
    return {"demo": settings.DEMO}
