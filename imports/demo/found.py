"""Recipes in which people, or a ledger's own remark, say what no outline shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imports.demo import shapes
from imports.demo.recipes import small

if TYPE_CHECKING:
    from imports.demo.scenes import Scene


def _seen_on_the_spot(s: Scene, code: str, kind: str, result: str) -> None:
    shape = shapes.blob(s.rng, s.site.xy, small(s, 500, 1100), 32)
    s.shot(shape, kind, [(code, None)], named=False, fields={"field_result": result})


def unchanged(s: Scene) -> None:
    """A false alarm: the field team found nothing changed."""
    shape = shapes.stairs(shapes.blob(s.rng, s.site.xy, small(s, 900, 2500)), 4.0)
    s.shot(
        shape,
        "JZ",
        [("unchanged", None)],
        named=False,
        visible=False,
        fields={"field_result": "未变化"},
    )


def demolished(s: Scene) -> None:
    """Pulled down and tilled before the field team came."""
    _seen_on_the_spot(s, "demolished", "JZ", "已拆除复耕")


def half_demolished(s: Scene) -> None:
    """Pulled down in part."""
    _seen_on_the_spot(s, "half_demolished", "JZ", "部分拆除")


def consolidated(s: Scene) -> None:
    """Earth moved to make better fields."""
    _seen_on_the_spot(s, "consolidated", "TD", "高标准农田建设")


def military(s: Scene) -> None:
    """Of the army: judged elsewhere."""
    _seen_on_the_spot(s, "military", "20", "军事用地")


def _flawed(s: Scene, code: str, defect: str | None, result: str | None) -> None:
    """A flawed approval, where the ledger or the people on the case say so."""
    lot = shapes.lot(s.rng, s.site.xy, small(s, 600, 1100), s.site.angle)
    s.approve(lot, on="2021-05-17", defect=defect, authority="示例镇人民政府（虚构）")
    s.shot(
        shapes.traced(s.rng, shapes.angled(lot, 1)),
        "20",
        [(code, lot)],
        fields={"field_result": result} if result else {},
    )


def unlawful_grant(s: Scene) -> None:
    """Granted by an office that had no power to, as the ledger remarks."""
    _flawed(s, "unlawful_grant", "越权批准", None)


def cheated(s: Scene) -> None:
    """Granted on false papers, as the ledger remarks."""
    _flawed(s, "cheated", "虚假材料骗取", None)


def unlawful_found(s: Scene) -> None:
    """Granted against the law, as the people on the case found."""
    _flawed(s, "unlawful_found", None, "非法批地")


def cheated_found(s: Scene) -> None:
    """Granted on false papers, as the people on the case found."""
    _flawed(s, "cheated_found", None, "骗取批准")
