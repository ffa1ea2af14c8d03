"""explain: why this verdict, down to pieces, tests with both values, and source records.

What it returns is a document of its own: docs/explain.md says how a later reader checks it
without the database, and tests/reader.py does so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spatial.engine import explain_margins as margins
from spatial.engine.explain_ground import drawn_rings, rings_of, told_crs, zone_rings
from spatial.engine.explain_pieces import COMPARED, PieceReader
from spatial.engine.explain_sources import (
    day,
    told_groups,
    told_holder,
    told_pins,
    told_versions,
    told_words,
    told_zones,
)
from spatial.engine.explain_trace import Trace, traces
from spatial.errors import PatchNotAssessed
from spatial.models import Assessment, Notion, Patch, Rule, RulesetVersion

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = dict[str, Any]
FORMAT, FORMAT_VERSION = "gisland.explain", 1


@dataclass(frozen=True)
class Law:
    """What the explanations under one ruleset share."""

    conclude: list[Rule]
    marks: list[Rule]
    notions: dict[str, Notion]
    words: Row


def explain(patch: Patch, assessment: Assessment | None = None) -> Row:
    """The proof of a patch's current (or the given) assessment, ready for JSON.

    Areas are m2 as text with two decimals; answers are true, false or null for unknown; for
    each piece ``before`` names, for every rule that stood before the claiming one, the first
    place or test that failed, with the values compared and the margin.
    """
    found = assessment or current_assessment(patch)
    return explain_all([found])[found.pk]


def explain_all(assessments: Sequence[Assessment]) -> dict[int, Row]:
    """The proofs of many assessments, by id; those of one run are judged again together."""
    found = Assessment.objects.filter(pk__in=[each.pk for each in assessments])
    found = found.select_related("run__ruleset", "subject", "patch__batch", "patch__region")
    found = found.prefetch_related("pieces__county", "conclusions", "marks")
    rows = list(found.order_by("pk"))
    traced, drawn = traces(rows), drawn_rings(rows)
    rulesets = {each.run.ruleset_id: each.run.ruleset for each in rows}
    laws = {number: _law(ruleset) for number, ruleset in rulesets.items()}
    zones = told_zones({zone for each in rows for zone in _zone_ids(each, traced[each.pk])})
    return {
        each.pk: _told(each, traced[each.pk], drawn[each.pk], laws[each.run.ruleset_id], zones)
        for each in rows
    }


def current_assessment(patch: Patch) -> Assessment:
    """The current assessment of a patch; raises PatchNotAssessed with the remedy."""
    found = (
        patch.assessments.filter(is_current=True)
        .select_related("run__ruleset", "subject", "patch")
        .first()
    )
    if found is None:
        raise PatchNotAssessed(
            f"图斑 {patch.address} 尚未评定。请先运行 classify --patch {patch.address}"
        )
    return found


def _told(
    found: Assessment, trace: Trace, drawn: dict[int, Any], law: Law, zones: dict[int, Row]
) -> Row:
    ruleset, patch = found.run.ruleset, found.patch
    settings = ruleset.settings
    reader = PieceReader(trace, law.conclude, law.notions, settings)
    grounds = zone_rings(trace)
    pieces = [
        reader.piece(piece, drawn[piece.seq])
        for piece in sorted(found.pieces.all(), key=lambda piece: piece.seq)
    ]
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "address": patch.address,
        "area_m2": f"{found.area_m2:.2f}",
        "label": {
            "class": found.label_class,
            "code": found.label_code,
            "term": found.label_term,
            "borderline": found.borderline,
            "arithmetic": margins.of_label(found, settings),
        },
        "run": told_run(found),
        "ruleset": told_ruleset(ruleset),
        "subject": told_subject(found),
        "facts": found.facts,
        "groups": told_groups(trace, found.facts),
        "gaps": found.gaps,
        "patch": _told_patch(found, trace, drawn[0]),
        "crs": told_crs(patch),
        "words": law.words,
        "versions": told_versions(trace),
        "pins": told_pins(trace),
        "conclusions": [
            {
                "code": row.code,
                "term": row.term,
                "class": row.conclusion_class,
                "area_m2": f"{row.area_m2:.2f}",
                "residual": row.residual,
            }
            for row in sorted(found.conclusions.all(), key=lambda row: (-row.area_m2, row.code))
        ],
        "marks": told_marks(found, trace, law.marks),
        "ignored": {"count": found.ignored_count, "area_m2": f"{found.ignored_m2:.2f}"},
        "pieces": pieces,
        "near": [
            {"zone": row["zone_id"], "distance_m": str(row["distance_m"])} for row in trace.near
        ],
        "zones": {
            number: {**zones[number], "ground": grounds.get(number, [])}
            for number in sorted(_zone_ids(found, trace))
        },
        "reproduced": _reproduced(found, trace),
    }


def _law(ruleset: RulesetVersion) -> Law:
    rules = list(ruleset.rules.prefetch_related("places__notion__leaves__leaf").order_by("rank"))
    return Law(
        conclude=[rule for rule in rules if rule.action == "conclude"],
        marks=[rule for rule in rules if rule.action == "mark"],
        notions={
            notion.code: notion for notion in ruleset.notions.prefetch_related("leaves__leaf")
        },
        words=told_words(ruleset),
    )


def _zone_ids(found: Assessment, trace: Trace) -> set[int]:
    ids = {zone for piece in found.pieces.all() for group in piece.zones.values() for zone in group}
    return ids | {row["zone_id"] for row in (*trace.near, *trace.nearby, *trace.widened)}


def _reproduced(found: Assessment, trace: Trace) -> bool:
    """Whether judging again gave exactly what the run stored."""
    stored = {
        (row.seq, row.area_m2, row.conclusion, row.conclusion_class) for row in found.pieces.all()
    }
    anew = {
        (row["seq"], row["area_m2"], row["code"], row["conclusion_class"]) for row in trace.verdicts
    }
    return stored == anew


def told_run(found: Assessment) -> Row:
    """Which run, of which ruleset, for which day and state of the data."""
    run = found.run
    return {
        "id": run.pk,
        "ruleset": run.ruleset.name,
        "ruleset_title": run.ruleset.title,
        "ruleset_version": run.ruleset.version,
        "ruleset_sha256": run.ruleset.sha256,
        "as_of": run.as_of.isoformat(),
        "known_at": run.known_at.isoformat(),
        "applied_at": day(found.applied_at),
        "code_version": run.code_version,
        "on_grid": found.fallback,
    }


def told_ruleset(ruleset: RulesetVersion) -> Row:
    """The ruleset with its text."""
    return {
        "name": ruleset.name,
        "version": ruleset.version,
        "sha256": ruleset.sha256,
        "text": ruleset.text,
    }


def told_subject(found: Assessment) -> Row:
    """Who was taken to use the ground, and from where that was known."""
    nobody: Row = {"name": None, "code": None, "key": None}
    told: Row = told_holder(found.subject) or nobody
    origin = found.subject_from
    given = origin in ("", "patch.holder", "correction")
    return {**told, "from": origin or None, "inferred": not given}


def _told_patch(found: Assessment, trace: Trace, drawn: Any) -> Row:
    patch = found.patch
    beyond = trace.beyond[0]["beyond_m2"] if trace.beyond else None
    return {
        "jcbh": patch.jcbh,
        "kind": patch.kind,
        "county": patch.region.name,
        "county_code": patch.region.code,
        "batch": patch.batch.code,
        "exact_area_m2": found.exact_area_m2,
        "beyond_county_m2": beyond,
        "source_row": patch.source_row,
        "delivered_crs": patch.delivered_crs,
        "ground": rings_of(patch.ground),
        "drawn": drawn,
    }


def told_marks(found: Assessment, trace: Trace, rules: list[Rule]) -> list[Row]:
    """The marks, gravest first, each with its margin and the tests that the trace tells of."""
    by_code = {rule.code: rule for rule in rules}
    settings = found.run.ruleset.settings
    return [
        {
            "code": mark.code,
            "term": mark.term,
            "answer": mark.answer,
            "area_m2": f"{mark.area_m2:.2f}",
            "unknown_m2": f"{mark.unknown_m2:.2f}",
            "net": mark.net,
            "margin": margins.of_mark(mark, by_code.get(mark.code), settings),
            "tests": [
                {
                    **{key: row[key] for key in ("text", "answer", *COMPARED)},
                    "margin": margins.of_test(row, settings),
                }
                for row in trace.tests
                if row["action"] == "mark" and row["rule"] == mark.code
            ],
        }
        for mark in sorted(found.marks.all(), key=_gravest_first)
    ]


def _gravest_first(mark: Any) -> tuple[int, str]:
    return (99 if mark.severity is None else mark.severity, mark.code)
