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


Built = tuple[int, "datetime.datetime", tuple[int, ...]]
"""A version with levels: its number, when they were made, and which they are."""


def ready_for(zoom: int, built: Sequence[Built]) -> Ready:
    """The level of a zoom that all these versions have, or the next coarser one."""
    wanted = level_for(zoom)
    if wanted is None or not built:
        return Ready()
    common = set.intersection(*(set(levels) for _, _, levels in built))
    fitting = [level for level in common if level <= wanted]
    if not fitting:
        return Ready()
    stamp = "/".join(f"{number}:{at.timestamp():.6f}" for number, at, _ in built)
    return Ready(max(fitting), tuple(number for number, _, _ in built), stamp)
