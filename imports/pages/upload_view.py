"""What the page of an upload shows: the steps, with what was read and what was said of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
from django.db.models import F

from imports import issue_kinds
from imports.crs_checks import name_of
from imports.crs_evidence import gauss_epsg
from imports.models import UploadState
from imports.pages import targets, upload_fields
from imports.pages.gate import codes_of
from imports.pages.upload_options import DATES, TEXTS, Draft, known_batch, lacking
from imports.pages.words import on_page
from spatial import vocabulary
from spatial.models import Batch, JobState, Region, RulesetVersion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imports.models import Upload
    from spatial.models import User
    from spatial.scope import Scope

ENCODINGS = (
    ("", "按判读"), ("utf-8", "UTF-8"), ("gb18030", "GBK（GB18030）"), ("cp950", "Big5（繁体）"),
    ("utf-16", "UTF-16"), ("cp1252", "西文 CP1252"), ("cp932", "日文 Shift-JIS"),
    ("cp949", "韩文 EUC-KR"),
)  # fmt: skip
BATCHES = 100
LOOK_BORDER = {"color": "#343A40", "width": 1.5, "fill": False, "dash": [6, 4], "term": "行政区界"}
LOOK_SAMPLE = {"color": "--accent", "width": 1.25, "opacity": 0.25, "term": "文件中的图形"}


def told(
    upload: Upload, draft: Draft, posted: Mapping[str, str], scope: Scope, user: User
) -> dict[str, Any]:
    """The whole context, but the job."""
    preview: dict[str, Any] = upload.preview or {}
    options, target = draft.options, draft.target
    looking = upload.state == UploadState.LOOKING
    rows: list[dict[str, Any]] = []
    if "map" in preview and target == upload.target:
        rows = upload_fields.field_rows(
            target, preview, options.get("map", {}), options.get("set", {})
        )
    region = _region(options, scope, user)
    batch = known_batch(str(options["batch"]), scope) if options.get("batch") else None
    columns = upload_fields.columns_of(preview)
    lack = lacking(draft, preview)
    return {
        "upload": upload,
        "draft": draft,
        "options": options,
        "chosen": not options.get("guess"),
        "tried": _tried(upload),
        "values": _values(draft, posted),
        "faults": draft.faults,
        "fault": on_page(draft.faults.get("", "")),
        "target": target,
        "target_term": targets.term_of(target),
        "nature": targets.nature_of(target),
        "groups": targets.choices(scope),
        "suggested": _suggested(draft, columns, scope),
        "preview": preview,
        "encoding": dict(ENCODINGS).get(preview.get("encoding", ""), preview.get("encoding", "")),
        "looking": looking,
        "read_fault": on_page(upload.error) if upload.state == UploadState.REFUSED else "",
        "crs_proposals": _proposed(preview) if upload.state == UploadState.REFUSED else [],
        "bring_fault": on_page(_bring_fault(upload)),
        "evidence": [on_page(line) for line in preview.get("crs_evidence", [])],
        "crs_origin": on_page(str(preview.get("crs_origin", ""))),
        "encoding_origin": on_page(str(preview.get("encoding_origin", ""))),
        "issues": upload_fields.issue_lines(preview),
        "sublayers": _sublayers(preview, options),
        "bad": [on_page(f"第 {one['row']} 行：{one['message']}") for one in preview.get("bad", [])],
        "encodings": ENCODINGS,
        "planes": _planes(scope),
        "regions": regions_of(scope, user),
        "region": region,
        "batch": batch,
        "batches": scope.filter_batches(Batch.objects.exclude(source="选址"))[:BATCHES],
        "sources": vocabulary.vocabulary()["source"].items(),
        "rulesets": _rulesets(),
        "rows": rows,
        "columns": columns,
        "first": upload_fields.first_rows(rows, preview),
        "left_over": upload_fields.left_over(rows, preview) if rows else [],
        "lack": list(lack.values()),
        "ready": bool(preview) and not lack and not looking,
        "bounds": _bounds(preview),
        "shapes": _shapes(preview, region),
    }


def _tried(upload: Upload) -> dict[str, Any] | None:
    """What the last dry run found, while nothing else was done since."""
    job = upload.job
    if job is None or job.state != JobState.DONE or not job.result.get("tried"):
        return None
    levels = vocabulary.vocabulary()["issue_level"]
    issues = [
        {
            **row,
            "term": issue_kinds.of(row["kind"]).term,
            "level": levels.get(row["severity"], row["severity"]),
            "message": on_page(row["first"]["message"]),
            "done": on_page(row["first"]["done"]),
        }
        for row in job.result["issues"]
    ]
    return {**job.result, "issues": issues}


def _proposed(preview: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The CRS that would fit where the file's own was refused: code and name."""
    codes = preview.get("crs_proposals") or []
    return [(code, name_of(pyproj.CRS.from_user_input(code))) for code in codes]


