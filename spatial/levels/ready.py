"""Which versions can be drawn from levels now. 可用的概略图"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spatial.levels.plan import level_for

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence


@dataclass(frozen=True)
class Ready:
    """What a zoom is drawn from: the level, and the versions that have it."""

    level: int | None = None
    ids: tuple[int, ...] = ()
    stamp: str = ""
    """Changes when one of these levels is built anew."""


def ready_for(zoom: int, built: Sequence[tuple[int, datetime.datetime]]) -> Ready:
    """The level of a zoom, of versions with levels and the times at which these were built."""
    level = level_for(zoom)
    if level is None or not built:
        return Ready()
    stamp = "/".join(f"{number}:{at.timestamp():.6f}" for number, at in built)
    return Ready(level, tuple(number for number, _ in built), stamp)
