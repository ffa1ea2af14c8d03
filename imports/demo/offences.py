"""Recipes of unlawful situations, and of outlines that test the geometry."""

from __future__ import annotations

import shapely
import shapely.affinity
from shapely.geometry import Polygon

from imports.demo import shapes
from imports.demo.recipes import small
from imports.demo.scenes import Holder, Scene, new_holder

KINDS = ("20", "JZ", "YH", "20", "DL2", "JC")


def _kind(s: Scene) -> str:
    return KINDS[int(s.rng.integers(0, len(KINDS)))]


def unfiled(s: Scene) -> None:
    """Built with no papers at all."""
    shape = shapes.blob(s.rng, s.site.xy, small(s, 500, 2200), int(s.rng.integers(12, 60)))
    s.shot(shape, _kind(s), [("unfiled", None)], named=s.rng.random() < 0.6)


def unfiled_pixels(s: Scene) -> None:
    """Built with no papers; outlined by the stairs of a classified image."""
    shape = shapes.stairs(shapes.blob(s.rng, s.site.xy, small(s, 900, 2200)), 2.0)
    s.shot(shape, "JZ", [("unfiled", None)], named=False)


def unfiled_hole(s: Scene) -> None:
    """Built with no papers round a pond that was left."""
    shape = shapes.holed(s.rng, shapes.blob(s.rng, s.site.xy, small(s, 1500, 2800), 50))
    s.shot(shape, "YH", [("unfiled", None)])


def tiny(s: Scene) -> None:
    """A shed of fifty square metres."""
    s.shot(shapes.lot(s.rng, s.site.xy, 50, s.site.angle), "20", [("unfiled", None)], named=False)


def sliver(s: Scene) -> None:
    """A strip half a metre wide, left over by some earlier overlay."""
    shape = shapes.strip(s.rng, s.site.xy, min(160.0, s.site.reach), 0.5, s.site.angle)
    s.shot(shape, "YH", [("unfiled", None)], named=False)


def mining(s: Scene) -> None:
    """A quarry without papers inside the ecological red line."""
    shape = shapes.blob(s.rng, s.site.xy, small(s, 2500, 6000), 70)
    s.shot(shape, "CK", [("unfiled", None)])


def late(s: Scene) -> None:
    """Approved only after it was built."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 1200, 2600), s.site.angle)
    s.approve(lot, on="2024-08-15", filed_on="2024-04-02", txt=s.rng.random() < 0.3)
    s.shot(shapes.traced(s.rng, shapes.angled(lot, 1)), "20", [("late", lot)])


def filing(s: Scene) -> None:
    """Filed, not approved, and built meanwhile."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 1200, 2600), s.site.angle)
    s.approve(
        lot, on=None, filed_on="2023-11-20", document=f"示例报批〔2023〕9{s.book.next():05d}号"
    )
    s.shot(shapes.traced(s.rng, shapes.angled(lot, 1)), "20", [("filing", lot)])


def revoked(s: Scene) -> None:
    """Its approval was revoked before the act."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 1000, 2200), s.site.angle)
    s.approve(lot, on="2017-04-11", revoked_on="2020-06-30")
    s.shot(shapes.traced(s.rng, shapes.angled(lot, 1)), "20", [("unfiled", None)])


def advance_expired(s: Scene) -> None:
    """Its advance-use permit ran out and nothing followed."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 1000, 2200), s.site.angle)
    s.approve(lot, "先行用地", on="2021-01-15", valid_until="2022-01-14")
    s.shot(shapes.traced(s.rng, shapes.angled(lot, 1)), "SJ", [("advance_lapsed", lot)])


def advance_ending(s: Scene) -> None:
    """Its advance-use permit ran out between the two images: begun in time or not?"""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 1000, 2200), s.site.angle)
    s.seen("BU2024Q1", "20230602", "20240320")
    s.approve(lot, "先行用地", on="2021-12-20", valid_until="2023-12-19")
    s.shot(shapes.traced(s.rng, shapes.angled(lot, 1)), "SJ", [("advance_ending", lot)])


def collective_late(s: Scene) -> None:
    """A farmer's house, approved only after it was built."""
    _farmers_house(s, "collective_late", on="2024-09-03")


def collective_filing(s: Scene) -> None:
    """A farmer's house that was applied for, and built before the answer."""
    _farmers_house(s, "collective_filing", on=None, filed_on="2023-12-12")


def _farmers_house(s: Scene, code: str, on: str | None, filed_on: str | None = None) -> None:
    lot = shapes.lot(s.rng, s.site.xy, s.rng.uniform(170, 240), s.site.angle)
    farmer = Holder(f"示例村民{s.book.next()}", "")
    s.approve(
        lot,
        "宅基地",
        on=on,
        filed_on=filed_on,
        purpose="农村宅基地",
        holder=farmer,
        authority="示例乡人民政府（虚构）",
        ownership="集体",
        project="",
    )
    s.shot(shapes.angled(lot, 0.6), "20", [(code, lot)], named=False)


def partial(s: Scene) -> None:
    """Of its image only the month is told, and it was approved in the middle of that month."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 900, 1500), s.site.angle)
    s.seen("SHI202405", "2024年1月10日", "2024-05")
    s.approve(lot, on="2024-05-15", filed_on="2024-03-01")
    s.shot(shapes.traced(s.rng, shapes.angled(lot, 1)), "20", [("unknown", lot)])


def dismantled(s: Scene) -> None:
    """Built anew where a village was to be pulled down and tilled (增减挂钩拆旧)."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 700, 1300), s.site.angle)
    s.approve(lot, "增减挂钩拆旧", on="2021-10-19", purpose="复垦", ownership="集体")
    s.shot(shapes.traced(s.rng, shapes.angled(lot, 1)), "JZ", [("unfiled", None)], named=False)


