"""The list of patches, and the page of one: pieces, verdict, marks, why, source records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q, Sum
from django.http import Http404
from django.shortcuts import redirect, render

from gisland.pages import map_config, patch_subject
from gisland.pages.patch_known import assessment_asked_for, known_of
from gisland.pages.patch_lineage import decision_said, decisions_in_force, lineage
from gisland.pages.patch_proof import proof
from gisland.pages.patch_reasons import HIDDEN
from imports import register_told
from spatial import vocabulary
from spatial.errors import GislandError, NotAllowed, PatchNotAssessed
from spatial.hidden import hidden_rules
from spatial.imagery_pairs import pairs_for
from spatial.models import Assessment, Batch, Determination, Image, Patch, Region
from spatial.scope import login_or_demo, request_scope

if TYPE_CHECKING:
    import datetime

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from gisland.pages.patch_known import Known
    from spatial.hidden import RuleKey
    from spatial.scope import Scope

PAGE = 100
ASKED = ("batch", "county", "label", "q")
MAP_ZOOM = 17
AROUND = 1.0
"""How much ground the map shows on each side of a patch, in widths of the patch."""
LEAST_DEG = 0.001


@login_or_demo
def patch_list(request: HttpRequest) -> HttpResponse:
    """Patches of the user's region, filtered by what the address says."""
    scope = request_scope(request)
    asked = {key: request.GET.get(key, "").strip() for key in ASKED}
    hidden = hidden_rules(scope)
    found = _asked_for(scope.filter_patches(Patch.objects.all()), asked, hidden)
    current = Assessment.objects.filter(is_current=True).select_related("run")
    rows = found.select_related("batch", "region").defer("geom", "ground", "region__geom")
    rows = rows.prefetch_related(Prefetch("assessments", current, to_attr="current"))
    pages = Paginator(rows.order_by("batch__code", "region__code", "jcbh", "pk"), PAGE)
    page = pages.get_page(request.GET.get("page"))
    return render(
        request,
        "gisland/patch_list.html",
        {
            "page": page,
            "asked": asked,
            "total": found.aggregate(count=Count("pk"), area_m2=Sum("area_m2")),
            "batches": scope.filter_batches(Batch.objects.order_by("code")),
            "counties": Region.objects.filter(pk__in=scope.county_ids).order_by("code"),
            "classes": vocabulary.vocabulary()["class"],
            "rows": [_row(patch, hidden) for patch in page],
        },
    )


def _asked_for(
    found: QuerySet[Patch], asked: dict[str, str], hidden: frozenset[RuleKey]
) -> QuerySet[Patch]:
    if asked["batch"]:
        found = found.filter(batch__code=asked["batch"])
    if asked["county"]:
        found = found.filter(region__code=asked["county"])
    if asked["label"]:
        labelled = Assessment.objects.filter(is_current=True, label_class=asked["label"])
        for ruleset, action, code in hidden:
            if action == "conclude":
                labelled = labelled.exclude(run__ruleset_id=ruleset, label_code=code)
        found = found.filter(pk__in=labelled.values("patch_id"))
    for word in asked["q"].replace("/", " ").split():
        found = found.filter(
            Q(jcbh__icontains=word)
            | Q(batch__code__icontains=word)
            | Q(region__code=word)
            | Q(project__name__icontains=word)
        )
    return found


def _row(patch: Patch, hidden: frozenset[RuleKey]) -> dict[str, Any]:
    current: list[Assessment] = getattr(patch, "current", [])
    found = current[0] if current else None
    row = {"patch": patch, "label": "未评定", "class": "", "borderline": False}
    if found is None:
        return row
    if (found.run.ruleset_id, "conclude", found.label_code) in hidden:
        return {**row, "label": HIDDEN}
    return {
        **row,
        "label": found.label_term,
        "class": vocabulary.class_term(found.label_class),
        "borderline": found.borderline,
    }


@login_or_demo
def patch_page(request: HttpRequest, patch_id: int) -> HttpResponse:
    """One patch with its proof, or 404 for a patch outside the user's region.

    POST corrects who uses its ground; a refusal comes back on the page with what was typed.
    """
    scope = request_scope(request)
    patch = (
        scope.filter_patches(Patch.objects.filter(pk=patch_id))
        .select_related("batch", "region", "holder", "project")
        .first()
    )
    if patch is None:
        raise Http404("没有这个图斑，或不在您的行政区内。")
    fault = ""
    if request.method == "POST":
        try:
            return redirect(patch_subject.correct(request, patch))
        except NotAllowed:
            raise
        except GislandError as error:
            fault = str(error)
    context = _page(request, scope, patch)
    context |= {"subject_fault": fault, "subject_given": request.POST}
    return render(request, "gisland/patch.html", context, status=400 if fault else 200)


