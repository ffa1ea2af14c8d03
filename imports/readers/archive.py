"""Zip files, unpacked with care: names in GBK, no way out of the folder, no bombs."""

from __future__ import annotations

import errno
import shutil
import stat
import struct
import zipfile
from pathlib import Path, PurePosixPath

from django.conf import settings

from imports.readers import kinds
from imports.readers.table import SublayerNeeded
from spatial.errors import InputRefused

PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
IMAGES = (".tif", ".tiff", ".jp2")
IMAGE_PARTS = (".tfw", ".tifw", ".tiffw", ".j2w", ".wld", ".prj")
LISTING_BYTES = 32 << 20
"""The largest list of entries that is read: some 300,000 names."""
LOCAL_HEADER = 30
"""Least bytes that an entry has before its data."""
BESIDE = (".xml", ".fields.csv", ".cut.csv")
"""Ends of names that are data only where nothing else in the zip is: metadata lies beside data,
and so do the lists that our own shapefiles come with."""


def unpack(path: Path, scratch: Path, sublayer: str | None) -> Path:
    """Unpack the one delivery inside; returns the path of its .shp, .gpkg, .gdb, … in scratch.

    Raises InputRefused for several deliveries (unless ``sublayer`` names one), for none, for
    paths that lead outside, and for sizes beyond the limits of settings.
    """
    check_listing(path)
    with zipfile.ZipFile(path) as archive:
        entries = {_name(info): info for info in archive.infolist() if not info.is_dir()}
        check(path.name, list(entries), archive.infolist())
        folders = sorted({gdb for name in entries if (gdb := _gdb_folder(name))})
        files = [
            name
            for name in sorted(entries)
            if not _gdb_folder(name)
            and PurePosixPath(name).suffix.lower() in kinds.KINDS
            and "__MACOSX" not in name
        ]
        chosen = _choose(path.name, _worth(folders + files), sublayer, list(entries))
        if chosen in folders:
            return _extract_folder(archive, entries, chosen, scratch)
        return _extract_file(archive, entries, chosen, scratch)


def unpack_image(path: Path, scratch: Path) -> Path:
    """Unpack the one image inside with the files that place it (.tfw, .prj); its path in scratch.

    Raises InputRefused as ``unpack`` does, and where there is no image or more than one.
    """
    try:
        check_listing(path)
        with zipfile.ZipFile(path) as archive:
            entries = {_name(info): info for info in archive.infolist() if not info.is_dir()}
            check(path.name, list(entries), archive.infolist())
            images = [name for name in entries if name.lower().endswith(IMAGES)]
            if len(images) != 1:
                raise InputRefused(
                    f"压缩包 {path.name} 内有 {len(images)} 个影像（.tif、.jp2）。"
                    "请每包只放一个，连同同名的 .tfw、.prj。"
                )
            main = PurePosixPath(images[0])
            target = scratch / f"data{main.suffix.lower()}"
            _write(archive, entries[images[0]], target)
            for name, info in entries.items():
                other = PurePosixPath(name)
                same = (other.parent, other.stem.lower()) == (main.parent, main.stem.lower())
                if same and other.suffix.lower() in IMAGE_PARTS:
                    _write(archive, info, scratch / f"data{other.suffix.lower()}")
            return target
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise unreadable(path.name, error) from error


def unreadable(file_name: str, error: Exception) -> InputRefused:
    """What is said of a zip that could not be unpacked: a full disk is not the zip's fault."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return InputRefused(f"磁盘已满，压缩包 {file_name} 没有解开。请腾出空间后重试。")
    return InputRefused(
        f"压缩包 {file_name} 打不开（已损坏、加密或压缩方式不支持）。请重新压缩为普通 zip。"
    )


def check_listing(path: Path) -> None:
    """Refuse a zip whose list of entries alone would fill the memory, before it is read.

    The list's size stands at the end of the file, for large zips in a record before that.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - (1 << 16) - 22 - 76))
        tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) - end < 22:
        return  # no zip: zipfile says so
    entries, listing = struct.unpack_from("<HI", tail, end + 10)
    large = tail.rfind(b"PK\x06\x06", 0, end)
    if large >= 0 and end - large >= 56:
        entries, listing = struct.unpack_from("<QQ", tail, large + 32)
    if entries > settings.ZIP_MEMBERS or listing > LISTING_BYTES:
        raise InputRefused(
            f"压缩包 {path.name} 内有 {entries} 个文件，超过上限 {settings.ZIP_MEMBERS}。"
            "请分县分批压缩。"
        )


def _worth(files: list[str]) -> list[str]:
    """The deliveries among them: metadata beside data is none, and a KMZ has one main file."""
    data = [name for name in files if not name.lower().endswith(BESIDE)]
    main = [name for name in data if PurePosixPath(name).name.lower() == "doc.kml"]
    return main or data or files


