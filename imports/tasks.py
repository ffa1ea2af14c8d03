"""Kinds of long work on files, and what the worker tidies. 后台任务"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from imports import kept_ground, upload_trial, upload_work, uploads, version_jobs
from imports.detect import deliver
from imports.detect.search import Settings
from imports.upload_options import within_of
from spatial.errors import NotAllowed
from spatial.jobs import kind, upkeep

if TYPE_CHECKING:
    from spatial.job_progress import Progress
    from spatial.models import User

__all__ = [
    "detect_changes",
    "import_upload",
    "look_upload",
    "prune_ground",
    "prune_uploads",
    "try_upload",
    "version_jobs",
]


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


@kind("detect_changes")
def detect_changes(
    arguments: dict[str, Any], by: User | None, progress: Progress
) -> dict[str, Any]:
    """Compare two images (``before``, ``after``) and bring in what has changed as ``batch``."""
    person = _person(by)
    done = deliver.detect(
        arguments["before"], arguments["after"], batch=arguments["batch"],
        told=Settings(**arguments.get("settings", {})), by=person, within=within_of(person),
        progress=progress,
    )  # fmt: skip
    told = {"said": done.said, "detection": done.detection.record}
    return told if done.delivery is None else {**told, "delivery": done.delivery.pk}


def _person(by: User | None) -> User:
    """Whose rights decide; an import on a page is always somebody's."""
    if by is None or not by.is_active:
        raise NotAllowed("经办账号已停用，任务不能进行。")
    return by


@upkeep
def prune_uploads() -> int:
    """Remove uploads that are too old (GISLAND_UPLOAD_DAYS)."""
    return uploads.prune(before=timezone.now() - datetime.timedelta(days=settings.UPLOAD_DAYS))


@upkeep
def prune_ground() -> int:
    """Remove the ground of papers that were looked at and never registered."""
    return kept_ground.sweep()
