"""Who may open the pages of imports, and which deliveries are theirs to see."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q
from django.http import Http404
from django.urls import reverse

from imports.models import Delivery
from spatial.models import Patch, User
from spatial.scope import LoginNeeded, login_or_demo, request_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from spatial.scope import Scope

PUBLIC_KINDS = ("regions",)
"""Deliveries of what everybody may know: the register of regions."""
LANDLESS_KINDS = ("withdraw",)
"""Deliveries without ground of their own: seen by who made them, or whose region they name."""


def importer(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open a view only to whoever may import; others are sent to the login, or told why not."""

    @login_or_demo
    @wraps(view)
    def gated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            raise LoginNeeded("请先登录。")
        request_scope(request).require_act("import")
        return view(request, *args, **kwargs)

    return gated


def user_of(request: HttpRequest) -> User:
    """The account that asks; ``importer`` let nobody else in."""
    if not isinstance(request.user, User):
        raise LoginNeeded("请先登录。")
    return request.user


def seen_deliveries(scope: Scope, user: User) -> QuerySet[Delivery]:
    """Deliveries all of whose ground lies in the user's counties and layers, newest first.

    A delivery that reaches into another county is its superior's: issues and numbers tell of
    the whole file.
    """
    pieces = Delivery.versions.through.objects.filter(delivery=OuterRef("pk"))
    beyond = pieces.exclude(datasetversion__region__in=scope.county_ids)
    patches = Patch.objects.filter(batch=OuterRef("batch"))
    own = Q(by=user) | Q(options__region__in=codes_of(scope, user))
    layers = scope.layers("identify")
    layer_side = Q(kind="layer", layer__in=layers) & ~Exists(beyond) & (Exists(pieces) | own)
    strange = patches.exclude(scope.patches_q())
    patch_side = Q(kind="patches") & ~Exists(strange) & (Exists(patches) | own)
    landless = Q(kind__in=LANDLESS_KINDS, layer__in=layers) & own
    return Delivery.objects.filter(
        layer_side | patch_side | landless | Q(kind__in=PUBLIC_KINDS)
    ).order_by("-pk")


def seen_delivery(request: HttpRequest, delivery_id: int) -> Delivery:
    """The delivery, or 404 where there is none or it is not the user's to see."""
    found = (
        seen_deliveries(request_scope(request), user_of(request))
        .select_related("layer", "batch", "by")
        .filter(pk=delivery_id)
        .first()
    )
    if found is None:
        raise Http404("没有这次导入，或它不在您的行政区内。")
    return found


def codes_of(scope: Scope, user: User) -> list[str]:
    """Codes that the user may bring ground in for: the counties, and the own region above them."""
    own = [user.region.code] if user.region is not None else []
    return [*own, *(code for code in scope.county_codes if code not in own)]


def delivery_url(delivery_id: int) -> str:
    """Where the report of a delivery is read."""
    return reverse("delivery", kwargs={"delivery_id": delivery_id})
