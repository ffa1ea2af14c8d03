"""Which versions can be drawn from levels now. 可用的概略图"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spatial.levels.plan import level_for
from spatial.models import LevelSet

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Ready:
    """What a zoom is drawn from: the level, and the versions that have it."""

    level: int | None = None
    ids: tuple[int, ...] = ()
    stamp: str = ""
    """Changes when one of these levels is built anew."""


def ready_for(zoom: int, version_ids: Sequence[int]) -> Ready:
    """The level of a zoom and which of these versions have it: none where zones are drawn."""
    level = level_for(zoom)
    if level is None or not version_ids:
        return Ready()
    found = sorted(
        LevelSet.objects.filter(version__in=version_ids)
        .exclude(numbers={})
        .values_list("version_id", "built_at")
    )
    if not found:
        return Ready()
    stamp = "/".join(f"{number}:{at.timestamp():.6f}" for number, at in found)
    return Ready(level, tuple(number for number, _ in found), stamp)
