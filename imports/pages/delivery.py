"""``/imports/<id>/``: the report of a delivery, and what may be done with it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from imports import issue_report, reconcile
from imports.models import Delivery, DeliveryStatus
from imports.pages import jobs as job_pages
from imports.pages.gate import importer, seen_deliveries, seen_delivery, user_of
from imports.pages.ground_map import ground_map
from imports.pages.issues import groups_of, open_group, places_of
from imports.pages.listing import target_of
from imports.pages.words import on_page
from imports.version_diff import predecessor
from spatial import jobs, sqlfiles
from spatial.errors import GislandError, InputRefused
from spatial.models import Job, JobState, Patch
from spatial.models.dataset import Nature
from spatial.scope import request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest

    from spatial.scope import Scope

MOST_SHAPES = 300
REPORTS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
}
LOOK_DELIVERED = {"color": "--accent", "width": 1, "opacity": 0.15}
LOOK_ISSUES = {
    "by": "severity", "width": 2, "opacity": 0.9, "color": "#5C636A",
    "looks": {
        "error": {"color": "#C92A2A", "term": "错误"},
        "warning": {"color": "#B97F00", "term": "警告"},
        "note": {"color": "#5C636A", "term": "说明"},
    },
}  # fmt: skip
ACTIONS = {"activate": ("activate_delivery", "启用"), "discard": ("discard_delivery", "放弃")}


@importer
@require_http_methods(["GET", "HEAD", "POST"])
def delivery_page(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """One delivery; a POST starts 启用 or 放弃. 404 for what is not the user's."""
    delivery = seen_delivery(request, delivery_id)
    fault = ""
    if request.method == "POST":
        try:
            _begin(request, delivery)
            return redirect("delivery", delivery_id=delivery.pk)
        except GislandError as error:
            fault = str(error)
    context = {**_told(request, delivery), "fault": fault}
    return render(request, "imports/delivery.html", context, status=409 if fault else 200)


@importer
@require_safe
def delivery_issues(request: HttpRequest, delivery_id: int, form: str) -> HttpResponse:
    """The row-level error file of a delivery: xlsx or geojson."""
    delivery = seen_delivery(request, delivery_id)
    if form not in REPORTS:
        raise Http404("错误文件只有 xlsx 和 geojson 两种。")
    with tempfile.TemporaryDirectory(prefix="gisland-") as folder:
        path = Path(folder) / f"issues.{form}"
        issue_report.write_report(delivery, path, form)
        content = path.read_bytes()
    answer = HttpResponse(content, content_type=REPORTS[form])
    name = f"导入{delivery.pk}问题.{form}"
    answer["Content-Disposition"] = content_disposition_header(True, name) or ""  # noqa: FBT003
    return answer


def _begin(request: HttpRequest, delivery: Delivery) -> None:
    """Start what was asked for, if it can still be done."""
    code = request.POST.get("action", "")
    if code not in ACTIONS:
        raise BadRequest("action")
    kind, term = ACTIONS[code]
    if delivery.status != DeliveryStatus.STAGED:
        raise InputRefused(
            f"没有{term}：这次导入现在是“{delivery.get_status_display()}”，可能刚由他人处理。"
        )
    running = _job_of(delivery)
    if running is not None and running.open:
        raise InputRefused(f"没有{term}：“{running.title}”还没有做完。请等它结束或先停止。")
    if request.POST.get("checked") != "yes":
        raise InputRefused(f"没有{term}：请先勾选“已核对”。")
    title = f"{term} {delivery.file_name}（导入 {delivery.pk}）"
    jobs.start(kind, title, {"delivery": delivery.pk}, by=user_of(request))


def _job_of(delivery: Delivery) -> Job | None:
    """The newest job on this delivery."""
    kinds = [kind for kind, _ in ACTIONS.values()]
    return Job.objects.filter(kind__in=kinds, arguments__delivery=delivery.pk).first()


def _activated(delivery: Delivery, job: Job | None) -> Job | None:
    """The job that activated it: its page offers what comes next."""
    done = job is not None and job.state == JobState.DONE
    return job if done and delivery.status == DeliveryStatus.ACTIVE else None


def _told(request: HttpRequest, delivery: Delivery) -> dict[str, Any]:
    scope = request_scope(request)
    job = _job_of(delivery)
    chosen = open_group(delivery, request.GET.get("kind", ""), request.GET.get("after", ""))
    groups = groups_of(delivery)
    versions = _versions(delivery)
    is_open = delivery.status == DeliveryStatus.STAGED and not (job is not None and job.open)
    return {
        "delivery": delivery,
        "target": target_of(delivery),
        "options": _options(delivery),
        "verdict": delivery.verdict,
        "evidence": [on_page(line) for line in delivery.verdict.get("crs_evidence", [])],
        "crs_origin": on_page(str(delivery.verdict.get("crs_origin", ""))),
        "encoding_origin": on_page(str(delivery.verdict.get("encoding_origin", ""))),
        "lines": reconcile.lines(delivery),
        "versions": versions,
        "groups": groups,
        "issue_count": sum(group["count"] for group in groups),
        "chosen": chosen,
        "is_open": is_open,
        "consequence": _consequence(delivery, versions) if is_open else [],
        "job": job_pages.told(job) if job is not None and job.state != JobState.DONE else None,
        "activated": _activated(delivery, job),
        "before": _brought_before(request, delivery),
        "map_config": ground_map(scope, shapes=_shapes(scope, delivery, chosen)),
    }


