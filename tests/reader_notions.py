"""Where notions hold, and what tests answer, by explain's JSON alone. For tests/reader.py."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.reader_language import GAP, Answer, Named, all_of, answer, any_of
from tests.reader_time import Dated, Row

CENT = Decimal("0.01")
STRAY_M2 = 1
"""Ground beyond the county, from which on a patch without townships is in doubt."""


class Member:
    """Whether a notion holds on a piece, and what is left of it without 田坎 (GAP: not told)."""

    def __init__(self, holds: Answer, by_subject: bool = False, net: Any = None) -> None:
        self.holds, self.by_subject = holds, by_subject
        self.net_unknown = net is GAP
        self.net = None if net is GAP else net


class Notions(Dated):
    """A document whose notions are asked once more, zone by zone."""

    def under(self, piece: Row, layer: str) -> list[int]:
        return [int(number) for number in piece["zones"].get(layer, [])]

    def leaves(self, code: str) -> list[str]:
        spec = self.law["notion"][code]
        if "any_of" in spec:
            return list(
                dict.fromkeys(leaf for each in spec["any_of"] for leaf in self.leaves(each))
            )
        return [code]

    def spec(self, code: str) -> Row:
        """A notion with what ``of`` narrows."""
        spec = self.law["notion"][code]
        if "of" in spec:
            base = self.spec(spec["of"])
            return {**base, "own": spec.get("own", False) or base.get("own", False)}
        return spec

    def meets(self, number: int, code: str) -> Member:
        """Whether a zone meets a notion (a leaf)."""
        spec, zone = self.spec(code), self.zones[number]
        tests = all_of(
            answer(text, lambda name: self.lookup(name, zone), self.law.get("set", {}))
            for text in spec.get("where", [])
        )
        if not spec.get("own") or tests is False:
            return Member(tests)
        if self.subject is None or zone["holder_key"] is None:
            return Member(None, by_subject=tests is True)
        return Member(tests if zone["holder_key"] == self.subject else False)

    def on_piece(self, piece: Row, code: str) -> Member:
        """Whether a notion holds on a piece.

        Notions of one layer and policy that make up an any_of are asked together, version by
        version: ground that is in it by one of them before and by another after is in it.
        """
        asked: dict[tuple[str, str], list[str]] = {}
        for leaf in self.leaves(code):
            spec = self.spec(leaf)
            asked.setdefault((spec["layer"], spec.get("version", "")), []).append(leaf)
        found = [self._together(piece, *key, leaves) for key, leaves in asked.items()]
        holds = any_of(each.holds for each in found)
        doubts = [each for each in found if each.holds is None]
        same = [each for each in found if each.holds is holds]
        nets = [each.net for each in same if each.net is not None]
        untold = bool(same) and all(each.net_unknown for each in same)
        return Member(
            holds,
            holds is None and all(each.by_subject for each in doubts),
            GAP if untold else min(nets, default=None),
        )

    def _together(self, piece: Row, layer: str, policy: str, leaves: list[str]) -> Member:
        met = [
            (number, self.meets(number, leaf))
            for leaf in leaves
            for number in self.widened(piece, layer, self.spec(leaf).get("within_m", 0))
        ]
        beyond = self.beyond(piece)
        chosen = self.versions(piece["county_code"], layer, policy)
        if policy == "":
            # a paper holds wherever its ground lies, whichever county's ledger it is in
            doubts = [each for _, each in met if each.holds is None]
            holds = any_of(each.holds for _, each in met)
            if holds is not True and (None in chosen or beyond):
                return Member(None)
            return Member(holds, holds is None and all(each.by_subject for each in doubts))
        answers: list[Answer] = []
        by_subject = True
        for version in chosen:
            mine = [
                each
                for number, each in met
                if version and self.zones[number]["version"] == version["version"]
            ]
            holds = any_of(each.holds for each in mine)
            if version is None or (
                holds is not True and (beyond or (not self._lies_in(piece, layer, version)))
            ):
                holds, by_subject = None, False
            answers.append(holds)
            by_subject &= all(each.by_subject for each in mine if each.holds is None)
        holds = True if set(answers) == {True} else False if set(answers) == {False} else None
        yes = [number for number, each in met if each.holds is not False]
        return Member(
            holds,
            by_subject and holds is None and True not in answers,
            self.net(piece, layer, yes),
        )

    def _lies_in(self, piece: Row, layer: str, version: Row) -> bool:
        """Whether a version says anything of a piece: where it should cover all, it must."""
        if not self.words["layers"][layer]["coverage"]:
            return True
        if version["declared_empty"] or not version["zones"]:
            return True
        under = self.under(piece, layer)
        return any(self.zones[number]["version"] == version["version"] for number in under)

    def beyond(self, piece: Row) -> bool:
        """Whether a piece lies in no county that was read: then no layer speaks of it."""
        townships = {
            county: self.versions(county, "township", "latest") for county in self.counties
        }
        out = Decimal(self.doc["patch"]["beyond_county_m2"] or 0) > STRAY_M2
        if out and any(None in found for found in townships.values()):
            return True
        here = townships[piece["county_code"]]
        return any(
            version is not None and not self._lies_in(piece, "township", version)
            for version in here
        )

    def widened(self, piece: Row, layer: str, within_m: float) -> list[int]:
        """The zones of a layer that a piece lies in or, widened by so much, within."""
        reached = {row["zone"] for row in piece["widened"] if row["within_m"] == within_m}
        near = {number for number in reached if self.zones[number]["layer"] == layer}
        return sorted({*self.under(piece, layer), *near})

    def net(self, piece: Row, layer: str, zones: list[int]) -> Any:
        """The area without 田坎, on ground of a land-use notion."""
        if layer != "land_use" or not zones:
            return None
        told = [self.zones[each]["attributes"] for each in zones]
        if "land_use.kcxs" in self.needs and any("kcxs" not in each for each in told):
            return GAP
        shares = [Decimal(str(each.get("kcxs") or 0)) for each in told]
        net = Decimal(piece["area_m2"]) * (1 - min(shares))
        return net.quantize(CENT, ROUND_HALF_UP)

    def lookup(self, name: str, zone: Row | None = None) -> Named | None:
        """What a name in a test stands for, None where it is a literal."""
        if zone is not None:
            word = self.words["layers"][zone["layer"]]["fields"].get(name)
            if word:
                key = f"{zone['layer']}.{name}"
                told = zone["attributes"]
                return Named(word["type"], told.get(name), name not in told, key in self.needs)
        if name in self.dates:
            found = self._fact(self.dates[name], "date")
            # a record is not tested against a day that nobody gave
            return replace(found, needed=found.needed or zone is not None)
        if name.startswith("part("):
            return self._part(name)
        root, _, field = name.partition(".")
        if root in ("patch", "batch") and field in self.words[root]:
            return self._fact(name, self.words[root][field]["type"])
        if name == "run.as_of":
            return self._fact(name, "date")
        if root == "group" and field:
            return Named("number", self.facts.get(name), name not in self.facts, True)
        if root in self.words["layers"] and field:
            return self._of_layer(root, field)
        return None

    def _fact(self, key: str, kind: str) -> Named:
        return Named(kind, self.facts.get(key), key not in self.facts, key in self.needs)

    def _of_layer(self, layer: str, field: str) -> Named:
        """The value of the zones of a layer that are touched, if they agree."""
        grounds: dict[int, Decimal] = defaultdict(Decimal)
        for piece in self.pieces:
            for number in self.under(piece, layer):
                grounds[number] += Decimal(piece["area_m2"])
        below = Decimal(str(self.head.get("ignore_pieces", {}).get("below_m2", 0)))
        sliver = min(max(below, Decimal("0.005")), self.area / 2)
        touched = {number for number, m2 in grounds.items() if m2 >= sliver}
        told = {self.zones[number]["attributes"].get(field) for number in touched}
        kind = self.words["layers"][layer]["fields"][field]["type"]
        agreed = len(told) == 1 and told.isdisjoint({None, ""})
        return Named(kind, told.pop() if agreed else None, not agreed, True)

    def _part(self, name: str) -> Named:
        """The ground of a notion on the patch; between bounds where some of it is in doubt."""
        code, _, measure = name.removeprefix("part(").partition(").")
        low = high = Decimal(0)
        for piece in self.pieces:
            member = self.on_piece(piece, code.strip())
            whole = Decimal(piece["area_m2"])
            net = whole if measure != "net_m2" or member.net is None else member.net
            untold = measure == "net_m2" and member.net_unknown
            low += net if member.holds and not untold else 0
            high += 0 if member.holds is False else whole if untold else net
        ends = [low, high]
        if measure == "share":
            ends = [end / self.area for end in ends]
        return Named("number", {"from": str(ends[0]), "to": str(ends[1])}, False, True)

    def test(self, text: str) -> Answer:
        """What a test of a rule answers on the patch."""
        return answer(text, self.lookup, self.law.get("set", {}))
