"""Why a patch was judged so, as far as one user may see it: for the patch page."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gisland.pages.patch_reasons import HIDDEN, Reasons
from spatial import units, vocabulary
from spatial.dates import said_date
from spatial.engine.explain import explain
from spatial.engine.explain_said import POLICIES, Speaker, label_lines, mark_margin
from spatial.engine.explain_stored import explain_stored
from spatial.hidden import hidden_rules
from spatial.install import layers_file
from spatial.models import Zone
from spatial.scope import outside_note

if TYPE_CHECKING:
    from spatial.models import Assessment, Patch
    from spatial.scope import Scope

Row = dict[str, Any]
ANSWERS = {True: "涉及", False: "不涉及", None: "无数据"}
NOTHING = Decimal(0)


def proof(scope: Scope, patch: Patch, assessment: Assessment) -> Row:
    """What the page says of an assessment: nothing of hidden rules, nothing of other counties."""
    found = explain(patch, assessment)
    counties = dict(assessment.pieces.values_list("seq", "county_id"))
    told = _proof(scope, assessment, found, counties)
    return {
        **told,
        "label_lines": _label_lines(
            found["label"], told["pieces"], hidden_codes(scope, assessment)
        ),
        "versions": _in_counties(scope, found["versions"]),
    }


def stored_proof(scope: Scope, assessment: Assessment) -> Row:
    """The proof by what the run stored, without judging again.

    Left out: versions, the arithmetic of the label, and of each piece the rules before its own
    (``before_count`` says how many) and what two versions say.
    """
    found = explain_stored(assessment)
    counties = {piece["seq"]: piece["county_id"] for piece in found["pieces"]}
    return _proof(scope, assessment, found, counties)


def _proof(scope: Scope, assessment: Assessment, found: Row, counties: dict[int, int]) -> Row:
    hidden = hidden_codes(scope, assessment)
    zones = _zones(scope, found["zones"])
    reader = Reasons(scope, hidden, zones, assessment, found)
    pieces = [
        reader.piece(piece, is_outside=counties[piece["seq"]] not in scope.county_ids)
        for piece in found["pieces"]
    ]
    outside = sum((piece["area_m2"] for piece in pieces if piece["outside"]), NOTHING)
    conclusions = _conclusions(pieces)
    is_hidden = ("conclude", assessment.label_code) in hidden
    return {
        "found": _without_strangers(scope, found),
        "assessment": assessment,
        "class_term": "" if is_hidden else vocabulary.class_term(assessment.label_class),
        "label": HIDDEN if is_hidden else assessment.label_term,
        "style": "other" if is_hidden else assessment.style or "other",
        "is_suspected": assessment.label_class == "illegal" and not is_hidden,
        "pieces": pieces,
        "rest_mu": _rest(assessment.area_m2, pieces),
        "conclusions": conclusions,
        "conclusions_rest_mu": _rest(assessment.area_m2, conclusions),
        "marks": _marks(found["marks"], hidden, pieces, assessment, Speaker(found)),
        "sources": sorted(zones.values(), key=lambda zone: (zone["layer_term"], zone["title"])),
        "gaps": _in_counties(scope, [_gap(row) for row in found["gaps"]]),
        "outside": outside_note(outside) if outside else "",
    }


def hidden_codes(scope: Scope, assessment: Assessment) -> set[tuple[str, str]]:
    """Action and code of the rules of an assessment's ruleset that this user may not see."""
    ruleset = assessment.run.ruleset_id
    return {(action, code) for version, action, code in hidden_rules(scope) if version == ruleset}


def _conclusions(pieces: list[Row]) -> list[Row]:
    """Areas by conclusion, largest first; of the pieces, so that nothing unseen is in them."""
    areas: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for piece in pieces:
        areas[piece["term"], piece["style"]] += piece["area_m2"]
    return [
        {"term": term, "style": style, "area_m2": area, "mu": units.mu(area)}
        for (term, style), area in sorted(areas.items(), key=lambda item: (-item[1], item[0]))
    ]


def _label_lines(label: Row, pieces: list[Row], hidden: set[tuple[str, str]]) -> list[str]:
    """The arithmetic of the label, where nothing that it adds up is kept from the reader."""
    if (
        any(piece["outside"] or piece["term"] == HIDDEN for piece in pieces)
        or (
            "conclude",
            label["code"],
        )
        in hidden
    ):
        return []
    return label_lines(label)


def _rest(total: Decimal, rows: list[Row]) -> Decimal:
    """What rounding each row to 亩 leaves over."""
    return units.mu(total) - sum((row["mu"] for row in rows), NOTHING)


