"""Small charts as SVG, the same on the page and on paper: bars of shares, columns over periods.

Text and axes take ``currentColor``, so that a page's light and dark both fit; colours of figures
come with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Sequence

FONT = "Noto Sans CJK SC"
LEAST_TOP = 0.20
"""An axis of shares reaches at least this far, so that the lines lie within."""


@dataclass(frozen=True)
class Mark:
    """One share with its name, its text as printed, and its colour; None: no ratio."""

    name: str
    share: float | None
    said: str
    colour: str


Lines = list[tuple[float, str]]
"""Shares at which a line is drawn, and what it is called."""


def top_of(shares: Sequence[float | None], lines: Lines) -> float:
    """Where the axis ends: above everything, at a round five hundredths."""
    highest = max([LEAST_TOP, *(share for share in shares if share is not None),
                   *(share * 1.1 for share, _ in lines)])  # fmt: skip
    return (int(highest * 20 - 1e-9) + 1) / 20


def bar(mark: Mark, top: float, lines: Lines) -> str:
    """One bar for a cell of a table; decoration, since the figure stands beside it."""
    width = 100 * (mark.share or 0) / top
    ticks = "".join(
        f'<path d="M{100 * share / top:.2f} 0V10" stroke="currentColor" stroke-width="1" '
        'stroke-dasharray="2 2" vector-effect="non-scaling-stroke" opacity="0.6"/>'
        for share, _ in lines
    )
    return (
        '<svg class="ratio-bar" viewBox="0 0 100 10" preserveAspectRatio="none" '
        f'aria-hidden="true"><rect y="1.5" width="{width:.2f}" height="7" '
        f'fill={quoteattr(mark.colour)} stroke="currentColor" stroke-width="0.5" '
        f'vector-effect="non-scaling-stroke"/>{ticks}</svg>'
    )


def bars(marks: Sequence[Mark], lines: Lines, *, width: float = 480, row: float = 15) -> str:
    """A ranking of its own, for paper: names, bars, figures, and the lines with their names."""
    top = top_of([mark.share for mark in marks], lines)
    left, right, head = 84.0, 48.0, 14.0
    room = width - left - right
    height = head + row * len(marks) + 4
    parts = []
    for at, mark in enumerate(marks):
        y = head + at * row
        long = room * (mark.share or 0) / top
        parts.append(
            f'<text x="{left - 5}" y="{y + row * 0.7:.1f}" text-anchor="end">{escape(mark.name)}'
            f'</text><rect x="{left}" y="{y + 2:.1f}" width="{long:.2f}" height="{row - 4}" '
            f'fill={quoteattr(mark.colour)} stroke="currentColor" stroke-width="0.4"/>'
            f'<text x="{width - 2:.2f}" y="{y + row * 0.7:.1f}" text-anchor="end">'
            f"{escape(mark.said)}</text>"
        )
    for at, (share, term) in enumerate(lines):
        x = left + room * share / top
        side = "end" if at == 0 and len(lines) > 1 else "start"
        parts.append(
            f'<path d="M{x:.2f} {head - 3}V{height - 2:.1f}" stroke="currentColor" '
            'stroke-width="0.7" stroke-dasharray="3 2"/>'
            f'<text x="{x:.2f}" y="{head - 5}" text-anchor="{side}" font-size="6.5">'
            f"{escape(f'{share:.0%} {term}')}</text>"
        )
    return _svg(width, height, parts, "各行政区违法占耕比")


def columns(
    marks: Sequence[Mark],
    lines: Lines,
    *,
    width: float = 480,
    height: float = 150,
    chosen: str = "",
) -> str:
    """Shares over periods, the lines across, the chosen period underlined."""
    top = top_of([mark.share for mark in marks], lines)
    left, right, head, foot = 6.0, 74.0, 16.0, 18.0
    room, tall = width - left - right, height - head - foot
    step = room / max(1, len(marks))
    wide = min(38.0, step * 0.6)
    parts = [f'<path d="M{left} {head + tall}H{left + room}" stroke="currentColor"/>']
    lowest = head + tall + 9.0
    for share, term in reversed(lines):  # from the top; words that would touch move down
        y = head + tall * (1 - share / top)
        word_y = max(y + 3, lowest + 9) if lowest < head + tall else y + 3
        lowest = word_y
        parts.append(
            f'<path d="M{left} {y:.2f}H{left + room}" stroke="currentColor" stroke-width="0.7" '
            f'stroke-dasharray="3 2"/><text x="{left + room + 4}" y="{word_y:.2f}" font-size="8">'
            f"{escape(f'{share:.0%} {term}')}</text>"
        )
    for at, mark in enumerate(marks):
        middle = left + step * (at + 0.5)
        high = tall * (mark.share or 0) / top
        chosen_look = ' font-weight="bold" text-decoration="underline"'
        parts.append(
            f'<rect x="{middle - wide / 2:.2f}" y="{head + tall - high:.2f}" width="{wide:.2f}" '
            f'height="{high:.2f}" fill={quoteattr(mark.colour)} stroke="currentColor" '
            'stroke-width="0.5"/>'
            f'<text x="{middle:.2f}" y="{head + tall - high - 4:.2f}" text-anchor="middle">'
            f"{escape(mark.said)}</text>"
            f'<text x="{middle:.2f}" y="{head + tall + 12}" text-anchor="middle"'
            f"{chosen_look if mark.name == chosen else ''}>"
            f"{escape(mark.name)}</text>"
        )
    return _svg(width, height, parts, "各期违法占耕比")


def _svg(width: float, height: float, parts: list[str], title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" '
        f'class="ratio-chart" font-family="{FONT}" font-size="8.5" fill="currentColor">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
