"""What waits for whoever brings data in: staged versions, uploads, jobs, issues, a dead worker."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from gisland.pages.home_rows import SHOWN, Row, Wait
from imports import uploads
from imports.models import DeliveryStatus, Issue, UploadState
from imports.pages.gate import delivery_url, seen_deliveries
from imports.readers.table import NOTE, WARNING
from spatial import jobs
from spatial.models import JobState

if TYPE_CHECKING:
    from spatial.data_state import DataState
    from spatial.models import User
    from spatial.scope import Scope

RECENT_DAYS = 7
NO_WORKER = "后台进程没有运行，上传和启用都会一直排队。请系统管理员启动它（manage.py work）。"


def waits(scope: Scope, user: User, state: DataState) -> list[Wait]:
    """Versions to activate, files and work under way, deliveries with errors."""
    return [
        Wait("待启用的版本", "没有待启用的版本。", _staged(state)),
        Wait(
            "上传和后台任务", "没有在办的上传和任务。", [*_uploads(user), *_jobs(user)][:SHOWN],
            "数据导入", reverse("imports"), alarm="" if jobs.worker_alive() else NO_WORKER,
        ),
        Wait("有错误的导入", f"近 {RECENT_DAYS} 天的导入没有错误。", _issues(scope, user)),
    ]  # fmt: skip


def _staged(state: DataState) -> list[Row]:
    """A row a layer: in which counties something waits to be activated."""
    rows = []
    for layer in state.layers:
        found = [(cell, one) for cell in layer.cells for one in cell.staged]
        if not found:
            continue
        names = list(dict.fromkeys(cell.county_name for cell, _ in found))
        days = sorted({f"{one.valid_from}" if one.valid_from else "台账" for _, one in found})
        href = (
            reverse("version", args=[found[0][1].pk])
            if len(found) == 1
            else f"{reverse('versions')}?layer={layer.code}#history"
        )
        note = f"{'、'.join(names[:3])}{' 等' if len(names) > 3 else ''}；{'、'.join(days)}"
        rows.append(Row(layer.term, href, f"{len(found)} 版", note))
    return rows


def _uploads(user: User) -> list[Row]:
    """Files that were sent and not yet brought in; those that failed first."""
    bad = (UploadState.FAILED, UploadState.REFUSED)
    found = uploads.visible(user).exclude(state=UploadState.IMPORTED).order_by("-pk")[:SHOWN]
    rows = [
        Row(
            text=upload.file_name,
            href=reverse("import_upload", args=[upload.token]),
            figure=upload.get_state_display(),
            note=upload.error[:80] or f"{timezone.localtime(upload.created_at):%m-%d %H:%M} 上传",
            burns=upload.state in bad,
        )
        for upload in found
    ]
    return sorted(rows, key=lambda row: not row.burns)


def _jobs(user: User) -> list[Row]:
    """Work that is no upload's: open, or ended lately."""
    since = timezone.now() - datetime.timedelta(days=RECENT_DAYS)
    found = jobs.visible(user).filter(upload=None, created_at__gte=since)
    found = found.exclude(state=JobState.STOPPED).order_by("-pk")[:SHOWN]
    return [
        Row(
            text=job.title,
            href=reverse("work", args=[job.pk]),
            figure=job.get_state_display(),
            note=job.error[:80] or job.phase,
            burns=job.state == JobState.FAILED,
        )
        for job in found
    ]


def _issues(scope: Scope, user: User) -> list[Row]:
    """The newest deliveries in which something is wrong."""
    since = timezone.now() - datetime.timedelta(days=RECENT_DAYS)
    seen = seen_deliveries(scope, user).filter(created_at__gte=since)
    seen = seen.exclude(status=DeliveryStatus.DISCARDED)
    faults = Issue.objects.filter(delivery__in=seen.order_by().values("pk"))
    counted = (
        faults.exclude(severity__in=(WARNING, NOTE))
        .order_by("-delivery")
        .values("delivery", "delivery__file_name", "delivery__created_at")
        .annotate(count=Count("pk"))
    )
    return [
        Row(
            text=row["delivery__file_name"],
            href=delivery_url(row["delivery"]),
            figure=f"错误 {row['count']:,} 处",
            note=f"{timezone.localtime(row['delivery__created_at']):%m-%d %H:%M} 导入",
            burns=True,
        )
        for row in counted[:SHOWN]
    ]
