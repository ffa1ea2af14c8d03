"""What every section of the register shares: it asks the scope. 管理"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from spatial.scope import Scope, request_scope

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


def is_superuser(request: HttpRequest) -> bool:
    """Whether a superuser asks."""
    return bool(request.user.is_authenticated and request.user.is_superuser)


class ScopedAdmin(admin.ModelAdmin):
    """Open to whoever may manage; shows what lies within their scope."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the section is shown."""
        return request_scope(request).can("manage")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether rows may be read."""
        return request_scope(request).can("manage")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whether a row may be added."""
        return request_scope(request).can("manage")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether a row may be changed."""
        return request_scope(request).can("manage")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted here: what was used is part of a record."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows within the scope."""
        return self.seen(request_scope(request), super().get_queryset(request))

    def seen(self, scope: Scope, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the rows; parties and papers belong to no county."""
        return rows


class ReadOnlyAdmin(ScopedAdmin):
    """Shown, not written."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: another part writes it."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False
