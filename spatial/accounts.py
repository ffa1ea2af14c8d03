"""Making accounts. 账号"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from spatial.access import access
from spatial.errors import InputRefused
from spatial.models import Region, Unit, User
from spatial.models.region import RegionLevel

if TYPE_CHECKING:
    from collections.abc import Iterable

REGION_LEVELS = (RegionLevel.PROVINCE, RegionLevel.CITY, RegionLevel.COUNTY)
"""An account belongs to one of these: ground is given by whole counties."""


def check_roles(roles: Iterable[str]) -> list[str]:
    """The roles, each once; raises InputRefused for one that an account cannot hold."""
    wanted = list(dict.fromkeys(roles))
    known = access().account_roles
    strange = [code for code in wanted if code not in known]
    if strange:
        raise InputRefused(
            f"角色 {'、'.join(strange)} 不能授予账号；可用："
            + "、".join(f"{code}（{role.term}）" for code, role in known.items())
        )
    return wanted


def may_enter_admin(user: User) -> bool:
    """Whether /admin/ is open to the account: superusers, and who holds the act ``manage``."""
    known = access().account_roles
    manages = any("manage" in known[code].acts for code in user.roles if code in known)
    return user.is_superuser or manages


@transaction.atomic
def make_user(
    username: str,
    password: str | None,
    *,
    region_code: str | None,
    roles: Iterable[str],
    unit_name: str = "",
    display_name: str = "",
    superuser: bool = False,
) -> User:
    """Make the account, or set an existing one anew; ``password=None``: cannot log in.

    The unit is made at the region when there is none of that name. Whoever may manage accounts
    may enter /admin/.
    """
    held = check_roles(roles)
    region = Region.objects.by_code(region_code) if region_code else None
    if region is not None and region.level not in REGION_LEVELS:
        raise InputRefused(f"{region} 是{region.get_level_display()}；账号的行政区须为县级及以上。")
    user = User.objects.filter(username=username).first() or User(username=username)
    if unit_name:
        if region is None:
            raise InputRefused(f"给单位 {unit_name} 时须同时给行政区")
        user.unit, _ = Unit.objects.get_or_create(name=unit_name, defaults={"region": region})
    else:
        user.unit = None
    user.region = region
    user.roles = held
    user.display_name = display_name
    user.is_active = True
    user.is_superuser = superuser
    user.is_staff = may_enter_admin(user)
    user.set_password(password)
    user.save()
    return user
