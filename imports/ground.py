"""Where a delivery is expected to lie: the extent and the lines of its counties."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely
from django.contrib.gis.db.models import Extent

from spatial.models import Region

if TYPE_CHECKING:
    from collections.abc import Sequence

NEAR_DEGREES = 0.1
"""How far the extents of data and counties may lie apart before the CRS is doubted."""

Extents = tuple[float, float, float, float]


@dataclass(frozen=True)
class Ground:
    """The counties that a delivery may belong to, in degrees. Lines are read when asked for."""

    extent: Extents
    ids: tuple[int, ...] = ()
    drawn: shapely.Geometry | None = None

    @cached_property
    def lines(self) -> shapely.Geometry:
        """The counties' boundaries, as lines."""
        if self.drawn is not None:
            return shapely.boundary(self.drawn)
        wkb = [
            bytes(geom.wkb)
            for geom in Region.objects.filter(pk__in=self.ids).values_list("geom", flat=True)
            if geom is not None
        ]
        return shapely.union_all(shapely.boundary(shapely.from_wkb(np.array(wkb, dtype=object))))

    def near(self, bounds: Sequence[float]) -> bool:
        """Whether these bounds (degrees) touch the extent, or nearly."""
        west, south, east, north = bounds
        left, low, right, high = self.extent
        apart = (
            west > right + NEAR_DEGREES or east < left - NEAR_DEGREES
            or south > high + NEAR_DEGREES or north < low - NEAR_DEGREES
        )  # fmt: skip
        return not apart

    def holds(self, bounds: Sequence[float]) -> bool:
        """Whether these bounds (degrees) lie within the extent, or nearly."""
        west, south, east, north = bounds
        left, low, right, high = self.extent
        return (
            west >= left - NEAR_DEGREES and east <= right + NEAR_DEGREES
            and south >= low - NEAR_DEGREES and north <= high + NEAR_DEGREES
        )  # fmt: skip

    @property
    def words(self) -> str:
        """The extent as messages say it."""
        left, low, right, high = self.extent
        return f"{left:.4f}–{right:.4f}°E、{low:.4f}–{high:.4f}°N"


def ground_of(counties: Sequence[Region]) -> Ground | None:
    """The ground of these counties; None where no boundary of theirs is registered."""
    ids = tuple(int(county.pk) for county in counties)
    extent = Region.objects.filter(pk__in=ids).aggregate(extent=Extent("geom"))["extent"]
    if extent is None:
        return None
    west, south, east, north = (float(value) for value in extent)
    return Ground((west, south, east, north), ids)
