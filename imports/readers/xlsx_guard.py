"""Workbooks that unpack to more than they should: by their parts, and by one text in many cells."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

from django.conf import settings

from spatial.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCK = 4 << 20
REFERENCE = re.compile(rb't="s"')
UNCOUNTED = re.compile(rb"(?:</f>|<f [^<>]*/>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")
"""A formula whose result was never stored."""
SEAM = 64
"""Bytes that are looked at again with the next block."""


def check(name: str, pack: zipfile.ZipFile) -> None:
    """Raise InputRefused where parts or cell texts would take more than settings.XLSX_BYTES.

    Texts are shared among cells: the longest one in every cell is the worst that can come of it,
    and honest workbooks stay under a thirty-second of that.
    """
    total = sum(info.file_size for info in pack.infolist())
    longest = 0
    cells = 0
    if total <= settings.XLSX_BYTES:
        for info in pack.infolist():
            if info.filename.endswith("sharedStrings.xml"):
                longest = max(longest, _longest(pack, info))
            elif "/worksheets/" in info.filename:
                cells += sum(len(REFERENCE.findall(block)) for block in _blocks(pack, info))
    if total > settings.XLSX_BYTES or longest * cells > 32 * settings.XLSX_BYTES:
        raise InputRefused(
            f"工作簿 {name} 解开后过大（{max(total, longest * cells) >> 20} MB）。"
            "请分成几个文件，或另存为 CSV 后再交。"
        )


def empty_formulas(path: Path) -> int:
    """How many cells hold a formula without its result: a program wrote them, Excel never did."""
    count = 0
    with zipfile.ZipFile(path) as pack:
        for info in pack.infolist():
            if "/worksheets/" not in info.filename:
                continue
            seam = b""
            for block in _blocks(pack, info):
                text = seam + block
                ends = [found.end() for found in UNCOUNTED.finditer(text)]
                count += len(ends)
                seam = text[max(len(text) - SEAM, ends[-1] if ends else 0) :]
    return count


def _blocks(pack: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    with pack.open(info) as part:
        while block := part.read(BLOCK):
            yield block


def _longest(pack: zipfile.ZipFile, info: zipfile.ZipInfo) -> int:
    """Bytes of the longest text, measured between the ends of items."""
    longest = since = 0
    for block in _blocks(pack, info):
        pieces = block.split(b"</si>")
        longest = max([longest, since + len(pieces[0]), *map(len, pieces[1:])])
        since = len(pieces[-1]) + (since if len(pieces) == 1 else 0)
    return longest
