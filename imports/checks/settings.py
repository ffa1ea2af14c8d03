"""The limits and field rules of checks.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatial.install import layers_file

if TYPE_CHECKING:
    from datetime import date

FILE = Path(__file__).with_name("checks.toml")


@dataclass(frozen=True)
class Limits:
    """Up to where a difference is noise, and how much is listed; see checks.toml."""

    listed: int
    same_value_listed: int
    area_share: float
    area_above_m2: float
    overlap_above_m2: float
    sliver_below_m2: float
    sliver_narrower_than_m: float
    county_sum_share: float
    flag_above_m2: float
    earliest_image: date
    most_edges: int


@cache
def tree() -> dict[str, Any]:
    """The parsed checks.toml."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@cache
def limits() -> Limits:
    """The limits; when a declared area differs, layers.toml says, for the review desk too."""
    declared = layers_file()["declared_area"]
    return Limits(
        **tree()["limits"], area_share=declared["share"], area_above_m2=declared["above_m2"]
    )


def rules_of(layer: str) -> list[dict[str, Any]]:
    """The field rules of a layer, or of ``patch``."""
    return [rule for rule in tree()["rule"] if layer in rule["layers"]]
