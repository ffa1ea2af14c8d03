"""Precision, recall and F1 by area, of what was found against what is known. 精度"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Accuracy:
    """Areas in m2 of ground that somebody has labelled."""

    right_m2: float
    """Found, and changed."""
    wrong_m2: float
    """Found, but unchanged."""
    missed_m2: float
    """Changed, but not found."""

    @property
    def precision(self) -> float:
        """Share of the found that has changed; 0 where nothing was found."""
        return _share(self.right_m2, self.right_m2 + self.wrong_m2)

    @property
    def recall(self) -> float:
        """Share of the changed that was found."""
        return _share(self.right_m2, self.right_m2 + self.missed_m2)

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return _share(2 * self.right_m2, 2 * self.right_m2 + self.wrong_m2 + self.missed_m2)


def accuracy(
    found: Sequence[shapely.Geometry], changed: shapely.Geometry, unchanged: shapely.Geometry
) -> Accuracy:
    """By area in one plane; what lies in neither is not labelled and counts for nothing."""
    whole = shapely.union_all(list(found))
    right = shapely.area(shapely.intersection(whole, changed))
    return Accuracy(
        float(right),
        float(shapely.area(shapely.intersection(whole, unchanged))),
        float(shapely.area(changed) - right),
    )


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
