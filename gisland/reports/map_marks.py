"""What stands on every printed map: scale, north, legend, hatches, ticks, words with a halo."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Box = tuple[float, float, float, float]
PT_PER_MM = 72 / 25.4
FONT = "Noto Sans CJK SC"
CELL = 6.0
"""Points between the strokes of a hatch."""
TICK_EVERY, TICK = 7.0, 2.4
LINE = 1.25
"""Lines of a label lie that many times its size apart."""
LEGEND_ROW, SWATCH = 13.0, 18.0

_STROKES = {
    "slash": "M0 6L6 0M-1 1L1 -1M5 7L7 5",
    "backslash": "M0 0L6 6M-1 5L1 7M5 -1L7 1",
    "horizontal": "M0 3H6",
    "vertical": "M3 0V6",
}
_DOTS = {"dots": ((1.5, 1.5), (4.5, 4.5)), "sparse-dots": ((3, 3),)}


def hatch(name: str, kind: str, colour: str) -> str:
    """The definition of a hatch of the vocabulary."""
    paint = quoteattr(colour)
    inner = "".join(f'<circle cx="{x}" cy="{y}" r="0.8" fill={paint}/>'
                    for x, y in _DOTS.get(kind, ()))  # fmt: skip
    if kind in _STROKES:
        inner += f'<path d="{_STROKES[kind]}" stroke={paint} stroke-width="0.9"/>'
    return (
        f'<pattern id="{name}" width="{CELL}" height="{CELL}" patternUnits="userSpaceOnUse">'
        f"{inner}</pattern>"
    )


def stroke(look: Any) -> str:
    """The attributes of a line."""
    dash = " ".join(f"{length:.2f}" for length in look.dash)
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'fill="none" stroke={quoteattr(look.colour)} stroke-width="{look.width:.2f}" '
        f'stroke-linejoin="round"{dashed}'
    )


def ticks(geom: shapely.Geometry) -> str:
    """Short strokes from each outline toward the inside (paper: y downward)."""
    pieces = []
    for part in shapely.get_parts(shapely.orient_polygons(geom)):
        for ring in [part.exterior, *part.interiors]:
            along = np.arange(TICK_EVERY / 2, shapely.length(ring), TICK_EVERY)
            here = shapely.get_coordinates(shapely.line_interpolate_point(ring, along))
            next_ = shapely.get_coordinates(shapely.line_interpolate_point(ring, along + 0.05))
            way = next_ - here
            size = np.hypot(way[:, 0], way[:, 1])
            keep = size > 0
            # the inside lies to the left of a ring oriented like this, in mathematical sense
            inward = np.column_stack([-way[keep, 1], way[keep, 0]]) / size[keep, None] * TICK
            pieces += [
                f"M{x:.2f} {y:.2f}l{dx:.2f} {dy:.2f}"
                for (x, y), (dx, dy) in zip(here[keep], inward, strict=True)
            ]
    return "".join(pieces)


def text(words: str, x: float, y: float, *, size: float = 7.5, anchor: str = "middle") -> str:
    """Words with a pale halo; lines below each other, ``y`` the foot of the first."""
    rows = words.split("\n")
    spans = "".join(
        f'<tspan x="{x:.2f}" y="{y + n * LINE * size:.2f}">{escape(row)}</tspan>'
        for n, row in enumerate(rows)
    )
    how = f'font-size="{size}" text-anchor="{anchor}"'
    return (
        f'<text {how} fill="#FFFFFF" stroke="#FFFFFF" stroke-opacity="0.9" stroke-width="2" '
        f'stroke-linejoin="round" aria-hidden="true">{spans}</text>'
        f'<text {how} fill="#212529">{spans}</text>'
    )


def width_of(words: str, size: float) -> float:
    """How wide words are, roughly: Chinese a full square, others about half."""
    return size * sum(1.0 if ord(letter) > 0x2E7F else 0.56 for letter in words)


def place(
    label: str, x: float, y: float, taken: Sequence[Box], size: float = 7.5
) -> tuple[Box, str] | None:
    """The label's box and text at the point or a little off it; None where there is no room."""
    rows = label.split("\n")
    half = max(width_of(row, size) for row in rows) / 2 + 1
    tall = LINE * size * len(rows)
    for dx, dy in ((0, 0), (0, -tall), (0, tall), (half, -tall / 2), (-half, -tall / 2)):
        left, top = x + dx - half, y + dy - tall / 2
        box = (left, top, left + 2 * half, top + tall)
        if not any(
            box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
            for other in taken
        ):
            return box, text(label, x + dx, top + size, size=size)
    return None


def north(width: float) -> str:
    """An arrow to grid north, in the upper right."""
    return (
        f'<g transform="translate({width - 16:.2f} 8)">'
        '<path d="M0 18L5 2L10 18L5 14Z" fill="#212529" stroke="#FFFFFF" stroke-width="0.8"/>'
        f"{text('北', 5, 27, size=7)}</g>"
    )


def scale_bar(points_per_m: float, width: float, height: float) -> str:
    """A bar of a round length, about a fifth of the map, in two halves."""
    wanted = width / 5 / points_per_m
    power = 10.0 ** math.floor(math.log10(wanted))
    length = next(step * power for step in (5, 2, 1) if step * power <= wanted)
    half, y = length * points_per_m / 2, height - 14
    names = [("0", 0.0), (_length(length), 2 * half)]
    marks = "".join(text(word, 8 + x, y - 3, size=6.5) for word, x in names)
    return (
        f'<rect x="8" y="{y:.2f}" width="{2 * half:.2f}" height="4" fill="#FFFFFF" '
        'stroke="#212529" stroke-width="0.6"/>'
        f'<rect x="8" y="{y:.2f}" width="{half:.2f}" height="4" fill="#212529"/>{marks}'
    )


def _length(metres: float) -> str:
    return f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"


def legend(
    rows: Sequence[tuple[Any, str]], width: float, hatched: Callable[[Any], str]
) -> tuple[str, float]:
    """Samples with their words in rows below the map, each once, and how deep they are."""
    x, y, parts = 0.0, LEGEND_ROW, []
    for look, title in dict.fromkeys((look, title) for look, title in rows if title):
        wide = SWATCH + 4 + width_of(title, 7) + 12
        if x and x + wide > width:
            x, y = 0.0, y + LEGEND_ROW
        parts.append(
            f'<g transform="translate({x:.2f} {y - 9:.2f})">{_sample(look, hatched)}'
            f'<text x="{SWATCH + 4}" y="7.5" font-size="7">{escape(title)}</text></g>'
        )
        x += wide
    return "".join(parts), (y + 4 if parts else 0.0)


def _sample(look: Any, hatched: Callable[[Any], str]) -> str:
    if not look.fill and look.hatch == "none":
        line = f'<path d="M0 5H{SWATCH}" {stroke(look)}/>'
        if look.ticks:
            marks = "".join(f"M{x} 5v{TICK}" for x in range(3, int(SWATCH), 6))
            line += f'<path d="{marks}" {stroke(look)}/>'
        return line
    box = f'<rect width="{SWATCH}" height="9"'
    filled = (
        f'{box} fill={quoteattr(look.fill)} fill-opacity="{look.opacity:.2f}"/>'
        if look.fill
        else ""
    )
    if look.hatch != "none":
        filled += f'{box} fill="{hatched(look)}"/>'
    return f"{filled}{box} {stroke(look)}/>"
