"""What the worker does with an upload: look at it, bring it in. 判读与导入"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from imports import preview, rasters, upload_parts
from imports.deliveries import FileOptions
from imports.load import stage_layer
from imports.models import Delivery, Upload, UploadState
from imports.patches import BatchSpec, stage_patches
from imports.upload_options import IMAGE, PATCH, checked, day_of, require_complete, within_of
from spatial import jobs
from spatial.errors import GislandError, InputRefused, NotAllowed
from spatial.models import Image, Region
from spatial.scope import scope_of

if TYPE_CHECKING:
    from datetime import date

    from spatial.job_progress import Progress
    from spatial.models import User


def look_at(token: str, by: User, progress: Progress) -> dict[str, Any]:
    """Read the file as an import would, and keep on the upload what was seen, or why it cannot be.

    Raises what reading it raises.
    """
    upload = Upload.objects.get(token=token)
    # of a file with several layers: their names, to choose from, and to choose another later
    names = list((upload.preview or {}).get("sublayers") or ())
    try:
        seen = _look(upload, by, progress)
    except GislandError as error:
        names = [str(name) for name in getattr(error, "names", ())] or names
        seen = {}
        if names:
            parts = _parts(upload, names, progress)
            seen = {"sublayers": [one["name"] for one in parts] or names, "parts": parts}
        seen["crs_proposals"] = list(getattr(error, "proposals", ()))
        _end(upload, UploadState.REFUSED, error=str(error), preview=seen)
        raise
    if upload.target != IMAGE:
        seen["sublayers"] = seen["sublayers"] or names
        seen["parts"] = (upload.preview or {}).get("parts") or []
    _end(upload, UploadState.LOOKED, error="", preview=seen)
    return {"rows": seen.get("rows", 0)}


def _parts(upload: Upload, names: list[str], progress: Progress) -> list[dict[str, Any]]:
    """The layers to choose from; one that was chosen already is looked at alone."""
    if upload.whole_id is not None:
        return []
    return (upload.preview or {}).get("parts") or upload_parts.listed(upload, names, progress)


def _look(upload: Upload, by: User, progress: Progress) -> dict[str, Any]:
    options = checked(upload.target, upload.options, by)
    if upload.target == IMAGE:
        progress("读文件")
        return _image_record(
            rasters.load_raster(
                upload.file, taken_on=day_of(options, "taken_on") or upload.created_at.date(),
                name=options.get("name"), crs_option=options.get("crs"), dry_run=True,
            ).image
        )  # fmt: skip
    told = FileOptions(
        options.get("region"), options.get("crs"), options.get("encoding"),
        options.get("map", {}), options.get("set", {}), options.get("sublayer"), by,
        dry_run=True, forget=bool(options.get("forget")), within=within_of(by), progress=progress,
    )  # fmt: skip
    return preview.look(upload.target, upload.file, told).record()


def _image_record(image: Image) -> dict[str, Any]:
    west, south, east, north = image.footprint.extent
    return {
        "file": image.source_name,
        "driver": "GTiff",
        "crs": image.delivered_crs,
        "resolution_m": image.resolution_m,
        "bands": image.bands,
        "stretch": image.stretch,
        "bounds": [west, south, east, north],
    }


def bring_in(token: str, by: User, today: date, progress: Progress) -> dict[str, Any]:
    """Import the file as its target and options say; all of it, or nothing.

    Raises what the import raises; the upload keeps why.
    """
    upload = Upload.objects.get(token=token)
    try:
        with transaction.atomic():
            found = _bring(upload, by, today, progress)
            _end(upload, UploadState.IMPORTED, error="")
    except GislandError as error:
        _end(upload, UploadState.FAILED, error=str(error))
        raise
    return found


def _bring(upload: Upload, by: User, today: date, progress: Progress) -> dict[str, Any]:
    options = checked(upload.target, upload.options, by)
    require_complete(upload.target, options, by)
    if upload.target == IMAGE:
        return _bring_image(upload, options, by, progress)
    delivery = delivered(upload, options, by, progress)
    Upload.objects.filter(pk=upload.pk).update(delivery=delivery)
    found = told_of(delivery)
    if options.get("classify") and delivery.batch is not None and not delivery.repeated:
        code = delivery.batch.code
        told = {"batch": code, "as_of": today.isoformat()}
        found["judging"] = jobs.start("classify_batch", f"判定批次 {code}", told, by=by).pk
    return found


def delivered(
    upload: Upload, options: dict[str, Any], by: User, progress: Progress, *, dry_run: bool = False
) -> Delivery:
    """The delivery that the file becomes; of a dry run nothing is stored."""
    reading = {
        "region_code": options.get("region"), "crs": options.get("crs"),
        "encoding": options.get("encoding"), "mapping": options.get("map", {}),
        "constants": options.get("set", {}), "sublayer": options.get("sublayer"),
        "skip_bad": bool(options.get("skip_bad")), "forget": bool(options.get("forget")),
        "by": by, "within": within_of(by), "progress": progress, "dry_run": dry_run,
    }  # fmt: skip
    if upload.target == PATCH:
        return stage_patches(upload.file, batch=_batch(options), **reading)
    return stage_layer(
        upload.target, upload.file, valid_from=day_of(options, "valid_from"),
        withdraw=options.get("withdraw"), **reading,
    )  # fmt: skip


def told_of(delivery: Delivery) -> dict[str, Any]:
    """What came of an import, as the job's result says it."""
    rows = delivery.row_count
    if delivery.repeated:
        said = f"同一文件、同样选项已导入过（导入 {delivery.pk}），没有任何变化。"
    elif delivery.batch is not None:
        said = f"文件 {rows} 个图斑，新增 {delivery.verdict['added']} 个。"
    else:
        said = f"{rows} 个要素已入库，待启用。"
    return {"delivery": delivery.pk, "repeated": delivery.repeated, "rows": rows, "said": said}


