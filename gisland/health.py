"""/healthz: whether the site can work, for those who watch it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import DatabaseError, InterfaceError
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from spatial import jobs

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

Key = tuple[str, str]


@cache
def _shipped() -> dict[Key, frozenset[Key]]:
    """The migrations that this code brings, and which older ones each replaces."""
    loader = MigrationLoader(None)
    return {key: frozenset(found.replaces) for key, found in loader.disk_migrations.items()}


def pending_migrations() -> list[str]:
    """Migrations of this code that the database has not seen."""
    applied = set(MigrationRecorder.Migration.objects.values_list("app", "name"))
    pending = (
        key
        for key, replaced in _shipped().items()
        if key not in applied and not (replaced and replaced <= applied)
    )
    return sorted(f"{app}.{name}" for app, name in pending)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and is migrated, else 503 with what is wrong.

    Without a worker pages work all the same, so that is only said: ``"worker": "none"``.
    """
    try:
        pending = pending_migrations()
    except (DatabaseError, InterfaceError):
        return JsonResponse({"status": "down", "database": "unreachable"}, status=503)
    if pending:
        return JsonResponse(
            {"status": "down", "database": "ok", "pending_migrations": len(pending)}, status=503
        )
    worker = "alive" if jobs.worker_alive() else "none"
    return JsonResponse(
        {"status": "ok", "database": "ok", "pending_migrations": 0, "worker": worker}
    )
