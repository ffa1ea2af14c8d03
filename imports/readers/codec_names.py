"""What encodings are called: by people, in .cpg files, and in one byte of a DBF."""

from __future__ import annotations

import codecs
import re

DBF_LANGUAGE = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x13: "cp932", 0x4D: "gb18030", 0x4E: "cp949",
    0x4F: "cp950", 0x50: "cp874", 0x58: "cp1252", 0x59: "cp1252", 0x78: "cp950", 0x79: "cp949",
    0x7A: "gb18030", 0x7B: "cp932", 0x7C: "cp874", 0xC8: "cp1250", 0xC9: "cp1251",
}  # fmt: skip
"""Byte 29 of a DBF. 0x00 and 0x57 (ANSI) say nothing."""

EAST_ASIAN = {"gb18030", "cp932", "cp949", "cp950", "utf-8"}
"""Encodings that a file declares on purpose; single-byte ones are left-over defaults."""

WESTERN = {"iso8859-1", "latin-1", "cp1252", "iso8859-15"}
"""What exporters write into a .cpg when nobody chose: any bytes at all can be read so."""


def codec_named(name: str) -> str | None:
    """Python's codec for a name as .cpg files and people write it; None if unknown."""
    written = re.sub(r"\s+", "", name.lower())
    text = re.sub(r"[-_]+", "", written)
    digits = re.sub(r"^(ansi|oem|cp|windows-?|win-?|ms|x-)", "", text)
    known = {
        "65001": "utf-8", "936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030",
        "54936": "gb18030", "950": "cp950", "big5": "cp950", "932": "cp932", "949": "cp949",
        "88591": "latin-1", "iso88591": "latin-1", "koi8r": "koi8-r",
        "win1251": "cp1251", "win1250": "cp1250", "win874": "cp874", "euckr": "cp949",
    }  # fmt: skip
    for candidate in (known.get(digits), f"cp{digits}" if digits.isdigit() else text, written):
        try:
            return codecs.lookup(candidate or "").name
        except (LookupError, ValueError):  # unknown, or no name at all
            continue
    return None
