"""Who uses the ground of a patch, on its page: from where that is known, and putting it right."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.contrib.gis.geos import Polygon
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from gisland.pages.patch_proof import hidden_codes
from gisland.pages.patch_reasons import HIDDEN
from spatial import jobs
from spatial.engine import corrections, register
from spatial.errors import GislandError
from spatial.models import Assessment, Holder, Layer, Patch, Run, SubjectCorrection, User, Zone
from spatial.scope import LoginNeeded

if TYPE_CHECKING:
    import datetime

    from django.http import HttpRequest

    from spatial.scope import Scope

AT_ONCE = 40
"""Up to so many patches are judged again while the person waits; more go to the worker."""
OFFERED = 60
"""How many holders the list under the field offers."""
AROUND_DEG = 0.005
"""How far from the patch the holders are looked for who are offered: some five hundred metres."""


class CorrectionStands(GislandError):
    """The correction is recorded, the judging that should follow it failed. 更正已登记"""


def correct(request: HttpRequest, patch: Patch) -> str:
    """Do what the form says; the address of the page that tells what came of it.

    Raises an error that names fault and remedy; nothing is recorded then, unless it is
    CorrectionStands.
    """
    if not isinstance(request.user, User):
        raise LoginNeeded("请先登录，再更正用地单位。")
    by, today = request.user, timezone.localdate()
    corrections.require_right(by, patch)
    note = request.POST.get("note", "")
    if request.POST.get("action") == "withdraw":
        corrections.withdraw_correction(patch, by=by, on=today, note=note)
    else:
        told = request.POST.get("holder", "").strip()
        if not told:
            raise corrections.CorrectionRefused("没有写用地单位。请写单位全称或统一社会信用代码。")
        with transaction.atomic():  # a refusal leaves no new holder behind
            if request.POST.get("new"):
                holder = register.enter_holder(told, request.POST.get("code", ""))
            else:
                holder = register.known_holder(told)
            corrections.correct_subject(patch, holder, by=by, on=today, note=note)
    return f"{reverse('patch', args=[patch.pk])}?{_rejudge(patch, by)}#subject"


def _rejudge(patch: Patch, by: User) -> str:
    """Judge again at once or by the worker: what the page's address then says."""
    as_of = corrections.judged_as_of(patch) or timezone.localdate()
    who, ruleset, also = corrections.holders_of(patch), patch.batch.ruleset, [patch.pk]
    try:
        count = corrections.count_touched(who, ruleset)
        if count > AT_ONCE:
            told = {
                "holder_ids": who, "ruleset": ruleset, "as_of": as_of.isoformat(), "also": also,
            }  # fmt: skip
            jobs.start("rejudge_holders", f"重判 {patch.address} 所涉图斑", told, by=by)
            return "queued=1"
        run = corrections.rejudge(who, ruleset=ruleset, as_of=as_of, also=also, workers=1)
    except GislandError as error:
        raise CorrectionStands(f"更正已登记，但重判没有完成：{error}") from error
    return f"rejudged={run.pk}"


def subject_line(scope: Scope, patch: Patch, assessment: Assessment | None) -> dict[str, Any]:
    """Who is taken to use the ground, in one line; hidden as ``subject_block`` says."""
    now = corrections.subject_of(patch, assessment)
    inferred = now.told_by not in ("", "patch.holder", "correction")
    hidden = inferred and not scope.may("identify", now.told_by.removesuffix(".holder"))
    return {
        "name": HIDDEN if hidden else str(now.holder or ""),
        "inferred": inferred,
        "corrected": now.told_by == "correction",
    }


