"""The text of a DBF: which encoding it is in, decoded once for each distinct value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from imports.readers import encoding as encodings
from imports.readers.table import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imports.readers.bundle import Bundle
    from imports.readers.held import Column

LANGUAGE_BYTE = 29


def decode_columns(
    bundle: Bundle,
    names: list[str],
    columns: Sequence[list[Any]],
    option: str | None,
    findings: list[Finding],
) -> tuple[encodings.Decision, list[str], list[list[Any]]]:
    """The decision, and names and values decoded; both were read as Latin-1, byte by byte."""
    texts = {text for column in columns for text in column if isinstance(text, str)}
    decision, known = _decoded(bundle, names, texts, option, findings)
    plain = [
        [known[text] if isinstance(text, str) else text for text in column] for column in columns
    ]
    return decision, [known[name] for name in names], plain


def decode_held(
    bundle: Bundle,
    names: list[str],
    columns: list[Column],
    option: str | None,
    findings: list[Finding],
) -> tuple[encodings.Decision, list[str], list[Column]]:
    """The same for columns by their different texts; ASCII is itself in every such encoding."""
    odd = [column.odd_words() for column in columns]
    texts = {text for words in odd for text in words.values()}
    decision, known = _decoded(bundle, names, texts, option, findings)
    plain = [
        column.with_words({code: known[text] for code, text in words.items()})
        for column, words in zip(columns, odd, strict=True)
    ]
    return decision, [known[name] for name in names], plain


def _decoded(
    bundle: Bundle,
    names: list[str],
    texts: set[str],
    option: str | None,
    findings: list[Finding],
) -> tuple[encodings.Decision, dict[str, str]]:
    """The decision on all text, and each text decoded."""
    raw = {text: text.encode("latin-1") for text in texts | set(names)}
    cpg, dbf = bundle.sibling(".cpg"), bundle.sibling(".dbf")
    header = _start(dbf) if dbf else b""
    decision = encodings.decide(
        bundle.file_name,
        raw.values(),
        option=option,
        cpg=cpg.read_text("latin-1") if cpg else None,
        language=header[LANGUAGE_BYTE] if len(header) > LANGUAGE_BYTE else 0,
    )
    findings += decision.findings
    known = {text: encodings.decode(data, decision.codec) for text, data in raw.items()}
    cut = sum(1 for text, was_cut in known.values() if was_cut)
    if cut:
        message = f"{cut} 个文字值在字段宽度处被截断在半个汉字，去掉了残缺的末字。"
        findings.append(Finding("truncated_text", message, done="去掉残缺末字"))
    if dbf:
        findings += _told_overflows(dbf, {name: known[name][0] for name in names})
    return decision, {text: one for text, (one, _) in known.items()}


def overflows(dbf: Path) -> dict[str, list[int]]:
    """By column (its bytes as Latin-1) the rows whose number was too wide for it and is lost.

    A DBF holds asterisks then, in a column that other numbers fill; GDAL says nothing of it.
    """
    with dbf.open("rb") as file:
        header = file.read(32)
        if len(header) < 32:
            return {}
        start, width = (int.from_bytes(header[at : at + 2], "little") for at in (8, 10))
        fields = file.read(max(start - 32, 0))
    if width < 2 or dbf.stat().st_size <= start:
        return {}
    count = min(int.from_bytes(header[4:8], "little"), (dbf.stat().st_size - start) // width)
    if count < 1:
        return {}
    records = np.memmap(dbf, mode="r", offset=start, shape=(count, width))
    found: dict[str, list[int]] = {}
    place = 1
    for at in range(0, len(fields) - 31, 32):
        if fields[at] == 0x0D:
            break
        name, kind, size = fields[at : at + 11], chr(fields[at + 11]), fields[at + 16]
        if kind in "NF" and size:
            starred = (records[:, place : place + size] == ord("*")).any(axis=1)
            rows = np.flatnonzero(starred)
            # many programs write * for an empty number, too: lost are those of a full column
            full = (records[:, place] != ord(" ")) & ~starred
            if len(rows) and full.any():
                found[name.split(b"\0")[0].decode("latin-1")] = (rows + 1).tolist()
        place += size
    return found


def _told_overflows(dbf: Path, names: dict[str, str]) -> list[Finding]:
    return [
        Finding(
            "number_overflow",
            f"列 {names.get(name, name)} 有 {len(rows)} 个数超出字段宽度，存成了 *"
            f"（首见第 {rows[0]} 行）。",
            row=rows[0], field=names.get(name, name)[:60], done="按空值读取；请从源头重新导出",
        )
        for name, rows in overflows(dbf).items()
    ]  # fmt: skip


def _start(dbf: Any) -> bytes:
    with dbf.open("rb") as file:
        return bytes(file.read(LANGUAGE_BYTE + 3))
