"""Who may see what: the one function that every channel asks. 可见范围

``scope_of(user)`` gives the counties and, by layer secrecy and role, the deeds. Lists, maps,
tiles, imagery, counts, reports and the API filter through the Scope; whatever they cache carries
``Scope.key``. Roles are data in access.toml; design section 8.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.db.models import Q
from django.utils.cache import patch_cache_control, patch_vary_headers

from spatial.access import DEEDS, SECRECIES, Role, access
from spatial.errors import NotAllowed
from spatial.models import Layer, Region, User
from spatial.models.region import RegionLevel
from spatial.seen import Scope as Scope

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from django.contrib.auth.models import AnonymousUser
    from django.http import HttpRequest, HttpResponse


DEMO_PROVINCE = "99"
"""Region codes of the invented prefecture begin with it; no real province has it."""

REQUEST_SCOPE = "gisland_scope"
READ_SCOPE = "gisland_read_scope"
"""Where spatial.reader leaves a scope that it has read."""
CODE_DIGITS = {"province": 2, "city": 4, "county": 6}
"""How many digits the codes within a region have in common."""


class LoginNeeded(NotAllowed):
    """A visitor without an account asks for what is not public. 需要登录"""


NOTHING = Scope()
"""The scope of whoever has none."""


def scope_of(user: User | AnonymousUser) -> Scope:
    """The scope of a user; of an anonymous visitor to the demo, the invented prefecture."""
    if not isinstance(user, User):
        if not settings.DEMO:
            return NOTHING
        demo = Q(level=RegionLevel.COUNTY, code__startswith=DEMO_PROVINCE)
        return _scope([access().anonymous_role], demo, None)
    if not user.is_active:
        return NOTHING
    roles, counties = roles_of(user), _counties_of(user)
    if counties is None or not roles:
        return NOTHING
    return _scope(roles, counties, user.unit_id)


def roles_of(user: User) -> list[Role]:
    """The roles that an account holds; a superuser has every right besides."""
    known = access().account_roles
    roles = [known[code] for code in user.roles if code in known]
    if user.is_superuser:
        everything = frozenset((deed, secrecy) for deed in DEEDS for secrecy in SECRECIES)
        roles.append(Role("superuser", "超级用户", everything, frozenset(access().acts)))
    return roles


def everything() -> Scope:
    """The scope of the command line: all counties and layers, every deed; of no unit."""
    whole = frozenset((deed, secrecy) for deed in DEEDS for secrecy in SECRECIES)
    role = Role("console", "命令行", whole, frozenset(access().acts))
    return _scope([role], Q(level=RegionLevel.COUNTY), None)


def prefix_of(region: Region | None) -> str | None:
    """How the codes within a region begin; None below the county: ground is given by counties."""
    if region is None or region.level not in CODE_DIGITS:
        return None
    return region.code[: CODE_DIGITS[region.level]]


def _counties_of(user: User) -> Q | None:
    """Which counties lie under the user's region, those of earlier dates too."""
    county = Q(level=RegionLevel.COUNTY)
    if user.is_superuser and user.region is None:
        return county
    prefix = prefix_of(_region_of(user))
    return None if prefix is None else county & Q(code__startswith=prefix)


def _region_of(user: User) -> Region | None:
    """The user's region without its boundary, which has thousands of vertices: each tile asks."""
    if user.region_id is not None and "region" not in user._state.fields_cache:  # noqa: SLF001
        user.region = Region.objects.defer("geom").get(pk=user.region_id)
    return user.region


def _scope(roles: list[Role], counties: Q, unit_id: int | None) -> Scope:
    regions = Region.objects.filter(counties).order_by("code", "pk")
    layers = Layer.objects.order_by("code").values_list("code", "secrecy")
    found = tuple(regions.values_list("pk", "code", "name"))
    return scope_made(tuple(roles), found, unit_id, tuple(layers))


def scope_made(
    roles: tuple[Role, ...],
    counties: tuple[tuple[int, str, str], ...],
    unit_id: int | None,
    layer_secrecies: tuple[tuple[str, str], ...],
) -> Scope:
    """The scope that follows from roles, counties (id, code, name) and secrecies as they are now.

    A new one each time: what is ``known`` of it was read from the database and ends with it.
    """
    return replace(_arithmetic(roles, counties, unit_id, layer_secrecies))


@lru_cache(256)
def _arithmetic(
    roles: tuple[Role, ...],
    counties: tuple[tuple[int, str, str], ...],
    unit_id: int | None,
    layer_secrecies: tuple[tuple[str, str], ...],
) -> Scope:
    return Scope(
        county_ids=tuple(pk for pk, _, _ in counties),
        county_codes=tuple(code for _, code, _ in counties),
        roles=tuple(sorted({role.code for role in roles})),
        rights=frozenset().union(*(role.rights for role in roles)),
        acts=frozenset().union(*(role.acts for role in roles)),
        unit_id=unit_id,
        county_names=tuple(name for _, _, name in counties),
        layer_secrecies=layer_secrecies,
    )


def request_scope(request: HttpRequest) -> Scope:
    """The scope of whoever asks; worked out once a request."""
    if (read := getattr(request, READ_SCOPE, None)) is not None:
        return cast("Scope", read)
    user, scope = getattr(request, REQUEST_SCOPE, (None, NOTHING))
    if user is not request.user:
        user, scope = request.user, scope_of(request.user)
        setattr(request, REQUEST_SCOPE, (user, scope))
    return scope


def login_or_demo(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open a view only to whoever has a scope: an account with region and role, or the demo.

    A visitor is asked to log in (a machine is told 401), an account without scope is told why.
    What the view answers is marked private to its reader.
    """

    @wraps(view)
    def gated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request_scope(request):
            if not request.user.is_authenticated:
                raise LoginNeeded("请先登录。")
            raise NotAllowed("您的账号没有可查看的行政区或角色。请联系系统管理员设置。")
        response = view(request, *args, **kwargs)
        return mark_private(response)

    return gated


def mark_private(response: HttpResponse) -> HttpResponse:
    """Let no shared cache keep an answer that was made for one scope."""
    patch_cache_control(response, private=True)
    patch_vary_headers(response, ("Cookie", "Authorization"))
    return response


def outside_note(area_m2: Decimal) -> str:
    """What is said of ground beyond the scope, in place of a verdict: never 不涉及."""
    return f"区外 {area_m2:,.2f} m² 未核查"
