"""Names of uploaded files: data from outside, made fit for any file system. 文件名"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from spatial.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_BYTES = 160
"""Of a name in UTF-8: file systems take 255, and readers put suffixes of their own behind."""
LONGEST_SUFFIX_BYTES = 24
NO_NAME = "未命名"
RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
"""Names that Windows keeps for devices; files go on to such machines."""
FORBIDDEN = re.compile(r'[<>:"|?*%]')
BESIDE = {
    ".shp": (".shx", ".dbf", ".prj", ".cpg", ".qpj", ".sbn", ".sbx", ".shp.xml", ".fix"),
    ".tif": (".tfw", ".prj", ".ovr", ".aux.xml", ".tif.ovr", ".tif.aux.xml", ".tif.xml"),
    ".tiff": (".tfw", ".prj", ".ovr", ".aux.xml", ".tiff.ovr", ".tiff.aux.xml", ".tiff.xml"),
}
"""What may be dropped together with a main file of that suffix, under the same name."""


def safe_name(told: str) -> str:
    """The name without folders, control characters and what a file system cannot hold; the suffix
    stays. Never empty, never hidden, never leads elsewhere."""
    name = unicodedata.normalize("NFC", told).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(char for char in name if unicodedata.category(char)[0] != "C")
    name = FORBIDDEN.sub("_", name).strip(" .")
    if RESERVED.match(name):
        name = f"_{name}"
    suffix = PurePosixPath(name).suffix
    if len(suffix.encode()) > LONGEST_SUFFIX_BYTES:
        suffix = ""
    stem = _cut(name.removesuffix(suffix), LONGEST_BYTES - len(suffix.encode()))
    return f"{stem or NO_NAME}{suffix}"


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore").rstrip(" .")


def main_of(names: Sequence[str]) -> str:
    """Which of the files dropped together is the delivery, the others being parts of it.

    Raises InputRefused when they are several deliveries.
    """
    if len(names) == 1:
        return names[0]
    if len({name.lower() for name in names}) < len(names):
        raise InputRefused("上传的文件有重名。请分次上传。")
    for main in names:
        suffix = PurePosixPath(main).suffix.lower()
        others = {name.lower() for name in names} - {main.lower()}
        stem = main.lower().removesuffix(suffix)
        if others <= {stem + part for part in BESIDE.get(suffix, ())}:
            return main
    raise InputRefused(
        f"一次只上传一份数据，这里有 {len(names)} 个文件（{'、'.join(sorted(names)[:6])}）。"
        "同一个 shapefile 的 .shp、.shx、.dbf、.prj、.cpg 须同名一起选中；"
        "File GDB 请把 .gdb 文件夹压缩为 zip；多份数据请逐份上传。"
    )


def stored_name(name: str, main: str) -> str:
    """What a part is called beside its main file: readers want the stem in the same case."""
    stem = PurePosixPath(main).stem
    return main if name == main else stem + name[len(stem) :]
