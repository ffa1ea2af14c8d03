"""Denominators that an authority gave, with their source; never guessed. 官方数据"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spatial import sqlfiles
from spatial.engine.ratio_query import DIGITS
from spatial.models import Region

if TYPE_CHECKING:
    import datetime
    from decimal import Decimal

    from spatial.engine.ratio_query import RatioQuery

QUANTITY = "new_cultivated"
"""What the figure counts: 新增建设用地占用耕地."""


@dataclass(frozen=True)
class Figure:
    """A figure and who gave it, or the reason why there is none."""

    area_m2: Decimal | None = None
    source: str = ""
    recorded_at: datetime.datetime | None = None
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "area_m2": self.area_m2,
            "source": self.source,
            "recorded_at": self.recorded_at.isoformat() if self.recorded_at else None,
        }


def figures(query: RatioQuery) -> dict[str, Figure]:
    """The figures of the query's period by region code, as they were known."""
    rows = sqlfiles.rows(
        "engine/ratios/list_figures",
        {"period": query.period, "quantity": QUANTITY, "known_at": query.known_at},
    )
    return {row["code"]: Figure(row["area_m2"], row["source"], row["recorded_at"]) for row in rows}


def by_region(query: RatioQuery) -> dict[str, Figure]:
    """For each region that the query covers at its level (counties, below and above it) the
    figure, or why there is none.

    Regions without patches are among them: an authority's figure is of all ground. A region of
    which the query sees a part has none, for the figure is of the whole.
    """
    known = figures(query)
    digits = DIGITS[query.level] if query.level in ("province", "city") else DIGITS["county"]
    counties = Region.objects.filter(level="county", valid_until__isnull=True)
    seen = set(counties.filter(pk__in=query.county_ids).values_list("code", flat=True))
    whole = {code[:digits].ljust(6, "0") for code in seen}
    hidden = set(counties.values_list("code", flat=True)) - seen
    partial = {code[:digits].ljust(6, "0") for code in hidden}
    named = Region.objects.filter(code__in=whole).order_by("valid_from")
    names = dict(named.values_list("code", "name"))
    return {
        code: _in_part(code, names.get(code, code))
        if code in partial
        else known.get(code) or no_figure(query, code, names.get(code, code))
        for code in sorted(whole)
    }


def _in_part(code: str, name: str) -> Figure:
    return Figure(reason=f"只统计了 {name}（{code}）的一部分县，其官方数据是全域的，不作分母")


def no_figure(query: RatioQuery, code: str, name: str) -> Figure:
    """Why a region has no figure, and what to do."""
    if query.period is None:
        return Figure(reason="官方数据按期登记，请用 --period 指明期")
    return Figure(
        reason=f"没有登记 {name}（{code}）{query.period} 期的官方数据；"
        f"用 official_figure {code} {query.period} 登记后再算"
    )
