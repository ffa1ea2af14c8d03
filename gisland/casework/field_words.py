"""What the field page offers to choose from, and how long a phone keeps a patch. 外业用语"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gisland.casework.errors import ProcessInvalid

FIELD_FILE = Path(__file__).resolve().parent / "field.toml"


@dataclass(frozen=True)
class Words:
    """As field.toml has them."""

    keep_hours: int
    results: tuple[str, ...]
    purposes: tuple[str, ...]


@cache
def words() -> Words:
    """The checked words of this installation; raises ProcessInvalid."""
    try:
        told = tomllib.loads(FIELD_FILE.read_text(encoding="utf-8"))
        found = Words(int(told["keep_hours"]), tuple(told["results"]), tuple(told["purposes"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ProcessInvalid(f"gisland/casework/field.toml 有误：{error}") from error
    if found.keep_hours <= 0 or not found.results:
        raise ProcessInvalid(
            "gisland/casework/field.toml 有误：keep_hours 应大于 0，results 不能空。"
        )
    return found
