"""Purposes of a site check: the rulesets whose ground is a site. 用途"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from spatial.errors import InputRefused
from spatial.rules.load import read_file, ruleset_files

if TYPE_CHECKING:
    from spatial.rules.schema import Ruleset

GROUND = "site"
DEFAULT = "site-selection"
"""What is asked where nobody chose; stands first."""


@dataclass(frozen=True)
class Purpose:
    """A ruleset that judges sites; its title is what a person chooses."""

    code: str
    title: str
    version: str
    lines: tuple[str, ...]
    """The control lines that it asks about, in order."""


@cache
def _site_rulesets() -> dict[str, Ruleset]:
    found = map(read_file, ruleset_files())
    return {ruleset.name: ruleset for ruleset in found if ruleset.ground == GROUND}


def rulesets() -> list[Purpose]:
    """Every purpose, the default first, then by code."""
    return [
        Purpose(code, ruleset.title, ruleset.version, tuple(rule.term for rule in ruleset.marks))
        for code, ruleset in sorted(
            _site_rulesets().items(), key=lambda item: (item[0] != DEFAULT, item[0])
        )
    ]


def require(code: str) -> Purpose:
    """The purpose of this code; raises InputRefused naming those that there are."""
    known = {purpose.code: purpose for purpose in rulesets()}
    if code not in known:
        told = "、".join(f"{one.code}（{one.title}）" for one in known.values())
        raise InputRefused(f"没有选址用途 {code[:60]}。可选：{told}。")
    return known[code]
