"""The text of a DBF: which encoding it is in, decoded once for each distinct value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imports.readers import encoding as encodings
from imports.readers.table import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imports.readers.bundle import Bundle

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
    plain = [
        [known[text][0] if isinstance(text, str) else text for text in column] for column in columns
    ]
    return decision, [known[name][0] for name in names], plain


def _start(dbf: Any) -> bytes:
    with dbf.open("rb") as file:
        return bytes(file.read(LANGUAGE_BYTE + 3))
