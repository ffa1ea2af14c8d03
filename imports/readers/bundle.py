"""Finds what a path holds: one file, a shapefile's siblings, a File GDB folder, or a zip of one.

Nothing is ever written beside the user's file: zips and repairs go to a temporary folder.
"""

from __future__ import annotations

import errno
import hashlib
import shutil
import tempfile
import uuid
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from imports.readers import archive, kinds
from spatial.errors import DiskFull, InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHAPEFILE_SUFFIXES = (".shp", ".shx", ".dbf", ".prj", ".cpg")
CHUNK = 1 << 20
TEXTS = ("txt", "csv", "dxf", "kml", "gml")
"""Kinds that are read as one text, or decoded as one."""


@dataclass(frozen=True)
class Bundle:
    """One delivery on disk. ``main`` is what a reader opens, ``members`` what was delivered."""

    path: Path
    kind: str
    main: Path
    members: tuple[Path, ...]
    sha256: str
    size_bytes: int

    @property
    def file_name(self) -> str:
        """The name that messages use."""
        return self.path.name

    def sibling(self, suffix: str) -> Path | None:
        """The shapefile's part of that suffix, in any case, or None."""
        return find_sibling(self.main, suffix)

    def store(self, folder: Path) -> Path:
        """Copy what was delivered under ``folder``/<sha256>; returns the main copy's path.

        Copies are made aside and take their name when they are whole: a full disk leaves nothing.
        Raises InputRefused where the disk is full or the folder may not be written.
        """
        target = folder / self.sha256
        kept = target / self.path.name
        aside = folder / f".{self.sha256}.{uuid.uuid4().hex[:8]}"
        try:
            aside.mkdir(parents=True)
            if self.path.is_dir():
                ignored = shutil.ignore_patterns("*.lock")
                shutil.copytree(self.path, aside / self.path.name, ignore=ignored)
            else:
                for member in self.members:
                    shutil.copyfile(member, aside / member.name)
            target.mkdir(exist_ok=True)
            for copy in aside.iterdir():
                if not (target / copy.name).exists():
                    copy.rename(target / copy.name)
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            why = "磁盘已满" if full else error.strerror or str(error)
            raise (DiskFull if full else InputRefused)(
                f"文件 {self.file_name} 的原件没有存下（{why}），未导入。"
                "请系统管理员腾出磁盘空间、检查存放目录的权限后重试。"
            ) from error
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        return kept


@contextmanager
def opened(path: str | Path, sublayer: str | None = None) -> Iterator[Bundle]:
    """The delivery at ``path``, unpacked if zipped; its temporary files go when the block ends.

    Raises InputRefused when nothing readable is there. ``sublayer`` chooses among several
    deliveries of a zip by name.
    """
    given = Path(path)
    if not given.exists():
        raise InputRefused(f"没有文件 {given}。请核对路径。")
    members = _members(given)
    _refuse_large(given, members)
    digest, size = _fingerprint(members)
    if size == 0:
        raise InputRefused(f"文件 {given.name} 是空文件（0 字节）。请重新导出或重新传输。")
    with tempfile.TemporaryDirectory(prefix="gisland-") as scratch:
        main = given
        if given.suffix.lower() in kinds.PACKED:
            main = _unpacked(given, Path(scratch), sublayer)
        kind = kinds.kind_of(main, given.name)
        kinds.check_contents(main, kind, given.name)
        if kind in TEXTS:
            _refuse_beyond(given.name, main.stat().st_size, "IMPORT_TEXT_BYTES")
        yield Bundle(given, kind, main, members, digest, size)


def inner(sublayer: str | None, names: Iterable[str]) -> str | None:
    """The layer among ``names`` that is meant: by its own name, or after that of its file in a zip
    (``file/layer``); None where it is none of them."""
    known = list(names)
    if sublayer is None or sublayer in known:
        return sublayer
    return next((name for name in known if sublayer.endswith(f"/{name}")), None)


def find_sibling(main: Path, suffix: str) -> Path | None:
    """The file beside ``main`` with the same stem and that suffix, in any case, or None."""
    beside = [one for one in sorted(main.parent.iterdir()) if one.suffix.lower() == suffix]
    same = [one for one in beside if one.stem == main.stem]
    # made under Windows, where case doesn't count: DLTB.SHP with dltb.dbf
    alike = same or [one for one in beside if one.stem.lower() == main.stem.lower()]
    return alike[0] if alike else None


def _unpacked(path: Path, scratch: Path, sublayer: str | None) -> Path:
    try:
        return archive.unpack(path, scratch, sublayer)
    except (
        zipfile.BadZipFile,
        RuntimeError,
        NotImplementedError,
        EOFError,
        OSError,
        zlib.error,
    ) as error:
        raise archive.unreadable(path.name, error) from error


def _refuse_large(given: Path, members: tuple[Path, ...]) -> None:
    """Refuse what is beyond the limit before a byte is read."""
    _refuse_beyond(given.name, sum(file.stat().st_size for file in members), "IMPORT_FILE_BYTES")


def _refuse_beyond(name: str, size: int, limit: str) -> None:
    most = getattr(settings, limit)
    if size > most:
        raise InputRefused(
            f"文件 {name} 有 {size >> 20} MB，超过上限 {most >> 20} MB。"
            f"请分县分批交来，或由管理员调高 GISLAND_{limit}。"
        )


def _members(path: Path) -> tuple[Path, ...]:
    if path.is_dir():
        files = (file for file in path.rglob("*") if file.is_file() and file.suffix != ".lock")
        return tuple(sorted(files))
    if path.suffix.lower() == ".shp":
        found = (find_sibling(path, suffix) for suffix in SHAPEFILE_SUFFIXES)
        return tuple(file for file in found if file is not None)
    return (path,)


def _fingerprint(members: tuple[Path, ...]) -> tuple[str, int]:
    """SHA-256 over the members (of one file: the file's own) and their size in bytes."""
    digest, size = hashlib.sha256(), 0
    for member in members:
        if len(members) > 1:
            digest.update(member.suffix.lower().encode() + b"\0")
        with member.open("rb") as file:
            while block := file.read(CHUNK):
                digest.update(block)
                size += len(block)
    return digest.hexdigest(), size
