"""One patch in the drawer of the desk: what is stored of it at once, the reasons when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from gisland.pages.patch_lineage import lineage
from gisland.pages.patch_proof import proof, stored_proof
from gisland.pages.patch_subject import subject_line
from gisland.pages.review import patch_in, said_of
from spatial import vocabulary
from spatial.imagery_pairs import Pair, pairs_for
from spatial.review import acts, queue
from spatial.review.status import standings
from spatial.scope import login_or_demo, request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest

    from spatial.models import Assessment, Patch
    from spatial.scope import Scope


@login_or_demo
@require_safe
def review_patch(request: HttpRequest, patch_id: int) -> JsonResponse:
    """One patch for the drawer: what was seen, what may be decided, and the proof as markup."""
    scope = request_scope(request)
    patch = patch_in(scope, patch_id)
    stands = standings([patch.pk])
    current = patch.assessments.filter(is_current=True).select_related("run__ruleset", "subject")
    assessment = current.prefetch_related("run__ruleset__rules").first()
    context: dict[str, Any] = {
        "patch": patch,
        "kind": vocabulary.patch_kind_term(patch.kind) if patch.kind else "",
        "assessment": assessment,
        "lineage": lineage(scope, patch),
        "subject": subject_line(scope, patch, assessment),
        "stands": said_of(scope, stands[patch.pk]),
    }
    if assessment:
        context |= stored_proof(scope, assessment)
        context["marks_told"] = [mark for mark in context["marks"] if mark["answer"] is not False]
        context["marks_not"] = [mark for mark in context["marks"] if mark["answer"] is False]
    return JsonResponse(
        {
            "row": queue.rows(scope, [patch], stands)[0],
            "extent": list(patch.geom.extent),
            "seen": stands[patch.pk].seen,
            "conclusions": acts.conclusions_for(scope, assessment),
            "assessment": assessment and assessment.pk,
            "images": _images(scope, patch),
            "before_on": patch.before_on and patch.before_on.isoformat(),
            "after_on": patch.after_on and patch.after_on.isoformat(),
            "html": render_to_string("gisland/review_patch.html", context, request),
        }
    )


@login_or_demo
@require_safe
def review_reasons(request: HttpRequest, patch_id: int, assessment_id: int) -> JsonResponse:
    """Why the rules before the claiming one did not claim each piece: judged again to know."""
    scope = request_scope(request)
    patch = patch_in(scope, patch_id)
    judged = patch.assessments.filter(pk=assessment_id).exclude(label_class="")
    assessment: Assessment | None = judged.select_related("run__ruleset").first()
    if assessment is None:
        raise Http404("没有这次评定。请重新打开图斑。")
    context = {"pieces": proof(scope, patch, assessment)["pieces"]}
    return JsonResponse({"html": render_to_string("gisland/review_reasons.html", context, request)})


def _images(scope: Scope, patch: Patch) -> dict[str, Any]:
    """The images of the patch's ground, oldest first, and the pair that shows the act."""
    pair = pairs_for([patch], scope).get(patch.pk) or Pair()
    return {
        "before": pair.before and pair.before.image_id,
        "after": pair.after and pair.after.image_id,
        "all": [shot.image_id for shot in pair.shots],
    }