def subject_block(
    request: HttpRequest,
    scope: Scope,
    patch: Patch,
    assessment: Assessment | None,
    at: datetime.datetime | None = None,
) -> dict[str, Any]:
    """What the page says of the user of the ground (``at`` a past time: as was known then, and
    nothing to correct); of a holder inferred from a layer not to be identified, nothing."""
    now = corrections.subject_of(patch, assessment, at)
    layer = now.told_by.removesuffix(".holder")
    inferred = now.told_by not in ("", "patch.holder", "correction")
    hidden = inferred and not scope.may("identify", layer)
    facts = SubjectCorrection.objects.filter(patch=patch).select_related("by", "holder")
    if at is not None:
        facts = facts.filter(recorded_at__lte=at)
    newest = corrections.newest_correction(patch, at)
    stands = None if newest is None or newest.withdrawn else newest
    may = at is None and isinstance(request.user, User) and scope.can(corrections.ACT)
    block = {
        "name": HIDDEN if hidden else str(now.holder or ""),
        "code": "" if hidden or now.holder is None else now.holder.code,
        "inferred": inferred,
        "source": _layer_term(layer) if inferred and not hidden else "",
        "correction": stands,
        "corrections": list(facts.order_by("-recorded_at", "-pk")),
        "waits": stands is not None
        and (assessment is None or assessment.subject_id != stands.holder_id),
        "may_correct": may,
        "offered": _offered(scope, patch) if may else [],
    }
    return {**block, **(_outcome(request, scope, patch, newest) if may and newest else {})}


def _layer_term(code: str) -> str:
    layer = Layer.objects.filter(pk=code).first()
    return layer.term if layer else code


def _offered(scope: Scope, patch: Patch) -> list[Holder]:
    """Holders of the ground around that this person may identify, and of patches of the county."""
    west, south, east, north = patch.geom.extent
    around = Polygon.from_bbox(
        (west - AROUND_DEG, south - AROUND_DEG, east + AROUND_DEG, north + AROUND_DEG)
    )
    around.srid = patch.geom.srid
    zones = scope.filter_zones(
        Zone.objects.filter(holder__isnull=False, geom__bboverlaps=around), "identify"
    )
    ids = set(zones.values_list("holder_id", flat=True).distinct()[:OFFERED])
    held = scope.filter_patches(Patch.objects.filter(region=patch.region, holder__isnull=False))
    ids |= set(held.order_by("-pk").values_list("holder_id", flat=True)[:OFFERED])
    return list(Holder.objects.filter(pk__in=ids).order_by("name", "pk")[:OFFERED])


def _outcome(
    request: HttpRequest, scope: Scope, patch: Patch, newest: SubjectCorrection
) -> dict[str, Any]:
    """What the re-judgement that the address names has changed, in the user's own region; nothing
    of a run that was made before the newest correction."""
    if request.GET.get("queued"):
        return {"queued": True}
    number = request.GET.get("rejudged", "")
    if not re.fullmatch("[0-9]{1,18}", number):
        return {}
    runs = Run.objects.filter(pk=int(number), known_at__gte=newest.recorded_at)
    run = runs.exclude(applied_at=None).filter(assessments__patch=patch).first()
    if run is None:
        return {}
    found = corrections.changes(run)
    seen = set(
        scope.filter_patches(Patch.objects.filter(pk__in=[row["patch_id"] for row in found]))
        .values_list("pk", flat=True)
    )  # fmt: skip
    rows = [row for row in found if row["patch_id"] in seen]
    labels = _labels(scope, rows)
    return {
        "run": run,
        "judged": scope.filter_patches(Patch.objects.filter(assessments__run=run)).count(),
        "changes": [
            {
                **row,
                "before": labels.get(row["before_id"], "未判"),
                "after": labels[row["after_id"]],
            }
            for row in rows
        ],
    }


def _labels(scope: Scope, rows: list[dict[str, Any]]) -> dict[int, str]:
    ids = [row[key] for row in rows for key in ("before_id", "after_id") if row[key]]
    found = Assessment.objects.filter(pk__in=ids).select_related("run__ruleset")
    return {
        each.pk: HIDDEN
        if ("conclude", each.label_code) in hidden_codes(scope, each)
        else each.label_term
        for each in found
    }
