"""XML of strangers: no entities, no other files, and always UTF-8 before GDAL sees it."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from imports.readers.codec_names import codec_named
from imports.readers.table import NOTE, Finding
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from pathlib import Path

BLOCK = 1 << 20
OVERLAP = 16
CODECS = frozenset(
    {"utf-8", "utf-8-sig", "utf-16", "gb18030", "big5", "iso8859-1", "cp1252", "ascii"}
)
"""Encodings that are decoded; Python knows others whose decoding has no end (idna, punycode)."""
FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")


def safe_copy(
    main: Path, name: str, scratch: Path, option: str | None, findings: list[Finding]
) -> Path:
    """A copy in ``scratch`` that GDAL may open: it writes files beside what it reads.

    Raises InputRefused for documents that declare types or entities (they can name other files
    or grow without bound), and for text in an encoding that cannot be read.
    """
    target = scratch / f"data{main.suffix.lower()}"
    with main.open("rb") as file:
        start = file.read(512)
    codec = _codec(start, option)
    if _plain_name(codec) not in CODECS:
        raise InputRefused(f"文件 {name} 声明的编码（{codec[:40]}）不收。请另存为 UTF-8 后重交。")
    if codec == "utf-8":
        _copy(main, target, name)
        return target
    try:
        text = main.read_bytes().decode(codec)
    except (UnicodeDecodeError, LookupError) as error:
        raise InputRefused(
            f"文件 {name} 的文字不能按其声明的编码（{codec}）读出。"
            "请另存为 UTF-8，或用 --encoding 指明编码。"
        ) from error
    text = re.sub(r"^\ufeff?\s*<\?xml[^>]*\?>", "", text, count=1)
    target.write_text(text, encoding="utf-8")
    _copy(target, scratch / "checked", name)
    findings.append(Finding("recoded", f"XML 按 {codec} 读取。", NOTE, done="转为 UTF-8"))
    return target


def _codec(start: bytes, option: str | None) -> str:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    said = re.search(rb"<\?xml[^>]*encoding=[\"']([A-Za-z0-9._-]+)", start)
    name = option or (said[1].decode() if said else "utf-8")
    return codec_named(name) or name


def _plain_name(codec: str) -> str:
    try:
        found = codecs.lookup(codec).name
    except LookupError:
        return codec
    return "gb18030" if found in ("gbk", "gb2312") else found


def _copy(source: Path, target: Path, name: str) -> None:
    """Copy block by block, looking for what is forbidden, also across the seams."""
    tail = b""
    with source.open("rb") as reading, target.open("wb") as writing:
        while block := reading.read(BLOCK):
            seen = (tail + block).upper()
            if any(word in seen for word in FORBIDDEN) or b"\0" in block:
                raise InputRefused(
                    f"文件 {name} 含有 XML 实体或文档类型声明（DOCTYPE），为安全起见不收。"
                    "请用正常的软件重新导出 KML 或 GML。"
                )
            writing.write(block)
            tail = block[-OVERLAP:]
