"""An invented industrial park whose firms acquired, rent, or just took the ground they use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from imports.demo import shapes
from imports.demo.scenes import Book, Scene, Site, new_holder

if TYPE_CHECKING:
    from shapely.geometry import Polygon

FIRMS = ("acquired", "let", "over_rent", "before_rent", "over_acquire", "outside")
PARK = "示例产业园管理委员会"
PROJECT = "示例产业园"
"""The project of the park's approvals: by it they are told from others."""
PER_M2 = {"fee": 150, "rent": 12}
"""Invented prices, yuan a square metre: of acquiring, and of a year's rent."""
UNPAID = {"over_acquire": 0.4, "over_rent": 1.0}
"""Which firms owe what part of it."""


def write_park(book: Book, site: Site | None) -> None:
    """Six firms in a row; each meets one conclusion of the park audit. No patch lies here."""
    if site is None:
        return
    w = min(52.0, site.reach / 3.6)
    for i, role in enumerate(FIRMS):
        scene = Scene(book, site, "park", "", new_holder(book, site.county))
        west = (i - 3) * w * 1.08
        _firm(scene, role, west, w)


def _box(site: Site, west: float, south: float, east: float, north: float) -> Polygon:
    ring = np.array([[west, south], [east, south], [east, north], [west, north]])
    return shapes.turned(ring, site.xy, site.angle)


def _firm(s: Scene, role: str, west: float, w: float) -> None:
    """One firm's papers and the ground it fenced."""
    site = s.site
    lot = _box(site, west, -w, west + w, w)
    used = _box(site, west, -w, west + w, w * 1.3)
    rent = {"lessor_kind": "园区", "signed_on": "2020-03-18", "ended_on": None}
    who = {"holder_name": s.holder.name, "holder_code": s.holder.code}
    if role in ("acquired", "over_acquire"):
        fees: dict[str, Any] = _owed("fee", lot, role)
        s.approve(lot, "征收", on="2019-06-20", project=PROJECT, **fees)
        s.supply(lot, contract_on="2019-12-11")
    if role in ("let", "over_rent", "before_rent"):
        s.paper(
            "lease",
            used,
            direction="租入",
            plan="厂房",
            holder_name=PARK,
            holder_code="99DEMOPARK00000001",
            **rent,
        )
    if role in ("let", "over_rent"):
        owed = _owed("rent", lot, role)
        s.paper("lease", lot, direction="租出", plan="厂房", **rent, **who, **owed)
    if role == "acquired":  # half of what it acquired is not used
        lot = _box(site, west, -w, west + w * 0.5, w)
    s.book.fences.append((site.county, used if role.startswith("over") else lot, s.holder))


def _owed(what: str, lot: Polygon, role: str) -> dict[str, int]:
    """What was due for a lot and what of it has not been paid, in yuan."""
    due = round(lot.area * PER_M2[what])
    return {f"{what}_due_yuan": due, f"{what}_unpaid_yuan": round(due * UNPAID.get(role, 0))}
