"""Areas as offices print them: 1,234.50 m² and its 亩, both with two decimals. 面积"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template

from spatial import units

register = template.Library()
NOTHING = "—"


@register.filter
def m2(area: Any) -> str:
    """Square metres, grouped by thousands."""
    if area is None or area == "":
        return NOTHING
    return f"{Decimal(str(area)).quantize(units.CENT, ROUND_HALF_UP):,}"


@register.filter
def percent(share: Any) -> str:
    """A share as a percentage with two decimals."""
    return units.percent(share)


@register.filter
def points(change: Any) -> str:
    """By how many percentage points a share changes, without the sign."""
    return units.percent(abs(change)).removesuffix(" %")


@register.filter
def mu(area: Any) -> str:
    """The 亩 of square metres."""
    return NOTHING if area is None or area == "" else f"{units.mu(Decimal(str(area))):,}"