def _name(info: zipfile.ZipInfo) -> str:
    """The member's name: UTF-8 if flagged, else GBK as Chinese Windows writes it."""
    name = info.filename
    if not info.flag_bits & 0x800:
        raw = name.encode("cp437", errors="replace")
        for codec in ("utf-8", "gb18030"):
            try:
                name = raw.decode(codec)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def check(file_name: str, names: list[str], infos: list[zipfile.ZipInfo]) -> None:
    """Raise InputRefused for paths that lead outside and for sizes beyond the limits."""
    for name in names:
        if name.startswith("/") or ".." in PurePosixPath(name).parts or ":" in name:
            raise InputRefused(f"压缩包 {file_name} 内的路径 {name} 指向包外，已拒收。请重新压缩。")
    _refuse_tricks(file_name, infos)
    total = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos) or 1
    if (
        len(infos) > settings.ZIP_MEMBERS
        or total > settings.ZIP_BYTES
        or total > settings.ZIP_RATIO * packed + CHUNK_FREE
    ):
        raise InputRefused(
            f"压缩包 {file_name} 解开后过大（{len(infos)} 个文件，{total >> 20} MB；"
            f"上限 {settings.ZIP_MEMBERS} 个、{settings.ZIP_BYTES >> 20} MB、"
            f"压缩 {settings.ZIP_RATIO} 倍）。请分县分批压缩，或直接给出文件夹。"
        )


def _refuse_tricks(file_name: str, infos: list[zipfile.ZipInfo]) -> None:
    """Refuse links, and entries that share their bytes (a bomb that hides its ratio)."""
    reached = 0
    for info in sorted(infos, key=lambda one: one.header_offset):
        if stat.S_ISLNK(info.external_attr >> 16):
            raise InputRefused(
                f"压缩包 {file_name} 内的 {info.filename} 是链接，不是文件。请压缩文件本身。"
            )
        if info.header_offset < reached:
            raise InputRefused(
                f"压缩包 {file_name} 内的文件互相重叠，像是压缩炸弹，已拒收。请重新压缩。"
            )
        reached = info.header_offset + LOCAL_HEADER + info.compress_size


CHUNK_FREE = 64 << 20
"""Up to this size the ratio doesn't matter: blank DBF columns pack very well."""


def _gdb_folder(name: str) -> str:
    parts = PurePosixPath(name).parts
    for at, part in enumerate(parts[:-1]):
        if part.lower().endswith(".gdb"):
            return "/".join(parts[: at + 1])
    return ""


def _way_out(held: list[str]) -> str:
    """What to do with what is in the zip instead."""
    for name in held:
        suffix = PurePosixPath(name).suffix.lower()
        if suffix in kinds.REMEDIES:
            return f"其中 {PurePosixPath(name).name}：{kinds.REMEDIES[suffix]}。"
    return ""


def _choose(file_name: str, found: list[str], sublayer: str | None, held: list[str]) -> str:
    if not found:
        raise InputRefused(
            f"压缩包 {file_name} 内没有可读的矢量数据（包中包不解）。"
            f"{_way_out(held)}请检查包内的 .shp 等文件。"
        )
    labels = _labels(found)
    meant = [label for label in labels if f"{sublayer}/".startswith(f"{label}/")]
    if sublayer and meant:  # the file itself, or a layer of it: file/layer
        return found[labels.index(max(meant, key=len))]
    shapefiles = [one for one in found if one.lower().endswith(".shp")]
    if sublayer and len(shapefiles) == len(found):
        raise SublayerNeeded(
            f"压缩包 {file_name} 内没有“{sublayer}”，有：{'、'.join(labels[:12])}。"
            "请用 --where-layer 指明其中之一。",
            labels,
        )
    if sublayer:  # the name of a layer within the one database
        found = [one for one in found if one not in shapefiles]
    if len(found) == 1:
        return found[0]
    raise SublayerNeeded(
        f"压缩包 {file_name} 内有多份数据（{'、'.join(labels[:12])}）。"
        "请用 --where-layer 指明其中之一。",
        labels,
    )


def _labels(found: list[str]) -> list[str]:
    """What each delivery of a zip is called: its name; with folders, and its suffix, where only
    these tell two apart."""
    paths = [PurePosixPath(name) for name in found]
    forms = (
        [path.stem for path in paths],
        [str(path.with_suffix("")) for path in paths],
        [str(path) for path in paths],
    )
    labels = list(forms[0])
    for form in forms[1:]:
        plain = [label.lower() for label in labels]
        labels = [
            form[at] if plain.count(plain[at]) > 1 else label for at, label in enumerate(labels)
        ]
    return labels


def _extract_folder(
    archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], folder: str, scratch: Path
) -> Path:
    target = scratch / "data.gdb"
    target.mkdir()
    for name, info in entries.items():
        if name.startswith(folder + "/"):
            _write(archive, info, target / PurePosixPath(name).name)
    return target


def _extract_file(
    archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], chosen: str, scratch: Path
) -> Path:
    main = PurePosixPath(chosen)
    target = scratch / f"data{main.suffix.lower()}"
    _write(archive, entries[chosen], target)
    if main.suffix.lower() == ".shp":
        for name, info in entries.items():
            other = PurePosixPath(name)
            same = other.parent == main.parent and other.stem.lower() == main.stem.lower()
            if same and other.suffix.lower() in PARTS and name != chosen:
                _write(archive, info, scratch / f"data{other.suffix.lower()}")
    return target


def _write(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    if shutil.disk_usage(target.parent).free < info.file_size:
        raise OSError(errno.ENOSPC, "no space")
    with archive.open(info) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file)
