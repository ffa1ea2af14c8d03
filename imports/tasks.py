"""Kinds of long work on files, and what the worker tidies. 后台任务"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from imports import upload_trial, upload_work, uploads, version_jobs
from spatial.errors import NotAllowed
from spatial.jobs import kind, upkeep

if TYPE_CHECKING:
    from spatial.job_progress import Progress
    from spatial.models import User

__all__ = ["import_upload", "look_upload", "prune_uploads", "try_upload", "version_jobs"]


@kind("look_upload")
def look_upload(arguments: dict[str, Any], by: User | None, progress: Progress) -> dict[str, Any]:
    """Look at an ``upload`` (its token): what an import would make of it is kept on it."""
    return upload_work.look_at(arguments["upload"], _person(by), progress)


@kind("import_upload")
def import_upload(arguments: dict[str, Any], by: User | None, progress: Progress) -> dict[str, Any]:
    """Import an ``upload`` (its token); ``today`` is the day on which that was asked."""
    today = datetime.date.fromisoformat(arguments["today"])
    return upload_work.bring_in(arguments["upload"], _person(by), today, progress)


@kind("try_upload")
def try_upload(arguments: dict[str, Any], by: User | None, progress: Progress) -> dict[str, Any]:
    """Import an ``upload`` (its token) and take it back; tells what would be stored and found."""
    return upload_trial.try_out(arguments["upload"], _person(by), progress)


def _person(by: User | None) -> User:
    """Whose rights decide; an import on a page is always somebody's."""
    if by is None or not by.is_active:
        raise NotAllowed("经办账号已停用，任务不能进行。")
    return by


@upkeep
def prune_uploads() -> int:
    """Remove uploads that are too old (GISLAND_UPLOAD_DAYS)."""
    return uploads.prune(before=timezone.now() - datetime.timedelta(days=settings.UPLOAD_DAYS))
