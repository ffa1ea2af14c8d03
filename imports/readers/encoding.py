"""Which encoding the text of a file is in: decided on its bytes, never guessed into mojibake."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imports.readers import everyday
from imports.readers.codec_names import DBF_LANGUAGE, EAST_ASIAN, WESTERN, codec_named
from imports.readers.table import NOTE, Finding
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterable

HIGH, MEDIUM, LOW = "高", "中", "低"

ENOUGH, FEW = 10, 3
"""Chinese characters that make a judgement certain, and those that make it probable."""


@dataclass
class Decision:
    """The codec, in words how it was found, how sure that is, and what should be told."""

    codec: str
    origin: str
    findings: list[Finding] = field(default_factory=list)
    confidence: str = HIGH


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


@dataclass(frozen=True)
class Pairs:
    """How many two-byte characters the bytes would hold, and how many of them are everyday ones."""

    total: int
    gb2312: int
    big5: int

    @property
    def chinese(self) -> bool:
        """GB 2312, as real simplified Chinese is: both bytes high, rows of Han or signs."""
        return self.total > 0 and self.gb2312 * 10 >= self.total * 8

    @property
    def traditional(self) -> bool:
        """Rather the everyday rows of Big5."""
        return not self.chinese and self.total > 0 and self.big5 * 10 >= self.total * 8


def pairs_of(samples: Iterable[bytes]) -> Pairs:
    """The two-byte characters that these bytes would hold; four bytes of GB 18030 count as one."""
    found: Counter[tuple[int, int]] = Counter()
    for raw in samples:
        at = 0
        while at < len(raw) - 1:
            if raw[at] < 0x80:
                at += 1
                continue
            if 0x30 <= raw[at + 1] <= 0x39:  # four bytes of GB 18030; no second byte elsewhere
                found[raw[at], raw[at + 1]] += 1
                at += 4
                continue
            found[raw[at], raw[at + 1]] += 1
            at += 2
    total = sum(found.values())
    gb2312 = sum(
        count
        for (lead, trail), count in found.items()
        if trail >= 0xA1 and (0xB0 <= lead <= 0xF7 or lead <= 0xA3 and lead >= 0xA1)
    )
    big5 = sum(
        count
        for (lead, trail), count in found.items()
        if 0xA1 <= lead <= 0xC6 and (trail <= 0x7E or trail >= 0xA1)
    )
    return Pairs(total, gb2312, big5)


def surely_utf8(samples: Iterable[bytes]) -> bool:
    """Readable as UTF-8 with characters of three bytes or more: no other encoding looks so."""
    kept = list(samples)
    return readable(kept, "utf-8") and any(
        re.search(rb"[\xe0-\xf4][\x80-\xbf]{2}", raw) for raw in kept
    )


def of_wide_text(data: bytes) -> str | None:
    """UTF-16 without a mark, by the zeros that every digit and comma leaves; None if it isn't."""
    count = len(data) // 2
    zeros = data[0::2].count(0), data[1::2].count(0)
    if max(zeros) * 3 < count or min(zeros) * 50 > count:
        return None
    return "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"


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
    found = _declared(file_name, samples, cpg, language) or _judged(file_name, samples, language)
    if cpg and codec_named(cpg) is None:
        message = f".cpg 写的编码 {cpg.strip()[:20]} 不认识，按内容判定为 {found.codec}。"
        found.findings.append(Finding("encoding_unknown", message, done=f"按 {found.codec} 读取"))
    return found


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
    if declared != "utf-8" and surely_utf8(samples):
        return _contradicted(file_name, samples, origin)
    if declared in WESTERN and readable(samples, "gb18030") and pairs_of(samples).chinese:
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
    pairs = pairs_of(samples)
    chinese = readable(samples, "gb18030") and (pairs.chinese or _surely_chinese(samples))
    if readable(samples, "utf-8") and not (chinese and _signs_only(samples)):
        if chinese and not surely_utf8(samples) and not _in_words(samples):
            raise InputRefused(_both_ways(file_name, samples))
        return Decision("utf-8", "按内容判定")
    single = DBF_LANGUAGE.get(language)
    if chinese:
        return _gb18030(file_name, samples, pairs)
    if single and single not in EAST_ASIAN and readable(samples, single):
        return Decision(single, f"DBF 语言标志 0x{language:02X}", confidence=MEDIUM)
    raise InputRefused(
        f"文件 {file_name} 的文字既不是 UTF-8 也不是 GBK，无法可靠读出。"
        f"请用 --encoding 指明编码（看来可能是 --encoding {_hint(samples, pairs)}），"
        "或补上 .cpg 文件。"
    )


