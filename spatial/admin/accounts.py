"""Accounts and offices. 账号, 机关

Who manages accounts gives roles and regions within their own region, not to themselves, and never
superuser rights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm

from spatial.access import access
from spatial.accounts import REGION_LEVELS, may_enter_admin
from spatial.admin.base import ScopedAdmin, is_superuser
from spatial.models import Region, Unit, User
from spatial.scope import prefix_of

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


def given_regions(request: HttpRequest) -> QuerySet[Region]:
    """The regions that the asker may give: their own and those within it."""
    regions = Region.objects.filter(level__in=REGION_LEVELS).defer("geom")
    if is_superuser(request):
        return regions
    prefix = prefix_of(getattr(request.user, "region", None))
    return regions.none() if prefix is None else regions.filter(code__startswith=prefix)


class RolesField(forms.MultipleChoiceField):
    """The roles of access.toml as boxes to tick."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **_: Any) -> None:
        """Take the choices from the file."""
        choices = [(code, role.term) for code, role in access().account_roles.items()]
        super().__init__(choices=choices, required=False, label="角色")


class AccountForm(UserChangeForm):
    """Change an account."""

    roles = RolesField()


class NewAccountForm(AdminUserCreationForm):
    """Make an account."""

    roles = RolesField()


@admin.register(User)
class UserAdmin(ScopedAdmin, DjangoUserAdmin):
    """账号：行政区 + 角色。"""

    form = AccountForm
    add_form = NewAccountForm
    list_display = ("username", "display_name", "unit", "region", "roles", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("unit", "region")
    search_fields = ("username", "display_name")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    place = ("display_name", "unit", "region", "roles")
    fieldsets = (
        (None, {"fields": ("username", "password", "is_active")}),
        ("身份", {"fields": place}),
        ("时间", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "usable_password", "password1", "password2")}),
        ("身份", {"fields": place}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Accounts within the asker's region; superusers are seen by superusers only."""
        users = super().get_queryset(request)
        if is_superuser(request):
            return users
        return users.filter(is_superuser=False, region__in=given_regions(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody but a superuser changes their own region or roles."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (is_superuser(request) or obj is None or obj.pk != request.user.pk)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only what the asker may give."""
        if db_field.name == "region":
            kwargs["queryset"] = given_regions(request)
        if db_field.name == "unit":
            kwargs["queryset"] = Unit.objects.filter(region__in=given_regions(request))
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "region" and field is not None and not is_superuser(request):
            field.required = True
        return field

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Who manages accounts enters /admin/; nobody else."""
        obj.is_staff = may_enter_admin(obj)
        super().save_model(request, obj, form, change)


@admin.register(Unit)
class UnitAdmin(ScopedAdmin):
    """机关。"""

    list_display = ("name", "region")
    list_select_related = ("region",)
    search_fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Offices within the asker's region."""
        units = super().get_queryset(request)
        return units if is_superuser(request) else units.filter(region__in=given_regions(request))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only what the asker may give."""
        if db_field.name == "region":
            kwargs["queryset"] = given_regions(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
