"""Recipes of lawful and harmless situations: each writes the papers and patches of one site.

A recipe takes a scene and leaves a situation that one line of the land-enforcement ruleset names.
"""

from __future__ import annotations

from imports.demo import shapes
from imports.demo.scenes import PURPOSES, Built, Holder, Scene


def small(s: Scene, low: float = 700, high: float = 2600) -> float:
    """An area that fits the site, drawn between two bounds."""
    limit = 1.6 * s.site.reach**2
    return float(min(s.rng.uniform(low, high), limit))


def _purpose(s: Scene) -> str:
    names = list(PURPOSES)
    return names[int(s.rng.integers(0, len(names)))] if s.rng.random() < 0.5 else names[0]


def supplied(s: Scene) -> None:
    """Approved and supplied before it was built: lawful."""
    lot = shapes.lot(s.rng, s.site.xy, s.size or small(s, 3000, 9000), s.site.angle)
    purpose = _purpose(s)
    txt = s.rng.random() < 0.6
    year = int(s.rng.integers(2018, 2023))
    s.approve(
        lot,
        on=f"{year}-0{s.rng.integers(1, 10)}-1{s.rng.integers(0, 9)}",
        txt=txt,
        step="农转用" if s.rng.random() < 0.6 else "征收",
        purpose=purpose,
    )
    s.supply(lot, purpose, contract_on=f"{year}-11-2{s.rng.integers(0, 9)}")
    ground = shapes.traced(s.rng, shapes.angled(lot, 1.5))
    s.shot(ground, "20", [("supplied", lot)], named=s.rng.random() < 0.7)
    if s.batch in ("BU2024Q1", "SHENG202404") and s.rng.random() < 0.75:
        s.book.built.append(Built(ground, PURPOSES[purpose], s.site.county))
    if s.rng.random() < 0.35:
        s.book.fences.append((s.site.county, shapes.angled(lot, 0.8), s.holder))


def quiet(s: Scene) -> None:
    """Approved and supplied land that no patch lies on: built already, or idle stock land."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 6000, 30000), s.site.angle)
    s.approve(lot, on="2019-05-21")
    if s.rng.random() < 0.4:
        s.supply(
            lot,
            contract_on="2020-03-02",
            start_due_on="2021-03-02",
            started_on=None,
            invested_yuan=0,
        )
        return
    stopped = "2022-04-30" if s.rng.random() < 0.4 else None
    s.supply(
        lot,
        contract_on="2019-09-12",
        start_due_on="2020-03-12",
        started_on="2020-02-18",
        stopped_on=stopped,
        invested_yuan=12_000_000 if stopped else 55_000_000,
    )
    s.book.built.append(Built(shapes.angled(lot, 2), "0601", s.site.county))
    s.book.fences.append((s.site.county, lot, s.holder))


def purpose_wording(s: Scene) -> None:
    """Supplied for industry, and the field team calls it a factory hall: the same thing."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 900, 1500), s.site.angle)
    s.approve(lot, on="2020-10-10")
    s.supply(lot, "工业用地", contract_on="2021-05-28")
    s.shot(
        shapes.traced(s.rng, shapes.angled(lot, 1)),
        "20",
        [("purpose_wording", lot)],
        fields={"field_purpose": "标准厂房"},
    )


def existing_later(s: Scene) -> None:
    """Rebuilt on ground that only the survey of 2023-12-31 shows as construction land."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 3000, 5000), s.site.angle)
    s.book.built.append(Built(lot, "0601", s.site.county))
    s.shot(shapes.traced(s.rng, shapes.angled(lot, 3)), "20", [("unfiled", None)], named=False)


def existing(s: Scene) -> None:
    """Rebuilt inside an old village."""
    s.shot(
        shapes.lot(s.rng, s.site.xy, small(s, 250, 700), s.site.angle),
        "20",
        [("unfiled", None)],
        named=False,
    )


def approved(s: Scene) -> None:
    """Approved, and only earth has been moved: nothing built yet."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 4000, 9000), s.site.angle)
    s.approve(lot, "征收", on="2023-02-24", txt=True)
    s.shot(shapes.traced(s.rng, shapes.angled(lot, 4)), "TD", [("approved", lot)], named=False)


def linked_collective(s: Scene) -> None:
    """New houses of a village merger on ground that stays the village's: not to be supplied."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 2000, 4000), s.site.angle)
    village = Holder(f"示例村股份经济合作社{s.book.next()}", "")
    s.approve(
        lot,
        "增减挂钩建新",
        on="2021-09-06",
        purpose="农村宅基地",
        holder=village,
        ownership="集体土地所有权",
    )
    s.shot(shapes.traced(s.rng, shapes.angled(lot, 1)), "20", [("linked", lot)], named=False)


def linked(s: Scene) -> None:
    """New ground of a village merger (增减挂钩建新), taken by the State and supplied."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 5000, 12000), s.site.angle)
    s.approve(lot, "增减挂钩建新", on="2021-10-19", purpose="城镇住宅用地")
    s.supply(lot, "城镇住宅用地", supply_kind="划拨", contract_on="2022-04-06")
    s.shot(shapes.angled(lot, 2), "20", [("supplied", lot)])


