"""Uploads: received to the disk, looked at, brought in, removed. 上传

``receive`` keeps what a form sent; ``look`` and ``bring`` start the job that reads it, or imports
it. All refuse in words and leave nothing half done.
"""

from __future__ import annotations

import hashlib
import shutil
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from imports.models import Upload, UploadState
from imports.upload_handler import (
    FULL,
    INCOMING,
    REFUSAL,
    ArrivedFile,
    check_room,
    disk_full,
    incoming_folder,
    too_large,
)
from imports.upload_names import main_of, safe_name, stored_name
from imports.upload_options import (
    IMAGE,
    PATCH,
    checked,
    layer_of,
    require_complete,
    within_of,
)
from spatial import jobs
from spatial.errors import InputRefused
from spatial.models import JobState

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from spatial.models import Job, User

ORPHAN_S = 24 * 3600
"""Age of a folder or a piece on the disk that no row tells of, before it is removed."""
IMAGES = (".tif", ".tiff")
AFTER = {
    (UploadState.LOOKING, JobState.FAILED): UploadState.REFUSED,
    (UploadState.LOOKING, JobState.STOPPED): UploadState.RECEIVED,
    (UploadState.IMPORTING, JobState.FAILED): UploadState.FAILED,
    (UploadState.IMPORTING, JobState.STOPPED): UploadState.FAILED,
}
"""Where an upload stands when the job that was at it ended without saying so."""


def received(request: HttpRequest, field: str = "file") -> Upload:
    """The upload of a form's file field (several files: the parts of one shapefile).

    Raises UploadTooLarge, DiskFull, InputRefused or NotAllowed; nothing is kept then.
    """
    refusal = getattr(request, REFUSAL, None)
    files = request.FILES.getlist(field)  # reading the form is what meets the refusal
    refusal = getattr(request, REFUSAL, refusal)
    if refusal is not None:
        raise refusal
    return receive(files, request.user)  # type: ignore[arg-type]


def receive(files: UploadedFile | Sequence[UploadedFile], by: User) -> Upload:
    """Keep a file, or the parts of one shapefile, as an upload of this account.

    Raises InputRefused, UploadTooLarge, DiskFull or NotAllowed; nothing is kept then.
    """
    within_of(by)
    several = [files] if isinstance(files, UploadedFile) else list(files)
    if not several:
        raise InputRefused("没有收到文件。请选择一个文件后再上传。")
    names = [safe_name(file.name or "") for file in several]
    main = main_of(names)
    size = sum(file.size or 0 for file in several)
    if size == 0:
        raise InputRefused(f"文件 {main} 是空文件（0 字节）。请重新导出或重新传输。")
    if size > settings.UPLOAD_LIMIT_BYTES:
        raise too_large(settings.UPLOAD_LIMIT_BYTES)
    token = uuid.uuid4()
    folder = incoming_folder().parent / str(token)
    try:
        folder.mkdir(mode=0o700)
        stored = [stored_name(name, main) for name in names]
        pairs = zip(stored, several, strict=True)
        digests = {name: _take(file, folder / name) for name, file in pairs}
        with transaction.atomic():
            return Upload.objects.create(
                token=token, by=by, file_name=main, path=f"{token}/{main}", size_bytes=size,
                sha256=_together(digests),
                target=IMAGE if Path(main).suffix.lower() in IMAGES else "",
            )  # fmt: skip
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        if error.errno in FULL:
            raise disk_full() from error
        raise
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _take(file: UploadedFile, target: Path) -> str:
    """Have the file at ``target``: renamed when it lies on the disk, else written; its SHA-256."""
    if isinstance(file, ArrivedFile):
        Path(file.temporary_file_path()).rename(target)
        return file.sha256
    check_room(file.size or 0)
    digest = hashlib.sha256()
    with target.open("wb") as out:
        for block in file.chunks():
            digest.update(block)
            out.write(block)
    return digest.hexdigest()


def _together(digests: dict[str, str]) -> str:
    if len(digests) == 1:
        return next(iter(digests.values()))
    return hashlib.sha256("".join(digests[name] for name in sorted(digests)).encode()).hexdigest()


def visible(user: User | AnonymousUser) -> QuerySet[Upload]:
    """The uploads that a user may see and go on with; those whose job ended badly say so."""
    settle()
    return Upload.objects.filter(jobs.whose(user)).select_related("by", "job", "delivery")


def settle() -> None:
    """Uploads whose job died or was stopped go on from where they were: nothing stays busy."""
    jobs.end_lost()
    for (busy, ended), after in AFTER.items():
        stuck = Upload.objects.filter(state=busy, job__state=ended)
        for upload in stuck.select_related("job"):
            error = (upload.job.error if upload.job else "") or "已停止，未写入任何数据。"
            same = Upload.objects.filter(pk=upload.pk, state=busy, job=upload.job)
            same.update(state=after, error=error)