def _options(delivery: Delivery) -> list[tuple[str, str]]:
    """What a person had said of the file, in words."""
    terms = {
        "region": "行政区", "crs": "指定坐标系", "encoding": "指定编码", "sublayer": "图层",
        "valid_from": "生效日期", "withdraw": "撤回文号", "batch": "批次",
    }  # fmt: skip
    told = [
        (term, str(delivery.options[name]))
        for name, term in terms.items()
        if delivery.options.get(name)
    ]
    mapped = (f"{name} ← {column or '不取'}" for name, column in _items(delivery, "map"))
    given = (f"{name} = {value}" for name, value in _items(delivery, "set"))
    told += [("指定字段", "，".join(mapped)), ("统一填写", "，".join(given))]
    return [(term, text) for term, text in told if text]


def _items(delivery: Delivery, name: str) -> list[tuple[str, str]]:
    return list(delivery.options.get(name, {}).items())


def _versions(delivery: Delivery) -> list[dict[str, Any]]:
    """The versions made, each with the one that it would replace, or replaced."""
    found = (
        delivery.versions.select_related("layer", "region")
        .defer("region__geom")
        .order_by("region__code", "pk")
    )
    told = []
    for version in found:
        old = predecessor(version)
        told.append({"version": version, "old": old})
    return told


def _consequence(delivery: Delivery, versions: list[dict[str, Any]]) -> list[str]:
    """What 启用 will do, a sentence for each county."""
    told = []
    for row in versions:
        version, old = row["version"], row["old"]
        where = f"{version.region.name}{version.layer.term}"
        if version.layer.nature == Nature.LEDGER:
            told.append(f"{where}：{version.zone_count} 件并入台账，同件的旧记录到此为止，不删除。")
        elif old is None:
            told.append(f"{where}：自 {version.valid_from} 起用这一版（此前没有数据）。")
        elif old.valid_from == version.valid_from:
            told.append(f"{where}：替换同一日期的版本 {old.pk}（{old.zone_count} 个），旧版停用。")
        else:
            told.append(
                f"{where}：自 {version.valid_from} 起用这一版，此前仍用 {old.valid_from} 版。"
            )
    return told


def _brought_before(request: HttpRequest, delivery: Delivery) -> list[Delivery]:
    """Other deliveries of the same bytes that the user may see."""
    if not delivery.sha256:
        return []
    seen = seen_deliveries(request_scope(request), user_of(request))
    return list(seen.filter(sha256=delivery.sha256).exclude(pk=delivery.pk)[:5])


def _shapes(
    scope: Scope, delivery: Delivery, chosen: dict[str, Any] | None
) -> list[dict[str, Any]]:
    """What the map adds: some shapes of the delivery, and the places of issues."""
    shapes: list[dict[str, Any]] = []
    if outlines := _outlines(scope, delivery):
        title = "本次导入的图形" + (
            f"（前 {MOST_SHAPES} 个）" if len(outlines) == MOST_SHAPES else ""
        )
        shapes.append(
            {
                "id": "delivered", "title": title, "features": _collection(outlines),
                "look": LOOK_DELIVERED, "name_field": "name",
            }
        )  # fmt: skip
    if places := places_of(delivery, chosen):
        shapes.append(
            {
                "id": "issues", "title": "问题位置", "features": _collection(places),
                "look": LOOK_ISSUES, "pickable": True, "legend": True, "name_field": "name",
            }
        )  # fmt: skip
    return shapes


def _outlines(scope: Scope, delivery: Delivery) -> list[dict[str, Any]]:
    if delivery.kind == "patches":
        mine = scope.filter_patches(Patch.objects.filter(batch=delivery.batch_id))
        ids = list(mine.order_by("pk").values_list("pk", flat=True)[:MOST_SHAPES])
        rows = sqlfiles.rows("imports/outline_patches", {"patch_ids": ids})
    else:
        ids = list(delivery.versions.values_list("pk", flat=True))
        told = {"version_ids": ids, "most": MOST_SHAPES}
        rows = sqlfiles.rows("imports/outline_zones", told) if ids else []
    return [
        {
            "type": "Feature",
            "id": row["id"],
            "geometry": json.loads(row["shape"]),
            "properties": {"name": row["name"], "row": row["row"]},
        }
        for row in rows
        if row["shape"]
    ]


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}