def highway(s: Scene) -> None:
    """A highway approved on its own site by the State, over permanent basic farmland."""
    length = min(900.0, 2.0 * s.site.reach)
    strip = shapes.strip(s.rng, s.site.xy, length, 42, s.site.angle + 0.4)
    boss = Holder("示例高速公路建设指挥部", s.holder.code)
    s.holder = boss
    s.approve(
        strip,
        "单独选址",
        on="2021-12-08",
        purpose="公路用地",
        project="G990 示例国道改线",
        authority="国务院（虚构）",
        txt=True,
    )
    s.supply(strip, "公路用地", supply_kind="划拨", contract_on="2022-07-15")
    ground = shapes.angled(strip, 4)
    s.shot(ground, "DL2", [("supplied", strip)])
    s.book.built.append(Built(ground, "1003", s.site.county))


def homestead(s: Scene) -> None:
    """A farmer's house with a homestead approval."""
    lot = shapes.lot(s.rng, s.site.xy, s.rng.uniform(170, 240), s.site.angle)
    farmer = Holder(f"示例村民{s.book.next()}", "")
    s.approve(
        lot,
        "宅基地",
        on="2023-03-01",
        purpose="农村宅基地",
        holder=farmer,
        authority="示例乡人民政府（虚构）",
        ownership="集体",
        project="",
    )
    s.shot(shapes.angled(lot, 0.6), "20", [("collective", lot)], named=False)


def collective(s: Scene) -> None:
    """A village enterprise on approved collective construction land."""
    lot = shapes.lot(s.rng, s.site.xy, s.size or small(s, 1500, 4000), s.site.angle)
    s.approve(
        lot,
        "集体建设用地",
        on="2022-09-14",
        authority="示范市人民政府（虚构）",
        ownership="集体",
    )
    s.shot(shapes.traced(s.rng, shapes.angled(lot, 1)), "20", [("collective", lot)])


def advance(s: Scene) -> None:
    """Begun under an advance-use permit that is still valid."""
    lot = shapes.lot(s.rng, s.site.xy, s.size or small(s, 3000, 8000), s.site.angle)
    s.approve(lot, "先行用地", on="2023-08-30", valid_until="2025-08-30", purpose="公用设施用地")
    s.shot(shapes.traced(s.rng, shapes.angled(lot, 2)), "SJ", [("advance", lot)])


def mining_land(s: Scene) -> None:
    """A quarry whose land was approved for mining."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 1500, 3000), s.site.angle)
    s.approve(lot, "采矿用地", on="2020-06-11", valid_until="2030-06-10", purpose="采矿用地")
    s.shot(shapes.traced(s.rng, shapes.angled(lot, 1)), "CK", [("mining_land", lot)])


def mining_right(s: Scene) -> None:
    """A quarry with a licence to mine, and no paper for the land."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 1500, 3000), s.site.angle)
    s.approve(lot, "采矿许可", on="2019-03-18", valid_until="2029-03-17", purpose="采矿用地")
    s.shot(shapes.traced(s.rng, shapes.angled(lot, 1)), "CK", [("mining_right", lot)])


def titled(s: Scene) -> None:
    """Rebuilt on ground whose title was registered long ago."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 700, 1400), s.site.angle)
    s.parcel(
        lot,
        purpose="工业用地",
        ownership="国有",
        title=f"示例国用（2008）第{s.book.next():06d}号（虚构）",
        right_kind="国有建设用地使用权",
        registered_on="2008-05-20",
    )
    s.shot(shapes.traced(s.rng, shapes.angled(lot, 1)), "20", [("titled", lot)], named=False)


def old_supplied(s: Scene) -> None:
    """Approved, supplied and built years ago: a batch of 2021."""
    s.seen("BU2021Q4", "20210301", "20211015")
    lot = shapes.lot(s.rng, s.site.xy, small(s, 1800, 3000), s.site.angle)
    s.approve(lot, on="2019-08-02")
    s.supply(lot, contract_on="2020-04-15")
    s.shot(shapes.traced(s.rng, shapes.angled(lot, 1)), "20", [("supplied", lot)])


def unclear(s: Scene) -> None:
    """Bare ground of no kind that a rule knows: a person must look."""
    shape = shapes.blob(s.rng, s.site.xy, small(s, 800, 3000))
    kind = "QT" if s.rng.random() < 0.6 else "LT"
    s.shot(shape, kind, [("unclear", None)], named=False)


def earthwork(s: Scene) -> None:
    """Earth pushed about, nothing built: a site being prepared, or fields being levelled."""
    shape = shapes.blob(s.rng, s.site.xy, small(s, 800, 3000))
    kind = "TD" if s.rng.random() < 0.6 else "DT"
    s.shot(shape, kind, [("earthwork", None)], named=False)
