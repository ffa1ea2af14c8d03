"""Ground that somebody looks at before it is registered: kept for a day, for them alone.

No upload: ADR 0002 says why.
"""

from __future__ import annotations

import re
import shutil
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from imports.upload_handler import FULL, disk_full
from imports.upload_names import safe_name
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spatial.models import User

FOLDER = "approvals"
"""Under MEDIA_ROOT: a folder for each token."""
OWNER = ".owner"
LONGEST_BYTES = 50 * 1024 * 1024
KEPT_S = 24 * 3600


def keep(name: str, chunks: Iterable[bytes], by: User) -> str:
    """Write the ground down; returns the token under which it lies.

    Raises InputRefused for a file that is larger than one paper's ground can be.
    """
    sweep()
    token = uuid.uuid4().hex
    folder = _root() / token
    folder.mkdir(parents=True)
    size = 0
    try:
        with (folder / safe_name(name)).open("wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > LONGEST_BYTES:
                    break
                file.write(chunk)
        (folder / OWNER).write_text(str(by.pk))
    except OSError as error:
        forget(token)
        if error.errno in FULL:
            raise disk_full() from error
        raise
    if size > LONGEST_BYTES:
        forget(token)
        limit = LONGEST_BYTES // 1024 // 1024
        raise InputRefused(f"文件超过 {limit} MB，不像一件批准的地块。请在数据导入页整批导入。")
    return token


def path_of(token: str, by: User | None) -> Path:
    """The kept file; raises InputRefused where it is gone, or somebody else's."""
    folder = _root() / token
    if re.fullmatch(r"[0-9a-f]{32}", token) and folder.is_dir():
        owner = (folder / OWNER).read_text() if (folder / OWNER).exists() else ""
        files = [file for file in folder.iterdir() if file.name != OWNER]
        if files and by is not None and owner == str(by.pk):
            return files[0]
    raise InputRefused("地块文件已不在（保留一天）。请重新粘贴、上传或画一次。")


def forget(token: str) -> None:
    """Remove what was kept."""
    if re.fullmatch(r"[0-9a-f]{32}", token):
        shutil.rmtree(_root() / token, ignore_errors=True)


def _root() -> Path:
    return Path(settings.MEDIA_ROOT) / FOLDER


def sweep() -> int:
    """Remove what nobody came back for within a day; how many."""
    root = _root()
    old = [
        folder
        for folder in (root.iterdir() if root.is_dir() else ())
        if folder.stat().st_mtime < time.time() - KEPT_S
    ]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)
