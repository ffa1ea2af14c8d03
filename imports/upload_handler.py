"""How files of a form arrive: block by block to the disk, counted and hashed on the way. 上传

Django asks this handler before any view is called (the check of the form's token reads the form),
so it cannot answer by itself: it stops reading, and notes why on the request; ``uploads`` raises
that. What is left of a broken upload is removed.
"""

from __future__ import annotations

import errno
import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from spatial.errors import DiskFull, InputRefused, UploadTooLarge
from spatial.scope import request_scope

if TYPE_CHECKING:
    from django.http import HttpRequest

INCOMING = "incoming"
REFUSAL = "gisland_upload_refused"
ROOM_BYTES = 256 << 20
"""Left free on the disk for everybody else."""
AROUND_BYTES = 1 << 20
"""What a form may hold beside its files."""


def incoming_folder() -> Path:
    """Where files lie until somebody takes them; beside the uploads, so that taking is a rename."""
    folder = Path(settings.UPLOAD_DIR) / INCOMING
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def limit_for(request: HttpRequest) -> int:
    """Bytes that whoever asks may send at once: much for those who import, little for others."""
    if getattr(request, "user", None) is not None and request_scope(request).can("import"):
        return int(settings.UPLOAD_LIMIT_BYTES)
    return int(settings.UPLOAD_LIMIT_SMALL_BYTES)


def too_large(limit: int) -> UploadTooLarge:
    """The refusal of what is larger than the limit."""
    size = f"{limit / (1 << 30):g} GiB" if limit >= 1 << 30 else f"{limit / (1 << 20):g} MiB"
    return UploadTooLarge(
        f"文件过大：一次最多上传 {size}。请分县分批导出，或请管理员在服务器上用命令导入。"
    )


def check_room(size: int) -> None:
    """Raise DiskFull when the disk cannot take so many bytes and keep some."""
    if shutil.disk_usage(incoming_folder()).free < size + ROOM_BYTES:
        raise disk_full()


FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What a disk says when there is no room."""


def disk_full() -> DiskFull:
    """The refusal for want of space."""
    return DiskFull("服务器磁盘空间不足，文件未保存。请联系系统管理员清理磁盘后重新上传。")


class ArrivedFile(TemporaryUploadedFile):
    """A file that arrived whole, on the disk, with its SHA-256; gone when closed unless taken."""

    sha256 = ""

    def __init__(self, name: str, folder: Path) -> None:
        """Open an empty file; its name on disk says nothing of the sender's."""
        file = tempfile.NamedTemporaryFile(suffix=".part", dir=folder)  # noqa: SIM115 - kept open
        UploadedFile.__init__(self, file, name, size=0)


class CountedUpload(FileUploadHandler):
    """Streams files to the disk within the limit of whoever sends them."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._arriving: ArrivedFile | None = None
        self._refused: InputRefused | None = None
        self._digest = hashlib.sha256()
        self._left = 0
        self._limit = 0

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 - Django's name
        content_length: int,
        *_: Any,
        **__: Any,
    ) -> None:
        """Judge by the announced length; what is refused so is never read (the fields of the form
        before the file are: the form's token is there)."""
        request = self.request
        self._limit = self._left = limit_for(request) if request is not None else 0
        try:
            if content_length > self._limit + AROUND_BYTES:
                raise too_large(self._limit)
            check_room(content_length)
        except InputRefused as refusal:
            self._refused = refusal

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        if self._refused is not None:
            self._refuse(self._refused)
        self._digest = hashlib.sha256()
        try:
            self._arriving = ArrivedFile(self.file_name or "", incoming_folder())
        except OSError:
            self._refuse(disk_full())

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a block, if it still fits the limit and the disk."""
        self._left -= len(raw_data)
        if self._left < 0:
            self._refuse(too_large(self._limit))
        self._digest.update(raw_data)
        try:
            self._arriving.write(raw_data)  # type: ignore[union-attr]
        except OSError:
            self._refuse(disk_full())

    def file_complete(self, file_size: int) -> ArrivedFile | None:
        """The file, written out."""
        file, self._arriving = self._arriving, None
        if file is None:
            return None
        try:
            file.flush()
        except OSError:
            self._arriving = file
            self._refuse(disk_full())
        file.seek(0)
        file.size, file.sha256 = file_size, self._digest.hexdigest()
        return file

    def upload_interrupted(self) -> None:
        """The sender is gone, or was refused: leave nothing."""
        if self._arriving is not None:
            self._arriving.close()
            self._arriving = None

    def _refuse(self, refusal: InputRefused) -> None:
        setattr(self.request, REFUSAL, refusal)
        self.upload_interrupted()
        raise StopUpload(connection_reset=True)
