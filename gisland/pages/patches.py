"""The list of patches, and the page of one: pieces, verdict, marks, why, source records."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import Http404
from django.shortcuts import render

from gisland.pages.map_config import map_config
from spatial import units, vocabulary
from spatial.engine.explain import current_assessment, explain
from spatial.errors import PatchNotAssessed
from spatial.hidden import hidden_rules
from spatial.models import Assessment, Batch, Determination, Patch, Region, Zone
from spatial.scope import login_or_demo, outside_note, request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from spatial.scope import Scope

PAGE = 100
ANSWERS = {True: "涉及", False: "不涉及", None: "无数据"}
POLICIES = {"before": "行为前", "act": "行为时", "latest": "最新", "": "台账"}


@login_or_demo
def patch_list(request: HttpRequest) -> HttpResponse:
    """Patches of the user's region, filtered by what the address says."""
    scope = request_scope(request)
    asked = {key: request.GET.get(key, "").strip() for key in ("batch", "county", "label", "q")}
    found = scope.filter_patches(Patch.objects.all())
    if asked["batch"]:
        found = found.filter(batch__code=asked["batch"])
    if asked["county"]:
        found = found.filter(region__code=asked["county"])
    if asked["label"]:
        found = found.filter(assessments__is_current=True, assessments__label_class=asked["label"])
    for word in asked["q"].replace("/", " ").split():
        found = found.filter(
            Q(jcbh__icontains=word)
            | Q(batch__code__icontains=word)
            | Q(region__code=word)
            | Q(project__name__icontains=word)
        )
    current = Prefetch("assessments", Assessment.objects.filter(is_current=True), to_attr="current")
    found = found.select_related("batch", "region").prefetch_related(current)
    page = Paginator(found.order_by("batch__code", "region__code", "jcbh", "pk"), PAGE).get_page(
        request.GET.get("page")
    )
    return render(
        request,
        "gisland/patch_list.html",
        {
            "page": page,
            "asked": asked,
            "batches": scope.filter_batches(Batch.objects.all()),
            "counties": Region.objects.filter(pk__in=scope.county_ids).order_by("code"),
            "classes": vocabulary.vocabulary()["class"],
            "rows": [_row(patch) for patch in page],
        },
    )


def _row(patch: Patch) -> dict[str, Any]:
    current: list[Assessment] = getattr(patch, "current", [])
    found = current[0] if current else None
    return {
        "patch": patch,
        "label": found.label_term if found else "未评定",
        "style": found.style if found else "",
        "borderline": bool(found and found.borderline),
        "mu": units.mu(patch.area_m2),
    }


@login_or_demo
def patch_page(request: HttpRequest, patch_id: int) -> HttpResponse:
    """One patch with its proof, or 404 for a patch outside the user's region."""
    scope = request_scope(request)
    patch = (
        scope.filter_patches(Patch.objects.filter(pk=patch_id))
        .select_related("batch", "region", "holder", "project")
        .first()
    )
    if patch is None:
        raise Http404("没有这个图斑，或不在您的行政区内。")
    context: dict[str, Any] = {
        "patch": patch,
        "kind": vocabulary.patch_kind_term(patch.kind) if patch.kind else "",
        "area_mu": units.mu(patch.area_m2),
        "map_config": _patch_map(scope, patch),
    }
    try:
        assessment = current_assessment(patch)
    except PatchNotAssessed as error:
        return render(request, "gisland/patch.html", {**context, "unjudged": str(error)})
    context |= _proof(scope, patch, assessment)
    return render(request, "gisland/patch.html", context)


def _proof(scope: Scope, patch: Patch, assessment: Assessment) -> dict[str, Any]:
    found = explain(patch, assessment)
    ruleset = assessment.run.ruleset_id
    hidden = {(action, code) for version, action, code in hidden_rules(scope) if version == ruleset}
    zones = _visible_zones(scope, found["zones"])
    counties = set(scope.county_codes)
    pieces = [_piece(piece, zones, hidden, counties) for piece in found["pieces"]]
    outside = sum((p["area_m2"] for p in pieces if p["outside"]), Decimal(0))
    return {
        "found": found,
        "assessment": assessment,
        "label": vocabulary.class_term(assessment.label_class),
        "pieces": pieces,
        "pieces_mu": units.mu(assessment.area_m2),
        "rest_mu": units.mu(assessment.area_m2) - sum(p["mu"] for p in pieces),
        "conclusions": _with_mu(found["conclusions"]),
        "marks": [
            {**mark, "said": ANSWERS[mark["answer"]], "mu": units.mu(Decimal(mark["area_m2"]))}
            for mark in found["marks"]
            if ("mark", mark["code"]) not in hidden
        ],
        "sources": list(zones.values()),
        "versions": [{**row, "policy": POLICIES[row["policy"]]} for row in found["versions"]],
        "gaps": [{**gap, "policy": POLICIES[gap["policy"]]} for gap in found["gaps"]],
        "outside": outside_note(outside) if outside else "",
        "decision": Determination.objects.filter(patch=patch).order_by("-recorded_at").first(),
        "history": patch.assessments.exclude(applied_at=None)
        .select_related("run__ruleset")
        .order_by("-applied_at"),
    }


def _piece(
    piece: dict[str, Any],
    zones: dict[int, dict[str, Any]],
    hidden: set[tuple[str, str]],
    counties: set[str],
) -> dict[str, Any]:
    rule = piece["rule"]
    code = piece["township"][:6]
    return {
        **piece,
        "area_m2": Decimal(piece["area_m2"]),
        "mu": units.mu(Decimal(piece["area_m2"])),
        "rule": rule if rule and ("conclude", rule["code"]) not in hidden else None,
        "missing": "、".join(piece["reason"].get("missing", [])),
        "joined": piece["reason"].get("joined"),
        "subject_unknown": piece["reason"].get("subject_unknown", False),
        "before": [row for row in piece["before"] if ("conclude", row["rule"]) not in hidden],
        "on": [
            zones[number] for ids in piece["zones"].values() for number in ids if number in zones
        ],
        "outside": bool(code) and code not in counties,
    }


def _visible_zones(scope: Scope, zones: dict[int, dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """The source records that the user may identify, with a readable line of attributes."""
    seen = set(
        scope.filter_zones(Zone.objects.filter(pk__in=zones), "identify").values_list(
            "pk", flat=True
        )
    )
    return {
        number: {
            **zone,
            "id": number,
            "title": zone["document"] or zone["name"] or zone["code"],
            "dates": {
                key: value
                for key, value in zone["attributes"].items()
                if key.endswith(("_on", "_until")) and value
            },
        }
        for number, zone in zones.items()
        if number in seen
    }


def _with_mu(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "mu": units.mu(Decimal(row["area_m2"]))} for row in rows]


def _patch_map(scope: Scope, patch: Patch) -> dict[str, Any]:
    west, south, east, north = patch.geom.extent
    margin = max(east - west, north - south, 0.001)
    config = map_config(
        scope,
        bounds=[west - margin, south - margin, east + margin, north + margin],
        selected={"layer": "patches", "id": patch.pk},
        address=False,
    )
    config["layers"].insert(
        -1,
        {
            "id": "pieces",
            "source_layer": "pieces",
            "title": "本图斑的碎块",
            "url": f"/tiles/pieces-{patch.pk}/live/{{z}}/{{x}}/{{y}}.mvt",
            "kind": "fill",
            "class_field": "style",
            "classes": [{"value": token, **look} for token, look in config["styles"].items()],
            "visible": True,
        },
    )
    return config
