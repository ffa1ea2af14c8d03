"""``/imports/approvals/holders/``: names of holders, offered while one types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import JsonResponse
from django.views.decorators.http import require_safe

from imports.pages.gate import importer
from spatial.models import Holder, Patch, Zone
from spatial.scope import request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    Row = dict[str, Any]


@importer
@require_safe
def approval_holders(request: HttpRequest) -> HttpResponse:
    """Names of holders in the user's counties that hold the text ``q``, as JSON."""
    scope = request_scope(request)
    text = request.GET.get("q", "").strip()
    found: list[Row] = []
    if len(text) >= 1:
        zones = scope.filter_zones(Zone.objects.filter(holder__isnull=False))
        patches = scope.filter_patches(Patch.objects.filter(holder__isnull=False))
        known = Holder.objects.filter(name__icontains=text)
        mine = known.filter(pk__in=zones.values("holder")) | known.filter(
            pk__in=patches.values("holder")
        )
        found = [
            {"name": holder.name, "code": holder.code}
            for holder in mine.distinct().order_by("name")[:20]
        ]
    return JsonResponse({"holders": found}, json_dumps_params={"ensure_ascii": False})
