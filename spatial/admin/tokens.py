"""Tokens of the API: made here, shown once, revoked; never changed. 接口令牌"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.template.response import TemplateResponse
from django.utils import timezone

from spatial.admin.accounts import given_regions
from spatial.admin.base import ScopedAdmin, is_superuser
from spatial.api_tokens import make_token, revoke
from spatial.models import ApiToken, User
from spatial.scope import mark_private

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse


def given_users(request: HttpRequest) -> QuerySet[User]:
    """The accounts for which the asker may make and revoke tokens."""
    users = User.objects.filter(is_active=True)
    if is_superuser(request):
        return users
    return users.filter(is_superuser=False, region__in=given_regions(request))


@admin.register(ApiToken)
class ApiTokenAdmin(ScopedAdmin):
    """接口令牌。"""

    fields = ("user", "name", "only")
    list_display = ("id", "user", "name", "only", "head", "made_at", "used_on", "revoked_at")
    list_display_links = None
    list_select_related = ("user",)
    search_fields = ("user__username", "name", "head")
    actions = ("revoke_chosen",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Tokens of the accounts within the asker's region; superusers' are theirs alone."""
        tokens = super().get_queryset(request)
        if is_superuser(request):
            return tokens
        return tokens.filter(user__is_superuser=False, user__region__in=given_regions(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A token is not changed; the list, where it is revoked, stays open."""
        return obj is None and super().has_change_permission(request)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only accounts that are the asker's to give."""
        if db_field.name == "user":
            kwargs["queryset"] = given_users(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Make the token; its text lives as long as this request."""
        made, obj.key = make_token(obj.user, obj.name, obj.only)
        obj.pk, obj.head = made.pk, made.head

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> Any:
        """The token, once: on the page itself and in no message, which would be kept."""
        context = {**self.admin_site.each_context(request), "token": obj, "title": "新令牌"}
        answer: HttpResponse = TemplateResponse(
            request, "admin/spatial/apitoken/made.html", context
        )
        answer["Cache-Control"] = "no-store"
        return mark_private(answer)

    @admin.action(description="吊销所选的令牌", permissions=["change"])
    def revoke_chosen(self, request: HttpRequest, chosen: QuerySet[ApiToken]) -> None:
        """Revoke; those that were revoked before stay as they are."""
        at = timezone.now()
        count = sum(revoke(token, at) for token in chosen)
        self.message_user(request, f"已吊销 {count} 个令牌，立即生效。")
