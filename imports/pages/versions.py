"""``/imports/versions/<id>/``: one version, what it changes, and what may be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.gis.db.models import Extent
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from imports import version_diff, versions
from imports.models import Delivery, DiffPiece, PieceKind, VersionDiff
from imports.pages import jobs as job_pages
from imports.pages.ground_map import ground_map
from imports.pages.version_list import areas_of
from imports.pages.work import begun, open_work
from spatial import jobs
from spatial.addresses import key_in
from spatial.errors import GislandError, InputRefused
from spatial.models import DatasetVersion, Patch, Region, VersionStatus, Zone
from spatial.models.dataset import Nature
from spatial.scope import login_or_demo, request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest

    from imports.version_diff import Diff
    from spatial.models import Job
    from spatial.scope import Scope

    Row = dict[str, Any]

AT_ONCE = 30_000
"""Zones of both versions together up to which a page compares at once; else in the background."""
MOST_SHOWN = 60
"""Pieces listed on the page; the map shows more."""
MOST_DRAWN = 1500
COLOURS = {
    "gained": {"color": "#2B8A3E", "hatch": "none", "opacity": 0.35, "term": "新增"},
    "lost": {"color": "#C92A2A", "hatch": "slash", "opacity": 0.3, "term": "减少"},
    "moved": {"color": "#E8590C", "hatch": "backslash", "opacity": 0.3, "term": "类别变化"},
    "told": {"color": "#1971C2", "hatch": "dots", "opacity": 0.15, "term": "仅属性改动"},
}
"""Looks of changed ground; never colour alone."""


@login_or_demo
@require_http_methods(["GET", "HEAD", "POST"])
def version_page(request: HttpRequest, version_id: int) -> HttpResponse:
    """One version against the one before; a POST starts 启用, 放弃, 退回 or 试算."""
    scope = request_scope(request)
    version = _version(scope, version_id)
    fault = ""
    if request.method == "POST":
        scope.require_act("import")
        try:
            job = _begin(request, version)
            return redirect("work", job_id=job.pk)
        except GislandError as error:
            fault = str(error)
    context = {**_told(request, scope, version), "fault": fault}
    return render(request, "imports/version.html", context, status=409 if fault else 200)


@login_or_demo
@require_safe
def version_geojson(request: HttpRequest, version_id: int) -> HttpResponse:
    """The changed ground of a version as GeoJSON; empty where it is not to be drawn."""
    scope = request_scope(request)
    version = _version(scope, version_id)
    diff, _ = _diff(request, scope, version)
    if diff is None:
        raise Http404("还没有比较结果。")
    found = version_diff.features(diff, scope)
    response = JsonResponse(found, json_dumps_params={"ensure_ascii": False})
    response["Content-Type"] = "application/geo+json"
    response["Content-Disposition"] = f'attachment; filename="version-{version.pk}.geojson"'
    return response


def _version(scope: Scope, version_id: int) -> DatasetVersion:
    found = (
        scope.filter_versions(DatasetVersion.objects.filter(pk=version_id))
        .select_related("layer", "region")
        .defer("region__geom")
        .first()
    )
    if found is None:
        raise Http404("没有这个版本，或它不在您的行政区内。")
    return found


def _begin(request: HttpRequest, version: DatasetVersion) -> Any:
    """Start what was asked for, if it can still be done; raises InputRefused if not."""
    action = request.POST.get("action", "")
    if action not in ACTIONS:
        raise BadRequest("action")
    kind, term, status = ACTIONS[action]
    if version.status != status:
        raise InputRefused(
            f"没有{term}：版本 {version.pk} 现在是“{version.get_status_display()}”，"
            "可能刚由他人处理。"
        )
    if open_work({"versions": [version.pk]}) or open_work({"version": version.pk}):
        raise InputRefused(f"没有{term}：这个版本还有任务没有做完。请等它结束。")
    if action != "foretell" and request.POST.get("checked") != "yes":
        raise InputRefused(f"没有{term}：请先勾选确认。")
    arguments: dict[str, Any] = {"versions": [version.pk]}
    if kind in ("rollback_version", "foretell_activation"):
        arguments = {"version": version.pk, "as_of": timezone.localdate().isoformat()}
    return begun(request, kind, f"{term} {version}", arguments)


ACTIONS = {
    "activate": ("activate_delivery", "启用", VersionStatus.STAGED),
    "discard": ("discard_delivery", "放弃", VersionStatus.STAGED),
    "rollback": ("rollback_version", "退回", VersionStatus.ACTIVE),
    "foretell": ("foretell_activation", "试算影响", VersionStatus.STAGED),
}


def _diff(request: HttpRequest, scope: Scope, version: DatasetVersion) -> tuple[Diff | None, Any]:
    """The comparison, or the job that is making it; neither where there is nothing to compare."""
    if version.declared_empty or (
        version.layer.nature == Nature.LEDGER
        and version.status not in (VersionStatus.STAGED, VersionStatus.MERGED)
    ):
        return None, None
    discarded = (
        version.status == VersionStatus.RETIRED
        and not Zone.objects.filter(version=version).exists()
    )
    if discarded and version.zone_count:
        return None, None
    old = _against(request, scope, version)
    kept = VersionDiff.objects.filter(new=version, old=old).exists()
    size = version.zone_count + (old.zone_count if old else 0)
    if not kept and size > AT_ONCE and version.layer.nature == Nature.SNAPSHOT:
        arguments = {"old": old.pk if old else None, "version": version.pk}
        job = open_work(arguments)
        if job is None and request.user.is_authenticated:
            job = begun(request, "compare_versions", f"比较 {version}", arguments)
        return None, job
    return version_diff.compare(old, version), None


def _against(request: HttpRequest, scope: Scope, version: DatasetVersion) -> Any:
    against = key_in(request.GET.get("against", ""))
    if against is not None:
        return _version(scope, against)
    return version_diff.predecessor(version)


def _told(request: HttpRequest, scope: Scope, version: DatasetVersion) -> Row:
    diff, job = _diff(request, scope, version)
    delivery = Delivery.objects.filter(versions=version).order_by("-pk").first()
    reads = version_diff.may_see(scope, version, "identify")
    draws = version_diff.may_see(scope, version, "map")
    shapes = []
    bounds = None
    if diff is not None and draws:
        found = version_diff.features(diff, scope, MOST_DRAWN)
        shapes = [
            {"id": "changes", "title": "变化的地面", "features": found, "pickable": True,
             "legend": True, "look": {"by": "kind", "looks": COLOURS},
             "fields": [{"name": "term", "label": "变化"}, {"name": "before", "label": "原"},
                        {"name": "after", "label": "新"}, {"name": "area_m2", "label": "面积 m²"}]}
        ]  # fmt: skip
        bounds = _bounds(diff)
    patches = version_diff.patches_on(diff, scope) if diff is not None else []
    others = (
        scope.filter_versions(
            DatasetVersion.objects.filter(layer=version.layer, region=version.region)
        )
        .exclude(pk=version.pk)
        .exclude(status=VersionStatus.MERGED)
    )
    return {
        "version": version,
        "area_m2": areas_of([version.pk]).get(version.pk),
        "delivery": delivery,
        "diff": diff,
        "job": _job(request, job),
        "changes": _changes(diff) if diff else [],
        "moves": _moves(diff) if diff and reads else [],
        "row_terms": version_diff.ROW_TERMS,
        "pieces": _pieces(diff) if diff and reads else [],
        "reads": reads,
        "draws": draws,
        "patches": Patch.objects.filter(pk__in=patches[:20]).select_related("batch", "region"),
        "patch_count": len(patches),
        "others": others.order_by("-valid_from", "-pk"),
        "replaced": versions.replaced_by(version) if version.status == "active" else [],
        "before": _before(version),
        "is_ledger": version.layer.nature == Nature.LEDGER,
        "may_import": scope.can("import"),
        "map_config": ground_map(
            scope, bounds=bounds or _box(version), shapes=shapes, selected=None
        ),
    }


def _before(version: DatasetVersion) -> DatasetVersion | None:
    """What would count again after a rollback, by its own date."""
    found = DatasetVersion.objects.filter(
        layer=version.layer, region=version.region, status=VersionStatus.ACTIVE
    ).exclude(pk=version.pk)
    if version.valid_from:
        found = found.filter(valid_from__lt=version.valid_from)
    return found.order_by("-valid_from", "-pk").first()


def _changes(diff: Diff) -> list[Row]:
    return [
        {"change": change, "term": version_diff.TERMS[change], **row}
        for change, row in diff.changes.items()
    ]


def _moves(diff: Diff) -> list[Row]:
    layer = diff.new.layer_id
    return [
        {
            **row,
            "term": PieceKind(row["kind"]).label,
            "before": version_diff.class_term(layer, row["before"]),
            "after": version_diff.class_term(layer, row["after"]),
        }
        for row in diff.numbers["moves"]
    ]


def _pieces(diff: Diff) -> list[Row]:
    layer = diff.new.layer_id
    found = DiffPiece.objects.filter(diff_id=diff.pk).defer("geom").order_by("-area_m2", "pk")
    return [
        {
            "id": piece.pk,
            "kind": piece.kind,
            "term": piece.get_kind_display(),
            "before": version_diff.class_term(layer, piece.before),
            "after": version_diff.class_term(layer, piece.after),
            "source": piece.new_source or piece.old_source,
            "area_m2": piece.area_m2,
        }
        for piece in found[:MOST_SHOWN]
    ]


def _bounds(diff: Diff) -> list[float] | None:
    box = DiffPiece.objects.filter(diff_id=diff.pk).aggregate(box=Extent("geom"))["box"]
    return list(box) if box else None


def _box(version: DatasetVersion) -> list[float] | None:
    region = Region.objects.filter(pk=version.region_id).first()
    return list(region.geom.extent) if region is not None and region.geom else None


def _job(request: HttpRequest, job: Job | None) -> dict[str, Any] | None:
    """The job to watch; of somebody else's only that there is one."""
    if job is None:
        return None
    seen = jobs.visible(request.user).filter(pk=job.pk).first()
    return {"title": job.title} if seen is None else job_pages.told(seen)
