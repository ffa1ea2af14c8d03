"""Why each piece was judged so, for the patch page: nothing that its reader may not identify."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from spatial import units, vocabulary
from spatial.engine.explain_said import Speaker, versions_said, why_said

if TYPE_CHECKING:
    from spatial.models import Assessment
    from spatial.scope import Scope

Row = dict[str, Any]
HIDDEN = "无权查看该项"
OUTSIDE = "区外，未核查"


class Reasons:
    """Turns the pieces of an explanation into rows of the page."""

    def __init__(
        self,
        scope: Scope,
        hidden: set[tuple[str, str]],
        zones: dict[int, Row],
        assessment: Assessment,
        found: Row,
    ) -> None:
        self.hidden = hidden
        self.zones = zones
        self.layers = set(scope.layers("verdict"))
        self.counties = set(scope.county_names)
        self.speaker = Speaker(found)
        rules = assessment.run.ruleset.rules.all()
        self.styles = {rule.code: rule.style for rule in rules if rule.action == "conclude"}
        self.terms = {(row["code"], row["class"]): row["term"] for row in found["conclusions"]}

    def piece(self, piece: Row, *, is_outside: bool) -> Row:
        """One piece, or only its area where it, or its rule, is not for this reader."""
        area = Decimal(piece["area_m2"])
        row = {"seq": piece["seq"], "area_m2": area, "mu": units.mu(area), "outside": is_outside}
        if is_outside:
            return {**row, "term": OUTSIDE, "style": "other", "class": ""}
        rule = piece["rule"]
        if rule and ("conclude", rule["code"]) in self.hidden:
            return {**row, "term": HIDDEN, "style": "other", "class": ""}
        under = [number for ids in piece["zones"].values() for number in ids]
        on = [self.zones[number] for number in under if number in self.zones]
        passed = piece.get("passed", [each["rule"] for each in piece.get("before", ())])
        code, unknown = rule["code"] if rule else "", piece["class"] == "unknown"
        term = self.terms.get((code, piece["class"])) or vocabulary.class_term(piece["class"])
        return {
            **row,
            "class": piece["class"],
            "term": term,
            "style": "unknown" if unknown else self.styles.get(code) or piece["class"],
            "rule_term": rule and rule["term"],
            "source": rule and rule["source"],
            "missing": self.missing(piece["reason"]) if unknown else "",
            "joined": piece["reason"].get("joined"),
            "subject_unknown": piece["reason"].get("subject_unknown", False),
            "differ": self.differ(piece),
            "versions_differ": any(
                gap["kind"] == "versions_differ"
                for notion in piece["notions"]
                for gap in notion["why"]
                if self.may_know(gap)
            ),
            "before_count": sum(("conclude", each) not in self.hidden for each in passed),
            "before": [
                self.failure(each)
                for each in piece.get("before", ())
                if ("conclude", each["rule"]) not in self.hidden
            ],
            "on": on,
            "layers": list(
                dict.fromkeys(zone["layer_term"] for zone in on if zone["layer"] != "township")
            ),
            "notions": {each["code"]: each for each in piece["notions"]},
        }

    def missing(self, reason: Row) -> str:
        """What is missing, gap by gap; in short where the gaps are not for this reader."""
        why = [gap for gap in reason.get("why", []) if self.may_know(gap)]
        short = "、".join(reason.get("missing", []))
        return why_said(why) or (f"缺 {short}" if short else "")

    def may_know(self, gap: Row) -> bool:
        """Whether a gap speaks of a layer and county that this reader sees."""
        layer, county = gap.get("layer"), gap.get("county")
        return (not layer or layer == "patch" or layer in self.layers) and (
            not county or county in self.counties
        )

    def differ(self, piece: Row) -> list[str]:
        """Notions on which two versions of a layer differ, with what each says."""
        found = []
        for notion in piece["notions"]:
            rows = [row for row in notion.get("by_version", []) if row["layer"] in self.layers]
            if rows:
                found.append(f"“{rows[0]['notion_term']}”：{versions_said(rows)}")
        return found

    def failure(self, row: Row) -> Row:
        """One rule that did not claim the piece, and the first thing that failed."""
        margin = row.get("margin") or {}
        if margin.get("zone") not in (None, *self.zones):
            row = {**row, "margin": None}
        return {
            "term": row["term"],
            "said": self.speaker.failure(row),
            "why": why_said([gap for gap in row.get("why", []) if self.may_know(gap)]),
            "zones": [
                self.failed_zone(each)
                for each in row.get("zones", [])
                if each["zone"] in self.zones
            ],
        }

    def failed_zone(self, row: Row) -> Row:
        """A zone under the piece, and the first test that it failed."""
        zone = self.zones[row["zone"]]
        return {"zone": zone, "said": self.speaker.test(zone["layer"], row)}
