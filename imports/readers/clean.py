"""Text as it may be stored: no mojibake, nothing unprintable, and what was lost is told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from imports.readers import encoding
from imports.readers.held import Held
from imports.readers.table import NOTE, Finding
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imports.readers.table import Table

LOST = re.compile(r"(?:\ufffd|锟斤拷|锟斤)+")
"""What is left of text that was read in one encoding and written in another: nothing to restore."""
MISSING = "〓"
"""The sign that Chinese print sets for a character that it lacks."""
ASKED = "???"
"""What is left of text that somebody converted into an encoding that lacks it."""
UNSEEN = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\ufeff\\u200b-\\u200f\\u2060]")
"""Controls, marks of byte order, and spaces of no width: never seen, and in the way of keys."""
PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
RENAMED = str.maketrans(
    dict(
        zip(
            "\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796"
            "\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864\ue863"
            "\ue816\ue817\ue818\ue831\ue83b\ue855",
            "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19"
            "\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb\u4dae"
            "\U00020087\U00020089\U000200cc\U000215d7\U0002298f\U000241fe",
            strict=True,
        )
    )
)
"""Private places that GB 18030 once gave to characters which Unicode has by now."""
SHOWN = 5


def clean(table: Table) -> Table:
    """The table without what must not be stored; each kind of change is told once, with rows.

    Raises InputRefused where a text is mostly private characters: it was read in a wrong encoding.
    """
    found: dict[str, list[int]] = {"unseen": [], "private": []}
    if isinstance(table.records, Held):
        _clean_columns(table, table.records, found)
    else:
        _clean_rows(table, found)
    _tell(table, found)
    _rename(table)
    return table


def _clean_columns(table: Table, held: Held, found: dict[str, list[int]]) -> None:
    numbers = np.asarray(table.numbers)
    for name, column in held.columns.items():
        new: dict[int, str] = {}
        odd: dict[str, list[int]] = {"unseen": [], "private": []}
        for code, word in column.odd_words().items():
            text, kind = _clean(table.file_name, word)
            if text is not word:
                new[code] = text
            if kind:
                odd[kind].append(code)
        for kind, codes in odd.items():
            if codes and column.codes is not None:
                found[kind] += numbers[np.isin(column.codes, codes)].tolist()
        held.columns[name] = column.with_words(new)
    for rows in found.values():
        rows.sort()


def _clean_rows(table: Table, found: dict[str, list[int]]) -> None:
    known: dict[str, tuple[str, str]] = {}
    for number, record in zip(table.numbers, table.records, strict=True):
        for name, value in record.items():
            if not isinstance(value, str) or value.isascii() and value.isprintable():
                continue
            if value not in known:
                known[value] = _clean(table.file_name, value)
            text, kind = known[value]
            if text is not value:
                record[name] = text
            if kind:
                found[kind].append(number)


def _clean(file_name: str, value: str) -> tuple[str, str]:
    """The text as it may be stored, and what was done or noticed."""
    text = UNSEEN.sub("", LOST.sub(MISSING, value)).translate(RENAMED)
    own = len(PRIVATE.findall(text))
    if own * 2 > len(text.strip()) and own > 1:
        raise InputRefused(
            f"文件 {file_name} 里有文字大半是自造字（私用区），多半是编码读错了："
            f"“{text.strip()[:20]}”。请用 --encoding 指明编码，或从源头重新导出。"
        )
    if text == value:
        text = value
    return text, "private" if own else "unseen" if UNSEEN.search(value) else ""


def _tell(table: Table, found: dict[str, list[int]]) -> None:
    told = {
        "unseen": ("control_characters", "个值含有看不见的控制字符", "去掉这些字符"),
        "private": ("private_characters", "个值含有自造字（私用区），别的机器上显示不出",
                    "原样保留；请改用规范汉字"),
    }  # fmt: skip
    for name, rows in found.items():
        if not rows:
            continue
        kind, what, done = told[name]
        listing = "、".join(str(row) for row in dict.fromkeys(rows[:SHOWN]))
        message = f"{len(rows)} {what}（第 {listing} 行{'等' if len(rows) > SHOWN else ''}）。"
        table.findings.append(Finding(kind, message, NOTE, row=rows[0], done=done))


def _rename(table: Table) -> None:
    """Columns whose names hold what is never seen: their names without it, where still distinct."""
    names = {name: UNSEEN.sub("", name).translate(RENAMED).strip() for name in table.columns}
    if len(set(names.values())) < len(names) or all(old == new for old, new in names.items()):
        return
    table.columns = [names[name] for name in table.columns]
    if isinstance(table.records, Held):
        table.records = table.records.renamed(names)
        return
    table.records = [
        {names.get(name, name): value for name, value in record.items()} for record in table.records
    ]


def check_text(file_name: str, texts: Iterable[str]) -> list[Finding]:
    """What was lost before the file was delivered (``??``, U+FFFD), as findings.

    Raises InputRefused for text that is already mojibake: bytes of GBK or UTF-8 that somebody
    read in another encoding and stored again. It is never taken in.
    """
    lost = 0
    for text in texts:
        if ASKED in text or LOST.search(text):
            lost += 1
            continue
        meant = "" if text.isascii() else _meant(text)
        if meant:
            raise InputRefused(
                f"文件 {file_name} 里存的文字已是乱码：“{text.strip()[:20]}”本应为“{meant[:20]}”。"
                "请从源头以正确的编码重新导出。"
            )
    if not lost:
        return []
    message = f"{lost} 个文字值在交来之前已丢失（??? 或 �），无法恢复。"
    return [Finding("lost_text", message, done="� 以〓代替，? 原样保留；请向原单位要回文字")]


def _meant(text: str) -> str:
    """The Chinese that such a text stood for, or nothing where it is text as it should be."""
    run = max(
        re.findall(r"[\x80-\xff\u20ac\u2018-\u203a\u0152-\u0192\u02c6\u02dc]+", text),
        key=len,
        default="",
    )
    for western in ("latin-1", "cp1252"):
        raw = run.encode(western, "ignore")
        if len(run) >= 4 and len(raw) == len(run):
            if encoding.surely_utf8([raw]):
                return raw.decode("utf-8", "ignore")
            if (
                len(raw) % 2 == 0
                and encoding.readable([raw], "gb18030")
                and encoding.pairs_of([raw]).chinese
            ):
                return raw.decode("gb18030")
    han = re.sub(r"[\x00-\x7f]+", "", text)
    raw = han.encode("gb18030", "ignore")
    if len(han) >= 3 and re.fullmatch(rb"(?:[\xe2-\xef][\x80-\xbf]{2}){2,}", raw):
        return raw.decode("utf-8", "ignore")
    return ""
