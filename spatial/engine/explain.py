"""explain: why this verdict, down to pieces, tests with both values, and source records.

The trace is the engine's own working tables: the patch is judged again from the run's pins and
stored facts, in a transaction that is rolled back, and the outcome is compared with what the run
stored. So an explanation can never be a second opinion.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction

from spatial import sqlfiles
from spatial.engine.chunks import EXACT, FALLBACK_GRID_M, judge
from spatial.engine.classify import run_context
from spatial.errors import PatchNotAssessed
from spatial.models import Assessment, Patch, Rule, RulePlace, Zone

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True)
class Trace:
    """The rows of the working tables that an explanation is made of."""

    patch_tests: list[sqlfiles.Row]
    adjoining: list[sqlfiles.Row]
    zone_tests: list[sqlfiles.Row]
    members: list[sqlfiles.Row]
    verdicts: list[sqlfiles.Row]
    versions: list[sqlfiles.Row]


def explain(patch: Patch, assessment: Assessment | None = None) -> dict[str, Any]:
    """The proof of a patch's current (or the given) assessment, ready for JSON.

    Areas are m2 as text with two decimals; answers are true, false or null for unknown; for
    each piece ``before`` names, for every rule that stood before the claiming one, the first
    place or test that failed, with the values compared.
    """
    found = assessment or current_assessment(patch)
    trace = _trace(found)
    rules = list(
        found.run.ruleset.rules.filter(action="conclude")
        .prefetch_related("places__notion", "tests")
        .order_by("rank")
    )
    pieces = [_explain_piece(piece, rules, trace) for piece in found.pieces.order_by("seq")]
    return {
        "address": patch.address,
        "area_m2": _m2(found.area_m2),
        "label": {
            "class": found.label_class,
            "code": found.label_code,
            "term": found.label_term,
            "borderline": found.borderline,
        },
        "run": _explain_run(found),
        "subject": {
            "name": found.subject.name if found.subject else None,
            "from": found.subject_from or None,
            "inferred": bool(found.subject_from and found.subject_from != "patch.holder"),
        },
        "facts": found.facts,
        "gaps": found.gaps,
        "versions": [
            {**row, "valid_from": row["valid_from"] and row["valid_from"].isoformat()}
            for row in trace.versions
        ],
        "conclusions": [
            {
                "code": row.code,
                "term": row.term,
                "class": row.conclusion_class,
                "area_m2": _m2(row.area_m2),
            }
            for row in found.conclusions.order_by("-area_m2", "code")
        ],
        "marks": [_explain_mark(mark) for mark in found.marks.order_by("severity", "code")],
        "ignored": {"count": found.ignored_count, "area_m2": _m2(found.ignored_m2)},
        "pieces": pieces,
        "zones": _explain_zones(pieces),
        "reproduced": _reproduced(found, trace),
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


STEPS = (
    "10_test_patch",
    "20_test_adjoining",
    "30_test_zones",
    "40_list_members",
    "50_list_verdicts",
    "60_list_versions",
)


def _trace(assessment: Assessment) -> Trace:
    """Judge again, read the working tables, and roll back."""
    # the group sums are among the stored facts: other patches may have changed since
    context = replace(run_context(assessment.run), groups=False)
    with transaction.atomic():
        judge(context, [assessment.pk], FALLBACK_GRID_M if assessment.fallback else EXACT)
        trace = Trace(*(sqlfiles.rows(f"engine/explain/{step}") for step in STEPS))
        transaction.set_rollback(True)
    return trace


def _reproduced(assessment: Assessment, trace: Trace) -> bool:
    """Whether judging again gave exactly what the run stored."""
    stored = {
        (row.seq, row.area_m2, row.conclusion, row.conclusion_class)
        for row in assessment.pieces.all()
    }
    anew = {
        (row["seq"], row["area_m2"], row["code"], row["conclusion_class"]) for row in trace.verdicts
    }
    return stored == anew


def _explain_run(assessment: Assessment) -> dict[str, Any]:
    run = assessment.run
    return {
        "id": run.pk,
        "ruleset": run.ruleset.name,
        "ruleset_title": run.ruleset.title,
        "ruleset_version": run.ruleset.version,
        "ruleset_sha256": run.ruleset.sha256,
        "as_of": run.as_of.isoformat(),
        "known_at": run.known_at.isoformat(),
        "code_version": run.code_version,
        "on_grid": assessment.fallback,
    }


def _explain_mark(mark: Any) -> dict[str, Any]:
    return {
        "code": mark.code,
        "term": mark.term,
        "answer": mark.answer,
        "area_m2": _m2(mark.area_m2),
        "unknown_m2": _m2(mark.unknown_m2),
        "net": mark.net,
    }


def _explain_piece(piece: Any, rules: list[Rule], trace: Trace) -> dict[str, Any]:
    members = {row["notion"]: row for row in trace.members if row["seq"] == piece.seq}
    claimed = next((rule for rule in rules if rule.code == piece.conclusion), None)
    before = [
        {"rule": rule.code, "term": rule.term, **_first_failure(rule, members, piece, trace)}
        for rule in rules
        if not piece.sliver and (claimed is None or rule.rank < claimed.rank)
    ]
    return {
        "seq": piece.seq,
        "area_m2": _m2(piece.area_m2),
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
            {
                "code": row["notion"],
                "answer": row["answer"],
                "net_m2": row["net_m2"] is not None and _m2(row["net_m2"]) or None,
                "zones": row["zone_ids"],
            }
            for row in members.values()
        ],
        "before": before,
        "zones": piece.zones,
    }


def _first_failure(
    rule: Rule, members: dict[str, sqlfiles.Row], piece: Any, trace: Trace
) -> dict[str, Any]:
    """The first place or test of a rule that is not yes on a piece, with what was compared."""
    outcomes = [
        *(_try_place(rule, place, members, piece, trace) for place in rule.places.all()),
        *(_try_test(row) for row in trace.patch_tests if row["rule"] == rule.code),
    ]
    for answer in (False, None):
        for outcome in outcomes:
            if outcome["answer"] is answer:
                return outcome
    return {"answer": True, "failed": ""}


def _try_place(
    rule: Rule,
    place: RulePlace,
    members: dict[str, sqlfiles.Row],
    piece: Any,
    trace: Trace,
) -> dict[str, Any]:
    code, term = place.notion.code, place.notion.term
    if place.relation == "adjoins":
        near = next(
            row for row in trace.adjoining if row["rule"] == rule.code and row["notion"] == code
        )
        if near["yes_zones"]:
            return {"answer": True, "failed": ""}
        if near["unknown_zones"]:
            return {"answer": None, "failed": f"是否毗邻“{term}”不能判断"}
        return {"answer": False, "failed": f"不毗邻“{term}”"}
    member = members.get(code)
    if member is not None and member["answer"] is None:
        return {"answer": None, "failed": f"是否在“{term}”内不能判断"}
    inside = member is not None
    if inside == (place.relation == "inside"):
        return {"answer": True, "failed": ""}
    if inside:
        return {"answer": False, "failed": f"在“{term}”内"}
    return {
        "answer": False,
        "failed": f"不在“{term}”内",
        "zones": _failed_zones(code, piece, trace),
    }


def _try_test(row: sqlfiles.Row) -> dict[str, Any]:
    return {
        "answer": row["answer"],
        "failed": row["text"],
        "left": row["left_value"],
        "right": row["right_value"],
    }


def _failed_zones(notion: str, piece: Any, trace: Trace) -> list[dict[str, Any]]:
    """Zones of the notion's layer under the piece, each with the first test that it failed."""
    under = {zone for ids in piece.zones.values() for zone in ids}
    return [
        {
            "zone": row["zone_id"],
            **next(
                (test for test in row["tests"] if test["answer"] is False), {"text": "非本单位"}
            ),
        }
        for row in trace.zone_tests
        if row["notion"] == notion and row["zone_id"] in under and row["holds"] is False
    ]


def _explain_zones(pieces: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """The source records behind the pieces, by zone id."""
    ids = {zone for piece in pieces for group in piece["zones"].values() for zone in group}
    found = Zone.objects.filter(pk__in=ids).select_related(
        "layer", "version__region", "holder", "document"
    )
    return {
        zone.pk: {
            "layer": zone.layer_id,
            "layer_term": zone.layer.term,
            "code": zone.code,
            "name": zone.name,
            "source_id": zone.source_id,
            "version": zone.version_id,
            "valid_from": zone.version.valid_from and zone.version.valid_from.isoformat(),
            "county": zone.version.region.name,
            "document": zone.document.number if zone.document else None,
            "holder": zone.holder.name if zone.holder else None,
            "attributes": zone.attributes,
            "source": zone.version.source_name,
            "row": zone.source_row,
        }
        for zone in found
    }


def _m2(area: Decimal) -> str:
    return f"{area:.2f}"
