"""Which encoding the text of a file is in: decided on its bytes, never guessed into mojibake."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imports.readers.table import NOTE, Finding
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DBF_LANGUAGE = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x13: "cp932", 0x4D: "gb18030", 0x4E: "cp949",
    0x4F: "cp950", 0x50: "cp874", 0x58: "cp1252", 0x59: "cp1252", 0x78: "cp950", 0x79: "cp949",
    0x7A: "gb18030", 0x7B: "cp932", 0x7C: "cp874", 0xC8: "cp1250", 0xC9: "cp1251",
}  # fmt: skip
"""Byte 29 of a DBF. 0x00 and 0x57 (ANSI) say nothing."""

EAST_ASIAN = {"gb18030", "cp932", "cp949", "cp950", "utf-8"}
"""Encodings that a file declares on purpose; single-byte ones are left-over defaults."""


@dataclass
class Decision:
    """The codec, in words how it was found, and what should be told."""

    codec: str
    origin: str
    findings: list[Finding] = field(default_factory=list)


def codec_named(name: str) -> str | None:
    """Python's codec for a name as .cpg files and people write it; None if unknown."""
    text = name.strip().lower().replace(" ", "")
    digits = re.sub(r"^(ansi|oem|cp|windows-?|ms|x-)", "", text)
    known = {
        "65001": "utf-8", "936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030",
        "54936": "gb18030", "950": "cp950", "big5": "cp950", "932": "cp932", "949": "cp949",
        "88591": "latin-1", "iso88591": "latin-1",
    }  # fmt: skip
    candidate = known.get(digits) or (f"cp{digits}" if digits.isdigit() else text)
    try:
        return codecs.lookup(candidate).name
    except LookupError:
        return None


def decode(raw: bytes, codec: str) -> tuple[str, bool]:
    """The text, and whether a character cut in two at its end was dropped (a full DBF field).

    Raises UnicodeDecodeError where anything else is wrong.
    """
    try:
        return raw.decode(codec), False
    except UnicodeDecodeError as error:
        cut = error.start >= len(raw) - 3 and error.end == len(raw) and len(raw) >= 10
        if not cut:
            raise
        return raw[: error.start].decode(codec), True


def readable(samples: Iterable[bytes], codec: str) -> bool:
    """Whether all text decodes, with at most a quarter cut at the end of its field."""
    cut = total = 0
    for raw in samples:
        try:
            _, was_cut = decode(raw, codec)
        except UnicodeDecodeError:
            return False
        cut, total = cut + was_cut, total + 1
    return cut * 4 <= total or total <= 2


def _looks_chinese(samples: Sequence[bytes]) -> bool:
    """Whether most two-byte characters are of GB 2312 (both bytes high), as real Chinese is."""
    pairs = high = 0
    for raw in samples:
        for pair in re.findall(rb"[\x81-\xfe][\x40-\xfe]", raw):
            pairs += 1
            high += pair[0] >= 0xA1 and pair[1] >= 0xA1
    return pairs > 0 and high * 10 >= pairs * 8


def decide(
    file_name: str,
    texts: Iterable[bytes],
    *,
    option: str | None = None,
    cpg: str | None = None,
    language: int = 0,
) -> Decision:
    """Choose the codec: option, else .cpg, else the DBF's language byte, else the bytes.

    Raises InputRefused naming the file and the remedy when the text can't be read.
    """
    samples = [raw for raw in texts if not raw.isascii()]
    if option:
        codec = codec_named(option)
        if codec is None or not readable(samples, codec):
            raise InputRefused(
                f"文件 {file_name} 的文字不能按 --encoding {option} 读出。"
                "请核对编码名称（常用 GBK、UTF-8），或去掉该选项由程序判定。"
            )
        return Decision(codec, f"--encoding {option}")
    return _declared(file_name, samples, cpg, language) or _judged(file_name, samples, language)


def _declared(
    file_name: str, samples: list[bytes], cpg: str | None, language: int
) -> Decision | None:
    declared, origin = (codec_named(cpg), f".cpg（{cpg.strip()}）") if cpg else (None, "")
    if declared is None and DBF_LANGUAGE.get(language) in EAST_ASIAN:
        declared, origin = DBF_LANGUAGE[language], f"DBF 语言标志 0x{language:02X}"
    if declared is None:
        return None
    if not readable(samples, declared):
        return _contradicted(file_name, samples, origin)
    if declared != "utf-8" and len(samples) >= 3 and readable(samples, "utf-8"):
        return _contradicted(file_name, samples, origin)
    return Decision(declared, origin)


def _contradicted(file_name: str, samples: list[bytes], origin: str) -> Decision:
    """The declaration is wrong; what the bytes say counts, and is told."""
    found = _judged(file_name, samples, 0)
    message = f"{origin} 声明的编码与文字不符，按内容判定为 {found.codec}。"
    found.findings.append(Finding("encoding_mismatch", message, done=f"按 {found.codec} 读取"))
    return found


def _judged(file_name: str, samples: list[bytes], language: int) -> Decision:
    if not samples:
        return Decision("utf-8", "全为 ASCII")
    if readable(samples, "utf-8"):
        return Decision("utf-8", "按内容判定")
    single = DBF_LANGUAGE.get(language)
    if readable(samples, "gb18030") and (single is None or _looks_chinese(samples)):
        finding = Finding(
            "encoding_judged", "文件未声明编码，按内容判定为 GB18030（GBK）。", severity=NOTE
        )
        return Decision("gb18030", "按内容判定", [finding])
    if single and single not in EAST_ASIAN and readable(samples, single):
        return Decision(single, f"DBF 语言标志 0x{language:02X}")
    raise InputRefused(
        f"文件 {file_name} 的文字既不是 UTF-8 也不是 GBK，无法可靠读出。"
        "请用 --encoding 指明编码（如 --encoding BIG5），或补上 .cpg 文件。"
    )
