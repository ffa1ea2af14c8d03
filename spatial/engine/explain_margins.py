"""Margins: by how much a test, a place, a mark or the label was missed or met. 临界

What counts as near is the ruleset's ``borderline`` for areas and shares of the patch. For what it
has no word for, the constants here say it.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spatial.models import Assessment, AssessmentMark, Rule

Row = dict[str, Any]

NEAR_DAYS = 31
"""Dates this near are near misses: images and papers are often known to the month only."""

NEAR_SHARE = Decimal("0.05")
"""Other numbers (widths, sums of money) within a twentieth of the threshold are near misses."""

NEAR_M = 5
"""Ground this near to where a notion holds is a near miss: lines of the 1:10 000 surveys that the
layers are drawn from are good to some metres, so a line within five may be the same line."""

CLASS_ORDER = ("illegal", "unknown", "pending", "stock", "legal", "other")
"""In which a patch takes its label (rules language, section 1)."""

UNITS = (("_m2", "m2"), ("_m", "m"), ("share", "share"), ("_yuan", "yuan"))


def of_test(test: Row, settings: Row) -> Row | None:
    """How far the value is from the threshold that it failed at; null where there is no measure."""
    left, right = test.get("left"), test.get("right")
    if left is None or right is None or test.get("answer") is not False:
        return None
    if (left, right) != (test["left_to"], test["right_to"]):  # known only within bounds
        return None
    if test["kind"] == "date":
        days = (datetime.date.fromisoformat(left) - datetime.date.fromisoformat(right)).days
        # at the threshold itself a day decides
        return {"unit": "day", "off": days, "near": abs(days) <= NEAR_DAYS}
    if test["kind"] != "number" or test["op"] == "=":
        return None
    off, threshold = Decimal(left) - Decimal(right), abs(Decimal(right))
    if not off and not threshold:  # nothing at all, and so no measure of how little
        return None
    field = test.get("field") or ""
    unit = next((unit for end, unit in UNITS if field.endswith(end)), "")
    edge = settings.get("borderline") or {}
    allowed = {
        "m2": Decimal(str(edge.get("m2", 0))),
        "share": Decimal(str(edge.get("share", 0))),
    }.get(unit, threshold * NEAR_SHARE)
    return {"unit": unit, "off": _plain(off), "near": abs(off) <= allowed}


def of_place(nearby: Row | None) -> Row | None:
    """How near the notion's ground lies: ``off`` to it, ``reach`` to the piece's far side."""
    if nearby is None:
        return None
    return {
        "unit": "m",
        "off": _plain(nearby["distance_m"]),
        "reach": _plain(nearby["reach_m"]),
        "zone": nearby["zone_id"],
        # what only touches is near where all of it would be in, were the line a little farther
        "near": bool(nearby["distance_m"]) or nearby["reach_m"] <= NEAR_M,
    }


def of_adjoining(nearby: Row | None, adjoin_m: float) -> Row | None:
    """How near the notion's ground lies to the patch, beside how near it would have to be."""
    if nearby is None:
        return None
    return {
        "unit": "m",
        "off": _plain(nearby["distance_m"]),
        "threshold": _plain(Decimal(str(adjoin_m))),
        "zone": nearby["zone_id"],
        "near": True,
    }


def of_mark(mark: AssessmentMark, rule: Rule | None, settings: Row) -> Row | None:
    """How far a mark's area is from the area that counts; null where it is none or all in doubt."""
    if rule is None or not rule.part or not (mark.area_m2 or mark.unknown_m2):
        return None
    threshold = Decimal(str(rule.part.get("at_least_m2") or 0))
    edge = Decimal(str((settings.get("borderline") or {}).get("m2", 0)))
    off = mark.area_m2 - threshold
    return {
        "unit": "m2",
        "at_least_m2": _plain(threshold),
        "off": _plain(off),
        "near": abs(off) <= edge,
    }


def of_label(found: Assessment, settings: Row) -> Row:
    """The arithmetic of the label: each class, what it had to reach, and what ± would change."""
    least = settings.get("label_at_least") or {}
    edge = settings.get("borderline") or {}
    sums: dict[str, Decimal] = {}
    for row in found.conclusions.all():
        sums[row.conclusion_class] = sums.get(row.conclusion_class, Decimal(0)) + row.area_m2
    limits = [Decimal(str(each.get(key, 0))) for each in (least, edge) for key in ("m2", "share")]
    m2, share, near_m2, near_share = limits

    def chosen(by: int) -> str:
        reached = {
            name: area > 0
            and (area >= m2 + by * near_m2 or area >= (share + by * near_share) * found.area_m2)
            for name, area in sums.items()
        }
        first = [name for name in CLASS_ORDER if reached.get(name)]
        largest = sorted(sums, key=lambda name: (-sums[name], CLASS_ORDER.index(name)))
        return (first or largest)[0]

    return {
        "at_least": {"m2": _plain(m2), "share": _plain(share)},
        "borderline": {"m2": _plain(near_m2), "share": _plain(near_share)},
        "classes": [
            {
                "class": name,
                "area_m2": f"{sums[name]:.2f}",
                "share": _plain((sums[name] / found.area_m2).quantize(Decimal("0.0001"))),
                "reaches": sums[name] >= m2 or sums[name] >= share * found.area_m2,
            }
            for name in CLASS_ORDER
            if name in sums
        ],
        "chosen": chosen(0),
        "if_less": chosen(-1),
        "if_more": chosen(1),
    }


def _plain(value: Any) -> str | None:
    return None if value is None else f"{Decimal(value).normalize():f}"