def _without_strangers(scope: Scope, found: Row) -> Row:
    """The proof without a holder inferred from a layer that the user may not identify."""
    subject = found["subject"]
    layer = str(subject["from"] or "").split(".")[0]
    if subject["inferred"] and not scope.may("identify", layer):
        return {**found, "subject": {**subject, "name": None}}
    return found


def _marks(
    marks: list[Row],
    hidden: set[tuple[str, str]],
    pieces: list[Row],
    assessment: Assessment,
    speaker: Speaker,
) -> list[Row]:
    seen = [mark for mark in marks if ("mark", mark["code"]) not in hidden]
    if any(piece["outside"] for piece in pieces):
        inside = _Inside(pieces, assessment)
        return [inside.mark(mark) for mark in seen]
    return [
        {
            **mark,
            "said": ANSWERS[mark["answer"]],
            "area_m2": Decimal(mark["area_m2"]),
            "doubtful_m2": Decimal(mark["unknown_m2"]),
            "margin_said": mark_margin(mark) if Decimal(mark["area_m2"]) else "",
            "near": bool(mark["margin"] and mark["margin"]["near"]),
            "tests_said": speaker.mark_tests(mark),
            "no_area": mark["answer"] is True and not Decimal(mark["area_m2"]),
        }
        for mark in seen
    ]


class _Inside:
    """Marks of a patch that lies partly beyond the user's counties: of the ground within alone."""

    def __init__(self, pieces: list[Row], assessment: Assessment) -> None:
        self.pieces = [piece for piece in pieces if not piece["outside"]]
        rules = assessment.run.ruleset.rules.filter(action="mark").prefetch_related(
            "places__notion"
        )
        self.rules = {rule.code: rule for rule in rules}

    def mark(self, mark: Row) -> Row:
        rule = self.rules[mark["code"]]
        if mark["answer"] is not True:
            return {**mark, "said": f"区内{ANSWERS[mark['answer']]}", "area_m2": NOTHING}
        if not rule.part:
            return {**mark, "said": ANSWERS[True], "area_m2": NOTHING, "no_area": True}
        area = sum((self.part(rule, piece) for piece in self.pieces), NOTHING)
        if not area:
            return {**mark, "answer": None, "said": "区内未见", "area_m2": NOTHING}
        return {**mark, "said": "区内涉及", "area_m2": area}

    def part(self, rule: Any, piece: Row) -> Decimal:
        """The area of a piece that surely counts for the mark."""
        notions = piece.get("notions", {})
        net = piece["area_m2"]
        for place in rule.places.all():
            row = notions.get(place.notion.code)
            if place.relation == "inside":
                if row is None or row["answer"] is not True:
                    return NOTHING
                net = min(net, Decimal(row["net_m2"] or net))
            elif row is not None:
                return NOTHING
        classes = rule.part.get("class")
        if isinstance(classes, list) and piece["class"] not in classes:
            return NOTHING
        return net if rule.part.get("net") else piece["area_m2"]


def _zones(scope: Scope, zones: dict[int, Row]) -> dict[int, Row]:
    """The source records that the user may identify, named and dated in the office's terms."""
    seen = scope.filter_zones(Zone.objects.filter(pk__in=zones), "identify")
    return {number: _zone(number, zones[number]) for number in seen.values_list("pk", flat=True)}


def _zone(number: int, zone: Row) -> Row:
    fields = layers_file()["layer"][zone["layer"]]["fields"]
    told = zone["attributes"]
    named = told.get("class") or ""
    if vocabulary.land_use_term(named) != named:
        named = ""
    title = zone["document"] or zone["name"] or named or zone["code"]
    if zone["layer"] == "land_use":
        title = f"{zone['code']} {vocabulary.land_use_term(zone['code'])}"
    code = zone["code"] if str(zone["code"]) not in str(title) else ""
    dates = [
        {"term": field["term"], "value": said_date(told[name])}
        for name, field in fields.items()
        if field["type"] == "date" and told.get(name)
    ]
    return {**zone, "id": number, "title": title, "code": code, "dates": dates}


def _gap(row: Row) -> Row:
    """What was missing; ``partly`` where the layer was there and did not cover all the ground."""
    return {**row, "partly": row["m2"] is not None}


def _in_counties(scope: Scope, rows: list[Row]) -> list[Row]:
    """Rows of the user's own counties and of layers it may know of, the policy in words."""
    layers = set(scope.layers("verdict"))
    return [
        {**row, "policy": POLICIES[row["policy"]]}
        for row in rows
        if row["county"] in scope.county_names and row["layer"] in layers
    ]
