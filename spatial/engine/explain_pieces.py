"""Why each piece is what it is: the claiming rule, and why those before it did not claim."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spatial.engine import explain_margins as margins
from spatial.engine.explain_ground import rings_of
from spatial.engine.explain_sources import day

if TYPE_CHECKING:
    from spatial import sqlfiles
    from spatial.engine.explain_trace import Trace
    from spatial.models import Notion, Piece, Rule, RulePlace

Row = dict[str, Any]
Notions = dict[str, "Notion"]
COMPARED = ("left", "right", "left_to", "right_to")


class PieceReader:
    """Explains the pieces of one assessment by the rows of its trace."""

    def __init__(self, trace: Trace, rules: list[Rule], notions: Notions, settings: Row) -> None:
        self.rules = rules
        self.notions = notions
        self.versions = [row for row in trace.versions if row["version"] is not None]
        self.settings = settings
        self.members: dict[int, dict[str, sqlfiles.Row]] = {}
        for row in trace.members:
            self.members.setdefault(row["seq"], {})[row["notion"]] = row
        self.tests: dict[str, list[sqlfiles.Row]] = {}
        for row in trace.tests:
            if row["action"] == "conclude":
                self.tests.setdefault(row["rule"], []).append(row)
        self.adjoining = {(row["rule"], row["notion"]): row for row in trace.adjoining}
        self.nearby = {(row["seq"], row["notion"]): row for row in trace.nearby}
        self.widened: dict[int, list[Row]] = {}
        for row in trace.widened:
            told = {"zone": row["zone_id"], "within_m": row["within_m"]}
            self.widened.setdefault(row["seq"], []).append(told)
        self.zone_tests: dict[str, list[sqlfiles.Row]] = {}
        for row in trace.zone_tests:
            self.zone_tests.setdefault(row["notion"], []).append(row)

    def piece(self, piece: Piece, drawn: Any) -> Row:
        """One piece: ground, zones, notions, verdict, and the rules before the claiming one."""
        members = self.members.get(piece.seq, {})
        return {
            **self.stored(piece),
            "before": [
                {"rule": rule.code, "term": rule.term, **self.first_failure(rule, piece, members)}
                for rule in self.before(piece)
            ],
            "widened": self.widened.get(piece.seq, []),
            "ground": rings_of(piece.ground),
            "drawn": drawn,
        }

    def claimed(self, piece: Piece) -> Rule | None:
        """The rule that claims a piece."""
        return next((rule for rule in self.rules if rule.code == piece.conclusion), None)

    def before(self, piece: Piece) -> list[Rule]:
        """The rules that stand before the claiming one; none where a sliver joined a neighbour."""
        claimed = self.claimed(piece)
        if piece.sliver:
            return []
        return [rule for rule in self.rules if claimed is None or rule.rank < claimed.rank]

    def stored(self, piece: Piece) -> Row:
        """One piece as its run stored it: zones, notions, verdict."""
        claimed = self.claimed(piece)
        return {
            "seq": piece.seq,
            "area_m2": f"{piece.area_m2:.2f}",
            "county": piece.county.name,
            "county_code": piece.county.code,
            "township": piece.township_code,
            "class": piece.conclusion_class,
            "sliver": piece.sliver,
            "reason": piece.reason,
            "rule": claimed
            and {
                "code": claimed.code,
                "term": claimed.term,
                "kind_of": claimed.kind_of,
                "source": claimed.source,
            },
            "notions": [
                self.member(piece, row) for row in self.members.get(piece.seq, {}).values()
            ],
            "zones": piece.zones,
        }

    def first_failure(self, rule: Rule, piece: Piece, members: dict[str, Row]) -> Row:
        """The first place or test of a rule that is not yes on a piece, with what was compared."""
        outcomes = [
            *(self.place(rule, place, piece, members) for place in rule.places.all()),
            *(self.test(row) for row in self.tests.get(rule.code, [])),
        ]
        for answer in (False, None):
            for outcome in outcomes:
                if outcome["answer"] is answer:
                    return outcome
        return self.by_date(rule)

    def by_date(self, rule: Rule) -> Row:
        """A rule that nothing on the ground or the patch speaks against: its own dates did."""
        if rule.from_on is None and rule.until_on is None:
            return {"answer": True, "failed": "", "kind": "none"}
        spans = [
            f"自 {rule.from_on} 起" if rule.from_on else "",
            f"至 {rule.until_on} 前" if rule.until_on else "",
        ]
        return {"answer": False, "failed": f"只适用于{''.join(spans)}的行为", "kind": "law"}

    def place(self, rule: Rule, place: RulePlace, piece: Piece, members: dict[str, Row]) -> Row:
        """What a place that a rule asks for answers on a piece."""
        code, term = place.notion.code, place.notion.term
        row: Row = {"kind": place.relation, "notion": code, "notion_term": term}
        if place.relation == "adjoins":
            return {**row, **self.beside(rule, piece, code, term)}
        member = members.get(code)
        if member is not None and member["answer"] is None:
            return {
                **row,
                "answer": None,
                "failed": f"是否在“{term}”内不能判断",
                "why": member["why"],
            }
        inside = member is not None
        if inside == (place.relation == "inside"):
            return {**row, "answer": True, "failed": ""}
        if inside:
            return {**row, "answer": False, "failed": f"在“{term}”内"}
        return {
            **row,
            "answer": False,
            "failed": f"不在“{term}”内",
            "zones": self.failed_zones(place, piece),
            "margin": margins.of_place(self.nearby.get((piece.seq, code))),
        }

    def beside(self, rule: Rule, piece: Piece, code: str, term: str) -> Row:
        """What a rule that asks what the patch adjoins answers."""
        near = self.adjoining[rule.code, code]
        if near["yes_zones"]:
            return {"answer": True, "failed": ""}
        if near["unknown_zones"]:
            return {"answer": None, "failed": f"是否毗邻“{term}”不能判断"}
        found = [row for (_, notion), row in self.nearby.items() if notion == code]
        nearest = min(found, key=lambda row: row["distance_m"], default=None)
        return {
            "answer": False,
            "failed": f"不毗邻“{term}”",
            "margin": margins.of_adjoining(nearest, self.settings.get("adjoin_m") or 0),
        }

    def test(self, row: Row) -> Row:
        """What a test of a rule answers on the patch."""
        return {
            "kind": "test",
            "answer": row["answer"],
            "failed": row["text"],
            **{side: row[side] for side in COMPARED},
            "margin": margins.of_test(row, self.settings),
        }

    def failed_zones(self, place: RulePlace, piece: Piece) -> list[Row]:
        """Zones of the notion's layer under the piece, each with the first test it failed."""
        under = {zone for ids in piece.zones.values() for zone in ids}
        leaves = [leaf.leaf.code for leaf in place.notion.leaves.all()]
        return [
            self.failed_zone(row)
            for code in leaves
            for row in self.zone_tests.get(code, [])
            if row["zone_id"] in under and row["holds"] is False
        ]

    def failed_zone(self, row: Row) -> Row:
        """The first test that a zone failed; none failed where it is not the subject's."""
        failed = next((test for test in row["tests"] if test["answer"] is False), None)
        if failed is None:
            return {"zone": row["zone_id"], "text": "非本单位"}
        return {
            "zone": row["zone_id"],
            **{key: failed[key] for key in ("text", "answer", *COMPARED) if key in failed},
            "margin": margins.of_test(failed, self.settings),
        }

    def member(self, piece: Piece, row: Row) -> Row:
        """A notion that holds on a piece, or may; two versions that differ with what each says."""
        found = {
            "code": row["notion"],
            "answer": row["answer"],
            "net_m2": None if row["net_m2"] is None else f"{row['net_m2']:.2f}",
            "net_unknown": row["net_unknown"],
            "why": row["why"],
            "zones": row["zone_ids"],
        }
        if row["answer"] is None and self.versions:
            found["by_version"] = self.by_version(piece, self.notions[row["notion"]])
        return found

    def by_version(self, piece: Piece, notion: Notion) -> list[Row]:
        """What each of several versions says of a piece; nothing where there is but one."""
        under = {zone for ids in piece.zones.values() for zone in ids}
        found = []
        for leaf in (each.leaf for each in notion.leaves.all()):
            asked = (leaf.layer_id, leaf.version_policy, piece.county.code)
            chosen = [
                row
                for row in self.versions
                if (row["layer"], row["policy"], row["county_code"]) == asked and row["policy"]
            ]
            for row in chosen if len(chosen) > 1 else []:
                answers = [
                    test["holds"]
                    for test in self.zone_tests.get(leaf.code, [])
                    if test["version_id"] == row["version"] and test["zone_id"] in under
                ]
                holds = True if True in answers else None if None in answers else False
                found.append(
                    {
                        "notion": leaf.code,
                        "notion_term": leaf.term,
                        "layer": leaf.layer_id,
                        "version": row["version"],
                        "valid_from": day(row["valid_from"]),
                        "answer": holds,
                    }
                )
        return found