def _bring_fault(upload: Upload) -> str:
    """Why the last import or dry run came to nothing."""
    if upload.state == UploadState.FAILED:
        return upload.error
    job = upload.job
    is_trial = job is not None and job.kind == "try_upload" and job.state == JobState.FAILED
    return job.error if job is not None and is_trial else ""


def _values(draft: Draft, posted: Mapping[str, str]) -> dict[str, str]:
    """What each plain field shows: the draft, but what was refused as it was typed."""
    names = [*DATES, *TEXTS, "crs", "encoding", "region", "sublayer", "batch", "source"]
    values = {name: str(draft.options.get(name, "")) for name in names}
    values |= {name: posted.get(name, "") for name in names if name in draft.faults}
    return values


def _sublayers(preview: Mapping[str, Any], options: Mapping[str, Any]) -> list[str]:
    """The layers to choose from; the chosen one is always among them."""
    names = list(preview.get("sublayers") or ())
    chosen = options.get("sublayer")
    return names if not chosen or chosen in names else [chosen, *names]


def _suggested(draft: Draft, columns: list[str], scope: Scope) -> list[dict[str, Any]]:
    if not draft.options.get("guess") or not columns:
        return []
    return targets.suggested(columns, scope)


def regions_of(scope: Scope, user: User) -> list[tuple[str, str]]:
    """Where the ground may lie, the user's own region first; everywhere for who has none."""
    codes = codes_of(scope, user)
    found = Region.objects.filter(code__in=codes, valid_until__isnull=True).defer("geom")
    names = {region.code: f"{region.name} {region.code}" for region in found}
    everywhere = [("", "不限（按图形位置归县）")] if user.region is None else []
    return [*everywhere, *((code, names[code]) for code in codes if code in names)]


def _region(options: Mapping[str, Any], scope: Scope, user: User) -> str:
    """The region said, else the user's own."""
    if options.get("region"):
        return str(options["region"])
    return user.region.code if user.region is not None else ""


def _planes(scope: Scope) -> list[tuple[str, str]]:
    """CRS to choose from: degrees, and the Gauss planes of the user's counties."""
    meridians = (
        Region.objects.filter(pk__in=scope.county_ids, central_meridian__isnull=False)
        .order_by("central_meridian")
        .values_list(F("central_meridian"), flat=True)
        .distinct()
    )
    planes = [("EPSG:4490", "CGCS2000 经纬度")]
    for meridian in meridians:
        degree = float(meridian)
        zone = round(degree / 3)
        for prefix in (False, True):
            said = f"带号 {zone} 写在横坐标前" if prefix else "横坐标不带带号"
            planes.append((f"EPSG:{gauss_epsg(zone, prefix=prefix)}",
                           f"CGCS2000 3 度带 {degree:g}°E，{said}"))  # fmt: skip
    return [*planes, ("EPSG:4326", "WGS 84 经纬度")]


def _rulesets() -> list[str]:
    return list(RulesetVersion.objects.order_by("name").values_list("name", flat=True).distinct())


def _bounds(preview: Mapping[str, Any]) -> list[float] | None:
    """Where the sample lies, with some ground around it."""
    told = preview.get("bounds") or _extent(preview.get("sample"))
    if not told or len(told) != 4:
        return None
    west, south, east, north = (float(value) for value in told)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        return None
    margin = max(east - west, north - south, 0.002) * 0.2
    return [west - margin, south - margin, east + margin, north + margin]


def _extent(sample: Any) -> list[float] | None:
    """The bounds of a sample of shapes."""
    places = np.array(
        [point for one in (sample or {}).get("features", []) for point in _points(one["geometry"])]
    )
    if not len(places):
        return None
    return [*places.min(axis=0).tolist(), *places.max(axis=0).tolist()]


def _points(geometry: Mapping[str, Any]) -> list[list[float]]:
    parts = geometry["coordinates"]
    rings = parts if geometry["type"] == "Polygon" else [ring for part in parts for ring in part]
    return [point[:2] for ring in rings for point in ring]


def _shapes(preview: Mapping[str, Any], region: str) -> list[dict[str, Any]]:
    shapes: list[dict[str, Any]] = []
    border = (
        Region.objects.filter(code=region, valid_until__isnull=True).first() if region else None
    )
    if border is not None and border.geom is not None:
        thinned = border.geom.simplify(0.0005, preserve_topology=True)
        shapes.append(
            {
                "id": "border",
                "title": f"{border.name}界",
                "features": _features([(thinned.json, {"name": border.name})]),
                "look": LOOK_BORDER,
            }
        )
    sample = preview.get("sample")
    if sample and sample.get("features"):
        count, rows = len(sample["features"]), preview.get("rows", 0)
        title = "文件中的图形" if count >= rows else f"文件中的图形（{rows} 个中的 {count} 个）"
        shapes.append(
            {"id": "sample", "title": title, "features": sample, "look": LOOK_SAMPLE,
             "pickable": True, "legend": True}
        )  # fmt: skip
    return shapes


def _features(pairs: list[tuple[str, dict[str, str]]]) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": json.loads(text), "properties": properties}
            for text, properties in pairs
        ],
    }
