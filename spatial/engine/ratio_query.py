"""What is asked of a ratio. 比率查询"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spatial.engine.ratio_law import Switches
from spatial.errors import GislandError

if TYPE_CHECKING:
    import datetime

DIGITS = {"all": 0, "province": 2, "city": 4, "county": 6, "township": 9}
"""How many digits of a region's code a level has."""

DENOMINATORS = ("new_cultivated", "new_all", "official")
BASES = ("proposed", "decided")
PERIODS_BY = ("batch", "after_on")


@dataclass(frozen=True)
class RatioQuery:
    """What is asked: level, period, basis, denominator, switches, when it was known."""

    county_ids: tuple[int, ...]
    level: str = "county"
    period: str | None = None
    by: str = "batch"
    basis: str = "proposed"
    denominator: str = "new_cultivated"
    ruleset: str = "land-enforcement"
    known_at: datetime.datetime | None = None
    switches: Switches = Switches()

    def __post_init__(self) -> None:
        """Refuse what cannot be computed, naming what can."""
        for name, value, known in (
            ("level", self.level, tuple(DIGITS)),
            ("by", self.by, PERIODS_BY),
            ("basis", self.basis, BASES),
            ("denominator", self.denominator, DENOMINATORS),
        ):
            if value not in known:
                raise GislandError(f"{name}={value} 无效，可用：{'、'.join(known)}")
