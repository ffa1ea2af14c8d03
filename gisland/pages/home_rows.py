"""Lists of things that wait, as the front page prints them."""

from __future__ import annotations

from dataclasses import dataclass, field

SHOWN = 6
"""Rows of one list; the rest is counted."""


@dataclass(frozen=True)
class Row:
    """One thing that waits."""

    text: str
    href: str
    figure: str = ""
    note: str = ""
    burns: bool = False


@dataclass(frozen=True)
class Wait:
    """A list of things that wait for one role; ``nothing`` is said where it is empty."""

    title: str
    nothing: str
    rows: list[Row] = field(default_factory=list)
    more: str = ""
    more_href: str = ""
    alarm: str = ""
    """What must be mended before anything here goes on."""