def adjustable(s: Scene) -> None:
    """A shed in an orchard that counts as adjustable land."""
    shape = shapes.blob(s.rng, s.site.xy, small(s, 250, 500), 24)
    s.shot(shape, "JZ", [("unfiled", None)], named=False)


def old_unfiled(s: Scene) -> None:
    """Built with no papers in 2021."""
    s.seen("BU2021Q4", "20210301", "20211015")
    unfiled(s)


def refer_basic_farm(s: Scene) -> None:
    """More than five mu of permanent basic farmland under concrete."""
    _large(s, 4300)


def refer_cultivated(s: Scene) -> None:
    """More than ten mu of other cultivated land under concrete."""
    _large(s, 8200)


def _large(s: Scene, area: float) -> None:
    s.seen("BU2024Q1", "20230602", "20240320")
    shape = shapes.blob(s.rng, s.site.xy, min(area, 2.2 * s.site.reach**2), 60)
    s.shot(shape, "YH", [("unfiled", None)])


def unsupplied(s: Scene) -> None:
    """Approved but built before the land was supplied."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 2500, 6500), s.site.angle)
    s.approve(lot, "征收", on="2022-03-29", txt=True)
    s.shot(shapes.traced(s.rng, shapes.angled(lot, 1.5)), "20", [("unsupplied", lot)])


def overlapping(s: Scene) -> None:
    """Two approvals overlap; only one half was supplied."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 4500, 8000), s.site.angle)
    x, y = s.site.xy
    half = shapely.box(x - 900, y - 900, x, y + 900)
    first = lot.intersection(half)
    s.approve(first, "农转用", on="2020-08-12")
    s.approve(lot, "征收", on="2021-02-03")
    s.supply(first, contract_on="2021-09-01")
    s.shot(shapes.angled(lot, 2), "20", [("supplied", first), ("unsupplied", lot)])


def _beyond(s: Scene, lot: Polygon, depth: float) -> Polygon:
    """A strip of the given depth outside one side of a lot, sharing that side."""
    a, b = (shapely.get_coordinates(lot.exterior)[i] for i in (0, 1))
    along = (b - a) / ((b - a) ** 2).sum() ** 0.5
    out = [along[1] * depth, -along[0] * depth]
    shape = Polygon([a, a + out, b + out, b])
    return (
        shape
        if shape.intersection(lot).area < 0.5 * shape.area
        else Polygon([a, b, b - out, a - out])
    )


def over_use(s: Scene) -> None:
    """The holder built past the edge of its own red line (少征多用)."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 3000, 6000), s.site.angle)
    more = _beyond(s, lot, s.rng.uniform(9, 16)).difference(lot)
    s.approve(lot, on="2021-07-06")
    s.supply(lot, contract_on="2022-01-18")
    ground = shapely.union_all([lot, more])
    ground = ground if isinstance(ground, Polygon) else lot.union(more.buffer(0.01))
    s.shot(ground, "20", [("supplied", lot), ("over_use", None)])
    s.book.fences.append((s.site.county, ground, s.holder))


def over_use_next(s: Scene) -> None:
    """The holder fenced its whole red line long ago and now builds beside it."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 3000, 6000), s.site.angle)
    s.approve(lot, on="2018-07-06")
    s.supply(lot, contract_on="2019-01-18")
    s.book.fences.append((s.site.county, lot, s.holder))
    s.shot(_beyond(s, lot, s.rng.uniform(10, 18)).difference(lot), "JZ", [("over_use", None)])


def outside(s: Scene) -> None:
    """Built against the red line of somebody else."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 3000, 6000), s.site.angle)
    other: Holder = new_holder(s.book, s.site.county)
    s.approve(lot, on="2021-03-30", holder=other)
    s.shot(
        _beyond(s, lot, s.rng.uniform(9, 15)).difference(lot),
        "JZ",
        [("outside", None)],
        named=s.rng.random() < 0.5,
    )


def shifted(s: Scene) -> None:
    """Drawn a quarter of a metre off its red line: slivers, not an offence of size."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 3500, 6500), s.site.angle)
    s.approve(lot, on="2020-05-05")
    s.supply(lot, contract_on="2020-12-01")
    x, y = s.site.xy
    ground = shapely.affinity.translate(
        shapely.affinity.scale(lot, 0.995, 0.995, origin=(x, y)), 0.25, 0.2
    )
    s.shot(ground, "20", [("supplied", lot), ("outside", None)])


def purpose(s: Scene) -> None:
    """Supplied for industry, found to be a shopping street."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 1500, 3000), s.site.angle)
    s.approve(lot, on="2020-10-10")
    s.supply(lot, "工业用地", contract_on="2021-05-28")
    s.shot(
        shapes.traced(s.rng, shapes.angled(lot, 1)),
        "20",
        [("purpose", lot)],
        fields={"field_purpose": "商业服务业设施用地"},
    )


def rented(s: Scene) -> None:
    """Built on land rented from a village instead of taken by the State (以租代征)."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 1200, 2600), s.site.angle)
    s.paper(
        "lease",
        lot,
        direction="租入",
        lessor_kind="集体",
        signed_on="2022-02-16",
        ended_on=None,
        plan="厂房",
        holder_name=s.holder.name,
        holder_code=s.holder.code,
    )
    s.shot(shapes.traced(s.rng, shapes.angled(lot, 1)), "20", [("rented", lot)])
