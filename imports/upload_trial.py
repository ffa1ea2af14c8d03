"""A dry run of an upload's import: all of it is done, told, and taken back. 试运行"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imports.models import Upload, UploadState
from imports.upload_options import IMAGE, checked, require_complete
from imports.upload_work import delivered, image_of, told_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imports.models import Issue
    from spatial.job_progress import Progress
    from spatial.models import User


def try_out(token: str, by: User, progress: Progress) -> dict[str, Any]:
    """Import the file and take it back: what would be stored, and the issues by kind.

    Raises what the import raises; the upload is ready to be corrected in any case.
    """
    upload = Upload.objects.get(token=token)
    try:
        options = checked(upload.target, upload.options, by)
        require_complete(upload.target, options, by)
        if upload.target == IMAGE:
            progress("读文件")
            image_of(upload, options, by)
            return {"tried": True, "said": "影像可以导入。", "issues": [], "count": 0}
        delivery = delivered(upload, options, by, progress, dry_run=True)
    finally:
        Upload.objects.filter(pk=upload.pk).update(state=UploadState.LOOKED)
    told = told_of(delivery)
    if delivery.repeated:
        return {"tried": True, **told, "issues": [], "count": 0}
    told.pop("delivery")  # its number went with it
    found = delivery.found()
    return {"tried": True, **told, "issues": _kinds(found), "count": len(found)}


def _kinds(issues: Iterable[Issue]) -> list[dict[str, Any]]:
    """Each kind with its count and its first issue."""
    kinds: dict[tuple[str, str], dict[str, Any]] = {}
    for issue in issues:
        first = {"row": issue.row, "message": issue.message, "done": issue.done}
        row = kinds.setdefault(
            (issue.kind, issue.severity),
            {"kind": issue.kind, "severity": issue.severity, "count": 0, "first": first},
        )
        row["count"] += 1
    return list(kinds.values())
