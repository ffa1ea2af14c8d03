"""What a patch is meant to be, in the order in which the rules of the ruleset claim ground."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import shapely

import spatial

if TYPE_CHECKING:
    from imports.demo.scenes import Shot

Where: TypeAlias = "shapely.Geometry | str | tuple[str, shapely.Geometry] | None"
"""Where a conclusion holds: on ground, on what a mask covers (of that ground), or on all left."""
Mask = Callable[[str], shapely.Geometry]
"""The ground near a patch that a name stands for: cultivated, basic_farm, solar_barred."""

_RULES = tomllib.loads(
    (Path(spatial.__file__).parent / "rules" / "land-enforcement.toml").read_text(encoding="utf-8")
)["rules"]
CLASS: dict[str, str] = {rule["code"]: rule["class"] for rule in _RULES["conclude"]}
"""Every conclusion of land-enforcement and its class, in order of precedence."""
MARKS: tuple[str, ...] = tuple(rule["code"] for rule in _RULES["mark"])

UNSUPPLIED = "unsupplied"
LEGAL = tuple(code for code, kind in CLASS.items() if kind == "legal" and code != "approved")
"""New construction that is lawful; what is only approved has not been built."""
ILLEGAL = tuple(code for code, kind in CLASS.items() if kind == "illegal" and code != UNSUPPLIED)
"""What counts in the numerator of the ratio."""

_ORDER = {code: place for place, code in enumerate(CLASS)}


def split(
    shot: Shot, existing: shapely.Geometry | None = None, mask: Mask | None = None
) -> list[tuple[str, shapely.Geometry]]:
    """The patch cut by its claims, each code with its ground; nothing overlaps or is left out.

    Without ``mask`` each mask is taken to cover everything: good enough for an estimate.
    """
    claims = list(shot.claims)
    if existing is not None and not existing.is_empty:
        claims.append(("existing", existing))
    claims.sort(key=lambda claim: _ORDER.get(claim[0], -1))
    rest: shapely.Geometry = shot.geom
    out = []
    for code, where in claims:
        part = _within(rest, where, mask)
        if part.area > 0:
            out.append((code, part))
            rest = rest.difference(part)
        if rest.is_empty:
            break
    return out


def _within(rest: shapely.Geometry, where: Where, mask: Mask | None) -> shapely.Geometry:
    if isinstance(where, tuple):
        name, ground = where
        return _within(rest.intersection(ground), name, mask)
    if isinstance(where, str):
        return rest if mask is None else rest.intersection(mask(where))
    return rest if where is None else rest.intersection(where)
