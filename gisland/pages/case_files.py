"""Evidence in and out of a case, and the case file. 举证材料, 案卷"""

from __future__ import annotations

import datetime
import tempfile
import uuid
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from gisland.casework import case_file, reading
from gisland.casework import evidence as originals
from gisland.casework.errors import EvidenceRefused
from gisland.casework.models import ReadWhat
from gisland.errors import wants_json
from gisland.field_who import require_own
from gisland.pages import case_sheet
from gisland.pages.cases import found, person
from imports import export_log
from imports.upload_handler import REFUSAL
from spatial.errors import GislandError, InputRefused
from spatial.scope import login_or_demo, request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest

INLINE = ("image/jpeg", "image/png", "image/webp")


@login_or_demo
@require_POST
def case_attach(request: HttpRequest, case_id: int) -> HttpResponse:
    """Take one file in; a machine is told its receipt, a person comes back to the case."""
    scope = request_scope(request)
    case, by = found(scope, case_id), person(request)
    scope.require_act(originals.ACT)
    require_own(request)
    try:
        if (refusal := getattr(request, REFUSAL, None)) is not None:
            raise refusal
        file = request.FILES.get("file")
        if (refusal := getattr(request, REFUSAL, None)) is not None:
            raise refusal
        if file is None or by is None:
            raise EvidenceRefused("没有收到文件。请选择照片或文书后再上传。")
        one, new = originals.receive(
            case, file.name or "", file, by, _said(request), timezone.now()
        )
    except GislandError as error:
        if wants_json(request):
            raise
        messages.error(request, str(error))
        return redirect("case", case.pk)
    if wants_json(request):
        told = {"id": one.pk, "sha256": one.sha256, "size": one.size_bytes, "new": new,
                "receipt": one.receipt and str(one.receipt), "place": bool(one.place),
                "taken_at": one.taken_at and one.taken_at.isoformat()}  # fmt: skip
        return JsonResponse(told, status=201 if new else 200)
    said = f"已收到 {one.file_name}，校验值 {one.sha256[:12]}…"
    messages.success(request, said if new else f"{one.file_name} 已经在案，没有重复保存。")
    return redirect("case", case.pk)


@login_or_demo
@require_safe
def case_evidence(request: HttpRequest, case_id: int, evidence_id: int) -> HttpResponse:
    """The original, to the byte."""
    case = found(request_scope(request), case_id)
    one = case.evidence.filter(pk=evidence_id).first()
    if one is None:
        raise Http404
    try:
        file = originals.place_of(one.sha256).open("rb")
    except OSError as error:
        raise Http404("原件缺失，请联系系统管理员核验（verify_evidence）。") from error
    reading.record(ReadWhat.ORIGINAL, person(request), case=case, detail=one.file_name)
    response: Any = FileResponse(file, content_type=one.media_type)
    kind = "inline" if one.media_type in INLINE else "attachment"
    response["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(one.file_name)}"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@login_or_demo
@require_safe
def case_file_zip(request: HttpRequest, case_id: int) -> HttpResponse:
    """The case file; recorded as an export before it is given out."""
    scope, by = request_scope(request), person(request)
    scope.require_act("handle" if scope.can("handle") else "review")
    scope.require("export", "internal")
    case = found(scope, case_id)
    paper = case_sheet.sheet(
        scope, case, by, timezone.localdate(),
        request.build_absolute_uri(reverse("case", args=[case.pk])),
    )  # fmt: skip
    name = f"案卷-{case.patch.address.replace('/', '-')}.zip"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.zip"
        seal = case_file.write(case, path, timezone.now(), {case_sheet.NAME: paper})
        body = path.read_bytes()
    reading.record(ReadWhat.CASE_FILE, by, case=case, detail=name)
    export_log.write_paper(
        "case_file", "zip", name, rows=1,
        asked={"address": case.patch.address, "seal": seal, "events": case.events},
        scope=scope, by=str(by or ""), user=by,
    )  # fmt: skip
    response = HttpResponse(body, content_type="application/zip")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def _said(request: HttpRequest) -> originals.Said:
    given = request.POST
    return originals.Said(
        note=given.get("note", "")[:2000],
        taken_at=_time(given.get("taken_at", "")),
        lon=_degrees(given.get("lon", "")),
        lat=_degrees(given.get("lat", "")),
        azimuth=_degrees(given.get("azimuth", "")),
        from_device=given.get("from_device") == "1",
        azimuth_said=given.get("azimuth_said") == "1",
        paper=given.get("paper", ""),
        number=given.get("number", ""),
        dated_on=date_of(given.get("dated_on", "")),
        area_m2=area_of(given.get("area_m2", "")),
        receipt=_receipt(given.get("receipt", "")),
    )


def _time(text: str) -> datetime.datetime | None:
    try:
        told = datetime.datetime.fromisoformat(text) if text.strip() else None
    except ValueError:
        raise InputRefused(f"拍摄时间 {text} 应写作 2026-03-31 09:30。") from None
    return timezone.make_aware(told) if told and told.tzinfo is None else told


def date_of(text: str, what: str = "文书日期") -> datetime.date | None:
    """The day that was typed, None where nothing was; raises InputRefused."""
    try:
        return datetime.date.fromisoformat(text) if text.strip() else None
    except ValueError:
        raise InputRefused(f"{what} {text} 应写作 2026-03-31。") from None


def _degrees(text: str) -> float | None:
    try:
        told = float(text) if text.strip() else None
    except ValueError:
        raise InputRefused(f"{text} 不是度数。") from None
    if told is not None and not -1000 < told < 1000:
        raise InputRefused(f"{text} 不是度数。")
    return told


def area_of(text: str) -> Decimal | None:
    """The square metres that were typed, None where nothing was; raises InputRefused."""
    try:
        told = Decimal(text.replace(",", "")) if text.strip() else None
    except InvalidOperation:
        raise InputRefused(f"面积 {text} 应为平方米数。") from None
    if told is not None and not Decimal(-1) < told < Decimal(10) ** 13:
        raise InputRefused(f"面积 {text} 应为平方米数。")
    return told


def _receipt(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text.strip() else None
    except ValueError:
        raise InputRefused("回执号有误，请重新拍照上传。") from None
