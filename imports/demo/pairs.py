"""Recipes in which more than one patch, period or spelling tells the story."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imports.demo import shapes
from imports.demo.farm import PLANTED, rural_road
from imports.demo.recipes import small
from imports.demo.scenes import WORDS, Holder, Scene

if TYPE_CHECKING:
    from shapely.geometry import Polygon

FIRST, LATER = ("BU2024Q1", "20230602", "20240320"), ("BU2025Q1", "20240822", "20250312")
STRADDLING = ("BU2025Q1", "20240401", "20250312")
"""Images on both sides of 2024-06-01, when the farmland of change/ begins to count."""


def _box(s: Scene, west: float, south: float, east: float, north: float) -> Polygon:
    ring = np.array([[west, south], [east, south], [east, north], [west, north]])
    return shapes.turned(ring, s.site.xy, s.site.angle)


def two_periods(s: Scene) -> None:
    """One holder beside its own unbuilt lot: 1200 of 2400 m² first, which is not too much in sum,
    and 1680 m² a year later, which is (少征多用 in order of time)."""
    s.approve(_box(s, -30, -20, 30, 20), on="2021-08-16")
    s.seen(*FIRST)
    s.shot(_box(s, 30, -20, 60, 20), "JZ", [("outside", None)])
    s.seen(*LATER)
    s.shot(_box(s, -72, -20, -30, 20), "JZ", [("over_use", None)])


def displaced(s: Scene) -> None:
    """Granted ground lies idle, and its holder builds a little way off (批东占西)."""
    s.seen(*FIRST)
    far = 0.45 * s.site.reach
    s.approve(_box(s, far, -18, far + 50, 18), on="2021-11-02")
    s.shot(_box(s, -far - 32, -15, -far, 15), "JZ", [("unfiled", None)])


def named_loosely(s: Scene) -> None:
    """Ledger and patch spell one holder differently, and neither gives its code: over its red
    line only where the two are taken for one."""
    number, word = s.book.next(), WORDS[s.book.serial % len(WORDS)]
    s.approve(
        _box(s, -30, -15, 10, 15),
        on="2021-07-06",
        holder=Holder(f"示例（{word}）建设{number}号公司", ""),
    )
    s.holder = Holder(f" 示例({word}) 建设{number}号 公司", "")
    s.shot(
        _box(s, -30, -15, 32, 15),
        "20",
        [("unsupplied", _box(s, -30, -15, 10, 15)), ("over_use", None)],
    )


def parted(s: Scene) -> None:
    """Issued as one patch, issued again as two."""
    s.seen(*FIRST)
    s.shot(_box(s, -25, -12, 25, 12), "JZ", [("unfiled", None)], named=False)
    s.seen(*LATER)
    for west, east in ((-25, -0.4), (0.4, 25)):
        s.shot(_box(s, west, -12, east, 12), "JZ", [("unfiled", None)], named=False)


def joined(s: Scene) -> None:
    """Issued as two patches, issued again as one."""
    s.seen(*FIRST)
    for west, east in ((-25, -0.4), (0.4, 25)):
        s.shot(_box(s, west, -12, east, 12), "JZ", [("unfiled", None)], named=False)
    s.seen(*LATER)
    s.shot(_box(s, -25, -12, 25, 12), "JZ", [("unfiled", None)], named=False)


def late_paper(s: Scene) -> None:
    """No paper is known; the approval of its eastern part arrives in change/, for less ground
    than is used."""
    s.seen(*FIRST)
    paper = s.approve(
        _box(s, 0, -18, 24, 18),
        "征收",
        on="2022-04-20",
        document="示例政地〔2022〕889号",
        source_code="DK889001",
    )
    s.book.papers.remove(paper)
    s.book.belated.append(paper)
    s.shot(_box(s, -14, -16, 22, 16), "JZ", [("unfiled", None)])


def plan_road(s: Scene) -> None:
    """A field road on farmland that the next version no longer protects."""
    s.seen(*LATER)
    rural_road(s)


def plan_freed(s: Scene) -> None:
    """A greenhouse on farmland that the next version no longer protects."""
    _shed(s, LATER)


def plan_straddles(s: Scene) -> None:
    """The same, begun perhaps before that version counts."""
    _shed(s, STRADDLING)


def _shed(s: Scene, seen: tuple[str, str, str]) -> None:
    s.seen(*seen)
    lot = shapes.lot(s.rng, s.site.xy, small(s, 500, 900), s.site.angle)
    s.paper(
        "facility",
        lot,
        filed_on="2024-03-11",
        purpose=PLANTED,
        plough_damaging="否",
        holder_name=f"示例农业专业合作社{s.book.next()}",
        holder_code="",
    )
    ground = shapes.traced(s.rng, shapes.angled(lot, 1))
    s.shot(ground, "20", [("facility_later", lot)], named=False)


def plan_added(s: Scene) -> None:
    """Built on cultivated land that the next version protects."""
    s.seen(*LATER)
    s.shot(shapes.blob(s.rng, s.site.xy, small(s, 500, 900), 30), "JZ", [("unfiled", None)])
