"""Recipes of what happens to farmland: facilities, field roads, solar fields, other crops."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from imports.demo import shapes
from imports.demo.recipes import small
from imports.demo.scenes import Holder, Scene

if TYPE_CHECKING:
    from shapely.geometry import Polygon

    from imports.demo.scenes import Claim

PLANTED, FLOORED, HUSBANDRY = "种植设施", "温室大棚(硬化)", "畜禽养殖设施"
OLD, STRADDLING = ("20210301", "20211015"), ("20210615", "20211220")
"""Image pairs of the batch of 2021: before 2021-11-27, and on both sides of it."""


def _file(s: Scene, lot: Polygon, kind: str, on: str) -> None:
    farm = Holder(f"示例农业专业合作社{s.book.next()}", "")
    s.paper(
        "facility",
        lot,
        filed_on=on,
        purpose=kind,
        plough_damaging="是" if kind == FLOORED else "否",
        holder_name=farm.name,
        holder_code=farm.code,
    )


def _facility(
    s: Scene,
    kind: str,
    barred: str = "",
    *,
    on: str = "2022-08-22",
    found: str = "",
    code: str = "facility",
    area: tuple[float, float] = (900, 1800),
) -> None:
    """A facility; ``barred`` is what it is on basic farmland, ``code`` elsewhere on its lot."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, *area), s.site.angle)
    _file(s, lot, kind, on)
    claims: list[Claim] = [(barred, ("basic_farm", lot))] if barred else []
    s.shot(
        shapes.traced(s.rng, shapes.angled(lot, 1)),
        "20",
        [*claims, (code, lot)],
        named=False,
        fields={"field_purpose": found} if found else {},
    )


def facility(s: Scene) -> None:
    """Greenhouses filed as agricultural facilities."""
    _facility(s, PLANTED, area=(1800, 5200))


def facility_planted(s: Scene) -> None:
    """Greenhouses on permanent basic farmland that leave the plough layer whole."""
    s.seen("BU2024Q1", "20230602", "20240320")
    _facility(s, PLANTED, area=(1200, 2200))


def facility_bf_new(s: Scene) -> None:
    """A pig farm on permanent basic farmland, built after that was forbidden outright."""
    s.seen("BU2024Q1", "20230602", "20240320")
    _facility(s, HUSBANDRY, "facility_bf_new", area=(600, 1000))


def facility_bf_old(s: Scene) -> None:
    """Greenhouses with concrete floors, built while that could still be made good elsewhere."""
    s.seen("BU2021Q4", *OLD)
    _facility(s, FLOORED, "facility_bf_old", on="2020-11-05")


def facility_bf_undated(s: Scene) -> None:
    """A fish farm, built before or after 2021-11-27: the images do not tell."""
    s.seen("BU2021Q4", *STRADDLING)
    _facility(s, "水产养殖设施", "facility_bf_undated", on="2021-06-30")


def facility_bf_unclear(s: Scene) -> None:
    """A facility of a kind that the list doesn't have, on permanent basic farmland."""
    s.seen("BU2024Q1", "20230602", "20240320")
    _facility(s, "其他设施", "facility_bf_unclear")


def facility_misuse(s: Scene) -> None:
    """Filed as a greenhouse, found to be a restaurant (大棚房)."""
    _facility(s, PLANTED, found="餐饮娱乐", code="facility_misuse", area=(500, 900))


def facility_purpose(s: Scene) -> None:
    """Filed as a greenhouse, found to be a cold store: farming still, but not as filed."""
    _facility(s, PLANTED, found="仓储保鲜设施", code="facility_purpose")


def facility_later(s: Scene) -> None:
    """A greenhouse seen after the notice that allows it had run out."""
    s.seen("BU2025Q1", "20240822", "20250312")
    _facility(s, PLANTED, on="2024-07-15", code="facility_later")


def _road(s: Scene, road: Polygon, rest: str) -> None:
    s.shot(road, "ND", [("rural_road_bf", "basic_farm"), (rest, None)], named=False)


