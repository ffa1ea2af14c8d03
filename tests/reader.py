"""A reader of explain's JSON who has nothing else: areas and conclusions derived once more.

Written from the specification of the rules language in plain Python, not from the engine's
statements. Areas are the shoelace formula on the rings; shapely only measures widths and shared
edges of slivers. What a Reader says the patch should have been told is to be compared with what
the document says.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from tests import reader_ground
from tests.reader_language import all_of, any_of
from tests.reader_notions import Member, Notions

if TYPE_CHECKING:
    from tests.reader_language import Answer
    from tests.reader_time import Row

ORDER = ("illegal", "unknown", "pending", "stock", "legal", "other")


class Reader(Notions):
    """One document, read: areas, conclusions, marks and label."""

    def areas(self) -> dict[int, float]:
        """The area of each piece, measured on its rings."""
        return {piece["seq"]: reader_ground.area(piece["ground"]) for piece in self.pieces}

    def on_patch(self, rule: Row) -> list[Member]:
        """What a rule asks of the patch as a whole."""
        found = [Member(self.in_force(rule))]
        if any(need.startswith("patch.") and need not in self.facts for need in self.needs):
            found.append(Member(None))
        for text in rule.get("test", []):
            holds = self.test(text)
            found.append(Member(holds, self.subject is None and "group." in text))
        if "adjoins" in rule:
            found.append(self.beside(rule["adjoins"]))
        return found

    def beside(self, code: str) -> Member:
        """Whether the patch lies beside ground of a notion."""
        found, lacking = [], False
        for leaf in self.leaves(code):
            spec = self.spec(leaf)
            layer, policy = spec["layer"], spec.get("version", "")
            lacking |= any(None in self.versions(each, layer, policy) for each in self.counties)
            reach = Decimal(str(self.head.get("adjoin_m", 0) + spec.get("within_m", 0)))
            near = [row["zone"] for row in self.doc["near"] if Decimal(row["distance_m"]) <= reach]
            near = [number for number in near if self.zones[number]["layer"] == layer]
            found += self._beside_by_version(near, leaf, layer, policy)
        holds = any_of([*(each.holds for each in found), *([None] if lacking else [])])
        doubts = [each for each in found if each.holds is None]
        return Member(holds, not lacking and all(each.by_subject for each in doubts))

    def _beside_by_version(
        self, near: list[int], leaf: str, layer: str, policy: str
    ) -> list[Member]:
        """What lies near: of a ledger any row; of a snapshot, in each version that counts."""
        if policy == "":
            return [self.meets(number, leaf) for number in near]
        found = []
        for county in sorted(self.counties):
            versions = self.versions(county, layer, policy)
            met = [
                self.meets(number, leaf)
                for version in versions
                for number in near
                if version and self.zones[number]["version"] == version["version"]
            ]
            holds = [
                any_of(
                    self.meets(number, leaf).holds
                    for number in near
                    if version and self.zones[number]["version"] == version["version"]
                )
                for version in versions
            ]
            if any(each is not False for each in holds):
                doubts = [each for each in met if each.holds is None]
                by_subject = bool(doubts) and True not in holds
                sure = all(each is True for each in holds)
                found.append(Member(True if sure else None, by_subject=by_subject and not sure))
        return found

    def claims(self, rule: Row, piece: Row) -> Member:
        """Whether a rule claims a piece; ``by_subject`` if only the user of it is in doubt."""
        found = list(self.patch_answers[rule["code"]])
        found += [self.on_piece(piece, code) for code in rule.get("inside", [])]
        for code in rule.get("outside", []):
            member = self.on_piece(piece, code)
            holds = None if member.holds is None else not member.holds
            found.append(Member(holds, member.by_subject))
        doubts = [each for each in found if each.holds is None]
        return Member(all_of(each.holds for each in found), all(each.by_subject for each in doubts))

    @cached_property
    def patch_answers(self) -> dict[str, list[Member]]:
        return {rule["code"]: self.on_patch(rule) for rule in self.law["rules"]["conclude"]}

    def conclude(self, piece: Row) -> tuple[str, str]:
        """Code and class of a piece, before slivers join their neighbours."""
        before: list[Row] = []
        for rule in self.law["rules"]["conclude"]:
            claim = self.claims(rule, piece)
            if claim.holds is None:
                before.append({**rule, "by_subject": claim.by_subject})
            if claim.holds:
                one_class = {each["class"] for each in before} <= {rule["class"]}
                if one_class and all(each["by_subject"] for each in before):
                    return rule["code"], rule["class"]
                break
        return (before[0]["code"], "unknown") if before else ("", "unknown")

    @cached_property
    def conclusions(self) -> dict[int, tuple[str, str]]:
        """Code and class by piece number."""
        found = {piece["seq"]: self.conclude(piece) for piece in self.pieces}
        ignored = self.head.get("ignore_pieces", {})
        joined = reader_ground.slivers(
            {piece["seq"]: piece["ground"] for piece in self.pieces},
            ignored.get("below_m2", 0),
            ignored.get("narrower_than_m", 0),
        )
        return {seq: found[joined.get(seq, seq)] for seq in found}

    def marks(self) -> dict[str, tuple[Answer, Decimal, Decimal]]:
        """By code: the answer, the area that is sure, the area in doubt."""
        return {
            rule["code"]: self.mark(rule)
            for rule in self.law["rules"].get("mark", [])
            if self.in_force(rule) is not False
        }

    def mark(self, rule: Row) -> tuple[Answer, Decimal, Decimal]:
        if "test" in rule:
            tests = all_of([self.in_force(rule), *(self.test(text) for text in rule["test"])])
            return tests, Decimal(0), Decimal(0)
        part, sums = rule["part"], {True: Decimal(0), None: Decimal(0), False: Decimal(0)}
        for piece in self.pieces:
            inside = [self.on_piece(piece, code) for code in part.get("inside", [])]
            outside = [self.on_piece(piece, code).holds for code in part.get("outside", [])]
            found = [self.in_force(rule), *(each.holds for each in inside)]
            found += [None if holds is None else not holds for holds in outside]
            found.append(self._in_class(piece, part.get("class")))
            if part.get("net") and any(each.net_unknown for each in inside):
                found.append(None)
            nets = [each.net for each in inside if each.net is not None]
            area = min(nets) if part.get("net") and nets else Decimal(piece["area_m2"])
            sums[all_of(found)] += area
        least = Decimal(str(rule.get("at_least_m2", part.get("at_least_m2", 0))))
        sure, doubt = sums[True], sums[None]
        if sure >= least and sure > 0:
            return True, sure, doubt
        return (None if doubt > 0 and sure + doubt >= least else False), sure, doubt

    def _in_class(self, piece: Row, classes: list[str] | None) -> Answer:
        found = self.conclusions[piece["seq"]][1]
        if classes is None or found in classes:
            return True
        return None if found == "unknown" else False

    def label(self) -> tuple[str, bool]:
        """The class of the patch, and whether it is 临界."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for piece in self.pieces:
            sums[self.conclusions[piece["seq"]][1]] += Decimal(piece["area_m2"])
        least, edge = (
            {key.removeprefix("or_"): Decimal(str(value)) for key, value in given.items()}
            for given in (self.head.get("label_at_least", {}), self.head.get("borderline", {}))
        )
        wholes = {"m2": 1, "share": self.area}

        def chosen(sign: int) -> str:
            floors = [
                (limit + sign * edge.get(key, 0)) * wholes[key] for key, limit in least.items()
            ]
            for name in ORDER:
                if sums.get(name) and (not floors or any(sums[name] >= floor for floor in floors)):
                    return name
            return max(sums, key=lambda name: (sums[name], -ORDER.index(name)))

        return chosen(0), len({chosen(sign) for sign in (-1, 0, 1)}) > 1