def _batch(options: dict[str, Any]) -> BatchSpec:
    return BatchSpec(
        code=options["batch"], source=options.get("source"),
        issued_on=day_of(options, "issued_on"), report_due_on=day_of(options, "report_due_on"),
        period=options.get("period"), ruleset=options.get("ruleset"), title=options.get("title"),
    )  # fmt: skip


def _bring_image(
    upload: Upload, options: dict[str, Any], by: User, progress: Progress
) -> dict[str, Any]:
    progress("读文件")
    told = image_of(upload, options, by)
    progress("转换影像")
    done = rasters.load_raster(upload.file, progress=progress, **told)
    try:
        progress("完成", 1, 1)
        Upload.objects.filter(pk=upload.pk).update(image=done.image)
    except BaseException:
        if not done.repeated:
            with suppress(OSError):
                (Path(settings.MEDIA_ROOT) / done.image.file).unlink()
        raise
    said = f"影像 {done.image.name}（{done.image.taken_on}）已入库。"
    if done.repeated:
        said = f"同一影像已导入过（影像 {done.image.pk}），没有任何变化。"
    return {"image": done.image.pk, "repeated": done.repeated, "said": said}


def image_of(upload: Upload, options: dict[str, Any], by: User) -> dict[str, Any]:
    """How the image is to be loaded, after a dry run that may refuse it."""
    taken_on = day_of(options, "taken_on")
    if taken_on is None:
        raise InputRefused("请填写拍摄日期。")
    told: dict[str, Any] = {
        "taken_on": taken_on,
        "name": options.get("name") or Path(upload.file_name).stem,
        "crs_option": options.get("crs"),
    }
    seen = rasters.load_raster(upload.file, dry_run=True, **told)
    _require_own_ground(seen.image, by)
    return told


def _require_own_ground(image: Image, by: User) -> None:
    """An image must show some ground of the account's counties, where their outlines are known."""
    if by.region is None:
        return
    own = Region.objects.filter(pk__in=scope_of(by).county_ids, geom__isnull=False)
    if own.exists() and not own.filter(geom__intersects=image.footprint).exists():
        raise NotAllowed(f"影像 {image.source_name} 不在您的行政区内，不能导入。")


def _end(upload: Upload, state: UploadState, **told: Any) -> None:
    Upload.objects.filter(pk=upload.pk).update(state=state, **told)