def choose(upload: Upload, target: str, options: dict[str, Any], *, by: User) -> Upload:
    """Note what the upload is to be imported as, and how; raises InputRefused or NotAllowed."""
    if target not in ("", PATCH, IMAGE):
        layer_of(target)
    told = checked(target, options, by)
    with transaction.atomic():
        locked = idle(upload)
        locked.target, locked.options = target, told
        locked.save(update_fields=["target", "options"])
    upload.refresh_from_db()
    return upload


def look(upload: Upload, *, by: User | None = None) -> Job:
    """Start reading the file as its target and options say; the preview comes on the upload.

    Raises InputRefused while the worker is at it already, or when no target is chosen.
    """
    return _begin(upload, by, "look_upload", "判读", UploadState.LOOKING, complete=False)


def bring(upload: Upload, *, by: User | None = None, dry_run: bool = False) -> Job:
    """Start the import as target and options say; the delivery comes on the upload.

    ``dry_run``: it is all done and taken back; what was found is the job's result. Raises
    InputRefused or NotAllowed for what can be told before reading the file.
    """
    kind, verb = ("try_upload", "试运行") if dry_run else ("import_upload", "导入")
    return _begin(upload, by, kind, verb, UploadState.IMPORTING, complete=True)


def _begin(
    upload: Upload, by: User | None, kind: str, verb: str, state: UploadState, *, complete: bool
) -> Job:
    with transaction.atomic():
        locked = idle(upload)
        who = by or locked.by
        within_of(who)
        if not locked.target:
            raise InputRefused("请先选择导入为哪个图层、图斑或影像。")
        if not locked.file.exists():
            raise InputRefused(f"文件 {locked.file_name} 已清理，请重新上传。")
        locked.options = checked(locked.target, locked.options, who)
        if complete:
            require_complete(locked.target, locked.options, who)
        told = {"upload": str(locked.token), "today": timezone.localdate().isoformat()}
        locked.job = jobs.start(kind, f"{verb} {locked.title}", told, by=who)
        locked.state, locked.error = state, ""
        locked.save(update_fields=["job", "state", "error", "options"])
    upload.refresh_from_db()
    return locked.job


def idle(upload: Upload) -> Upload:
    """The upload, locked; raises InputRefused while a job is at it or when it is done."""
    settle()
    locked = Upload.objects.select_for_update().get(pk=upload.pk)
    if locked.busy:
        now = locked.get_state_display()
        raise InputRefused(f"文件 {locked.file_name} {now}，请等它结束或先停止。")
    if locked.state == UploadState.PARTED:
        raise InputRefused(f"文件 {locked.file_name} 已分图层导入。要重新选择请先取消分图层。")
    if locked.state == UploadState.IMPORTED:
        raise InputRefused(f"文件 {locked.file_name} 已导入。要再导入一次请重新上传。")
    return locked


def remove(upload: Upload) -> None:
    """Forget an upload and remove its file; what was imported stays with its delivery.

    The file of one layer of several stays with the others.
    """
    with transaction.atomic():
        locked = Upload.objects.select_for_update().get(pk=upload.pk)
        for one in (locked, *locked.parts.all()):
            if one.busy:
                raise InputRefused(f"文件 {one.title} {one.get_state_display()}，请先停止。")
        folder, is_part = locked.file.parent, locked.whole_id is not None
        locked.delete()
    if not is_part:
        shutil.rmtree(folder, ignore_errors=True)


def prune(*, before: datetime.datetime) -> int:
    """Remove uploads from before that time, and what on the disk no row tells of; how many."""
    settle()
    old = Upload.objects.filter(created_at__lt=before)
    busy = (UploadState.LOOKING, UploadState.IMPORTING)
    old = old.filter(whole=None).exclude(state__in=busy)
    old = old.exclude(pk__in=Upload.objects.filter(state__in=busy).values("whole"))
    count = 0
    for upload in old:
        remove(upload)
        count += 1
    return count + _sweep(time.time() - ORPHAN_S)


def _sweep(before: float) -> int:
    """Folders without a row, and pieces of uploads that broke off."""
    root = incoming_folder().parent
    known = {str(token) for token in Upload.objects.values_list("token", flat=True)}
    left = [path for path in root.iterdir() if path.name not in known and path.name != INCOMING]
    left += list((root / INCOMING).iterdir())
    gone = [path for path in left if path.lstat().st_mtime < before]
    for path in gone:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(gone)