def _gb18030(file_name: str, samples: list[bytes], pairs: Pairs) -> Decision:
    """GB 18030 with how sure that is; raises InputRefused for what is another language's text."""
    sure = HIGH if pairs.total >= ENOUGH else MEDIUM if pairs.total >= FEW else LOW
    message = (
        f"文件未声明编码，按内容判定为 GB18030（GBK），把握{{}}"
        f"（{pairs.total} 个双字节字中 {pairs.gb2312} 个为常用汉字或符号）。"
    )
    other, read_so = _foreign(samples)
    if not other:
        finding = Finding("encoding_judged", message.format(sure), severity=NOTE)
        return Decision("gb18030", "按内容判定", [finding], sure)
    as_gbk = _joined(samples, "gb18030")[:20]
    if pairs.total >= ENOUGH:
        raise InputRefused(
            f"文件 {file_name} 的文字按 GBK 能读出，却不像中文（“{as_gbk}”），"
            f"按 {other} 读是“{read_so[:20]}”。"
            f"请用 --encoding {other} 指明；确为中文时用 --encoding GBK。"
        )
    doubt = f"按 GBK 读是“{as_gbk}”，不像常用中文；按 {other} 读是“{read_so[:20]}”。"
    done = f"暂按 GBK 读取；若不对，用 --encoding {other} 重新导入"
    told = Finding("encoding_doubtful", message.format(LOW) + doubt, done=done)
    return Decision("gb18030", "按内容判定", [told], LOW)


def _foreign(samples: list[bytes]) -> tuple[str, str]:
    """Another encoding that the text rather is in, and the text so read; empty where none is."""
    han, common = everyday.share(_joined(samples, "gb18030"))
    if readable(samples, "euc_jp"):
        text = _joined(samples, "euc_jp")
        if everyday.is_kana(text) or ("の" in text and common < everyday.STRANGE):
            return "EUC-JP", text
    if han and common < (everyday.STRANGE if han >= everyday.ENOUGH else 0.2):
        text = _joined(samples, "cp949") if readable(samples, "cp949") else ""
        if everyday.is_hangul(text):
            return "EUC-KR", text
    return "", ""


def _surely_chinese(samples: list[bytes]) -> bool:
    """Whether rare characters stand among everyday ones: names in GBK's or GB 18030's own rows."""
    if not readable(samples, "gb18030"):
        return False
    han, common = everyday.share(_joined(samples, "gb18030"))
    return han >= FEW and common >= everyday.PLAUSIBLE


def _joined(samples: Iterable[bytes], codec: str) -> str:
    return " ".join(decode(raw, codec)[0].strip() for raw in samples)


def _hint(samples: list[bytes], pairs: Pairs) -> str:
    """The encoding that a refusal proposes."""
    for name, codec in (("EUC-JP", "euc_jp"), ("SHIFT-JIS", "cp932")):
        text = _joined(samples, codec) if readable(samples, codec) else ""
        if everyday.is_kana(text) and not re.search("[\uff61-\uff9f]", text):
            return name
    if readable(samples, "cp950") and pairs.traditional:
        return "BIG5"
    return "CP1252"


def _signs_only(samples: Iterable[bytes]) -> bool:
    """Whether UTF-8 would give no Latin, Greek or Cyrillic letter and no Han: nobody writes so."""
    text = "".join(decode(raw, "utf-8")[0] for raw in samples)
    return not re.search(r"[\u00c0-\u024f\u0370-\u04ff\u2000-\U0010ffff]", text)


def _in_words(samples: Iterable[bytes]) -> bool:
    """Whether high bytes stand singly among Latin letters, as accents do and Han doesn't."""
    return all(
        re.search(rb"[A-Za-z]", raw) and not re.search(rb"[\x80-\xff]{4}", raw) for raw in samples
    )


def _both_ways(file_name: str, samples: list[bytes]) -> str:
    one, other = (decode(samples[0], codec)[0].strip()[:20] for codec in ("utf-8", "gb18030"))
    return (
        f"文件 {file_name} 的文字按 UTF-8 和 GBK 都读得通（“{one}”或“{other}”），无法判定。"
        "请用 --encoding UTF-8 或 --encoding GBK 指明。"
    )
