"""How much of each county images of each quarter show. 影像覆盖"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Max, Min

from spatial import sqlfiles
from spatial.access import SECRECIES
from spatial.models import Image, Region
from spatial.models.region import RegionLevel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from spatial.scope import Scope


@dataclass(frozen=True)
class Coverage:
    """One county in one quarter; nothing covered where no image was taken."""

    county_code: str
    county_name: str
    period: str
    """As 2024Q1."""
    images: int
    county_m2: float
    covered_m2: float

    @property
    def share(self) -> float:
        """Share of the county that is covered, 0 to 1."""
        return self.covered_m2 / self.county_m2 if self.county_m2 else 0.0

    @property
    def words(self) -> str:
        """What a table says of it."""
        return f"{100 * self.share:.1f}%" if self.images else "无影像"

    def record(self) -> dict[str, Any]:
        """It as JSON."""
        return {
            "county": self.county_code, "name": self.county_name, "period": self.period,
            "images": self.images, "county_m2": round(self.county_m2, 2),
            "covered_m2": round(self.covered_m2, 2), "share": round(self.share, 6),
            "words": self.words,
        }  # fmt: skip


def coverage(
    scope: Scope | None = None, *, first_on: date | None = None, last_on: date | None = None
) -> list[Coverage]:
    """County by county and quarter by quarter, from the first image to the last one.

    Of the counties and images of a scope; of all of them without one (commands). Empty where
    there is no image at all and no dates are given.
    """
    if scope is None:
        counties = Region.objects.filter(level=RegionLevel.COUNTY, valid_until__isnull=True)
        return _rows(list(counties.values_list("pk", flat=True)), SECRECIES, first_on, last_on)
    ids = scope.sql_params()["county_ids"]
    return _rows(ids, scope.secrecies("map"), first_on, last_on)


def _rows(
    county_ids: list[int],
    secrecies: Sequence[str],
    first_on: date | None,
    last_on: date | None,
) -> list[Coverage]:
    shown = Image.objects.filter(withdrawn_at__isnull=True, secrecy__in=secrecies)
    ends = shown.aggregate(first=Min("taken_on"), last=Max("taken_on"))
    first, last = first_on or ends["first"], last_on or ends["last"]
    if first is None or last is None:
        return []
    found = sqlfiles.rows(
        "imagery/sum_coverage",
        {
            "county_ids": county_ids, "secrecies": list(secrecies),
            "first_on": first, "last_on": last,
        },
    )  # fmt: skip
    return [
        Coverage(
            row["code"], row["name"], row["period"], row["images"], row["county_m2"],
            row["covered_m2"],
        )
        for row in found
    ]  # fmt: skip