def rural_road(s: Scene) -> None:
    """A field road of at most eight metres."""
    length = min(360.0, 1.7 * s.site.reach)
    width = s.rng.uniform(4.2, 6.5)
    _road(s, shapes.strip(s.rng, s.site.xy, length, width, s.site.angle), "rural_road")


def town_lane(s: Scene) -> None:
    """A field road close to a town, where farmland is not permanent."""
    rural_road(s)


def rural_road_wide(s: Scene) -> None:
    """A narrow field road with one passing place that is wider than eight metres."""
    length = min(240.0, 1.5 * s.site.reach)
    lane = shapes.strip(s.rng, s.site.xy, length, 4.5, s.site.angle)
    x, y = lane.representative_point().coords[0]
    joined = shapely.union_all([lane, shapely.Point(x, y).buffer(6.0, quad_segs=6)])
    _road(s, joined, "rural_road_wide")


def wide_road(s: Scene) -> None:
    """Called a rural road, but twelve metres wide."""
    shape = shapes.strip(s.rng, s.site.xy, min(220.0, s.site.reach), 12, s.site.angle)
    s.shot(shape, "ND", [("unfiled", None)], named=False)


def _solar(s: Scene, code: str, area: tuple[float, float] = (700, 1300)) -> None:
    lot = shapes.lot(s.rng, s.site.xy, small(s, *area), s.site.angle)
    claims: list[Claim] = [(code, "solar_barred"), ("solar", None)]
    s.shot(shapes.traced(s.rng, lot), "GF", claims)


def solar_new(s: Scene) -> None:
    """Solar panels on cultivated land, set up after that was forbidden."""
    s.seen("BU2024Q1", "20230602", "20240320")
    _solar(s, "solar_new", (500, 900))


def solar(s: Scene) -> None:
    """Solar panels on other land, where they leave the land's class as it is."""
    s.seen("BU2024Q1", "20230602", "20240320")
    _solar(s, "solar_new", (300, 600))


def solar_undated(s: Scene) -> None:
    """Solar panels set up before or after 2023-03-20: the images do not tell."""
    s.seen("BU2024Q1", "20230118", "20240215")
    _solar(s, "solar_undated")


def solar_old(s: Scene) -> None:
    """Solar panels of 2021, over crops."""
    s.seen("BU2021Q4", *OLD)
    _solar(s, "solar_old")


def _grown(s: Scene, kind: str, claims: list[Claim], found: str = "") -> None:
    shape = shapes.blob(s.rng, s.site.xy, small(s, 700, 1500), 40)
    fields = {"field_result": found} if found else {}
    s.shot(shape, kind, claims, named=False, fields=fields)


FARMING: list[Claim] = [("farming_bf", "basic_farm"), ("farming", None)]
RESTRUCTURED: list[Claim] = [("restructured_bf", "basic_farm"), ("restructured", None)]


def farming(s: Scene) -> None:
    """A fish pond dug in permanent basic farmland."""
    s.seen("BU2024Q1", "20230602", "20240320")
    _grown(s, "KT", FARMING)


def planted(s: Scene) -> None:
    """An orchard where there was an orchard or a wood."""
    _grown(s, "02", FARMING)


def restructured(s: Scene) -> None:
    """Fruit trees on permanent basic farmland, as the field team found."""
    s.seen("BU2024Q1", "20230602", "20240320")
    _grown(s, "02", RESTRUCTURED, "农业结构调整")


def regrown(s: Scene) -> None:
    """One tree crop after another, as the field team found."""
    _grown(s, "03", RESTRUCTURED, "农业结构调整")


def tilled(s: Scene) -> None:
    """An orchard turned into a field."""
    _grown(s, "1", [("tilled", None)])


def landscape(s: Scene) -> None:
    """A park laid out on cultivated land."""
    _grown(s, "LD", [("landscape", "cultivated"), ("unclear", None)])


def sea(s: Scene) -> None:
    """Land won from the water: not for this office."""
    _grown(s, "TH", [("sea", None)])
