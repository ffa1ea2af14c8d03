"""What must hold before the site opens: access.toml is sound, the demo shows only inventions."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks
from django.db.utils import DatabaseError

from spatial.access import AccessInvalid, access
from spatial.errors import GislandError
from spatial.models import DatasetVersion, Patch, VersionStatus
from spatial.scope import DEMO_PROVINCE

NAMED = 5
"""How many regions the refusal names."""


class DemoRefused(GislandError):
    """The demo, open to anyone, while data of a real region is active. 演示模式拒绝启动"""


def real_regions() -> list[str]:
    """Codes and names of regions outside the invented prefecture that have data in use."""
    fields = ("region__code", "region__name")
    invented = {"region__code__startswith": DEMO_PROVINCE}
    versions = DatasetVersion.objects.filter(status=VersionStatus.ACTIVE).exclude(**invented)
    patches = Patch.objects.exclude(**invented)
    found = versions.order_by().values_list(*fields).union(patches.order_by().values_list(*fields))
    return [f"{code} {name}" for code, name in sorted(found)]


def demo_guard() -> None:
    """Raise DemoRefused when the demo would open data of a real region to anonymous readers."""
    if not settings.DEMO:
        return
    if found := real_regions():
        named = "、".join(found[:NAMED]) + (" 等" if len(found) > NAMED else "")
        raise DemoRefused(
            f"演示模式允许匿名访问，但数据库中有非演示行政区的数据：{named}。"
            "请去掉 GISLAND_DEMO 后启动，或改用只含演示数据的数据库。"
        )


@checks.register
def demo_is_invented(**_: Any) -> list[checks.CheckMessage]:
    """spatial.E001: the guard, as a check; silent while there are no tables yet."""
    try:
        demo_guard()
    except DemoRefused as refusal:
        return [checks.Error(str(refusal), id="spatial.E001")]
    except DatabaseError:
        return []
    return []


@checks.register
def access_is_sound(**_: Any) -> list[checks.CheckMessage]:
    """spatial.E002: access.toml can be read."""
    try:
        access()
    except AccessInvalid as fault:
        return [checks.Error(str(fault), id="spatial.E002")]
    return []
