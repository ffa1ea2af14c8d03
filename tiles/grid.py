"""The web Mercator tile grid: which ground a tile covers. 瓦片网格"""

from __future__ import annotations

import math
from dataclasses import dataclass

from spatial.errors import InputRefused

DEEPEST = 22
"""The deepest zoom that an address may name."""

HALF_WORLD_M = math.pi * 6378137
UNITS = 4096
"""Units along the side of a vector tile."""
PIXELS = 512
"""Screen pixels along the side of a vector tile, as renderers draw it."""
BUFFER = 64
"""Units that geometry reaches beyond the tile, so that outlines join."""


@dataclass(frozen=True)
class Tile:
    """One tile of the XYZ scheme."""

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        """Refuse a tile that the grid does not have."""
        if not 0 <= self.z <= DEEPEST:
            raise InputRefused(f"缩放级别 {self.z} 无效：应为 0 至 {DEEPEST}。")
        last = 2**self.z - 1
        if not (0 <= self.x <= last and 0 <= self.y <= last):
            raise InputRefused(f"瓦片 {self.z}/{self.x}/{self.y} 不存在：行列号应为 0 至 {last}。")

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """West, south, east, north in EPSG:3857."""
        side = 2 * HALF_WORLD_M / 2**self.z
        west, north = -HALF_WORLD_M + self.x * side, HALF_WORLD_M - self.y * side
        return west, north - side, west + side, north

    def reach(self, margin: float = 2 * BUFFER / UNITS) -> dict[str, float]:
        """West, south, east, north in degrees, widened by a share of the side."""
        west, south, east, north = self.bounds_m
        more = (east - west) * margin
        return {
            "west": max(-180.0, math.degrees((west - more) / 6378137)),
            "south": _latitude(south - more),
            "east": min(180.0, math.degrees((east + more) / 6378137)),
            "north": _latitude(north + more),
        }

    @property
    def pixel_deg(self) -> float:
        """Degrees of longitude that one screen pixel covers (as renderers draw)."""
        return 360 / 2**self.z / PIXELS

    @property
    def params(self) -> dict[str, float]:
        """What every statement of sql/tiles/ is given."""
        return {"z": self.z, "x": self.x, "y": self.y, **self.reach()}


def _latitude(y: float) -> float:
    return math.degrees(2 * math.atan(math.exp(y / 6378137)) - math.pi / 2)
