"""Kinds of long work of the pages that join packages. 后台任务"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from gisland.pages import review_approval, review_jobs
from spatial.errors import NotAllowed
from spatial.jobs import kind, upkeep

if TYPE_CHECKING:
    from spatial.job_progress import Progress
    from spatial.models import User


@kind(review_jobs.SHEETS_JOB)
def print_sheets(arguments: dict[str, Any], by: User | None, progress: Progress) -> dict[str, Any]:
    """Print what the ``filters`` find, a sheet a patch, as on ``today``."""
    today = datetime.date.fromisoformat(arguments["today"])
    return review_jobs.print_in_background(arguments, _person(by), today, progress)


@kind(review_jobs.REGISTER_JOB)
def write_register(
    arguments: dict[str, Any], by: User | None, progress: Progress
) -> dict[str, Any]:
    """Write the register of what the ``filters`` find, as on ``today``."""
    today = datetime.date.fromisoformat(arguments["today"])
    return review_jobs.write_in_background(arguments, _person(by), today, progress)


@kind(review_approval.JOB)
def approve_patch(arguments: dict[str, Any], by: User | None, progress: Progress) -> dict[str, Any]:
    """Register a paper under a ``patch`` and judge again what lies on its ground."""
    return review_approval.register_and_judge(arguments, _person(by), progress)


def _person(by: User | None) -> User:
    if by is None or not by.is_active:
        raise NotAllowed("经办账号已停用，任务不能进行。")
    return by


@upkeep
def prune_sheets() -> int:
    """Remove printed sheets and registers that are too old (GISLAND_UPLOAD_DAYS)."""
    before = timezone.now() - datetime.timedelta(days=settings.UPLOAD_DAYS)
    return review_jobs.prune(before)