def _page(request: HttpRequest, scope: Scope, patch: Patch) -> dict[str, Any]:
    west, south, east, north = patch.geom.extent
    context: dict[str, Any] = {
        "patch": patch,
        "kind": vocabulary.patch_kind_term(patch.kind) if patch.kind else "",
        "place": f"{MAP_ZOOM}/{(south + north) / 2:.5f}/{(west + east) / 2:.5f}",
    }
    known = known_of(request.GET)
    at = known.at if known else None
    context |= {"known": known, "lineage": lineage(scope, patch, at)}
    context["registered"] = register_told.told(patch.pk, at)
    try:
        assessment = assessment_asked_for(patch, known)
    except PatchNotAssessed:
        return context | {
            "map_config": _map(scope, patch, None),
            "unjudged": _unjudged(patch, known),
            "subject": patch_subject.subject_block(request, scope, patch, None, at),
        }
    context |= proof(scope, patch, assessment)
    decision = _decision(patch, at)
    return context | {
        "map_config": _map(scope, patch, assessment),
        "decision": decision,
        "decision_said": decision and decision_said(scope, decision),
        "history": _history(scope, patch, at),
        "subject": patch_subject.subject_block(request, scope, patch, assessment, at),
    }


def _unjudged(patch: Patch, known: Known | None) -> str:
    """What the page says in place of a verdict."""
    if known:
        return f"截至 {known.text}，本图斑尚未评定。"
    return f"本图斑尚未评定。请数据管理员运行 classify --patch {patch.address}"


def _decision(patch: Patch, at: datetime.datetime | None) -> Determination | None:
    """The newest decision in force on the whole patch."""
    facts = Determination.objects.filter(patch=patch, part__isnull=True)
    return decisions_in_force(facts, at).select_related("assessment__run").first()


def _history(scope: Scope, patch: Patch, at: datetime.datetime | None) -> list[dict[str, Any]]:
    """The applied assessments (by a past time: those of then), newest first."""
    applied = patch.assessments.exclude(applied_at=None).select_related("run")
    if at:
        applied = applied.filter(applied_at__lte=at)
    hidden = hidden_rules(scope)
    return [
        {
            "assessment": row,
            "is_current": number == 0,
            "label": HIDDEN
            if (row.run.ruleset_id, "conclude", row.label_code) in hidden
            else row.label_term,
        }
        for number, row in enumerate(applied.order_by("-applied_at", "-pk"))
    ]


def _map(scope: Scope, patch: Patch, assessment: Assessment | None) -> dict[str, Any]:
    """The map beside the proof: this patch by its pieces, the images of its ground at hand."""
    west, south, east, north = patch.geom.extent
    margin = AROUND * max(east - west, north - south, LEAST_DEG)
    images = scope.filter_images(Image.objects.filter(footprint__intersects=patch.geom))
    config = map_config.map_config(
        scope,
        bounds=[west - margin, south - margin, east + margin, north + margin],
        selected={"layer": "patches", "id": patch.pk},
        imagery=map_config.imagery(images, scope),
        swipe=_swipe(images, patch, scope),
        address=False,
        layers_open=False,
    )
    for layer in config["layers"]:
        if layer["id"] == "land_use":  # on from afar; here it is switched on when it is wanted
            layer["visible"] = False
            layer.pop("maxzoom", None)
        if layer["id"] == "patches" and assessment:
            layer["except"] = [patch.pk]
    if assessment:
        version = "live" if assessment.is_current else assessment.run_id
        config["layers"].append(
            map_config.pieces_layer(config["styles"], patch.pk, version, title="本图斑的碎块")
        )
    return config


def _swipe(images: QuerySet[Image], patch: Patch, scope: Scope) -> dict[str, int] | None:
    """The image before the act and the one after it; the oldest and the newest where unknown."""
    dated = list(images.order_by("taken_on", "pk").values_list("pk", flat=True))
    if len(dated) < 2:
        return None
    pair = pairs_for([patch.pk], scope)[patch.pk]
    before = pair.before.image_id if pair.before else dated[0]
    after = pair.after.image_id if pair.after else dated[-1]
    return {"before": before, "after": after}
