"""Holders over all their patches and periods: what was used, what was granted, and when it was too
much (少征多用、批少占多); and granted ground left unused beside use outside (批东占西).

Sums are as the ruleset's [group] defines them: those that the runs stored, and where a run did not
ask (no ground of the holder on or beside the patch) measured here in the same way. While a ledger
is missing, or a record is in doubt, a sum is a range: {"from": …, "to": …}, ``to`` null where
there is no telling.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django.db import transaction

from spatial import sqlfiles
from spatial.models import Zone

if TYPE_CHECKING:
    from collections.abc import Sequence

    Row = dict[str, Any]

BESIDE_M = 500.0
"""How far use may lie from granted ground and still be told beside it; the same township counts."""

LEAST_M2 = 100.0
"""What is not worth telling as left unused, or as used outside."""

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Bounds:
    """An area in m2 that is known (both ends equal) or known only to lie between two."""

    least: Decimal
    most: Decimal | None

    @classmethod
    def told(cls, fact: Any) -> Bounds | None:
        """From a stored fact: a number, a range, or nothing."""
        if fact is None:
            return None
        if isinstance(fact, dict):
            most = fact.get("to")
            least = Decimal(str(fact.get("from") or 0))
            return cls(least, None if most is None else Decimal(str(most)))
        return cls(Decimal(str(fact)), Decimal(str(fact)))

    def over(self, other: Bounds) -> Bounds:
        """How much more this is than the other, never below zero."""
        least = ZERO if other.most is None else max(self.least - other.most, ZERO)
        return Bounds(least, None if self.most is None else max(self.most - other.least, ZERO))

    def as_json(self) -> Any:
        """The area as text, or its range."""
        if self.least == self.most:
            return f"{self.least:.2f}"
        most = None if self.most is None else f"{self.most:.2f}"
        return {"from": f"{self.least:.2f}", "to": most}


def holder_report(
    ruleset: str,
    *,
    county_ids: Sequence[int],
    holder_ids: Sequence[int] | None = None,
    beside_m: float = BESIDE_M,
    least_m2: float = LEAST_M2,
    layers: Sequence[str] | None = None,
) -> list[Row]:
    """One row a holder that has a patch in the counties, in order of name; ready for JSON.

    ``steps`` are its patches in order of time, each with the sums of every group at that moment,
    the excess it added, and ``crossed`` on the first that surely went beyond; ``displaced`` the
    pairs of unused and outside ground. Patches elsewhere count in the sums and are not named. With
    ``layers``, only papers of those layers are named.
    """
    asked = {
        "ruleset": ruleset,
        "holder_ids": None if holder_ids is None else list(holder_ids),
        "county_ids": list(county_ids),
    }
    with transaction.atomic():
        sqlfiles.execute("engine/holders/29_drop_use")
        sqlfiles.execute("engine/holders/30_take_use", asked)
        rows = sqlfiles.rows("engine/holders/35_list_use")
        sums = sqlfiles.rows("engine/holders/40_measure_use")
        pairs = sqlfiles.rows(
            "engine/holders/50_pair_displaced", {"beside_m": beside_m, "least_m2": least_m2}
        )
    measured: dict[int, list[Row]] = {}
    for each in sums:
        measured.setdefault(each["assessment_id"], []).append(each)
    seen = _Seen(set(county_ids), {row["patch_id"]: row for row in rows}, layers)
    return [
        {
            "holder": {"id": holder_id, "name": mine[0]["holder_name"],
                       "code": mine[0]["holder_code"]},
            "steps": _steps(mine, measured, seen),
            "displaced": [seen.pair(pair) for pair in pairs if pair["holder_id"] == holder_id
                          and seen.names_both(pair)],
        }
        for holder_id, group in groupby(rows, key=itemgetter("holder_id"))
        if (mine := list(group))
    ]  # fmt: skip


def _steps(rows: list[Row], measured: dict[int, list[Row]], seen: _Seen) -> list[Row]:
    steps = []
    before: dict[str, Bounds] = {}
    crossed: set[str] = set()
    for row in rows:
        groups = {}
        for each in measured.get(row["assessment_id"] or 0, []):
            name = each["group_name"]
            found, excess = _sums(each)
            is_crossing = excess.least > 0 and name not in crossed
            if is_crossing:
                crossed.add(name)
            added = excess.over(before.get(name, Bounds(ZERO, ZERO)))
            before[name] = excess
            groups[name] = {**found, "added_m2": added.as_json(), "crossed": is_crossing}
        steps.append({**seen.step(row), "groups": groups})
    return steps


def _sums(row: Row) -> tuple[Row, Bounds]:
    """The sums of one group as stored, else as measured; and the excess."""
    stored = {name: Bounds.told(fact) for name, fact in row["stored"].items()}
    partial_use, partial_grant = row["used_is_partial"], row["entitled_is_partial"]
    used = stored["used_m2"] or Bounds(
        row["used_least_m2"], None if partial_use else row["used_most_m2"]
    )
    entitled = stored["entitled_m2"] or Bounds(
        row["entitled_least_m2"], None if partial_grant else row["entitled_most_m2"]
    )
    is_stored = stored["used_m2"] is not None and stored["entitled_m2"] is not None
    excess = (stored["excess_m2"] if is_stored else None) or used.over(entitled)
    found = {
        "used_m2": used.as_json(),
        "entitled_m2": entitled.as_json(),
        "excess_m2": excess.as_json(),
        "unused_m2": entitled.over(used).as_json(),
        "stored": is_stored,
    }
    return found, excess


class _Seen:
    """What may be named: patches and granted ground of the counties, papers of the layers."""

    def __init__(
        self, county_ids: set[int], patches: dict[int, Row], layers: Sequence[str] | None
    ) -> None:
        self.county_ids = county_ids
        self.patches = patches
        self.layers = layers

    def step(self, row: Row) -> Row:
        is_outside = row["region_id"] not in self.county_ids
        told = {
            "seq": row["seq"],
            "outside": is_outside,
            "after_on": row["after_on"] and row["after_on"].isoformat(),
            "period": row["period"],
            "area_m2": f"{row['area_m2']:.2f}",
        }
        if is_outside:
            return {**told, "patch_id": None, "address": "区外图斑", "label": "", "told_by": ""}
        return {
            **told,
            "patch_id": row["patch_id"],
            "address": row["address"],
            "label": row["label_term"] or "未评定",
            "label_code": row["label_code"],
            "ruleset_id": row["ruleset_id"],
            "told_by": row["told_by"],
            "inferred": row["told_by"] not in ("correction", "patch.holder"),
        }

    def names_both(self, pair: Row) -> bool:
        here = {pair["region_id"], pair["unused_region_id"]} <= self.county_ids
        return here and (
            self.layers is None
            or Zone.objects.filter(pk=pair["zone_id"], layer__in=self.layers).exists()
        )

    def pair(self, pair: Row) -> Row:
        """Unused ground of one paper, and the patch that was built instead."""
        patch = self.patches[pair["patch_id"]]
        return {
            "document": pair["document"] or "无文号",
            "unused_m2": f"{pair['unused_m2']:.2f}",
            "place": [str(pair["longitude"]), str(pair["latitude"])],
            "township": pair["township_code"],
            "patch_id": pair["patch_id"],
            "address": patch["address"],
            "outside_m2": f"{pair['outside_m2']:.2f}",
            "distance_m": str(pair["distance_m"]),
            "same_township": pair["same_township"],
        }
