"""Recipes of temporary land: lent to builders, for a time, to be given back as fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imports.demo import shapes
from imports.demo.recipes import small

if TYPE_CHECKING:
    from shapely.geometry import Polygon

    from imports.demo.scenes import Scene


def _lend(
    s: Scene,
    lot: Polygon,
    start: str,
    end: str | None,
    back: str | None = None,
    purpose: str = "施工临时场地",
) -> None:
    s.paper(
        "temporary",
        lot,
        approved_on=start,
        valid_until=end,
        reclaimed_on=back,
        purpose=purpose,
        holder_name=s.holder.name,
        holder_code=s.holder.code,
    )


def temporary(s: Scene) -> None:
    """A builders' yard on temporary land within its term."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 2000, 5000), s.site.angle)
    _lend(s, lot, "2023-06-05", "2025-06-04")
    s.shot(shapes.traced(s.rng, shapes.angled(lot, 2)), "YH", [("temporary", lot)])


def temporary_over(s: Scene) -> None:
    """Temporary land within its term, but more is used than was lent."""
    ground = shapes.lot(s.rng, s.site.xy, small(s, 2500, 4500), s.site.angle)
    lent = shapes.angled(ground, 0).intersection(ground.buffer(-9, join_style="mitre"))
    _lend(s, lent, "2023-07-17", "2025-07-16")
    s.shot(ground, "YH", [("temporary", lent), ("temporary_over", None)])


def temporary_termless(s: Scene) -> None:
    """Temporary land of which nobody wrote down until when."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 900, 1600), s.site.angle)
    _lend(s, lot, "2023-06-05", None)
    s.shot(shapes.traced(s.rng, shapes.angled(lot, 1)), "YH", [("temporary_termless", lot)])


def yard(s: Scene) -> None:
    """A beam yard on temporary land: farmland can hardly be restored from it."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 900, 1600), s.site.angle)
    _lend(s, lot, "2023-02-01", "2025-01-31", purpose="制梁场")
    s.shot(shapes.traced(s.rng, shapes.angled(lot, 1)), "YH", [("temporary", lot)])


def temporary_misuse(s: Scene) -> None:
    """Lent to builders, found to be a used-car market."""
    _found_used(s, "temporary_misuse", "二手车交易市场")


def temporary_purpose(s: Scene) -> None:
    """Lent as a working site, found to be a store of building materials: other words."""
    _found_used(s, "temporary_purpose", "堆放建筑材料")


def _found_used(s: Scene, code: str, found: str) -> None:
    lot = shapes.lot(s.rng, s.site.xy, small(s, 700, 1200), s.site.angle)
    _lend(s, lot, "2022-12-05", "2024-12-04")
    ground = shapes.traced(s.rng, shapes.angled(lot, 1))
    s.shot(ground, "YH", [(code, lot)], fields={"field_purpose": found})


def reclaiming(s: Scene) -> None:
    """Temporary land just expired, within its year for reclamation."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 1500, 3500), s.site.angle)
    _lend(s, lot, "2021-10-01", "2023-09-30")
    s.shot(shapes.traced(s.rng, shapes.angled(lot, 1)), "YH", [("reclaiming", lot)])


def overdue(s: Scene) -> None:
    """Temporary land long expired and not reclaimed."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 900, 1800), s.site.angle)
    _lend(s, lot, "2019-12-31", "2021-12-31")
    s.shot(shapes.traced(s.rng, shapes.angled(lot, 1)), "YH", [("overdue", lot)])


def reclaimed(s: Scene) -> None:
    """Temporary land that was reclaimed in time and is now built on without papers."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 700, 1300), s.site.angle)
    _lend(s, lot, "2018-05-04", "2020-05-03", "2020-11-20")
    s.shot(shapes.traced(s.rng, lot), "JZ", [("unfiled", None)], named=False)
