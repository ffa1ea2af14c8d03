"""Which zooms have a level of their own, how coarse each is, and which versions get levels. 分级

A level is read for its own zooms only; from ``FULL_FROM`` on the delivered ground is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from spatial.install import layers_file
from spatial.models.dataset import Nature

if TYPE_CHECKING:
    from spatial.models import DatasetVersion

FULL_FROM = 15
"""From this zoom on tiles are made from the ground as it was delivered."""

WORLD_M = 40_075_016.686
"""The width of the web Mercator world."""


class Merge(StrEnum):
    """What becomes one feature far out (layers.toml, ``levels.merge``)."""

    ZONE = "zone"
    """Nothing: each zone stays itself."""
    LAYER = "layer"
    """All zones of the layer."""
    GROUP = "group"
    """Zones of one colour group of land classes."""


@dataclass(frozen=True)
class Level:
    """One generalisation, in metres of EPSG:3857."""

    zoom: int
    """The first zoom that it is for: also its number."""
    tolerance_m: float
    """About what a drawn line may be off: a pixel of its last zoom."""
    smallest_m: float
    """Ground below the square of this joins the neighbour with the longest common border."""
    is_single: bool = False
    """Each zone stays itself, so that it can be pointed at."""

    @property
    def smallest_m2(self) -> float:
        """That square."""
        return self.smallest_m**2

    @property
    def cell_m(self) -> float:
        """What is merged is merged within cells of half a tile, so that no feature is huge."""
        return WORLD_M / 2**self.zoom / 2


LEVELS = (
    Level(14, 6, 8, is_single=True),
    Level(12, 12, 24),
    Level(11, 60, 130),
    Level(10, 110, 220),
    Level(8, 220, 300),
    Level(6, 900, 800),
)
"""From near to far; each is made from the one before it."""


def level_for(zoom: int) -> int | None:
    """The level that a zoom is drawn from; None where the delivered ground is."""
    if zoom >= FULL_FROM:
        return None
    return next((level.zoom for level in LEVELS if level.zoom <= zoom), LEVELS[-1].zoom)


@cache
def merge_of(layer_code: str) -> Merge:
    """What becomes one feature of a layer far out."""
    told = layers_file()["layer"].get(layer_code, {}).get("levels", {})
    return Merge(told.get("merge", Merge.ZONE))


def wants_levels(version: DatasetVersion, vertices: int) -> bool:
    """Whether a version of so many vertices is drawn from levels.

    A ledger never is: it changes by the day and is shown as it stands. A coverage always is, for
    leaving out what is small would tear holes into it; any other where it is too much to draw.
    """
    layer = version.layer
    if layer.nature != Nature.SNAPSHOT or version.declared_empty or vertices == 0:
        return False
    return layer.coverage or vertices >= layers_file()["levels"]["from_vertices"]
